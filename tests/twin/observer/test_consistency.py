"""The verdicts' limits against scipy, and how often a faultless signal is flagged."""

import numpy as np
import pytest
from scipy import stats

from homeostat.twin.observer import Innovation, Verdict, Window
from homeostat.twin.observer.consistency import QUANTILE, chi_square


@pytest.mark.parametrize("freedom", [8, 20, 48, 200])
def test_the_quantiles_are_those_of_chi_square(freedom: int) -> None:
    share = stats.norm.cdf(QUANTILE)
    assert share == pytest.approx(0.9995, abs=1e-6)
    assert chi_square(freedom, QUANTILE) == pytest.approx(stats.chi2.ppf(share, freedom), rel=1e-2)
    lower = stats.chi2.ppf(1.0 - share, freedom)
    assert chi_square(freedom, -QUANTILE) == pytest.approx(lower, rel=0.2 if freedom == 8 else 2e-2)


def _window(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Window:
    window = Window()
    for z in values:
        window = window.after(Innovation(float(z), True), 48)
    return window


def test_a_faultless_signal_is_hardly_ever_flagged() -> None:
    random = np.random.default_rng(1)
    verdicts = [_window(random.normal(size=48)).verdict(48) for _ in range(2000)]
    assert sum(verdict.flagged for verdict in verdicts) <= 10
    assert verdicts.count(Verdict.CONSISTENT) >= 1985


def test_each_fault_has_its_verdict() -> None:
    random = np.random.default_rng(2)
    assert _window(random.normal(0.8, 1.0, 48)).verdict(48) is Verdict.BIASED
    assert _window(random.normal(0.0, 1.8, 48)).verdict(48) is Verdict.OVER_CONFIDENT
    assert _window(random.normal(0.0, 0.4, 48)).verdict(48) is Verdict.CAUTIOUS
    assert _window(random.normal(0.0, 1.0, 23)).verdict(48) is Verdict.UNTESTED


def test_only_the_last_innovations_count() -> None:
    random = np.random.default_rng(3)
    window = _window(np.concatenate([random.normal(5.0, 1.0, 50), random.normal(0.0, 1.0, 48)]))
    assert window.verdict(48) is Verdict.CONSISTENT
    assert (window.fused, len(window.last)) == (98, 48)


def test_a_few_outliers_are_no_fault_and_many_are() -> None:
    window = _window(np.random.default_rng(4).normal(size=44))
    for count, verdict in ((4, Verdict.CONSISTENT), (8, Verdict.REJECTED)):
        for _ in range(count):
            window = window.after(Innovation(9.0, False), 48)
        assert window.verdict(48) is verdict
    assert window.rejected == 12


@pytest.mark.parametrize(
    ("fused", "astray"),
    [
        ("", False),
        ("x", False),
        ("x.", False),
        (".x", False),
        (".xx", True),
        (".xx.", True),
        (".xx.x", True),
        (".xx..", False),
        ("xx..x", False),
        ("x.x.x.x", False),
    ],
)
def test_two_readings_in_a_row_beyond_the_gate_are_astray_until_two_in_a_row_are_within(
    fused: str, astray: bool
) -> None:
    """A single one is an outlier; one that fits by chance does not make up for two that lie."""
    window = Window()
    for mark in fused:
        window = window.after(Innovation(9.0 if mark == "x" else 0.1, mark == "."), 48)
    assert window.astray is astray
