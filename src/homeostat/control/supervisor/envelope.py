"""The envelope: clamps that stand outside the optimiser, and are applied again where an output leaves for its actuator.

Whatever a plan says, an output stays within its validated range, moves no faster than is allowed, and is a number.
"""

from dataclasses import dataclass
from typing import Literal

Clamp = Literal["", "not a number", "range", "change", "switch"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The validated range of an output in its unit, and the largest change at one move (None: any).

    With a `least`, the output is a switch: at its low end, or at least that much.
    """

    low: float
    high: float
    change: float | None = None
    least: float | None = None

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

    def _switched(self, output: float) -> float:
        """A switch stands at its low end or gives its least, whichever is nearer."""
        if self.least is None or not self.low < output < self.least:
            return output
        return self.low if output - self.low < 0.5 * (self.least - self.low) else self.least
