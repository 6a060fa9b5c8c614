"""Rationalisation: why an alarm exists, what it is answered with, and the priority that follows (ISA-18.2-2016).

A priority is looked up, never chosen: by how bad it is not to answer, and by how long there is to answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from homeostat.process.urgency import PRIORITIES, Haste, Priority, Severity, haste

__all__ = [
    "HOUR",
    "MICROSECONDS",
    "MINUTES",
    "PRIORITIES",
    "RANK",
    "SEVERITIES",
    "Haste",
    "Priority",
    "Rationale",
    "Severity",
]

MICROSECONDS = 1_000_000
HOUR = 3600 * MICROSECONDS
MINUTES = 15 * 60 * MICROSECONDS

RANK: Mapping[Priority, int] = {"low": 0, "medium": 1, "high": 2, "critical": 3}

SEVERITIES: Mapping[Severity, str] = {
    "minor": "work is repeated or a trend is lost; the product is not touched",
    "major": "a quality attribute may leave its specification",
    "severe": "the batch, and with it the patient's material, may be lost",
}


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
        return haste(self.within / MICROSECONDS)

    @property
    def priority(self) -> Priority:
        """The priority by the table."""
        return PRIORITIES[self.severity, self.haste]
