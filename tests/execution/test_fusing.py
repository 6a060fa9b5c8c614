"""The observer in the scan: readings and results correct the twin, and the record still replays in every bit."""

import math
from collections.abc import Sequence
from dataclasses import replace as changed
from typing import Any

import numpy as np
import pytest

from homeostat.errors import ProcessError
from homeostat.execution import Options, replay, resume, run
from homeostat.execution.batch import observe
from homeostat.execution.plan import HOUR, Plan, make_plan
from homeostat.execution.plan.steps import Act
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.alarms import Seen, watch_limits
from homeostat.execution.stages.fusing import FusingObserver
from homeostat.execution.state import Belief
from homeostat.historian import Recorder
from homeostat.ledger.catalogue import AlarmChanged, SampleResult
from homeostat.process import Process
from homeostat.site import Site

from .conftest import Quiet

OBSERVER = {
    "every": "10 min",
    "tags": {"do": {"noise": "1 %"}, "glucose": {"noise": "0.15 mmol/L", "bias": "0.05 mmol/L"}},
    "assays": {"count": ["viable"]},
    "learn": {"growth_max": "12 %", "lactate_yield": "5 %"},
    "initial": {"viable": "20 %", "glucose": "2 %"},
    "contents": {"viable": "10 %"},
    "wander": {"oxygen": "10 %", "growth_max": "0.5 %"},
}
MINUTE = HOUR // 60


def observing(mini: Process, **changes: Any) -> Process:
    """The short culture, watched by an observer."""
    declared = mini.model_dump(mode="json")
    declared["twin"]["observer"] = {**OBSERVER, **changes}
    return Process.model_validate(declared)


@pytest.fixture(scope="module")
def watched(mini: Process) -> Process:
    return observing(mini)


@pytest.fixture(scope="module")
def observed(watched: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one uninterrupted run of the watched culture. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("observed") / "site")
    run(site, watched, Options(seed=7), Quiet())
    return site


@pytest.fixture(scope="module")
def plan(watched: Process) -> Plan:
    return make_plan(watched, steers=True, initial={"viable": 1.0})


@pytest.fixture(scope="module")
def observer(plan: Plan) -> FusingObserver:
    made = observe(plan)
    assert isinstance(made, FusingObserver)
    return made


def test_standard_deviations_and_parameters_are_on_record(observed: Site) -> None:
    with observed.reading() as (_, historian):
        for name in ("growth_max", "lactate_yield", "sd.viable", "sd.growth_max", "sd.viability"):
            values = historian.read("B0001", f"twin.{name}").value
            assert np.all(np.isfinite(values)), name
            assert np.all(values >= 0.0), name
        dose = historian.read("B0001", "twin.sd.viable").value
        first, last = dose[20], dose[-1]
    assert 0.0 < last < 0.2
    assert first != last


def test_the_record_replays_in_every_bit(observed: Site, quiet: Quiet) -> None:
    found = replay(observed, "B0001", quiet)
    assert found.identical, found.difference
    assert found.environment == ()


