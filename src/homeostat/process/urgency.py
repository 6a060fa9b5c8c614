"""How urgent an alarm is: looked up, never chosen, by how bad no answer is and how long there is to answer.

The form of the table is that of ISA-18.2-2016; its entries are assumptions.
"""

from collections.abc import Mapping
from typing import Literal

from homeostat.process.units import Quantity

Priority = Literal["low", "medium", "high", "critical"]
Severity = Literal["minor", "major", "severe"]
Haste = Literal["hours", "within the hour", "minutes"]

MINUTES = Quantity(15.0, "min")  # what has to be answered sooner is a matter of minutes (assumption)
HOUR = Quantity(1.0, "h")

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
"""Consequence times time to respond."""


def haste(seconds: float) -> Haste:
    """The table's column for so many seconds to respond."""
    if seconds <= MINUTES.to("s"):
        return "minutes"
    return "within the hour" if seconds <= HOUR.to("s") else "hours"
