"""Signal quality in the scan: findings are decisions, what they spoil is not believed, what they tell is an alarm."""

import math

import pytest

from homeostat.execution.batch import observe
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.signals import ALARMING
from homeostat.ledger.catalogue import AlarmChanged, SignalChanged
from homeostat.monitoring.alarms import RATIONALES
from homeostat.monitoring.signals import MOMENTARY
from homeostat.process import Process, Quality

from .desk import Desk
from .test_fusing import OBSERVER

TAGS = {"do": 60.0, "oxygen": 21.0, "co2": 5.0, "perfusion": 0.0, "glucose": 18.0}
MINUTE = 60_000_000


@pytest.fixture(scope="module")
def plan(mini: Process) -> Plan:
    """The short culture with declared noise: a sensor that repeats itself is soon noticed."""
    declared = mini.model_dump(mode="json")
    declared["twin"]["observer"] = OBSERVER
    return make_plan(Process.model_validate(declared), steers=True, initial={"viable": 0.01})


@pytest.fixture(scope="module")
def observer(plan: Plan) -> Observer:
    return observe(plan)


@pytest.fixture
def desk(plan: Plan, observer: Observer) -> Desk:
    """A batch that has run for ten minutes with lively signals."""
    desk = Desk.of(plan, observer, dict(TAGS))
    live(desk, 10)
    desk.said.clear()
    return desk


def live(desk: Desk, scans: int) -> None:
    """Scans in which the oxygen reading moves a little each time."""
    for _ in range(scans):
        desk.tags["do"] = 60.0 + 0.7 * math.sin(desk.number)
        desk.tags["glucose"] = 18.0 + 0.1 * math.sin(desk.number)
        desk.scan()


def findings(desk: Desk, tag: str = "do") -> list[tuple[str, str]]:
    return [
        (s.kind, s.state)
        for _, s in desk.told(SignalChanged)
        if isinstance(s, SignalChanged) and s.tag == tag
    ]


def alarms(desk: Desk) -> list[tuple[str, str, str]]:
    told = [one for _, one in desk.told(AlarmChanged) if isinstance(one, AlarmChanged)]
    return [(one.alarm, one.state, one.priority) for one in told]


def test_lively_signals_are_not_talked_about(desk: Desk) -> None:
    live(desk, 60)
    assert desk.told(SignalChanged) == []


def test_a_frozen_sensor_is_an_alarm_until_it_moves_again(desk: Desk) -> None:
    desk.tags["do"] = 60.0
    for _ in range(30):
        desk.tags["glucose"] = 18.0 + 0.1 * math.sin(desk.number)
        desk.scan()
    assert findings(desk) == [("frozen", "opened")]
    assert ("signal.do.frozen", "raised", RATIONALES["signal"].priority) in alarms(desk)
    live(desk, 10)
    assert findings(desk) == [("frozen", "opened"), ("frozen", "closed")]
    assert [one[1] for one in alarms(desk) if one[0] == "signal.do.frozen"] == ["raised", "cleared"]


def test_a_finding_says_since_when_not_when_it_was_noticed(desk: Desk) -> None:
    desk.tags["do"] = 60.0
    began = desk.time
    while not findings(desk):
        desk.scan()
    ((time, told),) = [one for one in desk.told(SignalChanged) if one[1].tag == "do"]  # type: ignore[attr-defined]
    assert isinstance(told, SignalChanged)
    assert told.since == began < time


def test_a_spike_moves_nothing_and_is_noted_once(desk: Desk) -> None:
    before = desk.state.loops[0].pid
    desk.tags["do"] = 120.0
    desk.scan()
    assert desk.state.loops[0].pid.output == pytest.approx(before.output, abs=1e-9)
    live(desk, 5)
    assert findings(desk) == [("spike", "noted")]
    assert [one for one in alarms(desk) if "spike" in one[0]] == []


def test_a_second_sample_makes_a_jump_believed(desk: Desk) -> None:
    desk.tags["do"] = 100.0
    desk.scan()
    output = desk.state.loops[0].pid.output
    desk.tags["do"] = 100.4
    desk.scan()
    assert desk.state.loops[0].pid.output < output


def test_what_was_just_done_to_the_vessel_may_make_its_signals_jump(plan: Plan, observer: Observer) -> None:
    desk = Desk.of(plan, observer, dict(TAGS))
    live(desk, 1)  # the dose is intended in the first scan
    desk.tags["do"] = 100.0
    desk.scan()  # and carried out before the second
    assert findings(desk) == []


def test_a_sensor_that_falls_silent_is_told_but_is_no_alarm_of_its_own(desk: Desk) -> None:
    desk.tags["do"], desk.worse["do"] = math.nan, Quality.MISSING
    for _ in range(8):
        desk.scan()
    assert findings(desk) == [("drop-out", "opened")]
    assert [one for one in alarms(desk) if one[0].startswith("signal.")] == []
    del desk.worse["do"]
    live(desk, 3)
    assert findings(desk) == [("drop-out", "opened"), ("drop-out", "closed")]


@pytest.mark.parametrize("worse", [Quality.UNCERTAIN, Quality.STALE, Quality.BAD])
def test_the_equipments_own_quality_is_never_bettered(worse: Quality, desk: Desk) -> None:
    before = desk.state.loops[0].pid.output
    desk.tags["do"], desk.worse["do"] = 80.0, worse
    desk.scan()
    assert desk.state.loops[0].pid.output == before


def test_an_actuator_is_not_measured(desk: Desk) -> None:
    live(desk, 30)  # the gases and the pump stand still
    desk.tags["co2"] = 19.0
    live(desk, 2)
    assert {one.tag for _, one in desk.told(SignalChanged) if isinstance(one, SignalChanged)} <= {
        "do",
        "glucose",
    }
    assert findings(desk, "co2") == []


def test_findings_about_one_sample_never_stand_and_never_alarm() -> None:
    assert not ALARMING & MOMENTARY
