"""The solver's integration as a plain function, so that a walk repeats what was planned.

In: the dynamics of a problem. Out: an SX function (x, u, p) -> x, and how often it is to be taken for one step. An
implicit stage is found by as many Newton steps as the solver takes.
"""

import casadi as ca

from homeostat.twin.engine.linear import factorise
from homeostat.twin.optimal import Discrete, Dynamics, RungeKutta
from homeostat.twin.optimal.runge_kutta import NEWTON


def repeated(dynamics: Dynamics) -> tuple[ca.Function, int]:
    """What one step consists of, and how often. An explicit step is written out; an implicit one would be long."""
    if isinstance(dynamics, Discrete):
        return dynamics.step, 1
    times = dynamics.substeps if dynamics.tableau.diagonal else 1
    x, u, p = [ca.SX.sym(name, n) for name, n in zip("xup", dynamics.sizes, strict=True)]
    y = x
    for _ in range(dynamics.substeps // times):
        y = _substep(dynamics, y, u, p)
    return ca.Function("step", [x, u, p], [ca.densify(y)]), times


def _substep(dynamics: RungeKutta, x: ca.SX, u: ca.SX, p: ca.SX) -> ca.SX:
    """One substep (Hairer, Norsett & Wanner 1993, section II.1)."""
    rates, method, h = dynamics.rates, dynamics.tableau, dynamics.length(p)
    newton = _newton(rates) if method.diagonal else None
    slopes: list[ca.SX] = []
    for row in method.a:
        stage = base = x + h * _weighted(row, slopes)
        if newton is not None:
            for _ in range(NEWTON):
                stage = newton(stage, u, p, h * method.diagonal, base)
        slopes.append(rates(stage, u, p))
    return x + h * _weighted(method.b, slopes)


def _weighted(weights: tuple[float, ...], slopes: list[ca.SX]) -> ca.SX:
    total = ca.SX(0.0)
    for weight, slope in zip(weights, slopes, strict=True):
        if weight:
            total = total + weight * slope
    return total


def _newton(rates: ca.Function) -> ca.Function:
    """One Newton step towards the stage X = base + hg f(X) (Hairer & Wanner 1996, section IV.8)."""
    X, u, p = rates.sx_in()
    n = X.shape[0]
    hg, base = ca.SX.sym("hg"), ca.SX.sym("base", n)
    f = rates(X, u, p)
    lu = factorise(ca.SX.eye(n) - hg * ca.jacobian(f, X), ca.SX.ones(n))
    change = lu.solve(base + hg * f - X)
    return ca.Function("newton", [X, u, p, hg, base], [ca.densify(ca.cse(X + change))])
