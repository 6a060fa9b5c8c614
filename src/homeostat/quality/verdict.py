"""The verdict in words, and how much went as it should."""

from collections.abc import Iterable

from homeostat.quality.findings import Sections
from homeostat.quality.model import Passed
from homeostat.quality.wording import count


def summary(sections: Sections) -> str:
    """The record in three short sentences: state, quality attributes, alarms."""
    return " ".join([_state(sections), _attributes(sections), _alarms(sections)])


def passed(sections: Sections) -> Passed:
    """Pairs (passed, all) of everything that can pass."""
    return Passed(
        attributes=_tally(line.verdict == "within" for line in sections.attributes),
        parameters=_tally(
            line.within_proven is not None and not line.excursions for line in sections.parameters
        ),
        steps=_tally(line.state == "complete" for line in sections.steps),
        prompts=_tally(line.accepted for line in sections.prompts),
        samples=_tally(not line.missing for line in sections.samples),
        commands=_tally(line.status == "done" for line in sections.moves),
        tags=_tally(not line.gaps for line in sections.readings),
    )


def _tally(outcomes: Iterable[bool]) -> tuple[int, int]:
    known = list(outcomes)
    return sum(known), len(known)


def _state(sections: Sections) -> str:
    header = sections.header
    return (
        f"{header.state.capitalize()}." if header.finished else f"Not finished: the batch is {header.state}."
    )


def _attributes(sections: Sections) -> str:
    lines = sections.attributes
    if not lines:
        return "No quality attributes are declared."
    within = sum(line.verdict == "within" for line in lines)
    judged = sum(line.verdict in {"within", "outside"} for line in lines)
    text = f"{within} of {count(len(lines), 'quality attribute')} within specification"
    return f"{text}, {len(lines) - judged} not measured." if judged < len(lines) else f"{text}."


def _alarms(sections: Sections) -> str:
    alarms = sections.alarms
    if not alarms:
        return "No alarms."
    standing = sum(line.standing for line in alarms)
    return f"{count(len(alarms), 'alarm')}, {standing or 'none'} standing."
