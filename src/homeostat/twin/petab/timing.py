"""When the switches of a model change under every condition, and what they read in between.

In: switches, dynamics and the settings of the conditions. Out: `Timing`: segments that all conditions share, with the
switches of each condition in them. A change lies where a condition's two sides are equal, solved exactly.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.algebra import SYMBOLS
from homeostat.twin.engine import Segment
from homeostat.twin.petab.conditions import Setting
from homeostat.twin.petab.expression import TIME, Expression, Scope
from homeostat.twin.petab.kinetics import Dynamics
from homeostat.twin.petab.switches import Switch


@dataclass(frozen=True)
class Timing:
    """Shared `segments`, and `inputs` (n conditions, segments, switches) in them; no segment without a switch."""

    segments: tuple[Segment, ...]
    inputs: NDArray[np.float64] | None


def timing(dynamics: Dynamics, switches: Sequence[Switch], settings: Sequence[Setting], end: float) -> Timing:
    """Return the segments from 0 to `end`.

    Raises `TwinError` for a condition that is not linear in time, or changes at a time that is being estimated.
    """
    if not switches:
        return Timing((), None)
    changes = {t for s in settings for w in switches if 0.0 < (t := _change(dynamics, w, s)) < end}
    starts = [0.0, *sorted(changes)]
    middles = [0.5 * (a + b) for a, b in pairwise([*starts, max(end, starts[-1] + 1.0)])]
    inputs = [
        [[float(_at(dynamics, w.condition, s, ca.SX(t))) for w in switches] for t in middles]
        for s in settings
    ]
    return Timing(tuple(Segment(t) for t in starts), np.array(inputs))


def _at(dynamics: Dynamics, expression: Expression, setting: Setting, time: ca.SX) -> ca.SX:
    values: Mapping[str, object] = {**setting.known, TIME: time}
    return ca.SX(Scope(values, dynamics.definitions, SYMBOLS, dynamics.network.path).evaluate(expression))


def _change(dynamics: Dynamics, switch: Switch, setting: Setting) -> float:
    """Return the time at which both sides are equal; infinite where they never are."""
    time = ca.SX.sym("time")
    distance = _at(dynamics, switch.distance, setting, time)
    slope = ca.jacobian(distance, time)
    free = [s.name() for s in ca.symvar(ca.vertcat(slope, ca.substitute(distance, time, 0.0)))]
    if free:
        raise TwinError(
            "a step in time is not at a known moment: it depends on an estimated parameter, or not linearly on time",
            where=dynamics.network.path,
            mend="compare time with numbers, conditions' values or parameters that are not estimated",
        )
    rise, begin = float(slope), float(ca.evalf(ca.substitute(distance, time, 0.0)))
    return -begin / rise if rise else math.inf
