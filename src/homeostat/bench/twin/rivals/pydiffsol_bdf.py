"""pydiffsol: DiffSL text compiled by LLVM, integrated by BDF in Rust.

The quickest of its methods and matrices tried on this model (tsit45 is slower, tr_bdf2 and esdirk34 fail on it).
"""

from importlib import import_module

import numpy as np

from homeostat.bench.twin.contender import Solve
from homeostat.bench.twin.donors import HELD, Array, Donors
from homeostat.bench.twin.model import PerfusedTCells
from homeostat.bench.twin.rivals.text import Script


def prepare() -> Solve:
    """Compile the model."""
    pydiffsol, hours = import_module("pydiffsol"), np.arange(HELD + 1.0)
    ode = pydiffsol.Ode(_diffsl(Script(named=True, log="log")), matrix_type=pydiffsol.nalgebra_dense)
    ode.ode_solver = pydiffsol.bdf

    def one(x: Array, inputs: Array, p: Array) -> Array:
        rows = [x[None]]
        for u in inputs:
            solved = ode.solve_dense(np.concatenate([rows[-1][-1], u, p]), hours).ys
            rows.append(solved.T[1:])
        return np.concatenate(rows)

    def solve(donors: Donors, tolerance: float) -> Array:
        ode.rtol = ode.atol = tolerance
        rows = zip(donors.states, donors.inputs, donors.parameters, strict=True)
        return np.array([one(*row) for row in rows])

    return solve


def _diffsl(script: Script) -> str:
    """The model with first states, inputs and parameters as its arguments."""
    first, signature = [f"i{name}" for name in script.x], PerfusedTCells.signature
    names, values = (
        [*first, *script.u, *script.p],
        [v for group in signature.groups[:3] for v in group.values],
    )
    lines = [
        _tensor("in_i", [f"{name} = {value!r}" for name, value in zip(names, values, strict=True)]),
        _tensor("u_i", [f"{name} = {value}" for name, value in zip(script.x, first, strict=True)]),
        *(_tensor(name, [operation]) for name, operation in script.lines),
        _tensor("F_i", script.rates),
    ]
    return "\n".join(lines)


def _tensor(name: str, elements: list[str]) -> str:
    return f"{name} {{ {', '.join(elements)} }}"
