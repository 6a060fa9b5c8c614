"""Drift against a reference: Page's chart, with the false alarms it was designed for, also in coloured noise."""

import math
import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.signals import Change, Chart, Watch, compare
from homeostat.monitoring.signals.learn import applied, learn

QUARTER = 900_000_000
PH = Watch("ph", "Culture pH", "pH", "the belief", scale=0.02, allowance=0.5, threshold=5.0)


def charted(watch: Watch, residuals: Iterable[float]) -> tuple[list[Chart], list[Change]]:
    chart, charts, changes = Chart(), list[Chart](), list[Change]()
    for k, residual in enumerate(residuals):
        chart, change = compare(watch, chart, k * QUARTER, residual)
        charts.append(chart)
        if change is not None:
            changes.append(change)
    return charts, changes


def siegmund(allowance: float, threshold: float, shift: float) -> float:
    """Mean run length of a two-sided chart (Montgomery, Statistical Quality Control, 9.1): the closed form."""

    def one_sided(delta: float) -> float:
        b = threshold + 1.166
        return (math.exp(-2 * delta * b) + 2 * delta * b - 1) / (2 * delta * delta)

    return 1 / (1 / one_sided(shift - allowance) + 1 / one_sided(-shift - allowance))


def coloured(count: int, phi: float, seed: int) -> list[float]:
    """Unit-variance noise of lag-1 autocorrelation phi."""
    source = np.random.default_rng(seed).standard_normal(count)
    out = np.empty(count)
    out[0] = source[0]
    for k in range(1, count):
        out[k] = phi * out[k - 1] + math.sqrt(1 - phi * phi) * source[k]
    return out.tolist()


def run_lengths(watch: Watch, noise: list[float]) -> list[int]:
    """How many residuals each run took to its alarm; the chart starts anew after each."""
    chart, lengths, start = Chart(), list[int](), 0
    for k, value in enumerate(noise):
        chart, change = compare(watch, chart, k * QUARTER, value * watch.scale)
        if change is not None:
            lengths.append(k + 1 - start)
            chart, start = Chart(last=chart.last, time=chart.time), k + 1
    return lengths


def test_the_sums_are_those_of_a_vectorised_page_test() -> None:
    """An independent form: a reflected random walk is the walk less its running minimum."""
    noise = np.random.default_rng(3).standard_normal(400)
    charts, _ = charted(PH, (noise * PH.scale).tolist())
    for sign, sums in ((1, [c.high for c in charts]), (-1, [c.low for c in charts])):
        walk = np.concatenate([[0.0], np.cumsum(sign * noise - 0.5)])
        page = (walk - np.minimum.accumulate(walk))[1:]
        kept = page <= 2 * PH.threshold  # beyond, our sum is held
        assert kept.all()
        np.testing.assert_allclose(sums, page, atol=1e-9)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_false_alarms_in_1e5_residuals_are_those_designed_for(phi: float) -> None:
    """Mean run length 465 by the closed form, for white noise as for coloured noise that is whitened."""
    watch = Watch("ph", "pH", "pH", "it", scale=1.0, correlation=phi, threshold=5.0)
    lengths = run_lengths(watch, coloured(100_000, phi, seed=11))
    designed = siegmund(0.5, 5.0, 0.0)
    assert designed == pytest.approx(469, abs=3)
    assert np.mean(lengths) == pytest.approx(designed, rel=3.5 / math.sqrt(len(lengths)) + 0.03)


def test_without_whitening_coloured_noise_would_cry_wolf() -> None:
    blind = Watch("ph", "pH", "pH", "it", scale=1.0, threshold=5.0)
    assert np.mean(run_lengths(blind, coloured(20_000, 0.9, seed=11))) < siegmund(0.5, 5.0, 0.0) / 5


def test_the_standing_threshold_allows_no_false_alarm_in_1e5_residuals() -> None:
    """The threshold by default is 12: one false alarm in about half a million residuals."""
    assert siegmund(0.5, 12.0, 0.0) > 5e5
    standing = Watch("ph", "pH", "pH", "it", scale=1.0)
    assert run_lengths(standing, coloured(100_000, 0.0, seed=12)) == []


@pytest.mark.parametrize("shift", [1.0, 2.0])
def test_a_shift_is_found_as_soon_as_the_closed_form_says(shift: float) -> None:
    watch = Watch("ph", "pH", "pH", "it", scale=1.0, threshold=8.0)
    source = np.random.default_rng(5)
    delays = [run_lengths(watch, (source.standard_normal(200) + shift).tolist())[0] for _ in range(200)]
    assert np.mean(delays) == pytest.approx(siegmund(0.5, 8.0, shift), rel=0.1)


def test_a_finding_says_since_when_and_against_what() -> None:
    _, changes = charted(PH, [0.0] * 10 + [0.06] * 4)
    finding = changes[0].finding
    assert (finding.tag, finding.kind, finding.since) == ("ph", "drift", 10 * QUARTER)
    assert finding.text == "Culture pH: drifts above the belief, now by 0.06 pH, for 30 min"


def test_a_drift_that_is_over_is_seen_to_be_over() -> None:
    _, changes = charted(PH, [0.2] * 100 + [0.0] * 30)
    assert [change.opened for change in changes] == [True, False]


def test_the_centre_is_what_is_usual() -> None:
    _, changes = charted(Watch("t", "T", "K", "it", scale=1.0, centre=3.0), [3.0] * 50)
    assert changes == []


def test_after_a_long_gap_the_whitening_starts_anew() -> None:
    watch = Watch("t", "T", "K", "it", scale=1.0, correlation=0.9)
    chart, _ = compare(watch, Chart(), 0, 2.0)
    near, _ = compare(watch, chart, QUARTER, 2.0)
    far, _ = compare(watch, chart, watch.longest + 1, 2.0)
    assert near.high == pytest.approx(1.5 + (2.0 - 1.8) / math.sqrt(0.19) - 0.5)
    assert far.high == pytest.approx(3.0)


@given(
    st.lists(
        st.tuples(st.floats() | st.sampled_from([math.nan, math.inf, -math.inf]), st.integers(-100, 100)),
        max_size=40,
    )
)
def test_nonsense_and_times_that_run_back_change_nothing(rows: list[tuple[float, int]]) -> None:
    chart, latest = Chart(), None
    for residual, time in rows:
        after, change = compare(PH, chart, time, residual)
        if not math.isfinite(residual) or (latest is not None and time <= latest):
            assert after is chart
            assert change is None
        else:
            latest = time
        chart = after
        assert 0.0 <= chart.high <= 2 * PH.threshold
        assert 0.0 <= chart.low <= 2 * PH.threshold


def test_one_seed_gives_one_chart() -> None:
    noise = [random.Random(1).gauss(0, 0.02) for _ in range(50)]
    assert charted(PH, noise) == charted(PH, noise)


def test_a_habit_learnt_from_a_short_past_keeps_the_false_alarms_in_the_order_of_the_design() -> None:
    """A thousand residuals are ten days at a quarter of an hour: the estimate's error costs less than a factor two."""
    noise = coloured(61_000, 0.7, seed=21)
    watch = applied(Watch("ph", "pH", "pH", "it", scale=1.0, threshold=5.0), learn([noise[:1000]]))
    mean = np.mean(run_lengths(watch, [value / watch.scale for value in noise[1000:]]))
    assert siegmund(0.5, 5.0, 0.0) / 2 < mean < siegmund(0.5, 5.0, 0.0) * 2
