"""The outlook: samples are foreseen when they will be drawn, loops hold, probabilities are exact, truth is covered."""

import math
from dataclasses import replace

import numpy as np
import pytest

from homeostat.execution import Options, replay, run
from homeostat.execution.outlook import Moment, foresee, walk
from homeostat.execution.outlook.steer import steer
from homeostat.execution.outlook.traveller import Traveller
from homeostat.execution.plan import HOUR
from homeostat.execution.plan.types import OutlookPlan
from homeostat.execution.stages.outlook import QUANTILE
from homeostat.historian import Historian
from homeostat.ledger.catalogue import AttributeJudged, SampleDrawn, VerdictChanged
from homeostat.process import Process, load
from homeostat.site import Site
from homeostat.twin.observer import Filter

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


def parts(at: Standing) -> tuple[OutlookPlan, Filter]:
    assert at.plan.outlook is not None
    assert at.observer.filter is not None
    return at.plan.outlook, at.observer.filter


def ahead(at: Standing) -> list[Moment]:
    outlook, of = parts(at)
    return list(walk(at.plan, outlook, of, at.state, at.usable, at.time))


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


def test_doubt_grows_with_the_distance(early: Standing) -> None:
    _, of = parts(early)
    doubts = [of.deviations(moment.estimate)[0] for moment in ahead(early)]
    assert len(doubts) >= 3
    assert doubts == sorted(doubts)


def course(at: Standing, setpoint: float, steps: int) -> tuple[list[float], list[float]]:
    """What the loop's tag shows and its output while the outlook holds `setpoint`."""
    outlook, of = parts(at)
    (loop,) = at.plan.loops
    state = replace(at.state, loops=(replace(at.state.loops[0], setpoint=setpoint),))
    shadow = state.belief.shadow
    assert shadow is not None
    going = Traveller(state, shadow.estimate, list(at.usable), state.belief.inputs, at.time)
    tie = outlook.ties[outlook.loops[0]]
    shown, outputs = list[float](), list[float]()
    for _ in range(steps):
        steer(at.plan, outlook, of, going)
        going.estimate = of.advance(going.estimate, going.inputs, outlook.step / HOUR)
        states = of.states(going.estimate)
        values = states + of.simulator.outputs(states, going.inputs, of.known(going.estimate))
        shown.append(tie.slope * values[tie.quantity] + tie.offset)
        outputs.append(going.state.loops[0].pid.output)
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
    outlook, of = parts(early)
    moments = [one for one in ahead(early) if one.phase == "finish"]
    (found,) = foresee(early.plan, outlook, of, moments)
    (each,), attribute = outlook.attributes, early.plan.attributes[0]
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
    outlook, of = parts(early)
    tight = replace(early.plan, attributes=(replace(early.plan.attributes[0], low=low),))
    (found,) = foresee(tight, outlook, of, ahead(early))
    z = (low - found.value) / found.deviation
    assert found.probability == pytest.approx(0.5 * math.erfc(z / math.sqrt(2.0)), rel=1e-9, abs=1e-300)
    assert (found.breach == found.time) == (found.value < low)


def test_the_outlook_is_recorded_and_replays(seen: Site, quiet: Quiet) -> None:
    with seen.reading() as (ledger, historian):
        columns = {
            kind: historian.read("B0001", f"foreseen{kind}.viability").value for kind in ("", ".sd", ".p")
        }
        changes = [one.event for one in ledger.events(batch="B0001", types=[VerdictChanged.type])]
    assert all(np.isfinite(column).any() for column in columns.values())
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


def test_a_sound_batch_raises_no_alarm_about_its_outlook(grown: Site) -> None:
    with grown.reading() as (ledger, _):
        changes = [
            VerdictChanged.model_validate(one.event.data)
            for one in ledger.events(batch="B0001", types=[VerdictChanged.type])
        ]
    assert {change.verdict for change in changes} <= {"ok"}
    assert len(changes) == 9
