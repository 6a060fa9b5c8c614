"""One Rosenbrock step of a model as a symbolic function: stages, sparse LU and error estimate in one straight line.

In: the model's SX function. Out: SX function (x, u, p, h) -> (x_new, error2, slack, margin[, bends]).
Methods: RODAS4, order 4(3), six stages, and RODAS3, order 3(2), four stages; both L-stable and stiffly accurate.
Between its ends a step is a cubic in time, order 3 for RODAS4 and 2 for RODAS3: results on any grid cost no steps.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

import casadi as ca
import numpy as np

from homeostat.twin.declare import Group
from homeostat.twin.engine.linear import SparseLU, factorise
from homeostat.twin.engine.scales import LEVELS, scales


@dataclass(frozen=True)
class Tableau:
    """Coefficients of an autonomous Rosenbrock method in the form that needs no product with the Jacobian."""

    name: str
    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    m: tuple[float, ...]
    e: tuple[float, ...]
    d: tuple[tuple[float, ...], tuple[float, ...]]
    """Weights of the stages in the two vectors that bend the straight line between the ends (see `interpolate`)."""


RODAS3 = Tableau(
    "rodas3",
    0.5,
    ((), (), (2.0,), (2.0, 0.0, 1.0)),
    ((), (4.0,), (1.0, -1.0), (1.0, -1.0, -8.0 / 3.0)),
    (2.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 0.0, 1.0),
    ((3.0, -1.0, -1.0, -1.0), (0.0, 0.0, -1.0, -1.0)),
)
"""Sandu et al. 1997, Atmospheric Environment 31:3459-3472. `d` is our own: it solves the conditions of order 2, and of
order 3 but one, at every point of the step (Hairer & Wanner 1996, section IV.7; tests/twin/test_ensemble.py)."""

_LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895)

RODAS4 = Tableau(
    "rodas4",
    0.25,
    (
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _LAST,
        (*_LAST, 1.0),
    ),
    (
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
        (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
    ),
    (*_LAST, 1.0, 1.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    (
        (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662),
        (-0.6762803392806898, 6.087714651680606, 16.43084320892478, 24.76722511418386, -6.594389125716872),
    ),
)
"""Hairer & Wanner, Solving Ordinary Differential Equations II, 2nd ed. 1996, section IV.7 and code RODAS (coefficients
of the autonomous form, and of its dense output)."""


BEND = 4.0 / 27.0
"""The maximum of t (1 - t)^2: a cubic that is 0 at both ends, of slope 1 at the near one and level at the far one."""


@dataclass(frozen=True)
class Tolerance:
    """Error allowed per step and state: `absolute` * scale + `relative` * |x|, with the scale of the state.

    At a `level` above 0 the absolute part is smaller by a factor (see `scales.LEVELS`).
    """

    relative: float
    absolute: float
    level: int = 0

    def allowed(self, states: Group) -> tuple[float, ...]:
        """The absolute part for each state."""
        return tuple(self.absolute * scale * LEVELS[self.level] for scale in scales(states))

    def slack(self, states: Group) -> tuple[float, ...]:
        """So far may each state stand beyond a bound, at every level: errors of rounding do not shrink with it."""
        return tuple(
            self.absolute * min(scale, max(1.0, abs(q.value)))
            for q, scale in zip(states, scales(states), strict=True)
        )


def step_function(
    model: ca.Function, states: Group, tolerance: Tolerance, tableau: Tableau, *, dense: bool = False
) -> ca.Function:
    """Trace one step of `model`, with the two bends of its dense output (see `interpolate`) if asked for: then its
    error counts as well.

    `error2` is the mean squared error over tolerance (accept when <= 1), `slack` negative if the LU lost too much
    (see `SparseLU`) and `margin` the smallest distance of `x_new` to the bounds of `states`, absolute tolerance
    included.
    """
    x, u, p = model.sx_in()
    h = ca.SX.sym("h")
    stages = _stages(model, x, u, p, h, tableau)
    x_new = stages.end
    error = _combine(tableau.e, stages.increments)
    weight = ca.DM(tolerance.allowed(states)) + tolerance.relative * ca.fmax(ca.fabs(x), ca.fabs(x_new))
    error2 = _paired(ca.vertsplit((error / weight) ** 2), operator.add) / x.shape[0]
    bends = [_combine(weights, stages.increments) for weights in tableau.d] if dense else []
    if dense:
        within = _bent_amiss(stages, x_new - x + bends[0], h) / weight
        error2 = ca.fmax(error2, _paired(ca.vertsplit(ca.fabs(within)), ca.fmax) ** 2)
    outs = [x_new, error2, stages.lu.slack(), _margin(x_new, states, tolerance.slack(states)), *bends]
    return ca.Function("step", [x, u, p, h], [ca.densify(v) for v in ca.cse(outs)])


@dataclass(frozen=True)
class _Stages:
    increments: list[ca.SX]
    first: ca.SX
    lu: SparseLU
    gamma: float
    end: ca.SX
    """The states where the step leads."""


def _stages(model: ca.Function, x: ca.SX, u: ca.SX, p: ca.SX, h: ca.SX, t: Tableau) -> _Stages:
    first = model(x, u, p)[0]
    jacobian = ca.jacobian(first, x)
    inverse_step = 1.0 / h
    diagonal = inverse_step / t.gamma
    lu = factorise(
        diagonal * ca.SX.eye(x.shape[0]) - jacobian,
        ca.fabs(diagonal) + ca.fabs(ca.diag(ca.densify(jacobian))),
    )
    k: list[ca.SX] = []
    place, before = x, t.a[0]
    for a, c in zip(t.a, t.c, strict=True):
        place = _onward(x, place, before, a, k)
        f = model(place, u, p)[0] if any(a) else first
        k.append(lu.solve(f + _combine(c, k) * inverse_step if any(c) else f))
        before = a
    return _Stages(k, first, lu, t.gamma, _onward(x, place, before, t.m, k))


def _onward(
    x: ca.SX, place: ca.SX, before: tuple[float, ...], row: tuple[float, ...], k: list[ca.SX]
) -> ca.SX:
    """Return x + row k: where the row only continues the one `before`, from the `place` that this led to."""
    if before and row[: len(before)] == before:
        return _combine(row[len(before) :], k[len(before) :], place)
    return _combine(row, k, x)


def _paired(values: list[ca.SX], join: Callable[[ca.SX, ca.SX], ca.SX]) -> ca.SX:
    """Join `values` two by two: the processor has a tree done sooner than a chain."""
    while len(values) > 1:
        values = [
            join(*values[k : k + 2]) if k + 1 < len(values) else values[k] for k in range(0, len(values), 2)
        ]
    return values[0]


def _bent_amiss(stages: _Stages, slope: ca.SX, h: ca.SX) -> ca.SX:
    """How far the dense output may be off because it leaves at `slope`, per step, and not at the true rates.

    A step may pass a fast decay after a change of inputs and yet end exactly. The wrong slope bends a cubic by up to
    4/27 of itself; the factors of the step damp what is stiff, where a large rate means a small distance. Our own
    estimate: with it errors of dense output are of the size of the tolerance (docs/decisions/0009-ensembles.md).
    """
    return BEND * stages.lu.solve(stages.first - slope / h) / stages.gamma


def _combine(weights: tuple[float, ...], vectors: list[ca.SX], start: ca.SX | None = None) -> ca.SX:
    """Return the weighted sum of the vectors whose weight is not zero, added to `start` if given."""
    terms = [] if start is None else [start]
    terms += [v if w == 1.0 else w * v for w, v in zip(weights, vectors, strict=False) if w]
    return sum(terms[1:], terms[0]) if terms else ca.SX(0.0)


def _margin(x_new: ca.SX, states: Group, slack: tuple[float, ...]) -> ca.SX:
    distances = [x_new[i] - (q.low - slack[i]) for i, q in enumerate(states) if math.isfinite(q.low)]
    distances += [q.high + slack[i] - x_new[i] for i, q in enumerate(states) if math.isfinite(q.high)]
    smallest = ca.SX(np.inf)
    for distance in distances:
        smallest = ca.fmin(smallest, distance)
    return smallest
