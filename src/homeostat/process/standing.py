"""How bad each kind of alarm is, and how long there is to answer it, where a process settles nothing (assumptions).

In: an alarm's name, and what a process settles on it. Out: its kind, and its priority by the table in `urgency`.
"""

from collections.abc import Mapping

from homeostat.process.alarms import AlarmRule
from homeostat.process.units import Quantity, compatible
from homeostat.process.urgency import HOUR, MINUTES, PRIORITIES, Priority, Severity, haste

SHIFT = Quantity(8.0, "h")

STANDING: Mapping[str, tuple[Severity, Quantity]] = {
    "normal": ("minor", SHIFT),
    "proven": ("major", HOUR),
    "hard": ("severe", MINUTES),
    "health": ("minor", MINUTES),
    "signal": ("minor", SHIFT),
    "result": ("major", SHIFT),
    "alert": ("major", SHIFT),
    "action": ("major", HOUR),
    "blind": ("major", HOUR),
    "last-plan": ("minor", SHIFT),
    "loops": ("major", SHIFT),
    "lowered": ("major", SHIFT),
    "hold": ("major", HOUR),
    "fault": ("major", HOUR),
}
"""Severity and time to respond by kind."""


def kind_of(alarm: str) -> str:
    """A limit is told by its last two parts, whatever its parameter is called; then the first part decides."""
    parts = alarm.split(".")
    if len(parts) > 2 and parts[-1] in ("low", "high"):
        return parts[-2]
    if parts[0] == "twin":
        return {"belief": "fault", "result": "result"}.get(parts[1] if parts[1:] else "", "signal")
    return "signal" if parts[0] == "signal" else parts[-1]


def priority_of(alarm: str, rule: AlarmRule) -> Priority | None:
    """The priority of `alarm` by `rule` and, where that is silent, as it stands; None for one of no known kind."""
    if rule.priority is not None:
        return rule.priority
    severity, time = STANDING.get(kind_of(alarm), (rule.severity, rule.time_to_respond))
    severity, time = rule.severity or severity, rule.time_to_respond or time
    if severity is None or time is None or not compatible(time.unit, "s"):
        return None
    return PRIORITIES[severity, haste(time.to("s"))]
