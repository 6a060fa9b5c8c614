"""The outlook: samples are foreseen when they will be drawn, loops hold, probabilities are exact, truth is covered."""

import math
from dataclasses import replace

import numpy as np
import pytest

from homeostat.execution import Options, replay, run
from homeostat.execution.outlook import Moment, Traveller, Way, foresee, walk
from homeostat.execution.outlook.steer import hold
from homeostat.execution.plan import HOUR, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import recipe
from homeostat.execution.stages.outlook import QUANTILE, look_ahead
from homeostat.execution.state import BatchState, Expectation
from homeostat.historian import Historian
from homeostat.ledger.catalogue import AttributeJudged, SampleDrawn, VerdictChanged
from homeostat.process import Process, load
from homeostat.site import Site

from .conftest import Quiet
from .desk import Standing, standing
from .test_fusing import OBSERVER

MINUTE = HOUR // 60
STEP = 5 * MINUTE
MONITORING = {
    "outlook": {"every": "30 min", "step": "5 min", "alert": "80 %", "action": "50 %", "margin": "5 %"}
}


@pytest.fixture(scope="module")
def foreseeing(mini: Process) -> Process:
    """The short culture, watched by an observer that looks ahead every half hour."""
    declared = mini.model_dump(mode="json")
    declared["twin"]["observer"] = OBSERVER
    declared["monitoring"] = MONITORING
    return Process.model_validate(declared)


@pytest.fixture(scope="module")
def seen(foreseeing: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one run of it. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("foreseen") / "site")
    run(site, foreseeing, Options(seed=7), Quiet())
    return site


@pytest.fixture(scope="module")
def early(seen: Site) -> Standing:
    """How it stood after twenty minutes, with both branches running."""
    return standing(seen, 20)


def way(at: Standing) -> Way:
    assert at.plan.outlook is not None
    assert at.observer.filter is not None
    return Way.of(at.plan, at.plan.outlook, at.observer.filter)


def ahead(at: Standing) -> list[Moment]:
    return list(walk(way(at), at.state, at.usable, at.time))


def drawn(site: Site) -> list[tuple[int, str, tuple[str, ...]]]:
    with site.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[SampleDrawn.type])]
    facts = [(event.time, SampleDrawn.model_validate(event.data)) for event in events]
    return [(time, fact.step.rsplit("/", 1)[-1], fact.assays) for time, fact in facts]


@pytest.mark.parametrize("scan", [0, 20, 70, 120])
def test_every_sample_to_come_is_foreseen_when_it_will_be_drawn(scan: int, seen: Site) -> None:
    at = standing(seen, scan)
    moments, real = ahead(at), [one for one in drawn(seen) if one[0] > at.time]
    assert [(one.phase, one.assays) for one in moments] == [one[1:] for one in real]
    waits = 6 * MINUTE  # prompts are answered after two minutes and some scans; in the outlook at once
    for moment, (time, _, _) in zip(moments, real, strict=True):
        assert -waits <= moment.time - time <= STEP


def test_a_walk_changes_nothing_and_gives_the_same_again(early: Standing) -> None:
    before = early.state
    assert ahead(early) == ahead(early)
    assert early.state == before


