"""Intervals of shares against published values."""

import pytest

from homeostat.bench.watch.shares import wilson


def test_wilson_is_that_of_the_textbook() -> None:
    """Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_shares_at_the_ends_stay_within_0_and_1() -> None:
    low, high = wilson(0, 20)
    assert low == 0.0 < high < 0.2
    assert wilson(20, 20)[1] == 1.0
