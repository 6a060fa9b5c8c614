"""Windows of a time series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent.windows import by_variable, past_and_future, windows

SERIES = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [5.0, 50.0]])


def test_a_row_holds_the_newest_reading_first() -> None:
    np.testing.assert_array_equal(windows(SERIES, 2)[0], [2.0, 20.0, 1.0, 10.0])
    np.testing.assert_array_equal(windows(SERIES, 2)[-1], [5.0, 50.0, 4.0, 40.0])
    assert windows(SERIES, 2).shape == (4, 4)


def test_the_past_ends_where_the_future_begins() -> None:
    past, future = past_and_future(SERIES, SERIES[:, :1], 2)
    np.testing.assert_array_equal(past[:, ::2], [[2.0, 1.0], [3.0, 2.0]])
    np.testing.assert_array_equal(future, [[3.0, 4.0], [4.0, 5.0]])


@given(length=st.integers(1, 6), rows=st.integers(12, 20), columns=st.integers(1, 3))
def test_every_past_is_followed_by_its_future(length: int, rows: int, columns: int) -> None:
    series = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
    past, future = past_and_future(series, series, length)
    assert len(past) == len(future) == rows - 2 * length + 1
    for number in range(len(past)):
        at = number + length
        np.testing.assert_array_equal(np.sort(past[number]), series[at - length : at].ravel())
        np.testing.assert_array_equal(np.sort(future[number]), series[at : at + length].ravel())


def test_contributions_are_added_over_the_readings_of_a_variable() -> None:
    np.testing.assert_array_equal(by_variable(np.array([[1.0, 2.0, 3.0, 4.0]]), 2), [[4.0, 6.0]])


@pytest.mark.parametrize("length", [0, 6])
def test_a_window_that_does_not_fit_is_refused(length: int) -> None:
    with pytest.raises(MonitoringError, match="no window of"):
        windows(SERIES, length)


def test_a_series_without_past_and_future_is_refused() -> None:
    with pytest.raises(MonitoringError, match="no past and future of 3"):
        past_and_future(SERIES, SERIES, 3)


def test_columns_that_are_no_windows_are_refused() -> None:
    with pytest.raises(MonitoringError, match="no windows of 3"):
        by_variable(np.ones((1, 4)), 3)
