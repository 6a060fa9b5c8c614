"""The alarm board in the scan: every transition is a decision, every order is followed or refused on record."""

from dataclasses import replace
from itertools import pairwise

import pytest

from homeostat.execution.batch import observe
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.notices import CHANGES
from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused
from homeostat.monitoring.alarms import Definition, Happening, Phase, Rules
from homeostat.process import Process

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


def test_a_critical_alarm_that_is_active_cannot_be_shelved(plan: Plan, observer: Observer) -> None:
    limits = tuple(replace(one, priority="critical") if one.alarm == HIGH else one for one in plan.limits)
    desk = goes(Desk.of(replace(plan, limits=limits), observer, dict(TAGS)), 90.0)
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


def test_a_phase_may_suppress_an_alarm_by_design(plan: Plan, observer: Observer) -> None:
    rules = Rules({HIGH: Definition(HIGH, unless="left")})
    desk = Desk.of(replace(plan, rules=rules), observer, dict(TAGS))
    goes(desk, 90.0, 60)  # the left branch runs for two hours
    assert [(one.state, one.shown) for one in life(desk)] == [("suppressed", False), ("raised", False)]
    goes(desk, 90.0, 90)
    assert states(desk)[-1] == "released"
    assert life(desk)[-1].after == Phase.UNACKNOWLEDGED.value


def test_every_happening_has_a_word_on_record() -> None:
    assert CHANGES.keys() == {happening.value for happening in Happening}


def test_the_same_inputs_give_the_same_decisions(plan: Plan, observer: Observer) -> None:
    def tale() -> list[object]:
        desk = goes(Desk.of(plan, observer, dict(TAGS)), 90.0)
        desk.scan(order("acknowledge"))
        desk.scan(order("acknowledge"))
        return [*goes(desk, 60.0).said, desk.state.board]

    assert tale() == tale()
