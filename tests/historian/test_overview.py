"""Overviews against counting every sample by hand."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import HistorianError
from homeostat.historian import Historian, Overview, Series, TagSpec

SPEC = TagSpec("t", "1", 0.001)


def by_hand(series: Series, edges: list[float]) -> list[tuple[int, float, float, float]]:
    """Count, low, high and mean of each bucket, sample by sample."""
    buckets: list[list[float]] = [[] for _ in edges[:-1]]
    for time, value, quality in zip(
        series.time.tolist(), series.value.tolist(), series.quality.tolist(), strict=True
    ):
        for bucket, (since, until) in enumerate(pairwise(edges)):
            if since <= time < until and quality <= 1 and math.isfinite(value):
                buckets[bucket].append(value)
    return [(len(b), min(b), max(b), math.fsum(b) / len(b)) if b else (0, *[math.nan] * 3) for b in buckets]


def assert_agrees(overview: Overview, series: Series, end: int) -> None:
    count, low, high, mean = zip(*by_hand(series, [*overview.time.tolist(), end]), strict=True)
    np.testing.assert_array_equal(overview.count, count)
    np.testing.assert_array_equal(overview.low, low)
    np.testing.assert_array_equal(overview.high, high)
    np.testing.assert_allclose(overview.mean, mean, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("buckets", [1, 2, 3, 4, 7, 50, 1000])
def test_every_bucket_is_exact(historian: Historian, gappy: Series, buckets: int) -> None:
    historian.append_series("B1", SPEC, gappy)
    overview = historian.overview("B1", "t", buckets)
    assert len(overview.time) == buckets
    assert overview.time[0] == 0
    assert (np.diff(overview.time) > 0).all()
    assert_agrees(overview, gappy, 2_599_000_001)


@pytest.mark.parametrize(
    "bounds", [(0, 100), (599_000_000, 601_000_000), (650_500_000, 2_000_000_000), (-5, 9 * 10**9)]
)
def test_a_range_cuts_chunks_exactly(historian: Historian, gappy: Series, bounds: tuple[int, int]) -> None:
    historian.append_series("B1", SPEC, gappy)
    for buckets in (1, 5, 40):
        overview = historian.overview("B1", "t", buckets, *bounds)
        assert overview.time[0] == bounds[0]
        assert_agrees(overview, gappy, bounds[1])


def test_gaps_are_empty_buckets(historian: Historian, gappy: Series) -> None:
    historian.append_series("B1", SPEC, gappy)
    overview = historian.overview("B1", "t", 260)
    missing = overview.count == 0
    np.testing.assert_array_equal(np.flatnonzero(missing), [*range(70, 76), *range(130, 140)])
    for drawn in (overview.low, overview.high, overview.mean):
        np.testing.assert_array_equal(np.isnan(drawn), missing)


def test_cuts_are_even_where_no_chunk_is_shorter_than_a_bucket(historian: Historian, gappy: Series) -> None:
    historian.append_series("B1", SPEC, gappy)
    overview = historian.overview("B1", "t", 26, 0, 2_600_000_000)
    np.testing.assert_array_equal(overview.time, np.arange(26) * 100_000_000)


def test_a_cut_moves_back_to_the_start_of_the_chunk_it_falls_in(historian: Historian) -> None:
    time = np.arange(6000) * 1_000_000
    historian.append_series("B1", SPEC, Series(time, np.ones(6000), np.zeros(6000, np.uint8)))
    overview = historian.overview("B1", "t", 4, 0, 6_000_000_000)
    np.testing.assert_array_equal(overview.time, np.array([0, 1200, 3000, 4200]) * 1_000_000)
    np.testing.assert_array_equal(overview.count, [1200, 1800, 1200, 1800])


@pytest.mark.parametrize("minutes", [30, 600, 1750])
def test_hot_rows_are_drawn_with_the_chunks(
    historian: Historian, record: Callable[..., object], minutes: int
) -> None:
    record(historian, "B1", minutes, finish=False)
    for tag in ("glucose", "viable"):
        overview = historian.overview("B1", tag, 9)
        assert_agrees(overview, historian.read("B1", tag), (minutes - 1) * 60_000_000 + 1)


def test_a_tag_without_samples_draws_an_empty_bucket(historian: Historian) -> None:
    historian.recorder("B1", [SPEC])
    for bounds in ((None, None), (5, None), (None, -7)):
        overview = historian.overview("B1", "t", 10, *bounds)
        assert overview.count.tolist() == [0]
        assert np.isnan(overview.mean).all()


def test_a_sum_beyond_a_double_leaves_no_mean(historian: Historian) -> None:
    series = Series(np.arange(4), np.array([1e308, 1e308, -1e308, 2.0]), np.zeros(4, np.uint8))
    historian.append_series("B1", SPEC, series)
    overview = historian.overview("B1", "t", 1)
    assert (overview.low[0], overview.high[0], overview.count[0]) == (-1e308, 1e308, 4)
    assert np.isnan(overview.mean[0])


def test_no_buckets_are_refused(historian: Historian) -> None:
    historian.recorder("B1", [SPEC])
    with pytest.raises(HistorianError, match="at least one"):
        historian.overview("B1", "t", 0)


@given(st.integers(0, 2**32), st.integers(1, 30), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_series_in_any_range(
    tmp_path_factory: pytest.TempPathFactory, seed: int, buckets: int, bounded: bool
) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 2000))
    steps = rng.integers(1, 50, size) * np.where(rng.random(size) < 0.01, 5000, 1)
    value = np.where(rng.random(size) < 0.2, np.nan, np.round(rng.normal(size=size), 3))
    series = Series(np.cumsum(steps), value, rng.choice([0, 1, 2, 5], size).astype(np.uint8))
    last = int(series.time[-1])
    start, end = sorted(rng.integers(-100, last + 100, 2).tolist()) if bounded else (None, None)
    with Historian.open(tmp_path_factory.mktemp("any") / "historian.db") as historian:
        historian.append_series("B1", SPEC, series)
        overview = historian.overview("B1", "t", buckets, start, end)
    assert len(overview.time) <= buckets
    assert_agrees(overview, series, last + 1 if end is None else end)
