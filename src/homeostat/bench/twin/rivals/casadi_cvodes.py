"""CasADi's cvodes, called anew wherever inputs change: over jumping inputs in one call it errs a hundred times more."""

import casadi as ca
import numpy as np

from homeostat.bench.twin.contender import Solve
from homeostat.bench.twin.donors import HELD, Array, Donors
from homeostat.bench.twin.equations import rates
from homeostat.bench.twin.model import PerfusedTCells


def prepare() -> Solve:
    """Trace the equations; the integrator is made for each tolerance."""
    x, u, p = (
        ca.SX.sym(name, len(g)) for name, g in zip("xup", PerfusedTCells.signature.groups, strict=False)
    )
    slope = ca.vertcat(*rates(ca.vertsplit(x), ca.vertsplit(u), ca.vertsplit(p), ca))
    dae, made = {"x": x, "u": u, "p": p, "ode": slope}, {}

    def solve(donors: Donors, tolerance: float) -> Array:
        if tolerance not in made:
            options = {"reltol": tolerance, "abstol": tolerance}
            made[tolerance] = ca.integrator("held", "cvodes", dae, 0.0, list(range(1, HELD + 1)), options)
        rows = zip(donors.states, donors.inputs, donors.parameters, strict=True)
        return np.array([_one(made[tolerance], *row) for row in rows])

    return solve


def _one(held: ca.Function, x: Array, inputs: Array, p: Array) -> Array:
    rows = [x[None]]
    for u in inputs:
        rows.append(np.asarray(held(x0=rows[-1][-1], u=u, p=p)["xf"]).T)
    return np.concatenate(rows)
