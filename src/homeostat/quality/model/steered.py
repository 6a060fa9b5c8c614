"""What predictive controllers did: rungs, plans, and the move that waits for a person."""

from homeostat.quality.model.base import Part


class RungLine(Part):
    """A controller went from one rung of its ladder to another, or was given another authority, and why."""

    time: int
    before: str
    rung: str
    authority: str
    reason: str


class WaitingLine(Part):
    """A move that waits for its approval until `expires` (µs), and what it would be."""

    proposal: str
    made: int
    expires: int | None
    text: str


class DrivenLine(Part):
    """A loop that a controller moves, within the range that was validated for it."""

    loop: str
    title: str
    unit: str
    low: float
    high: float


class SaidLine(Part):
    """What a person said to a controller, or that it could not be followed."""

    time: int
    text: str


class ControllerLine(Part):
    """A controller: its authority and rung at the end, since when and why, what it was asked and what came of it.

    `plans` were made, `failed` found none, `late` had no answer in time, `clamped` counts outputs that were not let
    through as planned. `last` says the newest plan in a sentence, made at `planned`.
    """

    controller: str
    title: str
    authority: str
    rung: str
    since: int
    why: str
    plans: int
    failed: int
    late: int
    clamped: int
    last: str
    planned: int | None
    driven: tuple[DrivenLine, ...]
    changes: tuple[RungLine, ...]
    said: tuple[SaidLine, ...]
    waiting: WaitingLine | None
