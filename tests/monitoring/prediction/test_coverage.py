"""Shares covered and their exact confidence intervals."""

import numpy as np
import pytest
from scipy.stats import binomtest

from homeostat.monitoring.prediction import coverage_by, covered, share_interval


@pytest.mark.parametrize(("count", "of"), [(0, 5), (5, 5), (9, 10), (450, 500)])
def test_the_interval_of_a_share_is_the_exact_one(count: int, of: int) -> None:
    exact = binomtest(count, of).proportion_ci(0.95, "exact")
    assert share_interval(count, of) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_coverage_by_subgroup() -> None:
    truth = np.array([1.0, 2.0, 3.0, 4.0])
    low, high = np.zeros(4), np.array([1.0, 5.0, 2.0, 5.0])
    found = coverage_by(np.array(["a", "a", "b", "b"]), low, high, truth)
    assert {name: (each.rows, each.share) for name, each in found.items()} == {"a": (2, 1.0), "b": (2, 0.5)}
    assert covered(low, high, truth).share == 0.75
