"""PID in the ISA standard form, with anti-windup and bumpless transfer.

    u = K (e + 1/Ti ∫ e dt - Td dy/dt),   e = ±(set-point - measurement)

The derivative acts on the measurement and is filtered by Td/10; the integral is held back by conditional integration
when the output is at a limit (Åström and Hägglund 2006, Advanced PID Control, sections 3.4 to 3.6). In manual, and
while the reading cannot be used, the output stays where it is and the integral follows it, so that the change back to
automatic makes no bump. A loop without integral action keeps its bias instead. A new set-point acts at once through
the gain.
"""

from dataclasses import dataclass
from typing import Literal

Mode = Literal["manual", "auto"]
FILTER = 10.0  # derivative filter: Td / FILTER, the customary 8 to 20 (Åström and Hägglund 2006, section 3.3)


@dataclass(frozen=True, slots=True)
class Tuning:
    """A loop's constants: `gain` in output units per unit of the tag, times in hours, output limits in its unit.

    `integral` 0 switches integral action off; inside `deadband` (in tag units) the error counts as zero.
    """

    gain: float
    integral: float
    derivative: float
    low: float
    high: float
    reverse: bool = True
    deadband: float = 0.0


@dataclass(frozen=True, slots=True)
class PidState:
    """What a loop remembers: integral term and output (output units), last measurement, filtered slope (1/h)."""

    integral: float
    output: float
    measurement: float | None = None
    slope: float = 0.0


def step(
    tuning: Tuning,
    state: PidState,
    *,
    mode: Mode,
    setpoint: float,
    measurement: float,
    usable: bool,
    hours: float,
) -> PidState:
    """The loop's state after one scan of `hours`; its `output` is the move.

    A NaN or unusable measurement leaves the output as it is.
    """
    if not usable or measurement != measurement:
        return PidState(_bias(tuning, state, state.output), state.output, None, 0.0)
    slope = _slope(tuning, state, measurement, hours)
    error = _error(tuning, setpoint, measurement)
    sign = 1.0 if tuning.reverse else -1.0
    rest = tuning.gain * (error - tuning.derivative * sign * slope)
    if mode == "manual":
        return PidState(_bias(tuning, state, state.output - rest), state.output, measurement, slope)
    start = state.integral if state.measurement is not None else _bias(tuning, state, state.output - rest)
    grown = start + (tuning.gain * error * hours / tuning.integral if tuning.integral > 0.0 else 0.0)
    wanted = grown + rest
    output = min(max(wanted, tuning.low), tuning.high)
    pushing = (wanted - output) * (grown - start) > 0.0
    return PidState(start if pushing else grown, output, measurement, slope)


def _bias(tuning: Tuning, state: PidState, bumpless: float) -> float:
    """The integral term that makes no bump; a loop without integral action keeps its bias: nothing would mend it."""
    return bumpless if tuning.integral > 0.0 else state.integral


def _error(tuning: Tuning, setpoint: float, measurement: float) -> float:
    """The control error with the loop's sign; zero inside the deadband."""
    error = setpoint - measurement if tuning.reverse else measurement - setpoint
    return 0.0 if -tuning.deadband <= error <= tuning.deadband else error


def _slope(tuning: Tuning, state: PidState, measurement: float, hours: float) -> float:
    """The filtered slope of the measurement, by backward difference."""
    if tuning.derivative <= 0.0 or state.measurement is None:
        return 0.0
    raw = (measurement - state.measurement) / hours
    filter_time = tuning.derivative / FILTER
    return (filter_time * state.slope + hours * raw) / (filter_time + hours)
