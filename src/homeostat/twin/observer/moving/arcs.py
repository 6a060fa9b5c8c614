"""The window of a moving horizon as data: intervals with what was read at their ends, and what lies behind them.

Everything is immutable and plain; a reading keeps the variance it was believed to have when it came.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from homeostat.twin.observer.filter import Vector
from homeostat.twin.observer.memory import Shadow
from homeostat.twin.optimal import Outcome

SAME = 1e-9
"""Hours within which two times are one."""


class Read(NamedTuple):
    """A signal (by position) read `value`, with the `variance` of its own error."""

    signal: int
    value: float
    variance: float


@dataclass(frozen=True, slots=True)
class Arc:
    """`hours` with `inputs` held, then `readings`.

    `scatter` are standard deviations of the disturbances in an hour; `mean` is what the filter expected at the end.
    """

    hours: float
    inputs: Vector
    scatter: Vector
    mean: Vector
    readings: tuple[Read, ...] = ()

    def joined(self, later: "Arc") -> "Arc":
        """This interval, which ends without readings, and the `later` one as a single one with mean inputs."""
        hours = self.hours + later.hours
        pairs = zip(self.inputs, later.inputs, strict=True)
        inputs = tuple([(a * self.hours + b * later.hours) / hours for a, b in pairs])
        return replace(later, hours=hours, inputs=inputs, scatter=self.scatter)

    def parted(self, hours: float, before: Vector) -> "tuple[Arc, Arc]":
        """The first `hours` of it and the rest; `before` is what was expected where it begins."""
        share = hours / self.hours
        mean = tuple([a + share * (b - a) for a, b in zip(before, self.mean, strict=True)])
        return replace(self, hours=hours, mean=mean, readings=()), replace(self, hours=self.hours - hours)


@dataclass(frozen=True, slots=True)
class Moving:
    """What a moving horizon carries on.

    `behind` is the filter where the window begins, `present` the filter now; `arcs` lie between them. `solved` is the
    last outcome, None after a failure or a jump, and `since` the number of intervals that were added after it.
    """

    behind: Shadow
    present: Shadow
    arcs: tuple[Arc, ...] = ()
    solved: Outcome | None = None
    since: int = 0

    @property
    def time(self) -> float:
        """The present, in hours."""
        return self.present.time
