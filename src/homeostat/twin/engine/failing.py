"""Why a run ended where it did: between which hours, which state was at its bounds, and which jump had been made.

In: the simulator and the interval that failed. Out: a `Failure`, for people; nothing is computed with it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError
from homeostat.twin.engine.scales import UNSEEN, scales
from homeostat.twin.engine.schedule import Jump
from homeostat.twin.engine.simulator import Simulator
from homeostat.twin.engine.status import Status

HALVINGS = 20
"""Of the failed interval, to find its last hour that can be reached."""
SOON = 1e-3
"""A state that would reach its bound within this share of the interval, beyond the last hour reached, leaves it."""


@dataclass(frozen=True)
class Failure:
    """Where a run ended: between `after_h` and `before_h`, or at that hour, by `jump` if one is made then.

    `state` left its bounds, or was about to, at `value`; empty where it was none. `outputs` are those that were no
    finite numbers at states which were. `mend` is what can be done.
    """

    after_h: float
    before_h: float
    jump: Jump | None = None
    state: str = ""
    value: float = math.nan
    mend: str = ""
    outputs: tuple[str, ...] = ()


def after_jump(simulator: Simulator, x: Sequence[float], hour: float, jump: Jump | None) -> Failure:
    """The failure of states `x` that are not possible at `hour`: the one farthest beyond its bounds is named."""
    states = simulator.signature.states
    beyond = [
        max(q.low - value, value - q.high) / scale
        for q, value, scale in zip(states, x, scales(states), strict=True)
    ]
    worst = max(range(len(x)), key=lambda k: beyond[k] if beyond[k] > 0.0 else 0.0)
    if not beyond[worst] > 0.0:
        return Failure(hour, hour, jump)
    return Failure(hour, hour, jump, states.names[worst], x[worst])


def no_number(hour: float, outputs: tuple[str, ...]) -> Failure:
    """The failure of `outputs` that are not finite at the states of `hour`."""
    mend = (
        "look in their equations for what is divided by 0, and for a log, a root or a power of what is 0 or less; "
        "m.maximum keeps it above"
    )
    return Failure(hour, hour, mend=mend, outputs=outputs)


def on_the_way(
    simulator: Simulator,
    given: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]],
    start: float,
    end: float,
    jump: Jump | None = None,
) -> Failure:
    """The failure of integration from states, inputs and parameters `given` at `start`, after `jump`, before `end`."""
    x, u, p = given
    reached, tried = 0.0, end - start
    last, status = x, Status.OK
    for _ in range(HALVINGS):
        middle = 0.5 * (reached + tried)
        there, ended, _ = simulator.advance(x, u, p, middle)
        if ended is Status.OK:
            reached, last = middle, there
        else:
            tried, status = middle, ended
    made = None if reached else jump
    left = None
    if status is not Status.NON_FINITE:
        left = _leaving(simulator, (last, u, p), SOON * (end - start)) or _arrived(simulator, x, last)
    if left is None:
        return Failure(start + reached, start + tried, made)
    place, down = left
    mend = _running_out(simulator, place) if down else ""
    state = simulator.signature.states.names[place]
    return Failure(start + reached, start + tried, made, state, last[place], mend)


def _running_out(simulator: Simulator, place: int) -> str:
    """What to do about a state that runs out within a step: below the absolute tolerance its rate is not seen."""
    states = simulator.signature.states
    q, allowed = states.quantities[place], simulator.tolerance.allowed(states)[place]
    if q.low != 0.0:
        return ""
    return (
        f"let what lowers {q.name} end as it runs out, by a half-saturation well above {allowed:.2g} {q.unit}, the "
        "error allowed in it; for a smaller one declare a smaller size: state(..., scale=...)"
    )


def _leaving(
    simulator: Simulator,
    at: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]],
    within_h: float,
) -> tuple[int, bool] | None:
    """The place of the state that reaches a bound first at the rate of now, and whether it falls; None if not soon.

    One that moves by less than its absolute tolerance meanwhile stays where it is: so ends whatever has run out.
    """
    states = simulator.signature.states
    try:
        rates, _ = simulator.model.evaluate(*at)
    except (ArithmeticError, ValueError, TwinError):  # rates that cannot be told in plain numbers
        return None
    soonest, found = within_h, None
    allowed = simulator.tolerance.allowed(states)
    for place, (q, value, rate) in enumerate(zip(states, at[0], rates, strict=True)):
        room = value - q.low if rate < 0.0 else q.high - value
        if abs(rate) * within_h > allowed[place] and room <= soonest * abs(rate):
            soonest, found = max(room, 0.0) / abs(rate), (place, rate < 0.0)
    return found


def _arrived(simulator: Simulator, before: Sequence[float], now: Sequence[float]) -> tuple[int, bool] | None:
    """The place of a state that came from well within its bounds to one of them, and whether to the lower."""
    states = simulator.signature.states
    for place, (q, error) in enumerate(zip(states, simulator.tolerance.allowed(states), strict=True)):
        for down, room, earlier in (
            (True, now[place] - q.low, before[place] - q.low),
            (False, q.high - now[place], q.high - before[place]),
        ):
            if room <= error and earlier > UNSEEN * error:
                return place, down
    return None
