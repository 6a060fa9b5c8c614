"""Sections of what was done: steps, prompts, samples, materials, commands, loops."""

from collections.abc import Mapping, Sequence

from homeostat.quality.answered import notes, words
from homeostat.quality.model import Answer, BatchRecord, MoveLine, PromptLine, SampleLine
from homeostat.quality.page.figures import Drawn
from homeostat.quality.page.glyphs import timeline
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.tables import chip, table
from homeostat.quality.wording import duration, moment, number, percent, quantity, unit_text


def steps(record: BatchRecord, drawn: Drawn) -> Markup:
    """The recipe as it was carried out."""
    rows = [
        (
            tag("span", line.title, class_=f"level-{_LEVELS[line.level]}"),
            line.level,
            moment(line.start),
            moment(line.end),
            duration(line.duration),
            line.state + (f": {line.cause}" if line.cause else ""),
        )
        for line in record.steps
    ]
    changes = [(moment(one.time), one.before, one.after, one.cause) for one in record.states]
    return join(
        [
            tag("figure", timeline(record.steps, record.header.duration)) if rows else "",
            table("Steps of the recipe", "Step|Level|From>|To>|Duration>|State", rows),
            table("States of the batch", "At|Before|After|Cause", changes),
        ]
    )


_LEVELS: Mapping[str, int] = {"unit procedure": 0, "operation": 1, "phase": 2}


def prompts(record: BatchRecord, drawn: Drawn) -> Markup:
    """Questions to the operator and their answers."""
    rows = [
        (
            line.text,
            moment(line.asked),
            join([_answer(line, one) for one in line.answers]),
            ", ".join(dict.fromkeys(one.by for one in line.answers)),
            moment(line.answers[-1].time if line.answers else None),
            _settled(line),
        )
        for line in record.prompts
    ]
    return table("Prompts", "Prompt|Asked>|Answer|By|Answered>|State", rows)


def _settled(line: PromptLine) -> Markup:
    """Whether a prompt is settled; a value that was changed since its first entry carries a mark (Annex 11, 8)."""
    state = chip("unverified", "major") if line.unverified else chip("open", "major")
    return join(
        [
            chip("settled", "good") if line.accepted else state,
            chip("changed", "minor") if line.changed else "",
        ]
    )


def _answer(line: PromptLine, one: Answer) -> Markup:
    beside = [tag("div", tag("small", note)) for note in notes(one)]
    return join([tag("div", words(line, one)), *beside])


def samples(record: BatchRecord, drawn: Drawn) -> Markup:
    """Samples and what the laboratory reported: one column a quantity and unit."""
    results = {line.sample: _results(line) for line in record.samples}
    kinds = list(dict.fromkeys(kind for found in results.values() for kind in found))
    changed = _changed(record)
    rows = [
        (
            _marked(line.sample, changed.get(line.sample, ())),
            moment(line.taken),
            *(number(results[line.sample].get(kind)) for kind in kinds),
            duration(max(one.reported for one in line.results) - line.taken) if line.results else "–",
            tag("span", ", ".join(line.missing), class_="lacking"),
        )
        for line in record.samples
    ]
    heads = [f"{name} ({unit_text(unit)})" if unit_text(unit) else name for name, unit in kinds]
    measured = "".join(f"{head.replace('|', '/')}>|" for head in heads)
    return table("Samples", f"Sample|Taken at>|{measured}Reported after>|No result of", rows)


def _changed(record: BatchRecord) -> Mapping[str, list[str]]:
    """What was changed of a sample's results since they were first entered, each in words (EU GMP Annex 11, 8)."""
    found: dict[str, list[str]] = {}
    for one in record.exceptions:
        if one.group == "changed entry" and one.kind == "sample":
            found.setdefault(one.subject, []).append(one.text)
    return found


def _marked(text: str, changes: Sequence[str]) -> Markup:
    """A text with a mark and the history of what was changed there."""
    history = [tag("div", tag("small", change)) for change in changes]
    return join([text, " ", chip("changed", "minor"), *history]) if history else join([text])


def _results(line: SampleLine) -> dict[tuple[str, str], float | None]:
    """The reported values by quantity and unit."""
    return {(one.quantity, one.unit): one.value for result in line.results for one in result.values}


def materials(record: BatchRecord, drawn: Drawn) -> Markup:
    """What went into the vessel."""
    rows = [
        (
            line.title,
            moment(line.time),
            quantity(line.amount, line.unit),
            line.step,
            "critical" if line.critical else "",
            chip(*_STATUS[line.status]),
        )
        for line in record.materials
    ]
    return table("Materials added", "Material|At>|Amount>|Step|Kind|Outcome", rows)


_STATUS: Mapping[str, tuple[str, str]] = {
    "done": ("done", "good"),
    "refused": ("refused", "major"),
    "unknown": ("unknown", "critical"),
    "open": ("no outcome", "critical"),
}


def moves(record: BatchRecord, drawn: Drawn) -> Markup:
    """Commands to the equipment, set-points of the loops, commands to the batch."""
    discrete = [
        (
            f"{line.kind} {line.target}".rstrip(),
            moment(line.intended),
            quantity(line.value, line.unit),
            "–" if line.applied is None else quantity(line.applied, line.unit),
            line.step,
            join([chip(*_STATUS[line.status]), " ", line.detail, _reconciled(line)]),
        )
        for line in record.moves
    ]
    loops = [
        (line.loop, moment(line.time), quantity(line.setpoint, line.unit), line.mode, line.cause)
        for line in record.setpoints
    ]
    given = [
        (line.command, moment(line.time), line.by, "accepted" if line.accepted else "refused", line.reason)
        for line in record.commands
    ]
    return join(
        [
            table("Commands to the equipment", "Command|At>|Intended>|Applied>|Step|Outcome", discrete),
            table("Set-points and modes of the loops", "Loop|At>|Set-point>|Mode|Cause", loops),
            table("Commands to the batch", "Command|At>|By|Outcome|Reason", given),
        ]
    )


def _reconciled(line: MoveLine) -> str:
    return f" Reconciled by the operator: {line.reconciled}" if line.reconciled else ""


def loops(record: BatchRecord, drawn: Drawn) -> Markup:
    """What the regulatory loops did."""
    rows = [
        (
            line.title,
            line.tag,
            line.actuator,
            *(quantity(one, line.unit) for one in (line.low, line.mean, line.high)),
            percent(line.within_normal),
        )
        for line in record.loops
    ]
    columns = "Loop|Holds|By|Lowest output>|Mean output>|Highest output>|Its tag in NOR>"
    return table("Regulatory loops", columns, rows)
