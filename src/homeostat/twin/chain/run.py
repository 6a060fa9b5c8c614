"""Running a chain: from empty bags, step by step, for n virtual patients."""

from homeostat.twin.chain.chain import Chain, passage
from homeostat.twin.chain.draws import Draws
from homeostat.twin.chain.material import Material
from homeostat.twin.chain.result import ChainResult


def run(chain: Chain, patients: int, seed: int, *, first: int = 0) -> ChainResult:
    """Simulate `patients` virtual patients, numbered from `first` on.

    A patient's result depends on the seed and on the patient's number alone, so that a large run may be cut into
    pieces. `TwinError` for a seed or number that cannot be, and for parameters that give an impossible material.
    """
    draws = Draws(seed, first, patients)
    materials = passage(chain.steps, Material.empty(patients), draws)
    return ChainResult(chain, seed, first, materials)
