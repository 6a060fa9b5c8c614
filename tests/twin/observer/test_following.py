"""A recorded run followed: beliefs, forecasts under what was done or planned, and how they are judged."""

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Jump, Segment, Simulator, simulate
from homeostat.twin.fit import Noise, Run
from homeostat.twin.observer import Course, Doubt, Filter, Followed, follow, settings_of

from .models import Colony, Tanks

GROWTH, SIGMA = 0.09, 0.03
"""The truth of the colony (declared: 0.08), and the relative error of its measurements."""
HOURS = np.arange(0.0, 49.0, 3.0)
FED = Jump(20.0, add={"food": 8.0})
INPUTS = [Segment(0.0, {"feed": 2.0}), Segment(10.0, {"feed": 0.5}), Segment(30.0, {"feed": 3.0})]


def colony_run(jumps: tuple[Jump, ...] = (), seed: int = 1, start: float = 0.0) -> Run:
    """Cells and food of a colony, read with an error."""
    hours = HOURS + start
    made = simulate(Simulator(Colony), {}, [], {"growth": GROWTH}, hours.tolist(), jumps)
    clean = {name: made.states[:, Colony.signature.states.index(name)] for name in ("cells", "food")}
    random = np.random.default_rng(seed)
    noisy = {name: v * (1.0 + SIGMA * random.standard_normal(len(v))) for name, v in clean.items()}
    noise = {name: Noise(0.01, SIGMA) for name in clean}
    return Run.of("seven", hours, noisy, noise, jumps=jumps, start_h=start)


def tanks_run() -> Run:
    """Exact values of two tanks whose feed changes."""
    made = simulate(Simulator(Tanks), {}, INPUTS, {}, HOURS.tolist())
    values, noise = {"total": made.outputs[:, 0]}, {"total": Noise(0.01)}
    return Run.of("tanks", HOURS, values, noise, segments=INPUTS, initial={"first": 4.0, "second": 1.0})


def filter_of(run: Run, *learnt: str, wander: float = 0.002) -> Filter:
    model = Tanks if run.name == "tanks" else Colony
    return Filter(Simulator(model), settings_of(model, run, learnt, wander), parameters=run.parameters)


def ends(found: Followed) -> dict[str, float]:
    """The last value of each forecast."""
    return {each.quantity: float(each.value[-1]) for each in found.forecasts}


def test_the_settings_are_those_of_the_run() -> None:
    run = colony_run()
    told = settings_of(Colony, run, ("growth", "half"), 0.01)
    assert [(s.name, s.quantity) for s in told.signals] == [("cells", "cells"), ("food", "food")]
    assert told.signals[0].noise == Doubt(SIGMA, 0.01)
    assert [each.sd for each in told.learnt] == [
        None,
        0.2,
    ]  # the model tells how growth differs, and not of half
    assert (told.initial["cells"].relative, told.wander["volume"]) == (0.1, Doubt())
    assert (told.elsewhere, told.window) == (Doubt(0.01), len(HOURS))


def test_errors_that_are_told_one_by_one_become_the_usual_one() -> None:
    run = colony_run()
    single = Run.of("x", HOURS, {"food": run.measured[:, 1]}, {"food": np.linspace(0.1, 0.5, len(HOURS))})
    assert settings_of(Colony, single, (), 0.01).signals[0].noise.absolute == pytest.approx(0.3)
    exact = replace(run, noise={"cells": Noise(0.0, 0.1), "food": Noise(0.0, 0.1)})
    least = settings_of(Colony, exact, (), 0.01).signals[1].noise.absolute
    assert least == pytest.approx(1e-3 * run.measured[:, 1].max())


def test_a_parameter_is_refitted_and_the_rest_foretold() -> None:
    run = colony_run()
    found = follow(filter_of(run, "growth"), run, 24.0)
    (refit,) = found.refitted()
    assert (refit.parameter, refit.before, refit.unit) == ("growth", 0.08, "1/h")
    assert refit.value == pytest.approx(GROWTH, abs=3.0 * refit.deviation)
    assert abs(refit.value - GROWTH) < 0.5 * (GROWTH - 0.08)
    assert (found.lost, found.left_out) == (None, 2 * 8)
    assert [window.fused for window in found.windows] == [len(HOURS)] * 2
    assert (found.time[0], found.time[-1], found.until) == (0.0, 24.0, 48.0)
    cells = found.scores()[0]
    assert (cells.quantity, cells.count) == ("cells", 8)
    assert cells.mean_relative_error is not None
    assert cells.mean_relative_error < 0.1
    assert cells.coverage >= 7 / 8


def test_scores_are_those_of_their_definition() -> None:
    run = colony_run()
    found = follow(filter_of(run), run, 24.0, level=0.8)
    score, ahead, later = found.scores()[0], found.forecasts[0], run.time > 24.0
    told = np.interp(run.time[later] - 24.0, ahead.hours, ahead.value)
    doubt = np.interp(run.time[later] - 24.0, ahead.hours, ahead.deviation)
    errors, measured = told - run.measured[later, 0], run.measured[later, 0]
    assert score.rmse == pytest.approx(math.sqrt((errors**2).mean()))
    assert score.mean_relative_error == pytest.approx((np.abs(errors) / measured).mean())
    wide = NormalDist().inv_cdf(0.9) * np.hypot(doubt, run.deviations[later, 0])
    assert score.coverage == pytest.approx((np.abs(errors) <= wide).mean())


