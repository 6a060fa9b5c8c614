"""An answer to a prompt in words: what was said, and what is on record of the entry beside its value."""

from homeostat.quality.model import Answer, PromptLine
from homeostat.quality.wording import unit_text


def words(line: PromptLine, one: Answer) -> str:
    """What was said: an answer with its unit, that the entry is right, or what stands in place of what."""
    if one.act == "verification":
        return f"verified, entered again as {one.answer}" if one.answer else "verified"
    said = f"{one.answer} {unit_text(line.unit)}".rstrip()
    if one.value is not None and line.kind == "calculation":
        said = f"{one.value:.6g} {unit_text(line.unit)} ({one.answer})"
    return f"corrected to {said}, was {one.old}" if one.status == "corrected" else said


def notes(one: Answer) -> list[str]:
    """Whatever is on record beside: a refusal, how late it was entered, the reason, the source, the file, the flags."""
    late = bool(one.happened) and one.happened != one.entered
    return [
        *([f"refused: {one.reason}"] if one.accepted is False else []),
        *([f"entered {one.entered}, once the batch had ended"] if one.afterwards else []),
        *([f"entered {one.entered}, happened {one.happened}"] if late else []),
        *([f"why: {one.why}"] if one.why else []),
        *([f"from {one.source}"] if one.source else []),
        *([f"file {one.attachment[:12]}…"] if one.attachment else []),
        *one.flags,
    ]
