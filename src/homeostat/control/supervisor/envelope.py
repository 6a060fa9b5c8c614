"""The envelope: clamps that stand outside the optimiser, and are applied again where an output leaves for its actuator.

Whatever a plan says, an output stays within its validated range, moves no faster than is allowed, and is a number.
"""

from dataclasses import dataclass
from typing import Literal

Clamp = Literal["", "not a number", "range", "change", "switch"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The validated range of an output in its unit, and the largest change at one move (None: any).

    With a `least`, the output is a switch: at its low end, or at least that much. `stride` is the largest change from
    one scan to the next (None: any): a larger move is made in as many scans as it takes.
    """

    low: float
    high: float
    change: float | None = None
    least: float | None = None
    stride: float | None = None

    def clamp(self, before: float, wanted: float) -> tuple[float, Clamp]:
        """The output that is allowed, and which clamp made it so; what is no number leaves the output as it was.

        The range is the stronger one: an output that starts outside is brought inside at once.
        """
        if wanted != wanted:
            return self.inside(before), "not a number"
        allowed: float = wanted
        why: Clamp = ""
        if self.change is not None and abs(wanted - before) > self.change:
            allowed, why = before + (self.change if wanted > before else -self.change), "change"
        if not self.low <= allowed <= self.high:
            allowed, why = self.inside(allowed), "range"
        switched = self._switched(allowed)
        return (switched, "switch") if switched != allowed else (allowed, why)

    def inside(self, output: float) -> float:
        """The output within the range, whatever it is: what is no number is at the lower end, a switch off or on."""
        within = min(max(self.low, output), self.high)
        return self._switched(within)

    def towards(self, before: float, goal: float) -> float:
        """How far an output gets from `before` in one scan; one that starts outside the range is inside at once."""
        start = self.inside(before)
        if self.stride is None or abs(goal - start) <= self.stride:
            return self.inside(goal)
        return self.inside(start + self.stride if goal > start else start - self.stride)

    def reach(self, before: float) -> tuple[float, float]:
        """The least and the greatest output that can be reached from `before` in one scan."""
        return self.towards(before, self.low), self.towards(before, self.high)

    def _switched(self, output: float) -> float:
        """A switch stands at its low end or gives its least, whichever is nearer."""
        if self.least is None or not self.low < output < self.least:
            return output
        return self.low if output - self.low < 0.5 * (self.least - self.low) else self.least
