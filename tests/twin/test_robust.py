"""Sizes of columns in which a logger wrote nonsense once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.twin.engine.robust import largest, rms

SIZES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(SIZES)
def test_the_root_mean_square_is_that_of_numpy_where_it_does_not_overflow(errors: list[float]) -> None:
    column = np.array(errors)
    scale = max(1.0, float(np.abs(column).max()))
    assert rms(column) == pytest.approx(scale * float(np.sqrt(((column / scale) ** 2).mean())), rel=1e-9)


def test_it_does_not_overflow() -> None:
    assert rms(np.array([3e300, 4e300])) == pytest.approx(np.sqrt(12.5) * 1e300)
    assert rms(np.zeros(3)) == 0.0


@given(st.lists(st.floats(0.1, 10.0), min_size=3, max_size=30))
def test_one_absurd_value_does_not_count(values: list[float]) -> None:
    column = np.array(values)
    for absurd in (3e6, 1e300, -1e300):
        assert largest(np.append(column, absurd)) == column.max()
    assert largest(np.array([0.0, np.nan])) == 0.0
