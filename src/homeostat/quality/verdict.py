"""The verdict in words, and how much went as it should."""

from collections.abc import Mapping

from homeostat.quality.exceptions import Matter
from homeostat.quality.model import ExceptionReport, Passed
from homeostat.quality.wording import count


def summary(matter: Matter) -> str:
    """The record in three short sentences: state, quality attributes, alarms."""
    return " ".join([_state(matter), _attributes(matter), _alarms(matter)])


def passed(report: ExceptionReport) -> Passed:
    """Pairs (passed, all) of what the rules looked at, by the section of the record."""
    tallies = {check.rule: (check.passed, check.checked) for check in report.checks}
    return Passed(**{section: tallies.get(rule, (0, 0)) for section, rule in _RULES.items()})


_RULES: Mapping[str, str] = {
    "attributes": "attributes",
    "parameters": "parameters",
    "steps": "phases",
    "prompts": "prompts",
    "samples": "samples",
    "commands": "moves",
    "tags": "readings",
}
"""The rule whose count a section of the record shows first."""


def _state(matter: Matter) -> str:
    header = matter.header
    return (
        f"{header.state.capitalize()}." if header.finished else f"Not finished: the batch is {header.state}."
    )


def _attributes(matter: Matter) -> str:
    lines = matter.attributes
    if not lines:
        return "No quality attributes are declared."
    within = sum(line.verdict == "within" for line in lines)
    judged = sum(line.verdict in {"within", "outside"} for line in lines)
    text = f"{within} of {count(len(lines), 'quality attribute')} within specification"
    out = sum(line.verdict == "pending" for line in lines) if matter.header.finished else 0
    missing = len(lines) - judged - out
    text += f", {missing} not measured" if missing else ""
    return f"{text}, {out} with the laboratory." if out else f"{text}."


def _alarms(matter: Matter) -> str:
    alarms = matter.alarms
    if not alarms:
        return "No alarms."
    standing = sum(line.standing for line in alarms)
    return f"{count(len(alarms), 'alarm')}, {standing or 'none'} standing."
