"""Two readings in a row beyond the gate: the doubt widens by what numpy says it must, and the second is believed."""

from dataclasses import replace

import numpy as np
import pytest

from homeostat.twin import Simulator
from homeostat.twin.observer import Doubt, Filter, Settings, Shadow, Signal, Tracker
from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.filter import WIDEST, Innovation
from homeostat.twin.observer.unscented import Unscented

from .models import Tanks, square

START, FEED = (10.0, 5.0), (1.0,)
TOLD = Settings(
    signals=(
        Signal("sum", "total", Doubt(0.0, 0.3), confirmed=True),
        Signal("level", "second", Doubt(0.0, 0.2)),
    ),
    initial={"first": Doubt(0.0, 0.5), "second": Doubt(0.0, 0.4)},
    elsewhere=Doubt(0.0, 0.1),
)
FAR, NEAR = 19.0, 15.2
"""Total levels that lie beyond the gate, some 6 standard deviations too high, and within it."""


@pytest.fixture(scope="module")
def of() -> Filter:
    return Filter(Simulator(Tanks, rtol=1e-9, atol=1e-12), TOLD, stride=0.02)


@pytest.fixture(scope="module")
def tracker(of: Filter) -> Tracker:
    return Tracker(of, horizon=6.0, spacing=0.5)


def _read(tracker: Tracker, *totals: float) -> Shadow:
    """The totals read one after the other, at the very start."""
    shadow = tracker.begin(tracker.filter.begin(START, FEED))
    for total in totals:
        shadow = tracker.read(shadow, 0, total)
    return shadow


@pytest.mark.parametrize("kind", [Filter, Unscented])
def test_the_doubt_widens_along_what_is_read_until_the_reading_is_one_deviation_away(
    kind: type[Filter],
) -> None:
    of = kind(Simulator(Tanks, rtol=1e-9, atol=1e-12), TOLD, stride=0.02)
    before = of.begin(START, FEED)
    H, P = np.ones(2), square(of, before.covariance)
    error, own = FAR - 15.0, float(H @ P @ H)
    wider = of.widen(before, 0, FAR)
    assert wider is not None
    assert wider.mean == before.mean
    beta = (error**2 - 0.3**2 - own) / own**2
    np.testing.assert_allclose(square(of, wider.covariance), P + beta * np.outer(P @ H, P @ H), rtol=1e-12)
    after, seen = of.fuse(wider, 0, FAR)
    assert seen.fused
    assert seen.z == pytest.approx(1.0, rel=1e-9)
    gain = (P @ H) / own * (1.0 - 0.3**2 / error**2)
    np.testing.assert_allclose(after.mean, np.array(START) + gain * error, rtol=1e-9)


def test_what_the_model_has_no_doubt_for_is_not_explained_by_widening(of: Filter) -> None:
    before = of.begin(START, FEED)
    own = 0.5**2 + 0.4**2
    most = (WIDEST * own + 0.3**2) ** 0.5
    assert of.widen(before, 0, 15.0 + 0.999 * most) is not None
    assert of.widen(before, 0, 15.0 + 1.001 * most) is None
    assert of.widen(before, 0, 15.1) is None, "there is nothing to widen for"
    sure = replace(before, covariance=(0.0, 0.0, 0.0))
    assert of.widen(sure, 0, FAR) is None


def test_the_second_reading_on_one_side_is_believed_and_the_first_is_not(tracker: Tracker) -> None:
    once, twice = _read(tracker, FAR), _read(tracker, FAR, FAR - 0.2)
    assert once.estimate == _read(tracker).estimate
    assert sum(twice.estimate.mean) == pytest.approx(FAR - 0.2, abs=0.1)
    window = twice.belief.windows[0]
    assert [(one.fused, one.widened) for one in window.last] == [(False, False), (True, True)]
    assert (window.fused, window.rejected, window.astray) == (1, 1, False)
    assert window.last[-1].z > TOLD.gate, "how far it was from what was expected stays known"


@pytest.mark.parametrize("totals", [(FAR, 30.0 - FAR), (FAR, NEAR, FAR)])
def test_readings_that_contradict_each_other_confirm_nothing(
    tracker: Tracker, totals: tuple[float, ...]
) -> None:
    assert not any(one.widened for one in _read(tracker, *totals).belief.windows[0].last)


def test_a_signal_that_is_not_declared_so_is_never_widened_for(of: Filter) -> None:
    plain = replace(TOLD, signals=tuple(replace(one, confirmed=False) for one in TOLD.signals))
    window = _read(Tracker(Filter(of.simulator, plain)), FAR, FAR, FAR).belief.windows[0]
    assert (window.fused, window.rejected, window.astray) == (0, 3, True)


def test_a_late_pair_counts_as_if_it_had_come_at_once(tracker: Tracker) -> None:
    def told(late: bool) -> Shadow:
        shadow = tracker.begin(tracker.filter.begin(START, FEED))
        for step in range(1, 31):
            now = step / 10.0
            shadow = tracker.advance(shadow, FEED, now)
            if step in (5, 12) and not late:
                shadow = tracker.read(shadow, 0, FAR)
            if step == 20 and late:
                shadow = tracker.read(tracker.read(shadow, 0, FAR, 1.2), 0, FAR, 0.5)
        return shadow

    assert told(late=True).belief == told(late=False).belief
    assert told(late=True).belief.windows[0].last[-1].widened


def test_a_reading_believed_so_speaks_neither_for_nor_against_the_filter() -> None:
    window = Window()
    for _ in range(24):
        window = window.after(Innovation(9.0, True, True), 48)
    assert window.verdict(48) is Verdict.REJECTED, "each lay beyond the gate"
