"""The window of a standardisation: narrow enough for the bands, by standards left out, and refused where too few."""

import numpy as np
import pytest
from tests.monitoring.spectra.made_up import AXIS, spectra_of

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import PiecewiseStandardisation
from homeostat.monitoring.spectra.standards import WINDOWS, standardise

RANDOM = np.random.default_rng(4)
THERE = spectra_of(RANDOM.uniform(0.0, 40.0, (16, 2)), 9)
HERE = THERE * (1.0 + 0.3 * (AXIS - 900.0) / 600.0) + 0.2


def test_it_is_the_window_whose_left_out_standards_come_nearest() -> None:
    found = standardise(HERE, THERE)
    errors = {}
    for window in WINDOWS:
        apart = []
        for fold in range(4):
            out = np.arange(16) % 4 == fold
            step = PiecewiseStandardisation.between(HERE[~out], THERE[~out], *window)
            apart.append(step.apply(HERE[out]) - THERE[out])
        errors[window[0]] = float(np.sqrt(np.mean(np.concatenate(apart) ** 2)))
    assert found.half_window == min(errors, key=errors.__getitem__)
    assert found.error == pytest.approx(errors[found.half_window], rel=1e-9)
    assert found.without == pytest.approx(float(np.sqrt(np.mean((HERE - THERE) ** 2))), rel=1e-12)
    assert found.error < 0.1 * found.without


def test_new_spectra_of_the_one_instrument_look_like_those_of_the_other() -> None:
    new = spectra_of(np.random.default_rng(6).uniform(5.0, 35.0, (10, 2)), 12)
    moved = standardise(HERE, THERE).step.apply(new * (1.0 + 0.3 * (AXIS - 900.0) / 600.0) + 0.2)
    assert float(np.sqrt(np.mean((moved - new) ** 2))) < 0.03


@pytest.mark.parametrize("rows", [3, 12])
def test_standards_that_are_too_few_or_not_the_same_are_refused(rows: int) -> None:
    with pytest.raises(MonitoringError, match="no standardisation"):
        standardise(HERE[:rows], THERE[:3])
