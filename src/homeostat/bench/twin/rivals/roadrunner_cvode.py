"""libRoadRunner: SBML (here from Antimony text) compiled by LLVM, integrated by CVODE."""

from importlib import import_module
from typing import Any

import numpy as np

from homeostat.bench.twin.contender import Solve
from homeostat.bench.twin.donors import HELD, STARTS, Array, Donors
from homeostat.bench.twin.model import PerfusedTCells
from homeostat.bench.twin.rivals.text import Script
from homeostat.errors import TwinError


def prepare() -> Solve:
    """Compile the model."""
    script = Script(named=False, log="ln")  # measured: assignment rules for each operation are not quicker
    runner = import_module("roadrunner").RoadRunner(_sbml(script))
    runner.timeCourseSelections = script.x
    runner.integrator.stiff = True
    places = {name: k for k, name in enumerate(runner.model.getGlobalParameterIds())}
    x, u, p = ([places[name] for name in names] for names in (script.x, script.u, script.p))

    def one(states: Array, inputs: Array, parameters: Array) -> Array:
        runner.reset()
        runner.model.setGlobalParameterValues(p, parameters)
        runner.model.setGlobalParameterValues(x, states)
        return np.concatenate(
            [states[None], *(held(start, row) for start, row in zip(STARTS, inputs, strict=True))]
        )

    def held(start: float, row: Array) -> Array:
        runner.model.setGlobalParameterValues(u, row)
        return np.array(runner.simulate(start, start + HELD, HELD + 1))[1:]

    def solve(donors: Donors, tolerance: float) -> Array:
        runner.integrator.relative_tolerance = runner.integrator.absolute_tolerance = tolerance
        rows = zip(donors.states, donors.inputs, donors.parameters, strict=True)
        return np.array([one(*row) for row in rows])

    return solve


def _sbml(script: Script) -> Any:
    antimony, signature = import_module("antimony"), PerfusedTCells.signature
    groups = zip((script.x, script.u, script.p), signature.groups[:3], strict=True)
    lines = [
        f"{name} = {value!r}"
        for names, group in groups
        for name, value in zip(names, group.values, strict=True)
    ]
    lines += [f"{name}' = {rate}" for name, rate in zip(script.x, script.rates, strict=True)]
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString("model cells()\n" + ";\n".join(lines) + ";\nend\n") < 0:
        raise TwinError(f"Antimony refuses the model: {antimony.getLastError()}", where="bench twin")
    return antimony.getSBMLString("cells")
