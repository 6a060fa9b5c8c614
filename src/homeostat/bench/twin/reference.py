"""The tight reference beside which every engine's error is measured.

LSODA at a relative and absolute tolerance of 1e-12 over Python floats, restarted where inputs change; a test holds it
against Radau.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from scipy.integrate import solve_ivp

from homeostat.bench.twin.donors import HELD, STARTS, Array, Donors
from homeostat.bench.twin.equations import rates
from homeostat.errors import TwinError

TIGHT = 1e-12


Method = Literal["LSODA", "Radau"]
"""The methods of scipy that are used."""


def solve(donors: Donors, method: Method, rtol: float, atol: float) -> Array:
    """Integrate each donor with scipy's `method`: hourly states (n, 289, 12). Raises TwinError when scipy gives up."""
    return np.array(
        [
            _one(x, u, p.tolist(), method, rtol, atol)
            for x, u, p in zip(donors.states, donors.inputs, donors.parameters, strict=True)
        ]
    )


def reference(donors: Donors) -> Array:
    """The tight solution: hourly states (n, 289, 12)."""
    return solve(donors, "LSODA", TIGHT, TIGHT)


def largest_error(values: Array, truth: Array) -> float:
    """Largest |values - truth| relative to the greatest |truth| of the same state and batch; both (n, nt, nx).

    Not a number where an engine gave none, so that no bar holds.
    """
    scale = np.max(np.abs(truth), axis=1, keepdims=True)
    return float(np.max(np.abs(values - truth) / np.where(scale > 0.0, scale, 1.0)))


def _one(x: Array, inputs: Array, p: Sequence[float], method: Method, rtol: float, atol: float) -> Array:
    def slope(_: float, y: Any, u: Sequence[float]) -> tuple[float, ...]:
        return rates(y.tolist(), u, p, math)

    hours, rows = np.arange(1.0, HELD + 1.0), [x]
    for start, u in zip(STARTS, inputs, strict=True):
        solved = solve_ivp(
            slope,
            (0.0, HELD),
            rows[-1],
            method=method,
            t_eval=hours,
            rtol=rtol,
            atol=atol,
            args=(u.tolist(),),
        )
        if not solved.success:
            raise TwinError(f"scipy's {method} gave up: {solved.message}", where=f"after {start:g} h")
        rows.extend(solved.y.T)
    return np.array(rows)
