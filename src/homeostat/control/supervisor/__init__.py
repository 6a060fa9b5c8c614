"""The supervisor: what stands between a plan and an actuator, and what happens when there is no plan.

    facts of a scan -> ladder (which rung, whose outputs) -> envelope (range, rate, a number) -> outputs of the loops

It computes no plan and knows no model: it is a pure fold over plain numbers, small enough to be read in one sitting.
"""

from homeostat.control.supervisor.course import Course
from homeostat.control.supervisor.envelope import Clamp, Envelope
from homeostat.control.supervisor.ladder import (
    EXPIRED,
    NOT_YET,
    REFUSED,
    UNDECIDED,
    Authority,
    Decision,
    Facts,
    Proposal,
    Rules,
    Rung,
    Standing,
    climb,
    lapsed,
    lowered,
)

__all__ = [
    "EXPIRED",
    "NOT_YET",
    "REFUSED",
    "UNDECIDED",
    "Authority",
    "Clamp",
    "Course",
    "Decision",
    "Envelope",
    "Facts",
    "Proposal",
    "Rules",
    "Rung",
    "Standing",
    "climb",
    "lapsed",
    "lowered",
]