def test_it_goes_by_what_was_done_later_or_holds_or_by_a_plan() -> None:
    """Exact tanks without doubt of the model: every forecast is a simulation from there on."""
    run = tanks_run()
    of = filter_of(run, wander=0.0)
    recorded = follow(of, run, 24.0)
    assert ends(recorded)["total"] == pytest.approx(run.measured[-1, 0], rel=1e-3)
    at = simulate(of.simulator, run.initial, INPUTS, {}, [0.0, 24.0]).states[-1].tolist()
    start = dict(zip(Tanks.signature.states.names, at, strict=True))

    def simulated(feed: float, end: float, jumps: tuple[Jump, ...] = ()) -> float:
        segments = [Segment(24.0, {"feed": 0.5}), Segment(40.0, {"feed": feed})]
        return float(simulate(of.simulator, start, segments, {}, [24.0, end], jumps).outputs[-1, 0])

    held = follow(of, run, 24.0, ahead=Course())
    assert ends(held)["total"] == pytest.approx(simulated(0.5, 48.0), rel=1e-3)
    jump = Jump(44.0, add={"first": 2.0})
    plan = Course.of([Segment(40.0, {"feed": 9.0})], [jump])
    planned = follow(of, run, 24.0, ahead=plan, until=60.0)
    assert ends(planned)["total"] == pytest.approx(simulated(9.0, 60.0, (jump,)), rel=1e-3)
    assert planned.until == 60.0
    assert (
        planned.windows == held.windows == recorded.windows
    )  # what is foretold changes nothing that is fused


def test_additions_are_followed_and_foretold() -> None:
    run = colony_run((FED,))
    of = filter_of(run, "growth")
    before, after, held = follow(of, run, 15.0), follow(of, run, 30.0), follow(of, run, 15.0, ahead=Course())
    assert [window.rejected for window in after.windows] == [0, 0]
    food = Colony.signature.states.index("food")
    assert after.estimate.mean[food] == pytest.approx(run.measured[-1, 1], abs=0.5)
    rise = before.forecasts[1].value - held.forecasts[1].value
    at = before.forecasts[1].hours + 15.0
    assert np.abs(rise[at < 20.0]).max() < 1e-9
    assert rise[at >= 20.0][0] == pytest.approx(8.0, abs=0.2)
    assert before.scores()[1].rmse < 0.3 * held.scores()[1].rmse


def test_what_was_added_at_the_start_counts_once() -> None:
    """Known to begin with 10 and 5 added; or measured, which tells what was there after the addition."""
    jumps = (Jump(0.0, add={"food": 5.0}),)
    run = colony_run(jumps)
    for each in (
        run,
        replace(run, initial={"food": 10.0}),
        replace(run, measured=run.measured * [1.0, np.nan]),
    ):
        found = follow(filter_of(each, "growth"), each, 24.0)
        assert found.value[0, 1] == pytest.approx(15.0, rel=0.06)
        assert [window.rejected for window in found.windows] == [0, 0]


def test_hours_of_a_run_may_begin_anywhere() -> None:
    early, late = colony_run(), colony_run(start=100.0)
    first, second = follow(filter_of(early), early, 24.0), follow(filter_of(late), late, 124.0)
    np.testing.assert_allclose(second.value, first.value, rtol=1e-9)
    np.testing.assert_allclose(second.forecasts[0].high, first.forecasts[0].high, rtol=1e-9)


def test_a_run_that_cannot_be_followed_is_lost_and_has_no_forecast() -> None:
    drained = replace(colony_run(), jumps=(Jump(20.0, draw=500.0),))
    found = follow(filter_of(drained), drained, 24.0)
    assert found.lost is not None
    assert 19.0 < found.lost <= 20.0
    assert (found.forecasts, found.scores()) == ((), ())
    assert found.time[-1] <= found.lost
    assert len(found.time) == len(found.value)
    later = follow(filter_of(drained), drained, 10.0)  # lost only after the hour of the forecast
    assert later.lost is not None
    assert later.forecasts == ()
    assert len(follow(filter_of(drained), drained, 10.0, ahead=Course()).forecasts) == 2


@pytest.mark.parametrize(
    ("now", "changes", "word"),
    [
        (-1.0, {}, "begins at 0 h"),
        (math.nan, {}, "begins at 0 h"),
        (24.0, {"until": 12.0}, "would end at 12 h"),
        (24.0, {"ahead": Course.of((), [Jump(20.0, add={"food": 1.0})])}, "lies before 24 h"),
        (24.0, {"ahead": Course.of((), [Jump(30.0, add={"honey": 1.0})])}, "no state is called 'honey'"),
        (24.0, {"ahead": Course.of([Segment(30.0, {"rain": 1.0})])}, "no input is called 'rain'"),
    ],
)
def test_hours_and_plans_that_cannot_be(now: float, changes: dict[str, object], word: str) -> None:
    run = colony_run()
    with pytest.raises(TwinError, match=word):
        follow(filter_of(run), run, now, **changes)
