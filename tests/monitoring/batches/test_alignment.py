"""Alignment: causal, and equal to the closed form or to plain dynamic programming where nothing is left open."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import (
    START,
    Aligner,
    Indicator,
    Place,
    Warping,
    learn_indicator,
    learn_warping,
)
from homeostat.monitoring.frozen import Array, Piece


def _offline(rows: Array, reference: Array, weights: Array, band: int) -> Array:
    """Cumulated costs (n, K) of DTW with symmetric steps, cell by cell."""
    found = np.full((len(rows), len(reference)), inf)
    for i in range(len(rows)):
        middle = min(i, len(reference) - 1)
        for j in range(max(middle - band, 0), min(middle + band + 1, len(reference))):
            d = float(np.sum((rows[i] - reference[j]) ** 2 * weights))
            if i == j == 0:
                found[i, j] = 2.0 * d
                continue
            found[i, j] = min(
                found[i - 1, j] + d if i else inf,
                found[i - 1, j - 1] + 2.0 * d if i and j else inf,
                found[i, j - 1] + d if j else inf,
            )
    return found


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(2, 15), st.integers(3, 12), st.integers(2, 12))
def test_online_costs_are_those_of_plain_dynamic_programming(seed: int, n: int, k: int, band: int) -> None:
    random = np.random.default_rng(seed)
    rows, reference, weights = random.random((n, 2)), random.random((k, 2)), np.array([1.0, 0.3])
    warping = Warping(reference=reference, weights=weights, band=band)
    expected = _offline(rows, reference, weights, band)
    before = np.zeros(0)
    for number, values in enumerate(rows):
        before = warping.costs(number, before, values)
        inside = np.isfinite(expected[number])
        assert np.array_equal(np.isfinite(before), inside)
        assert np.allclose(before[inside], expected[number][inside])


def _curve(samples: int) -> Array:
    t = np.linspace(0.0, 1.0, samples)
    return np.stack([t**2, np.sin(3.0 * t)], axis=1)


def test_the_reference_is_placed_on_itself() -> None:
    warping = Warping(reference=_curve(30), weights=np.ones(2), band=5)
    aligned = warping.align(_curve(30))
    assert np.array_equal(aligned[:, :2], _curve(30))
    assert np.array_equal(aligned[:, 2], np.arange(1, 31))


def test_a_slower_batch_is_brought_onto_the_reference_and_its_time_is_kept() -> None:
    warping = Warping(reference=_curve(60), weights=np.ones(2), band=20)
    aligned = warping.align(_curve(75))
    there = ~np.isnan(aligned[:, 0])
    assert there.sum() >= 58
    assert np.max(np.abs(aligned[there, :2] - _curve(60)[there])) < 0.08
    assert np.all(np.diff(aligned[there, 2]) >= 0.0)
    assert aligned[there][-1, 2] > 68


def test_missing_values_do_not_stop_the_warping() -> None:
    rows = _curve(30)
    rows[4:7, 1] = np.nan
    rows[12] = np.nan
    aligned = Warping(reference=_curve(30), weights=np.ones(2), band=5).align(rows)
    assert np.array_equal(aligned[[3, 20, 29], 0], _curve(30)[[3, 20, 29], 0])


def test_levels_of_an_indicator_are_met_by_interpolation() -> None:
    indicator = Indicator(tag=0, levels=np.array([0.0, 0.25, 0.5, 1.0]))
    rows = np.array([[0.0, 10.0], [0.2, 20.0], [0.1, 99.0], [0.6, 40.0], [np.nan, 1.0], [1.0, 80.0]])
    aligned = indicator.align(rows)
    assert np.allclose(aligned[:, 0], [0.0, 0.25, 0.5, 1.0])
    assert np.allclose(aligned[:, 1], [10.0, 22.5, 35.0, 80.0])
    assert np.allclose(aligned[:, 2], [1.0, 2.25, 3.5, 6.0])


def test_falling_indicators_do_as_rising_ones() -> None:
    rows = np.array([[5.0, 1.0], [3.0, 2.0], [1.0, 3.0]])
    falling = Indicator(tag=0, levels=np.array([4.0, 2.0, 1.0])).align(rows)
    rising = Indicator(tag=0, levels=np.array([-4.0, -2.0, -1.0])).align(rows * [-1.0, 1.0])
    assert np.allclose(falling[:, 1:], rising[:, 1:])
    assert np.allclose(falling[:, 1], [1.5, 2.5, 3.0])


def test_a_batch_that_stops_short_leaves_the_rest_missing() -> None:
    aligned = Indicator(tag=0, levels=np.array([0.0, 1.0, 2.0])).align(np.array([[0.0, 1.0], [1.5, 2.0]]))
    assert np.array_equal(np.isnan(aligned[:, 0]), [False, False, True])


ALIGNERS = [
    Warping(reference=_curve(12), weights=np.ones(2), band=4),
    Indicator(tag=0, levels=np.linspace(0, 1, 12)),
]
rows_of_two = st.lists(
    st.tuples(st.floats(-1.0, 2.0) | st.just(float("nan")), st.floats(-1.0, 2.0)), min_size=1, max_size=25
)


@pytest.mark.parametrize("aligner", ALIGNERS, ids=["warping", "indicator"])
@settings(max_examples=40)
@given(rows_of_two, st.integers(0, 25))
def test_alignment_never_looks_ahead_nor_goes_back(
    aligner: Aligner, rows: list[tuple[float, float]], cut: int
) -> None:
    whole, part = aligner.align(np.array(rows)), aligner.align(np.array(rows[:cut]).reshape(-1, 2))
    passed = START
    for values in rows[:cut]:
        before, (passed, aligned) = passed, aligner.step(passed, np.array(values))
        assert passed.passed == before.passed + len(aligned) <= aligner.samples
        assert passed == Place.restore(list(passed)) or np.isnan(passed.memory).any()
    assert np.array_equal(whole[: passed.passed], part[: passed.passed], equal_nan=True)
    assert np.isnan(part[passed.passed :]).all()


@pytest.mark.parametrize("aligner", ALIGNERS, ids=["warping", "indicator"])
def test_aligners_are_frozen_pieces(aligner: Aligner) -> None:
    again = Piece.kinds[aligner.model_dump()["kind"]].model_validate_json(aligner.model_dump_json())
    assert isinstance(again, type(aligner))
    assert np.array_equal(again.align(_curve(14)), aligner.align(_curve(14)), equal_nan=True)


def test_a_common_range_of_the_indicator_is_learned() -> None:
    found = learn_indicator([_curve(20) + 0.1, _curve(30) * 0.9], 0, 5)
    assert np.allclose(found.levels, np.linspace(0.1, 0.9, 5))
    with pytest.raises(MonitoringError, match="no range common"):
        learn_indicator([_curve(20), _curve(20) + 3.0], 0, 5)


def test_the_reference_learned_is_of_the_usual_length_and_like_the_others() -> None:
    usual = [_curve(n) * factor for n, factor in ((30, 1.0), (30, 1.01), (30, 5.0), (20, 1.0), (45, 1.0))]
    found = learn_warping(usual, band=10)
    assert len(found.reference) == 30
    assert found.reference[-1, 0] < 2.0
    with pytest.raises(MonitoringError, match="no batch is complete"):
        learn_warping([np.full((4, 2), np.nan)], band=3)
