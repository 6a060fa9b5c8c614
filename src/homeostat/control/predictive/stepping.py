"""One step of the solver's integration as a plain function, so that a walk repeats what was planned.

In: a Runge-Kutta method over rates. Out: the step (x, u, p) -> x as one SX function, substeps and stages written out.
An implicit stage is found by as many Newton steps as the solver takes.
"""

import casadi as ca

from homeostat.twin.engine.linear import factorise
from homeostat.twin.optimal import Discrete, Dynamics
from homeostat.twin.optimal.runge_kutta import NEWTON


def whole(dynamics: Dynamics) -> ca.Function:
    """All substeps of a step (Hairer, Norsett & Wanner 1993, section II.1)."""
    if isinstance(dynamics, Discrete):
        return dynamics.step
    rates, method = dynamics.rates, dynamics.tableau
    x, u, p = [ca.SX.sym(name, n) for name, n in zip("xup", dynamics.sizes, strict=True)]
    h, y = dynamics.length(p), x
    newton = _newton(rates) if method.diagonal else None
    for _ in range(dynamics.substeps):
        slopes: list[ca.SX] = []
        for row in method.a:
            stage = y + h * _weighted(row, slopes)
            if newton is not None:
                base = stage
                for _ in range(NEWTON):
                    stage = newton(stage, u, p, h * method.diagonal, base)
            slopes.append(rates(stage, u, p))
        y = y + h * _weighted(method.b, slopes)
    return ca.Function("step", [x, u, p], [ca.densify(y)])


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
