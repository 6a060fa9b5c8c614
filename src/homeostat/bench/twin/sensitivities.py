"""Forward sensitivities of every state to the twelve parameters that differ between donors, in the kernel."""

from functools import partial

import numpy as np

from homeostat.bench.measuring import in_turn
from homeostat.bench.result import Result
from homeostat.bench.twin.bars import bar, stated
from homeostat.bench.twin.contender import Settled
from homeostat.bench.twin.donors import Array, Donors
from homeostat.bench.twin.model import PerfusedTCells
from homeostat.bench.twin.ours import SETTINGS, run
from homeostat.bench.twin.reference import reference
from homeostat.bench.twin.size import Size
from homeostat.bench.twin.speed import UNIT
from homeostat.twin import Ensemble

DIRECTIONS = tuple(quantity.name for quantity in PerfusedTCells.signature.parameters if quantity.spread)
"""The twelve parameters."""
_STEP = 1e-4  # of a parameter: central differences of a solution exact to 1e-12 then err by about 1e-8


def sensitivities(size: Size, donors: Donors, instructions: str) -> Result:
    """Batches/s with all twelve, and the largest error of `size.checked` of them."""
    setting, part = SETTINGS[0], donors.first(size.sensitive)
    engine = Ensemble(
        PerfusedTCells,
        method=setting.method,
        rtol=setting.rtol,
        atol=setting.rtol / 10.0,
        directions=DIRECTIONS,
    )
    error = max(_error(engine, donors.first(1), name) for name in DIRECTIONS[: size.checked])
    ours = Settled(setting.label, error, len(part), partial(run, engine, part))
    return Result(
        f"twin: {len(DIRECTIONS)} sensitivities, {stated('sensitivities', instructions)}; {ours.label}",
        in_turn(size.rounds, ours.speed)[0],
        UNIT,
        bar=bar("sensitivities", instructions),
    )


def differences(donors: Donors, name: str) -> Array:
    """Derivative (n, 289, 12) of the tight reference by one parameter: central differences."""
    k = PerfusedTCells.signature.parameters.index(name)
    step = _STEP * donors.parameters[:, k]
    moved = []
    for sign in (1.0, -1.0):
        parameters = donors.parameters.copy()
        parameters[:, k] += sign * step
        moved.append(reference(Donors(donors.states, donors.inputs, parameters)))
    return np.asarray((moved[0] - moved[1]) / (2.0 * step[:, None, None]))


def _error(engine: Ensemble, donors: Donors, name: str) -> float:
    """Largest error of dx/dln(parameter), relative to the state's greatest value in the batch."""
    batches, k = run(engine, donors), PerfusedTCells.signature.parameters.index(name)
    if batches.sensitivities is None:
        return float("nan")
    wrong = batches.sensitivities[..., DIRECTIONS.index(name)] - differences(donors, name)
    scale = np.max(np.abs(batches.values), axis=1, keepdims=True) / donors.parameters[:, k, None, None]
    return float(np.max(np.abs(wrong) / scale))
