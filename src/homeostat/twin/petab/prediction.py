"""What every measurement should show, and how likely it is: formulas, transformations and noise, symbolically.

In: measurements, the settings of their conditions, symbols for states. Out: `Predictions`, compiled functions of the
states at the rows (m, nx) and of theta (k,). Likelihoods as PEtab version 1 defines them: normal or Laplace noise of
the measurement, or of its natural or decadic logarithm.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.algebra import SYMBOLS, Value
from homeostat.twin.petab.conditions import Setting, Unknowns
from homeostat.twin.petab.expression import TIME, Expression, Scope
from homeostat.twin.petab.kinetics import CLOCK, Dynamics
from homeostat.twin.petab.measurements import Measurement
from homeostat.twin.petab.observables import Observable

LIFT = 50.0
"""Added to 2 log(sigma), whose square root is the residual of an estimated noise: real down to sigma = 1e-11."""
LOG_TWO, LOG_TWO_PI, LN10 = math.log(2.0), math.log(2.0 * math.pi), math.log(10.0)
TRANSFORMS: Mapping[str, Callable[[Value], Value]] = {
    "lin": lambda y: y,
    "log": SYMBOLS.log,
    "log10": lambda y: SYMBOLS.log(y) / LN10,
}


@dataclass(frozen=True)
class Row:
    """One measurement in symbols: simulated value, noise, standardised residual, and what its likelihood holds else."""

    value: ca.SX
    noise: ca.SX
    residual: ca.SX
    normal: bool
    constant: float

    @property
    def cost(self) -> ca.SX:
        """The negative log-likelihood of the measurement."""
        distance = 0.5 * self.residual**2 if self.normal else ca.fabs(self.residual)
        return distance + ca.log(self.noise) + self.constant


@dataclass(frozen=True)
class Predictions:
    """Compiled functions of (states, theta).

    `table` gives simulated values and noise (m, 2); `cost` the summed negative log-likelihood with its gradients by
    states (m, nx) and theta; `squares` the residuals with their derivatives by the row's own states (m', nx) and by
    theta, or None where the likelihood is no sum of squares.
    """

    table: ca.Function
    cost: ca.Function
    squares: ca.Function | None
    rows: tuple[int, ...]
    """The measurement behind every residual."""
    offset: float
    """What half the sum of squares has too little, compared with the negative log-likelihood."""


def predictions(
    dynamics: Dynamics,
    states: Sequence[str],
    observables: Mapping[str, Observable],
    measurements: Sequence[Measurement],
    *,
    settings: Mapping[str, Setting],
    unknown: Unknowns,
    prior: ca.SX,
) -> Predictions:
    """Compile the rows of all `measurements`; `prior` is added to the cost."""
    x = ca.SX.sym("x", len(measurements), len(states))
    formulas = {o.id: o.formula for o in observables.values()} | dict(dynamics.definitions)
    rows = [
        _row(m, _scope(m, dict(zip(states, ca.horzsplit(x[i, :]), strict=True)), settings, unknown, formulas))
        for i, m in enumerate(measurements)
    ]
    theta, total = unknown.theta, ca.sum1(ca.vertcat(*[r.cost for r in rows])) + prior
    table = ca.horzcat(ca.vertcat(*[r.value for r in rows]), ca.vertcat(*[r.noise for r in rows]))
    gradients = [total, ca.gradient(total, x), ca.gradient(total, theta)]
    squares, owners, offset = _squares(rows, x, theta, prior)
    return Predictions(
        ca.Function("table", [x, theta], [ca.densify(table)]),
        ca.Function("cost", [x, theta], [ca.densify(e) for e in ca.cse(gradients)]),
        squares,
        owners,
        offset,
    )


def _scope(
    measurement: Measurement,
    states: Mapping[str, ca.SX],
    settings: Mapping[str, Setting],
    unknown: Unknowns,
    formulas: Mapping[str, Expression],
) -> Scope:
    overrides = {
        label: unknown.resolve(given, measurement.where) for label, given in measurement.overrides.items()
    }
    values = {**unknown.values, **settings[measurement.condition].known, **states, **overrides}
    values.pop(CLOCK, None)
    return Scope({**values, TIME: measurement.time}, formulas, SYMBOLS, measurement.where)


def _row(measurement: Measurement, scope: Scope) -> Row:
    observable = measurement.observable
    value, noise = ca.SX(scope.evaluate(observable.formula)), ca.SX(scope.evaluate(observable.noise))
    if noise.is_constant() and not float(noise) > 0.0:
        raise TwinError(
            f"the noise of {observable.id} is {float(noise):g}",
            where=measurement.where,
            mend="give a standard deviation > 0",
        )
    transform = TRANSFORMS[observable.transformation]
    measured = float(ca.DM(ca.SX(transform(measurement.value))))
    residual = (measured - transform(value)) / noise
    normal = observable.distribution == "normal"
    constant = _jacobian(observable.transformation, measurement.value) + (
        0.5 * LOG_TWO_PI if normal else LOG_TWO
    )
    return Row(value, noise, residual, normal, constant)


def _jacobian(transformation: str, measured: float) -> float:
    """-log of the derivative of the transformation: the density is one of the measurement itself."""
    if transformation == "lin":
        return 0.0
    return math.log(measured) + (math.log(LN10) if transformation == "log10" else 0.0)


Squares = tuple[ca.Function | None, tuple[int, ...], float]


def _squares(rows: Sequence[Row], x: ca.SX, theta: ca.SX, prior: ca.SX) -> Squares:
    """An estimated noise adds the residual sqrt(2 log(sigma) + lift), as in the toolbox Data2Dynamics."""
    if not all(row.normal for row in rows) or not prior.is_constant():
        return None, (), 0.0
    estimated = [i for i, row in enumerate(rows) if not row.noise.is_constant()]
    lifted = [ca.sqrt(2.0 * ca.log(rows[i].noise) + LIFT) for i in estimated]
    r = ca.vertcat(*[row.residual for row in rows], *lifted)
    owners = (*range(len(rows)), *estimated)
    by_state = [ca.gradient(r[k], x[i, :]) for k, i in enumerate(owners)]
    outs = ca.cse([r, ca.vertcat(*by_state), ca.jacobian(r, theta)])
    fixed = [math.log(float(row.noise)) for row in rows if row.noise.is_constant()]
    offset = sum(fixed) + sum(row.constant for row in rows) - 0.5 * LIFT * len(lifted) + float(prior)
    return ca.Function("squares", [x, theta], [ca.densify(e) for e in outs]), owners, offset
