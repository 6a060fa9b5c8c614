"""The alarm board in the scan: every transition is a decision, every order is followed or refused on record."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from homeostat.execution.batch import observe
from homeostat.execution.conditions import Facts
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.plan.alarms import agreed
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.notices import CHANGES, alert, pass_time
from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused
from homeostat.monitoring.alarms import FLOOD, RATIONALES, Happening, Notice, Phase
from homeostat.process import Process, Quality

from .desk import Desk

TAGS = {"do": 60.0, "oxygen": 21.0, "co2": 5.0, "perfusion": 0.0, "glucose": 18.0}
HIGH = "oxygen.normal.high"
MINUTE = 60_000_000


@pytest.fixture(scope="module")
def plan(mini: Process) -> Plan:
    return make_plan(mini, steers=True, initial={"viable": 0.01})


@pytest.fixture(scope="module")
def observer(plan: Plan) -> Observer:
    return observe(plan)


@pytest.fixture
def desk(plan: Plan, observer: Observer) -> Desk:
    return Desk.of(plan, observer, dict(TAGS))


def goes(desk: Desk, oxygen: float, scans: int = 30) -> Desk:
    """So many scans with dissolved oxygen at that value."""
    desk.tags["do"] = oxygen
    for _ in range(scans):
        desk.scan()
    return desk


def order(kind: str, alarm: str = HIGH, until: int | None = None) -> AlarmOrdered:
    facts = {"order": kind, "alarm": alarm, "by": "Dr. A", "reason": "because", "until": until}
    return AlarmOrdered.model_validate(facts)


def life(desk: Desk, alarm: str = HIGH) -> list[AlarmChanged]:
    return [one for _, one in desk.told(AlarmChanged) if isinstance(one, AlarmChanged) and one.alarm == alarm]


def states(desk: Desk, alarm: str = HIGH) -> list[str]:
    return [one.state for one in life(desk, alarm)]


def test_an_alarm_goes_through_its_life_and_every_step_is_on_record(desk: Desk) -> None:
    goes(desk, 90.0)
    (raised,) = life(desk)
    assert (raised.before, raised.after, raised.by) == ("normal", "unacknowledged", "scan")
    assert (raised.value, raised.limit, raised.shown) == (90.0, 80.0, True)
    desk.scan(order("acknowledge"))
    goes(desk, 60.0)
    assert states(desk) == ["raised", "acknowledged", "cleared"]
    assert (life(desk)[1].by, life(desk)[1].reason) == ("Dr. A", "because")
    assert life(desk)[-1].after == Phase.NORMAL.value
    for one, following in pairwise(life(desk)):
        assert one.after == following.before
    assert HIGH not in desk.state.board.lives


def test_one_that_nobody_acknowledged_is_owed_when_it_is_over(desk: Desk) -> None:
    goes(goes(desk, 90.0), 60.0)
    assert life(desk)[-1].after == Phase.RETURNED.value
    assert desk.state.board.life(HIGH).phase is Phase.RETURNED
    desk.scan(order("acknowledge"))
    assert HIGH not in desk.state.board.lives


def test_a_shelved_alarm_comes_back_by_itself(desk: Desk) -> None:
    goes(desk, 90.0)
    until = desk.time + 10 * MINUTE
    desk.scan(order("shelve", until=until))
    goes(desk, 90.0, 20)
    assert states(desk) == ["raised", "shelved", "released"]
    assert life(desk)[1].until == until
    ((time, _),) = [one for one in desk.told(AlarmChanged) if one[1] == life(desk)[-1]]
    assert time == until
    assert (life(desk)[-1].after, life(desk)[-1].by) == (Phase.UNACKNOWLEDGED.value, "scan")


def test_what_happens_behind_a_shelf_is_on_record_but_not_shown(desk: Desk) -> None:
    desk.scan(order("shelve", until=5 * 60 * MINUTE))
    goes(desk, 90.0)
    raised = life(desk)[-1]
    assert (raised.state, raised.shown, raised.after) == ("raised", False, Phase.SHELVED.value)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (order("acknowledge"), "is normal: it cannot be told to acknowledge"),
        (order("reset"), "is normal: it cannot be told to reset"),
        (order("unshelve"), "is normal: it cannot be told to unshelve"),
        (order("return to service"), "cannot be told to return to service"),
        (order("shelve"), "needs a time to come"),
        (order("shelve", until=0), "needs a time to come"),
        (order("shelve", until=9 * 24 * 60 * MINUTE), "it may be shelved for 12 h at most"),
        (order("acknowledge", until=5), "cannot be told to acknowledge"),
    ],
)
def test_an_order_that_cannot_be_followed_changes_nothing_and_is_refused(
    given: AlarmOrdered, why: str, desk: Desk
) -> None:
    goes(desk, 60.0, 3)
    board = desk.state.board
    desk.scan(given)
    ((_, refused),) = desk.told(AlarmRefused)
    assert isinstance(refused, AlarmRefused)
    assert why in refused.reason
    assert (refused.order, refused.by) == (given.order, "Dr. A")
    assert desk.state.board == board
    assert states(desk) == []


def critical(plan: Plan) -> Plan:
    """The plan with the alarm HIGH declared critical."""
    known = dict(plan.rules.definitions)
    known[HIGH] = replace(known[HIGH], priority="critical")
    return replace(plan, rules=replace(plan.rules, definitions=known))


def test_a_critical_alarm_cannot_be_shelved_before_it_stands(plan: Plan, observer: Observer) -> None:
    desk = Desk.of(critical(plan), observer, dict(TAGS))
    desk.scan(order("shelve", until=desk.time + MINUTE))
    ((_, refused),) = desk.told(AlarmRefused)
    assert isinstance(refused, AlarmRefused)
    assert "may not be shelved" in refused.reason
    assert states(desk) == []


def test_an_order_about_no_alarm_is_refused_with_the_name_that_was_meant(desk: Desk) -> None:
    desk.scan(order("take out of service", "oxygen.normal.hihg"))
    ((_, refused),) = desk.told(AlarmRefused)
    assert isinstance(refused, AlarmRefused)
    assert refused.reason == f"there is no alarm oxygen.normal.hihg: did you mean {HIGH}?"


def test_a_limit_is_declared_with_the_priority_of_its_range(plan: Plan) -> None:
    declared = {limit.alarm: limit.priority for limit in plan.limits}
    assert {alarm: plan.rules.declared(alarm) for alarm in declared} == declared


def test_a_critical_alarm_that_is_active_cannot_be_shelved(plan: Plan, observer: Observer) -> None:
    desk = goes(Desk.of(critical(plan), observer, dict(TAGS)), 90.0)
    desk.scan(order("shelve", until=desk.time + MINUTE))
    ((_, refused),) = desk.told(AlarmRefused)
    assert isinstance(refused, AlarmRefused)
    assert "may not be shelved" in refused.reason


def test_out_of_service_lasts_until_it_is_returned(desk: Desk) -> None:
    desk.scan(order("take out of service"))
    goes(desk, 90.0)
    assert [one.shown for one in life(desk)] == [False, False]
    desk.scan(order("return to service"))
    assert states(desk) == ["removed", "raised", "released"]
    assert life(desk)[-1].after == Phase.UNACKNOWLEDGED.value


def settled(mini: Process, observer: Observer, **rule: object) -> Desk:
    """A desk of the short culture, with this settled on the alarm."""
    told = json.loads(mini.model_dump_json())
    told["monitoring"]["alarms"] = {HIGH: rule}
    plan = make_plan(Process.model_validate(told), steers=True, initial={"viable": 0.01})
    return Desk.of(plan, observer, dict(TAGS))


def test_a_step_of_the_recipe_suppresses_an_alarm_while_it_runs(mini: Process, observer: Observer) -> None:
    desk = settled(mini, observer, suppressed_while="left")
    goes(desk, 90.0, 60)  # the left branch runs for two hours
    assert [(one.state, one.shown) for one in life(desk)] == [("suppressed", False), ("raised", False)]
    assert life(desk)[0].reason == "left"
    goes(desk, 90.0, 90)
    assert states(desk)[-1] == "released"
    assert life(desk)[-1].after == Phase.UNACKNOWLEDGED.value


def test_so_does_an_operation_with_all_that_runs_in_it(mini: Process, observer: Observer) -> None:
    desk = goes(settled(mini, observer, suppressed_while=["end", "start"]), 90.0)
    assert [one.shown for one in life(desk)] == [False, False]


def test_a_condition_on_the_equipment_suppresses_while_it_holds(mini: Process, observer: Observer) -> None:
    desk = settled(mini, observer, suppressed_while="co2 > 10 % and batch_elapsed < 1 d")
    desk.tags["co2"] = 12.0
    assert not any(one.shown for one in life(goes(desk, 90.0)))
    desk.tags["co2"] = 5.0
    assert life(goes(desk, 90.0, 1))[-1].after == Phase.UNACKNOWLEDGED.value


def test_a_condition_that_cannot_be_read_suppresses_nothing(mini: Process, observer: Observer) -> None:
    desk = settled(mini, observer, suppressed_while="co2 > 10 %")
    desk.tags["co2"], desk.worse["co2"] = 12.0, Quality.BAD
    assert [one.shown for one in life(goes(desk, 90.0))] == [True]


def test_a_belief_of_the_twin_suppresses_as_a_reading_does(mini: Process, observer: Observer) -> None:
    assert not any(
        one.shown for one in life(goes(settled(mini, observer, suppressed_while="volume > 1 mL"), 90.0))
    )


def test_priority_delay_and_deadband_are_those_that_were_settled(mini: Process, observer: Observer) -> None:
    desk = settled(
        mini,
        observer,
        severity="severe",
        time_to_respond="30 min",
        delay_on="3 min",
        delay_off="4 min",
        deadband="5 %",
    )
    goes(desk, 90.0, 5)
    (alarm,) = life(desk)
    raised = next(time for time, one in desk.told(AlarmChanged) if one == alarm)
    assert (alarm.priority, raised) == ("critical", 3 * MINUTE)
    assert states(goes(desk, 76.0, 20)) == ["raised"]  # not back by the deadband
    begin = desk.time
    assert states(goes(desk, 74.0, 10)) == ["raised", "cleared"]
    assert desk.told(AlarmChanged)[-1][0] == begin + 4 * MINUTE


def test_the_longest_shelf_is_that_which_was_settled(mini: Process, observer: Observer) -> None:
    desk = goes(settled(mini, observer, longest_shelf="1 h"), 90.0)
    desk.scan(order("shelve", until=desk.time + 2 * 60 * MINUTE))
    ((_, refused),) = desk.told(AlarmRefused)
    assert isinstance(refused, AlarmRefused)
    assert "1 h at most" in refused.reason
    desk.scan(order("shelve", until=desk.time + 30 * MINUTE))
    assert states(desk)[-1] == "shelved"


def test_an_alarm_that_is_settled_as_latching_stays_until_it_is_reset(
    mini: Process, observer: Observer
) -> None:
    desk = goes(goes(settled(mini, observer, latching=True), 90.0), 60.0)
    assert life(desk)[-1].after == Phase.LATCHED.value


def test_what_was_settled_goes_on_record_with_what_stands_where_nothing_was(mini: Process) -> None:
    told = json.loads(mini.model_dump_json())
    told["monitoring"]["alarms"] = {HIGH: {"response": "close the valve", "time_to_respond": "10 min"}}
    found = {one.alarm: one for one in agreed(Process.model_validate(told))}
    high = found[HIGH]
    assert (high.response, high.time_to_respond, high.cause) == (
        "close the valve",
        600.0,
        RATIONALES["normal"].cause,
    )
    assert (high.priority, high.limit, high.unit, high.delay_on) == ("medium", 80.0, "%", 600.0)
    assert found["do.health"].limit is None
    assert found["oxygen.proven.low"].priority == "high"
    assert not any(one.cause == "" or one.response == "" for one in found.values())


def test_every_happening_has_a_word_on_record() -> None:
    assert CHANGES.keys() == {happening.value for happening in Happening}


def test_the_same_inputs_give_the_same_decisions(plan: Plan, observer: Observer) -> None:
    def tale() -> list[object]:
        desk = goes(Desk.of(plan, observer, dict(TAGS)), 90.0)
        desk.scan(order("acknowledge"))
        desk.scan(order("acknowledge"))
        return [*goes(desk, 60.0).said, desk.state.board]

    assert tale() == tale()


def test_what_came_in_a_flood_is_shown_by_itself_on_record(desk: Desk) -> None:
    """Twelve alarms in one scan: the last two are gathered, and told one by one once the flood is over."""
    names = [f"failure{k}" for k in range(12)]
    notices = [Notice(name, True, "low", name) for name in names]
    state, over = alert(desk.plan, desk.state, notices, desk.time, Sheet("M1/0", 0)), Sheet("M1/1", 0)
    pass_time(desk.plan, state, Facts(desk.time + 11 * MINUTE, (), ()), over)
    found = [one for _, one in over.decisions if isinstance(one, AlarmChanged)]
    told = [one for one in found if one.alarm != FLOOD]
    assert [(one.alarm, one.state, one.shown, one.reason) for one in told] == [
        (name, "shown", True, "the flood is over") for name in names[10:]
    ]
