"""scipy's LSODA over a right-hand side in Python: what most users of such models have."""

import math

import numpy as np
from scipy.integrate import odeint

from homeostat.bench.twin.contender import Solve
from homeostat.bench.twin.donors import HELD, Array, Donors
from homeostat.bench.twin.equations import rates
from homeostat.bench.twin.reference import solve


def prepare() -> Solve:
    """`solve_ivp`, whose steps are Python's."""
    return lambda donors, tolerance: solve(donors, "LSODA", tolerance, tolerance)


def prepare_odeint() -> Solve:
    """`odeint`, the older interface: the same LSODA, whose steps stay in Fortran."""
    return _odeint


def _odeint(donors: Donors, tolerance: float) -> Array:
    hours = np.arange(HELD + 1.0)
    runs = []
    for x, inputs, p in zip(donors.states, donors.inputs, donors.parameters, strict=True):
        rows, constants = [x], p.tolist()
        for u in inputs.tolist():
            solved = odeint(
                lambda y, _, u, p: rates(y.tolist(), u, p, math),
                rows[-1],
                hours,
                args=(u, constants),
                rtol=tolerance,
                atol=tolerance,
            )
            rows.extend(solved[1:])
        runs.append(rows)
    return np.array(runs)