@pytest.mark.parametrize("survived", [2, 5, 9])
def test_after_a_crash_it_goes_on_as_if_nothing_had_happened(
    watched: Process, observed: Site, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    flush, left = Recorder.flush, [survived]

    def dying(self: Recorder, *args: Any, **kwargs: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        flush(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "flush", dying)
        with pytest.raises(KeyboardInterrupt):
            run(site, watched, Options(seed=7), quiet)
    resume(site, "B0001", math.inf, quiet)
    with site.reading() as (_, resumed), observed.reading() as (_, whole):
        for name in ("viable", "glucose", "growth_max", "sd.viable"):
            one, other = (h.read("B0001", f"twin.{name}").value for h in (resumed, whole))
            assert one.tobytes() == other.tobytes(), name


def _usable(plan: Plan, **values: float) -> tuple[float, ...]:
    return tuple(values.get(tag, math.nan) for tag in plan.tags)


def _follow(
    plan: Plan, observer: FusingObserver, belief: Belief, minutes: Sequence[int], **values: float
) -> Belief:
    usable = _usable(plan, **values)
    for minute in minutes:
        belief = observer.follow(plan, belief, usable, minute * MINUTE, first=minute == 0)
    return belief


def test_readings_pull_the_belief_and_narrow_it(plan: Plan, observer: FusingObserver) -> None:
    glucose = plan.twin.states.index("glucose")
    alone = _follow(plan, observer, observer.begin(), range(61))
    told = _follow(plan, observer, observer.begin(), range(61), glucose=alone.states[glucose] + 0.5)
    assert alone.states[glucose] + 0.1 < told.states[glucose] < alone.states[glucose] + 0.5
    sd = len(plan.twin.learnt) + glucose
    assert told.more[sd] < alone.more[sd]
    assert told.sound


def test_readings_between_the_times_of_fusing_change_nothing(plan: Plan, observer: FusingObserver) -> None:
    start = _follow(plan, observer, observer.begin(), range(11))
    one = _follow(plan, observer, start, range(11, 20), glucose=19.0)
    other = _follow(plan, observer, start, range(11, 20))
    assert one == other
    assert _follow(plan, observer, one, [20], glucose=19.0) != _follow(plan, observer, other, [20])


def _result(minute: int, viable: float | None, assay: str = "count") -> SampleResult:
    return SampleResult(
        sample="S1",
        assay=assay,
        taken=minute * MINUTE,
        values={"viable": viable, "viability": 95.0},
        units={"viable": "1e6 cell/mL", "viability": "%"},
    )


def test_a_result_counts_from_when_its_sample_was_taken(plan: Plan, observer: FusingObserver) -> None:
    """In every bit, however long the laboratory took."""
    taken = _follow(plan, observer, observer.begin(), range(31), glucose=19.9)
    at_once = _follow(plan, observer, observer.result(taken, _result(30, 1.3)), range(31, 121), glucose=19.9)
    later = _follow(plan, observer, taken, range(31, 121), glucose=19.9)
    late = observer.result(later, _result(30, 1.3))
    assert late.states == at_once.states
    assert late.more == at_once.more
    assert late.states[0] > later.states[0] + 0.05


def test_results_of_other_assays_and_without_a_value_change_nothing(
    plan: Plan, observer: FusingObserver
) -> None:
    belief = _follow(plan, observer, observer.begin(), range(31))
    assert observer.result(belief, _result(30, None)) is belief
    assert observer.result(belief, _result(30, 1.3, "other")) is belief


def test_a_result_that_comes_too_late_changes_nothing_but_is_flagged(
    plan: Plan, observer: FusingObserver
) -> None:
    belief = _follow(plan, observer, observer.begin(), range(0, 26 * 60, 15))
    late = observer.result(belief, _result(5, 1.3))
    assert (late.states, late.more) == (belief.states, belief.more)
    assert late.flagged == (("laboratory", "missed"),)
    assert _follow(plan, observer, late, [26 * 60]).flagged == late.flagged


def test_a_dose_brings_its_own_doubt(plan: Plan, observer: FusingObserver) -> None:
    before = _follow(plan, observer, observer.begin(), range(11))
    after = observer.act(before, Act("dose", "cells", 20.0, "mL"), 20.0)
    volume = before.states[plan.twin.states.index("volume")]
    assert after.states[0] == pytest.approx((before.states[0] * volume + 10.0 * 20.0) / (volume + 20.0))
    own = before.more[len(plan.twin.learnt)] * volume / (volume + 20.0)
    brought = 0.1 * 10.0 * 20.0 / (volume + 20.0)
    assert after.more[len(plan.twin.learnt)] == pytest.approx(math.hypot(own, brought), rel=0.05)
    assert observer.act(before, Act("set", "oxygen", 20.0, "%"), 20.0) is before


def test_what_cannot_be_is_a_belief_that_says_so(plan: Plan, observer: FusingObserver) -> None:
    before = _follow(plan, observer, observer.begin(), range(11))
    lost = observer.act(before, Act("draw", "", 500.0, "mL"), 500.0)
    assert not lost.sound
    assert all(math.isnan(v) for v in (*lost.states, *lost.outputs, *lost.more))
    assert len(lost.more) == len(before.more)
    assert _follow(plan, observer, lost, range(11, 20), glucose=19.0) == lost
    assert observer.result(lost, _result(5, 1.0)) == lost


def test_a_sensor_that_disagrees_is_flagged_until_it_agrees(plan: Plan, observer: FusingObserver) -> None:
    random = np.random.default_rng(1)
    oxygen = plan.twin.states.index("oxygen")
    belief = observer.begin()
    for minute in range(900):
        truth = _follow(plan, observer, belief, [minute]).states[oxygen]
        reading = truth + random.normal(0.0, 1.0 if minute > 300 else 60.0)
        belief = _follow(plan, observer, belief, [minute], do=reading)
        if minute == 300:
            assert dict(belief.flagged).keys() == {"do"}
    assert belief.flagged == ()


def test_one_result_that_the_twin_cannot_believe_is_told_and_makes_no_doubt_of_the_twin(
    plan: Plan, observer: FusingObserver
) -> None:
    before = _follow(plan, observer, observer.begin(), range(61))
    expected = before.states[plan.twin.states.index("viable")]
    far = observer.result(before, _result(30, 5.0 * expected))
    assert (far.flagged, dict(far.surprises).keys()) == ((), {"count viable"})
    assert dict(far.surprises)["count viable"] > 5.0, "so many standard deviations above"
    assert far.states == before.states
    later = _follow(plan, observer, far, range(61, 91))
    assert (later.flagged, later.surprises) == ((), far.surprises)
    near = observer.result(later, _result(80, later.states[plan.twin.states.index("viable")]))
    assert (near.flagged, near.surprises) == ((), ())


def test_a_second_result_in_a_row_that_no_state_explains_is_a_disagreement(
    plan: Plan, observer: FusingObserver
) -> None:
    belief = _follow(plan, observer, observer.begin(), range(61))
    expected = belief.states[plan.twin.states.index("viable")]
    for minute in (30, 50):
        belief = observer.result(belief, _result(minute, 50.0 * expected))
    assert (dict(belief.flagged), belief.surprises) == ({"count viable": "rejected"}, ())


def test_a_second_result_in_a_row_on_the_same_side_is_believed_and_stays_told_until_one_agrees(
    plan: Plan, observer: FusingObserver
) -> None:
    viable = plan.twin.states.index("viable")
    before = _follow(plan, observer, observer.begin(), range(61))
    far = 4.0 * before.states[viable]
    belief = observer.result(observer.result(before, _result(30, far)), _result(50, far))
    assert belief.states[viable] == pytest.approx(far, rel=0.1)
    assert (belief.flagged, belief.astray, dict(belief.surprises).keys()) == ((), (), {"count viable"})
    later = _follow(plan, observer, belief, range(61, 91))
    agreed = observer.result(later, _result(80, later.states[viable]))
    assert (agreed.flagged, agreed.surprises) == ((), ())


def test_a_result_that_is_corrected_is_no_surprise_any_more(plan: Plan, observer: FusingObserver) -> None:
    before = _follow(plan, observer, observer.begin(), range(61))
    expected = before.states[plan.twin.states.index("viable")]
    mistyped = observer.result(before, _result(30, 10.0 * expected))
    corrected = observer.result(mistyped, _result(30, expected))
    assert (mistyped.surprises != (), corrected.surprises, corrected.flagged) == (True, (), ())


def test_a_surprise_is_an_alarm_of_its_own_until_it_is_over(plan: Plan) -> None:
    state, texts = begin(plan, observe(plan)), []
    seen = Seen(_usable(plan), _usable(plan))
    for hour, surprises in enumerate([(), (("count viable", -7.2),), (("count viable", -7.2),), ()]):
        sheet = Sheet("B0001/000001", first=0)
        state = changed(state, belief=changed(state.belief, surprises=surprises))
        state = watch_limits(plan, state, seen, hour * HOUR, sheet)
        told = [decision for _, decision in sheet.decisions if isinstance(decision, AlarmChanged)]
        of = [change for change in told if change.alarm == "twin.result.count viable"]
        texts += [(change.state, change.priority, change.text) for change in of]
    words = "Count viable: a result 7 standard deviations below what the twin expected"
    assert texts[0] == ("raised", "medium", words)
    assert [state for state, *_ in texts] == ["raised", "cleared"]
    assert state.disagreed == {}


def test_an_alarm_is_raised_with_the_flag_and_cleared_once_the_signal_has_agreed_for_a_while(
    plan: Plan,
) -> None:
    state = begin(plan, observe(plan))
    seen = Seen(_usable(plan), _usable(plan))
    texts, biased = [], (("do", "biased"),)
    for hour, flagged in ((0, ()), (1, biased), (2, ()), (3, biased), (4, ()), (14, ()), (15, ()), (16, ())):
        sheet = Sheet("B0001/000001", first=0)
        state = changed(state, belief=changed(state.belief, flagged=flagged))
        state = watch_limits(plan, state, seen, hour * HOUR, sheet)
        told = [decision for _, decision in sheet.decisions if isinstance(decision, AlarmChanged)]
        texts.append([change.state for change in told if change.alarm == "twin.signal.do"])
    assert texts == [[], ["raised"], [], [], [], [], ["cleared"], []]


@pytest.mark.parametrize(
    "changes",
    [
        {"learn": {"bees": "1 %"}},
        {"initial": {"bees": "1 %"}},
        {"wander": {"oxygen": "-1 %"}},
        {"tags": {"do": {"noise": "0 %"}}},
    ],
)
def test_what_does_not_fit_the_model_is_refused(mini: Process, changes: dict[str, Any]) -> None:
    with pytest.raises(ProcessError):
        make_plan(observing(mini, **changes), steers=True, initial={})


def test_without_an_observer_the_twin_follows_alone(mini: Process) -> None:
    plan = make_plan(mini, steers=True, initial={})
    assert type(observe(plan)) is not FusingObserver
    assert not any("sd." in name for name in plan.outputs)