def test_asking_the_recipe_only_when_it_stirs_leaves_nothing_out(
    early: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = ahead(early)
    monkeypatch.setattr(recipe, "stirs", lambda *_: True)
    assert ahead(early) == quick


def test_another_steering_takes_another_way(early: Standing) -> None:
    """What sets the loops' outputs is given: here nothing does, and they stay as they are."""
    go = way(early)
    left = list(walk(go, early.state, early.usable, early.time, steering=lambda *_: None))
    held = ahead(early)
    assert [one.assays for one in left] == [one.assays for one in held]
    assert left[-1].estimate.mean != held[-1].estimate.mean


def test_long_strides_of_the_covariance_change_no_value_and_hardly_a_doubt(early: Standing) -> None:
    go = way(early)
    fine = replace(go, filter=go.filter.striding(go.hours))
    (one,), (other,) = (
        foresee(each, walk(each, early.state, early.usable, early.time)) for each in (go, fine)
    )
    assert one.value == other.value
    assert one.deviation == pytest.approx(other.deviation, rel=0.02)


def test_what_is_not_known_of_doses_and_draws_to_come_is_in_doubt(early: Standing) -> None:
    go, observer = way(early), early.plan.twin.observer
    assert observer is not None
    exact = replace(early.plan.twin, observer=replace(observer, volumes=0.0, contents=()))
    sure = replace(go, plan=replace(early.plan, twin=exact))
    last, other = ahead(early)[-1], list(walk(sure, early.state, early.usable, early.time))[-1]
    volume = go.filter.names.index("volume")
    assert last.estimate.mean == other.estimate.mean
    assert go.filter.deviations(last.estimate)[volume] > go.filter.deviations(other.estimate)[volume]


def test_doubt_grows_with_the_distance(early: Standing) -> None:
    doubts = [way(early).filter.deviations(moment.estimate)[0] for moment in ahead(early)]
    assert len(doubts) >= 3
    assert doubts == sorted(doubts)


def course(at: Standing, setpoint: float, steps: int) -> tuple[list[float], list[float]]:
    """What the loop's tag shows and its output while the outlook holds `setpoint`."""
    go = way(at)
    (loop,), (held,) = at.plan.loops, go.outlook.loops
    state = replace(at.state, loops=(replace(at.state.loops[0], setpoint=setpoint),))
    shadow, tie = state.belief.shadow, held.seen
    assert shadow is not None
    assert tie is not None
    known = go.filter.known(shadow.estimate)
    going = Traveller(
        state, state.loops, shadow.estimate, known, list(at.usable), state.belief.inputs, at.time
    )
    go.read(going)
    shown, outputs = list[float](), list[float]()
    for _ in range(steps):
        hold(go, going)
        going.estimate = go.filter.advance(going.estimate, going.inputs, go.hours)
        shown.append(tie.slope * go.show(going)[tie.quantity] + tie.offset)
        outputs.append(going.loops[0].pid.output)
        assert going.tags[at.plan.tags.index(loop.actuator)] == outputs[-1]
    return shown, outputs


@pytest.mark.parametrize("setpoint", [50.0, 60.0, 80.0])
def test_a_loop_holds_its_set_point_within_its_actuators_reach(setpoint: float, early: Standing) -> None:
    shown, outputs = course(early, setpoint, 24)
    (loop,) = early.plan.loops
    assert all(loop.tuning.low <= output <= loop.tuning.high for output in outputs)
    assert abs(shown[-1] - setpoint) <= max(loop.tuning.deadband, 0.5)


def test_out_of_reach_the_actuator_stays_at_its_end(early: Standing) -> None:
    shown, outputs = course(early, 1000.0, 6)
    assert outputs[-1] == early.plan.loops[0].tuning.high
    assert shown[-1] < 1000.0


def test_value_deviation_and_probability_are_those_of_the_filter_in_closed_form(early: Standing) -> None:
    go = way(early)
    of, moments = go.filter, [one for one in ahead(early) if one.phase == "finish"]
    (found,) = foresee(go, moments)
    (each,), attribute = go.outlook.attributes, early.plan.attributes[0]
    value, gradient = of.expectation(moments[0].estimate, each.quantity)
    covariance = np.zeros((of.layout.size, of.layout.size))
    for (i, j), entry in zip(of.layout.pairs, moments[0].estimate.covariance, strict=True):
        covariance[i, j] = covariance[j, i] = entry
    slopes = each.slope * np.array(gradient)
    told = each.slope * value + each.offset
    deviation = math.sqrt(slopes @ covariance @ slopes + (each.variation * told) ** 2)
    assert found.value == pytest.approx(told, rel=1e-12)
    assert found.deviation == pytest.approx(deviation, rel=1e-9)
    assert attribute.low is not None
    exact = 0.5 * math.erfc((attribute.low - told) / deviation / math.sqrt(2.0))
    assert found.probability == pytest.approx(exact, rel=1e-9)
    assert found.breach == -1


@pytest.mark.parametrize("low", [90.0, 99.0, 101.0])
def test_a_limit_that_will_be_missed_is_told_with_its_time(low: float, early: Standing) -> None:
    tight = replace(early.plan, attributes=(replace(early.plan.attributes[0], low=low),))
    (found,) = foresee(replace(way(early), plan=tight), ahead(early))
    z = (low - found.value) / found.deviation
    assert found.probability == pytest.approx(0.5 * math.erfc(z / math.sqrt(2.0)), rel=1e-9, abs=1e-300)
    assert (found.breach == found.time) == (found.value < low)


def looked(at: Standing, state: BatchState, time: int, plan: Plan | None = None) -> BatchState:
    return look_ahead(plan or at.plan, at.observer, state, at.usable, time, Sheet("look", 0))


def test_a_forecast_that_was_doubted_reassures_only_after_calm(early: Standing) -> None:
    """One sensor that drifts must not make the verdict flicker: readings agree for a while, and disagree again."""
    assert early.plan.outlook is not None
    plan = replace(early.plan, outlook=replace(early.plan.outlook, calm=90 * MINUTE))
    state = replace(early.state, disagreed={"glucose": 30 * MINUTE})
    state = replace(looked(early, state, 30 * MINUTE, plan), disagreed={})
    verdicts = [state.expected[0].verdict]
    for minute in (60, 90, 120):
        state = looked(early, state, minute * MINUTE, plan)
        verdicts.append(state.expected[0].verdict)
    assert verdicts == ["undecided", "undecided", "undecided", "ok"]


def test_without_a_doubt_the_first_look_reassures(early: Standing) -> None:
    state = replace(early.state, expected=(Expectation(),))
    assert looked(early, state, 30 * MINUTE).expected[0].verdict == "ok"


@pytest.mark.parametrize(("low", "missed"), [(50.0, False), (101.0, True)])
def test_when_a_miss_is_expected_is_recorded_in_hours(low: float, missed: bool, early: Standing) -> None:
    plan = replace(early.plan, attributes=(replace(early.plan.attributes[0], low=low),))
    (found,) = foresee(
        replace(way(early), plan=plan), walk(way(early), early.state, early.usable, 30 * MINUTE)
    )
    (expected,) = looked(early, early.state, 30 * MINUTE, plan).expected
    assert expected.value == found.value
    assert expected.breach == found.time / HOUR if missed else math.isnan(expected.breach)


def test_the_outlook_is_recorded_and_replays(seen: Site, quiet: Quiet) -> None:
    with seen.reading() as (ledger, historian):
        columns = {
            kind: historian.read("B0001", f"foreseen{kind}.viability").value
            for kind in ("", ".sd", ".p", ".breach")
        }
        changes = [one.event for one in ledger.events(batch="B0001", types=[VerdictChanged.type])]
    assert all(np.isfinite(columns[kind]).any() for kind in ("", ".sd", ".p"))
    assert np.isnan(columns[".breach"]).all()
    first = VerdictChanged.model_validate(changes[0].data)
    assert (first.before, first.verdict, first.attribute) == ("undecided", "ok", "viability")
    assert first.value is not None
    assert first.low == pytest.approx(first.value - QUANTILE * columns[".sd"][0])
    found = replay(seen, "B0001", quiet)
    assert found.identical, found.difference


def test_the_outlook_is_looked_at_again_at_its_interval_only(seen: Site) -> None:
    with seen.reading() as (ledger, historian):
        values = historian.read("B0001", "foreseen.viability").value
        judged = [one.event.time for one in ledger.events(batch="B0001", types=[AttributeJudged.type])]
    moved = np.flatnonzero(np.diff(np.nan_to_num(values))) + 1
    allowed = {time // MINUTE for time in judged}
    assert all(scan % 30 == 0 or scan in allowed for scan in moved.tolist())


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one simulated run of the shipped process. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("grown") / "site")
    assert run(site, load("car-t"), Options(seed=1), Quiet()).state == "complete"
    return site


def test_the_shipped_twin_doubts_all_in_which_donors_differ() -> None:
    twin = load("car-t").twin
    assert twin.observer is not None
    assert set(twin.donor) <= set(twin.observer.learn)


PRODUCT = (
    "harvest-viability",
    "total-viable-cells",
    "car-fraction",
    "dose",
    "memory-fraction",
    "cd4-cd8-ratio",
)


def errors(historian: Historian, judged: dict[str, float], hour: int) -> dict[str, float]:
    """How far each measured value lies from what was expected at `hour`, in standard deviations."""
    found = {}
    for name, value in judged.items():
        mean, deviation = (
            historian.read("B0001", f"foreseen{kind}.{name}", hour * HOUR, hour * HOUR + 1).value[0]
            for kind in ("", ".sd")
        )
        found[name] = float((value - mean) / deviation)
    return found


@pytest.mark.drill
@pytest.mark.parametrize("hour", [24, 150, 250])
def test_the_outlook_of_the_shipped_process_covers_what_is_measured(hour: int, grown: Site) -> None:
    with grown.reading() as (ledger, historian):
        facts = [
            AttributeJudged.model_validate(one.event.data)
            for one in ledger.events(batch="B0001", types=[AttributeJudged.type])
        ]
        judged = {fact.attribute: fact.value for fact in facts if fact.value is not None}
        found = errors(historian, {name: judged[name] for name in PRODUCT}, hour)
    assert max(map(abs, found.values())) < 3.0, found
    assert sum(abs(error) <= QUANTILE for error in found.values()) >= 4, found


@pytest.mark.drill
def test_a_sound_batch_raises_no_alarm_about_its_outlook(grown: Site) -> None:
    with grown.reading() as (ledger, _):
        changes = [
            VerdictChanged.model_validate(one.event.data)
            for one in ledger.events(batch="B0001", types=[VerdictChanged.type])
        ]
    assert {change.verdict for change in changes} <= {"ok"}
    assert len(changes) == 9
