"""Why a run ended where it did: between which hours, which state was at its bounds, and which jump had been made.

In: the simulator and the interval that failed. Out: a `Failure`, for people; nothing is computed with it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError
from homeostat.twin.engine.scales import scales
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

    `state` left its bounds, or was about to, at `value`; empty where it was none.
    """

    after_h: float
    before_h: float
    jump: Jump | None = None
    state: str = ""
    value: float = math.nan


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
    state = _leaving(simulator, (last, u, p), SOON * (end - start)) if status in _AT_BOUNDS else ""
    value = last[simulator.signature.states.index(state)] if state else math.nan
    return Failure(start + reached, start + tried, None if reached else jump, state, value)


_AT_BOUNDS = (Status.OK, Status.OUT_OF_BOUNDS)
"""With OK no half of the interval failed: what did lies at its end."""


def _leaving(
    simulator: Simulator,
    at: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]],
    within_h: float,
) -> str:
    """The state that reaches a bound first if it goes on at the rate of now; empty where none does soon."""
    states = simulator.signature.states
    try:
        rates, _ = simulator.model.evaluate(*at)
    except (ArithmeticError, ValueError, TwinError):  # rates that cannot be told in plain numbers
        return ""
    soonest, found = within_h, ""
    for q, value, rate in zip(states, at[0], rates, strict=True):
        room = value - q.low if rate < 0.0 else q.high - value
        if rate and room <= soonest * abs(rate):
            soonest, found = max(room, 0.0) / abs(rate), q.name
    return found
