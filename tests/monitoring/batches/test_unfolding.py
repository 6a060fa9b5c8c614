"""Unfolding: which value goes where, and back."""

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import unfolding

CUBE = np.arange(24.0).reshape(2, 3, 4)


def test_a_batch_becomes_a_row_sample_by_sample() -> None:
    rows = unfolding.batch_wise(CUBE)
    assert rows.shape == (2, 12)
    assert rows[1, 2 * 4 + 3] == CUBE[1, 2, 3]
    assert np.array_equal(unfolding.from_batch_wise(rows, 4), CUBE)


def test_a_sample_becomes_a_row_batch_by_batch() -> None:
    rows = unfolding.variable_wise(CUBE)
    assert rows.shape == (6, 4)
    assert rows[1 * 3 + 2, 3] == CUBE[1, 2, 3]
    assert np.array_equal(unfolding.from_variable_wise(rows, 3), CUBE)


@pytest.mark.parametrize(
    "batches", [[CUBE[0]], [CUBE[0], CUBE[1, :2]], [CUBE[0, 0], CUBE[1, 0]], [np.zeros((0, 4))] * 2]
)
def test_what_is_no_set_of_aligned_batches_is_refused(batches: list[np.ndarray]) -> None:
    with pytest.raises(MonitoringError, match="no set of aligned batches"):
        unfolding.cube(batches)


def test_an_infinite_value_is_told_with_its_place() -> None:
    wrong = CUBE.copy()
    wrong[1, 0, 2] = np.inf
    with pytest.raises(MonitoringError, match="infinite") as told:
        unfolding.cube(list(wrong))
    assert "batch 2, sample 1, tag 3" in str(told.value)
