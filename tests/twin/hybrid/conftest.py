"""Noisy runs of the culture whose inhibition has to be learnt."""

from collections.abc import Mapping

import pytest
from tests.twin.hybrid.culture import STARTS, noisy_run

from homeostat.twin.fit import Run


@pytest.fixture(scope="session")
def runs() -> Mapping[str, Run]:
    """Noisy runs of the truth, by name."""
    return {name: noisy_run(name, seed) for seed, name in enumerate(STARTS)}
