"""Adaptive coverage: it holds under drift, and is refused where the use is critical."""

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.prediction import AdaptiveCoverage


def test_it_is_refused_where_the_use_is_critical() -> None:
    with pytest.raises(MonitoringError, match="refused where the declared use is critical"):
        AdaptiveCoverage.start(0.9, critical=True)


def test_the_share_covered_is_nominal_although_errors_grow() -> None:
    """Gibbs & Candes 2021, proposition 4.1: |share - nominal| <= (max(miss, 1 - miss) + rate) / (T rate)."""
    rng = np.random.default_rng(1)
    scores = np.abs(rng.normal(size=500))
    state = AdaptiveCoverage.start(0.9, critical=False)
    hits, frozen = [], []
    for error in np.abs(rng.normal(size=3000)) * np.linspace(1.0, 3.0, 3000):
        hit = error <= state.half_width(scores)
        hits.append(hit)
        frozen.append(error <= 1.645)
        state = state.known(covered=bool(hit))
    assert np.mean(hits) == pytest.approx(0.9, abs=(0.9 + 0.02) / (3000 * 0.02) + 1e-9)
    assert np.mean(frozen) < 0.8


def test_the_ends_of_the_half_width() -> None:
    scores = np.array([1.0, 2.0, 3.0])
    assert AdaptiveCoverage(0.1, 0.1, 0.0).half_width(scores) == np.inf
    assert AdaptiveCoverage(0.1, 0.1, 1.2).half_width(scores) == 0.0
    assert AdaptiveCoverage(0.1, 0.1, 0.5).half_width(scores) == 2.0


@pytest.mark.parametrize(("coverage", "rate"), [(0.0, 0.1), (1.0, 0.1), (0.9, 0.0)])
def test_settings_without_meaning_are_refused(coverage: float, rate: float) -> None:
    with pytest.raises(MonitoringError, match="between 0 and 1"):
        AdaptiveCoverage.start(coverage, critical=False, rate=rate)
