"""The relay experiment (Åström and Hägglund 1984, Automatica 20:645-651): the plant tells its ultimate point itself.

A relay in the controller's place makes the loop oscillate with nearly its ultimate period; by the describing function
of a relay with hysteresis ε the ultimate gain is 4 d / (π √(a² - ε²)), d being the relay's amplitude and a the tag's.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from homeostat.errors import ControlError

CYCLES = 3
"""So many whole cycles are averaged."""
AGREE = 0.1
"""Their periods agree within this share."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay: outputs `centre` ± `amplitude`, switching when the tag leaves `setpoint` ± `hysteresis`.

    With `reverse` action the output is high while the tag is low.
    """

    setpoint: float
    centre: float
    amplitude: float
    hysteresis: float
    reverse: bool = True


@dataclass(frozen=True, slots=True)
class Oscillation:
    """What a relay experiment found: `period` (hours), the tag's `amplitude`, and the `ultimate` gain."""

    period: float
    amplitude: float
    ultimate: float


def relay_test(
    plant: Callable[[float], float], relay: Relay, *, first: float, longest: int
) -> tuple[list[float], list[float]]:
    """Outputs and readings of an experiment: `plant` holds an output for one scan and tells the reading after it.

    `first` is the reading at the start. The experiment ends with `CYCLES` whole cycles that agree, and after `longest`
    scans at the latest. A reading that is NaN leaves the relay as it is.
    """
    outputs, values, switches = list[float](), [first], list[int]()
    high = (first <= relay.setpoint) == relay.reverse
    for scan in range(longest):
        turned = _switched(relay, high, values[-1])
        if turned and not high:
            switches.append(scan)
        high = high != turned
        if _agree(switches):
            break
        outputs.append(relay.centre + (relay.amplitude if high else -relay.amplitude))
        values.append(plant(outputs[-1]))
    return outputs, values[: len(outputs)]


def oscillation(relay: Relay, outputs: Sequence[float], values: Sequence[float], hours: float) -> Oscillation:
    """What the last whole cycles of an experiment tell. Raises ControlError where the loop did not oscillate."""
    high = [output > relay.centre for output in outputs]
    ups = [k for k in range(1, len(high)) if high[k] and not high[k - 1]]
    ups = [*ups, len(high)] if ups and not high[-1] else ups
    if len(ups) < 3:
        mend = "give a larger --size, or begin where the tag is at its set-point"
        raise ControlError("the loop did not oscillate under the relay", mend=mend)
    ups = ups[-CYCLES - 1 :]
    period = (ups[-1] - ups[0]) / (len(ups) - 1) * hours
    cycles = [_known(values[a:b]) for a, b in pairwise(ups)]
    amplitude = sum(0.5 * (max(cycle) - min(cycle)) for cycle in cycles) / len(cycles)
    if not amplitude > relay.hysteresis:
        raise ControlError("the tag hardly moved under the relay", mend="give a larger --size")
    root = math.sqrt(amplitude**2 - relay.hysteresis**2)
    return Oscillation(period, amplitude, 4.0 * relay.amplitude / (math.pi * root))


def _switched(relay: Relay, high: bool, value: float) -> bool:
    """Whether the relay turns over at a reading."""
    above = value - relay.setpoint if relay.reverse else relay.setpoint - value
    return above > relay.hysteresis if high else above < -relay.hysteresis


def _agree(switches: Sequence[int]) -> bool:
    """Whether the last cycles are as long as each other."""
    last = switches[-CYCLES - 1 :]
    lengths = [b - a for a, b in pairwise(last)]
    return len(lengths) == CYCLES and max(lengths) - min(lengths) <= max(AGREE * max(lengths), 1)


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if value == value] or [0.0]
