"""Rationalisation: why an alarm exists, what it is answered with, and the priority that follows (ISA-18.2-2016).

A priority is looked up, never chosen: by how bad it is not to answer, and by how long there is to answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Priority = Literal["low", "medium", "high", "critical"]
Severity = Literal["minor", "major", "severe"]
Haste = Literal["hours", "within the hour", "minutes"]

MICROSECONDS = 1_000_000
HOUR = 3600 * MICROSECONDS
MINUTES = 15 * 60 * MICROSECONDS  # what has to be answered sooner is a matter of minutes (assumption)

RANK: Mapping[Priority, int] = {"low": 0, "medium": 1, "high": 2, "critical": 3}

SEVERITIES: Mapping[Severity, str] = {
    "minor": "work is repeated or a trend is lost; the product is not touched",
    "major": "a quality attribute may leave its specification",
    "severe": "the batch, and with it the patient's material, may be lost",
}

PRIORITIES: Mapping[tuple[Severity, Haste], Priority] = {
    ("minor", "hours"): "low",
    ("minor", "within the hour"): "low",
    ("minor", "minutes"): "medium",
    ("major", "hours"): "medium",
    ("major", "within the hour"): "high",
    ("major", "minutes"): "high",
    ("severe", "hours"): "high",
    ("severe", "within the hour"): "critical",
    ("severe", "minutes"): "critical",
}
"""Consequence times time to respond (the form of such tables is that of ISA-18.2-2016; the entries are assumptions)."""


@dataclass(frozen=True, slots=True)
class Rationale:
    """What was settled on an alarm: its cause, the consequence of no answer, the answer, and the time for it (µs)."""

    cause: str
    consequence: str
    severity: Severity
    response: str
    within: int

    @property
    def haste(self) -> Haste:
        """How long there is to respond, as the table's column."""
        if self.within <= MINUTES:
            return "minutes"
        return "within the hour" if self.within <= HOUR else "hours"

    @property
    def priority(self) -> Priority:
        """The priority by the table."""
        return PRIORITIES[self.severity, self.haste]
