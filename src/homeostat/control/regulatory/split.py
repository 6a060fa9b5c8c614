"""Split range: one controller's output, shared out between actuators.

An actuator stands at its `low` while the controller's output is at `start`, at its `high` at `end`, and between them in
proportion; beyond both it stays where it is. `end` may lie below `start`: acid comes in as the output falls.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Travel:
    """One actuator's share of the way: from `low` at the output `start` to `high` at the output `end`."""

    actuator: str
    start: float
    end: float
    low: float
    high: float

    def at(self, output: float) -> float:
        """Where the actuator stands at a controller's output."""
        share = min(max((output - self.start) / (self.end - self.start), 0.0), 1.0)
        return self.low + share * (self.high - self.low)

    def output(self, value: float) -> float:
        """The controller's output at which the actuator stands at `value`, brought into its range."""
        value = min(max(value, self.low), self.high)
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def shared(travels: Sequence[Travel], output: float) -> tuple[tuple[str, float], ...]:
    """Every actuator with where it stands at `output`, in their order."""
    return tuple([(travel.actuator, travel.at(output)) for travel in travels])


def stretch(travels: Sequence[Travel], output: float, limit: float) -> tuple[float, float]:
    """The next stretch from `output` towards `limit` on which an actuator moves: where it begins and ends.

    Within a stretch every actuator moves in proportion to the output. Both ends are `output` where nothing moves.
    """
    rising = limit > output
    turns = {end for travel in travels for end in (travel.start, travel.end)} | {limit}
    ahead = [turn for turn in turns if (output < turn <= limit if rising else limit <= turn < output)]
    begin = output
    for turn in sorted(ahead, reverse=not rising):
        middle = 0.5 * (begin + turn)
        if any(min(travel.start, travel.end) < middle < max(travel.start, travel.end) for travel in travels):
            return begin, turn
        begin = turn
    return output, output
