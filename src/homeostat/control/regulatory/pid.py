"""PID in the ISA standard and in the parallel form, with anti-windup and bumpless transfer.

    standard:  u = K (b r - y + 1/Ti ∫ e dt + Td d(c r - y)/dt)        e = ±(set-point r - measurement y)
    parallel:  u = K (b r - y) + Ki ∫ e dt + Kd d(c r - y)/dt

By default the set-point acts in full through the gain (b = 1) and not at all through the derivative (c = 0), which is
filtered by Td/N. At a limit the integral is held back by conditional integration or, with a tracking time Tt, follows
by back-calculation (Åström and Hägglund 2006, Advanced PID Control, sections 3.3 to 3.6). In manual, under an
override, and while the reading cannot be used, the integral follows the output, so that the change back to automatic
makes no bump. A loop without integral action keeps its bias instead.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Mode = Literal["manual", "auto"]
Form = Literal["standard", "parallel"]
FILTER = 10.0  # derivative filter: Td / FILTER, the customary 8 to 20 (Åström and Hägglund 2006, section 3.3)


@dataclass(frozen=True, slots=True)
class Tuning:
    """A loop's constants: `gain` in output units per unit of the tag, times in hours, output limits in its unit.

    `integral` and `derivative` are times in the standard form and gains (per hour, times hour) in the parallel one;
    `integral` 0 switches integral action off. Inside `deadband` (in tag units) the error counts as zero.
    `setpoint_weight` is b, `derivative_weight` c, `filter` N. `tracking` is the time of back-calculation (0:
    conditional integration), `rate` the fastest change of the output per hour (0: any).
    """

    gain: float
    integral: float
    derivative: float
    low: float
    high: float
    reverse: bool = True
    deadband: float = 0.0
    form: Form = "standard"
    setpoint_weight: float = 1.0
    derivative_weight: float = 0.0
    filter: float = FILTER
    tracking: float = 0.0
    rate: float = 0.0


class PidState(NamedTuple):
    """What a loop remembers: integral term and output (output units), last measurement, filtered slope (1/h).

    `setpoint` is the last one, which the derivative sees where it has a weight.
    """

    integral: float
    output: float
    measurement: float | None = None
    slope: float = 0.0
    setpoint: float = 0.0


def step(
    tuning: Tuning,
    state: PidState,
    *,
    mode: Mode,
    setpoint: float,
    measurement: float,
    usable: bool,
    hours: float,
    feed: float = 0.0,
    override: float | None = None,
    reach: tuple[float, float] | None = None,
) -> PidState:
    """The loop's state after one scan of `hours`; its `output` is the move.

    A NaN or unusable measurement leaves the output as it is. `feed` is what is fed forward, in output units.
    `override` is an output that something else decides (a loop beneath that does not listen, a supervisor): it is
    taken, and the integral follows. `reach` are the limits of this scan, within those of the tuning.
    """
    if not usable or measurement != measurement:
        held = state.output if override is None else _within(override, tuning.low, tuning.high)
        return PidState(_bias(tuning, state, held), held, None, 0.0, setpoint)
    slope = _slope(tuning, state, setpoint, measurement, hours)
    error = _error(tuning, setpoint, measurement)
    rest = _rest(tuning, error, setpoint, slope)
    if feed != 0.0:
        rest += feed
    told = override if override is not None else state.output if mode == "manual" else None
    if told is not None:
        output = told if override is None else _within(told, tuning.low, tuning.high)
        return PidState(_bias(tuning, state, output - rest), output, measurement, slope, setpoint)
    start = state.integral if state.measurement is not None else _bias(tuning, state, state.output - rest)
    grown = start + _growth(tuning, error, hours)
    wanted = grown + rest
    output = _within(wanted, *_limits(tuning, state, hours, reach))
    integral = _held_back(tuning, start, grown, wanted, output, hours)
    return PidState(integral, output, measurement, slope, setpoint)


def retuned(before: Tuning, after: Tuning, state: PidState) -> PidState:
    """The state with which `after` goes on where `before` stood, without a bump.

    A loop without integral action before or after keeps its bias: the new gain then shows at once.
    """
    if state.measurement is None or before.integral <= 0.0 or after.integral <= 0.0:
        return state
    rests = [
        _rest(tuning, _error(tuning, state.setpoint, state.measurement), state.setpoint, state.slope)
        for tuning in (before, after)
    ]
    integral = state.integral + rests[0] - rests[1]
    return PidState(integral, state.output, state.measurement, state.slope, state.setpoint)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _limits(
    tuning: Tuning, state: PidState, hours: float, reach: tuple[float, float] | None
) -> tuple[float, float]:
    """The output's limits in this scan: its range, what the loop beneath can follow, and how fast it may change."""
    low, high = tuning.low, tuning.high
    if reach is not None:
        low, high = _within(reach[0], low, high), _within(reach[1], low, high)
    if tuning.rate > 0.0:
        step_size = tuning.rate * hours
        low = _within(state.output - step_size, low, high)
        high = _within(state.output + step_size, low, high)
    return low, high


def _held_back(
    tuning: Tuning, start: float, grown: float, wanted: float, output: float, hours: float
) -> float:
    """The integral that is kept: a limited output pulls it back (tracking), or it does not grow further that way."""
    if tuning.tracking > 0.0:
        return grown + (output - wanted) * min(hours / tuning.tracking, 1.0)
    pushing = (wanted - output) * (grown - start) > 0.0
    return start if pushing else grown


def _growth(tuning: Tuning, error: float, hours: float) -> float:
    """By how much the integral term grows in one scan."""
    if tuning.integral <= 0.0:
        return 0.0
    if tuning.form == "parallel":
        return tuning.integral * error * hours
    return tuning.gain * error * hours / tuning.integral


def _rest(tuning: Tuning, error: float, setpoint: float, slope: float) -> float:
    """All of the output but its integral term and what is fed forward."""
    sign = 1.0 if tuning.reverse else -1.0
    if tuning.setpoint_weight != 1.0:
        error -= (1.0 - tuning.setpoint_weight) * sign * setpoint
    if tuning.form == "parallel":
        return tuning.gain * error - tuning.derivative * sign * slope
    return tuning.gain * (error - tuning.derivative * sign * slope)


def _bias(tuning: Tuning, state: PidState, bumpless: float) -> float:
    """The integral term that makes no bump; a loop without integral action keeps its bias: nothing would mend it."""
    return bumpless if tuning.integral > 0.0 else state.integral


def _error(tuning: Tuning, setpoint: float, measurement: float) -> float:
    """The control error with the loop's sign; zero inside the deadband."""
    error = setpoint - measurement if tuning.reverse else measurement - setpoint
    return 0.0 if -tuning.deadband <= error <= tuning.deadband else error


def _slope(tuning: Tuning, state: PidState, setpoint: float, measurement: float, hours: float) -> float:
    """The filtered slope of the measurement (less c times the set-point), by backward difference."""
    if tuning.derivative <= 0.0 or state.measurement is None:
        return 0.0
    raw = (measurement - state.measurement) / hours
    if tuning.derivative_weight != 0.0:
        raw -= tuning.derivative_weight * (setpoint - state.setpoint) / hours
    filter_time = _derivative_time(tuning) / tuning.filter
    return (filter_time * state.slope + hours * raw) / (filter_time + hours)


def _derivative_time(tuning: Tuning) -> float:
    """Td; in the parallel form Kd / K."""
    if tuning.form == "standard":
        return tuning.derivative
    return tuning.derivative / tuning.gain if tuning.gain > 0.0 else 0.0
