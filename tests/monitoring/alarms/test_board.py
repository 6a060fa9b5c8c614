"""The alarm board: what persons may do, what time and declared conditions do, and that all of it is on record."""

from dataclasses import replace

import pytest

from homeostat.monitoring.alarms import (
    FLOOD,
    RATIONALES,
    SCAN,
    Board,
    Definition,
    Notice,
    Order,
    OrderKind,
    Outcome,
    Record,
    Rules,
    hopeless,
    notify,
    obey,
    tick,
    view,
)

MINUTE, HOUR = 60_000_000, 3_600_000_000
RULES = Rules(
    {
        "ph.low": Definition("ph.low", group="ph"),
        "ph.health": Definition("ph.health", group="ph"),
        "filter": Definition("filter", latching=True),
        "level": Definition("level", unless="filling"),
        "drain": Definition("drain", unless="filling", latching=True),
        "fixed": Definition("fixed", longest=0),
        "hard": Definition("hard", priority="critical"),
        "dose.hard.high": Definition("dose.hard.high", rationale=RATIONALES["hard"]),
    }
)
NONE = frozenset[str]()
FILLING = frozenset({"filling"})


def up(alarm: str, priority: str = "low") -> Notice:
    return Notice(alarm, True, priority, f"{alarm} is wrong", 1.5, 1.0, "pH")


def down(alarm: str) -> Notice:
    return replace(up(alarm), raised=False)


class Story:
    """A board lived through minute by minute."""

    def __init__(self) -> None:
        self.board, self.time, self.records = Board(), 0, list[Record]()

    def take(self, outcome: Outcome) -> Outcome:
        self.board, self.records = outcome.board, [*self.records, *outcome.records]
        return outcome

    def wait(self, minutes: float, holding: frozenset[str] = NONE) -> "Story":
        self.time += round(minutes * MINUTE)
        self.take(tick(RULES, self.board, holding, self.time))
        return self

    def hear(self, *notices: Notice) -> "Story":
        self.take(notify(RULES, self.board, notices, self.time))
        return self

    def order(self, kind: OrderKind, alarm: str, minutes: float | None = None) -> str:
        until = None if minutes is None else self.time + round(minutes * MINUTE)
        order = Order(kind, alarm, "m.curie", "seen at the vessel", until)
        return self.take(obey(RULES, self.board, order, self.time)).refusal

    def phase(self, alarm: str) -> str:
        return self.board.life(alarm).phase.value


def test_raised_acknowledged_cleared() -> None:
    story = Story().hear(up("ph.low"))
    assert story.order("acknowledge", "ph.low") == ""
    story.hear(down("ph.low"))
    assert [(r.before, r.after) for r in story.records] == [
        ("normal", "unacknowledged"),
        ("unacknowledged", "acknowledged"),
        ("acknowledged", "normal"),
    ]
    assert story.board.lives == {}, "a normal alarm leaves nothing behind"


def test_every_record_says_who_why_when_and_what() -> None:
    story = Story().wait(3).hear(up("ph.low"))
    story.order("acknowledge", "ph.low")
    raised, known = story.records
    assert (raised.by, raised.time, raised.value, raised.limit, raised.unit) == (
        "scan",
        3 * MINUTE,
        1.5,
        1.0,
        "pH",
    )
    assert (known.by, known.why, known.text) == ("m.curie", "seen at the vessel", "ph.low is wrong")


def test_an_alarm_that_clears_before_anybody_answers_waits_for_its_acknowledgement() -> None:
    story = Story().hear(up("ph.low"), down("ph.low"))
    assert story.phase("ph.low") == "returned"
    assert story.order("acknowledge", "ph.low") == ""
    assert story.phase("ph.low") == "normal"


def test_a_latching_alarm_stays_until_it_is_acknowledged_and_reset() -> None:
    story = Story().hear(up("filter"), down("filter"))
    assert story.phase("filter") == "latched"
    assert "cannot be told to reset" in story.order("reset", "filter")
    story.order("acknowledge", "filter")
    assert story.order("reset", "filter") == ""
    assert story.phase("filter") == "normal"


def test_a_shelved_alarm_is_silent_until_its_time_is_over() -> None:
    story = Story()
    assert story.order("shelve", "ph.low", 30) == ""
    story.hear(up("ph.low")).wait(29)
    assert story.phase("ph.low") == "shelved"
    assert not story.records[-1].shown
    story.wait(1)
    assert story.phase("ph.low") == "unacknowledged"
    assert (story.records[-1].by, story.records[-1].why, story.records[-1].shown) == (
        "scan",
        "the time on the shelf is over",
        True,
    )


def test_what_happens_on_the_shelf_is_on_record() -> None:
    story = Story()
    story.order("shelve", "ph.low", 30)
    story.hear(up("ph.low"), down("ph.low"), up("ph.low"))
    assert [r.happening for r in story.records] == ["shelved", "raised", "cleared", "raised"]


def test_a_person_may_unshelve_early() -> None:
    story = Story()
    story.order("shelve", "ph.low", 30)
    assert story.order("unshelve", "ph.low") == ""
    assert story.phase("ph.low") == "normal"


def test_out_of_service_until_returned() -> None:
    story = Story().hear(up("ph.low"))
    assert story.order("take out of service", "ph.low") == ""
    story.hear(down("ph.low")).wait(5000).hear(up("ph.low"))
    assert story.phase("ph.low") == "out of service"
    story.order("return to service", "ph.low")
    assert story.phase("ph.low") == "unacknowledged"


def test_a_latching_alarm_that_tripped_out_of_sight_comes_back_latched() -> None:
    story = Story()
    story.order("shelve", "filter", 30)
    story.hear(up("filter"), down("filter")).wait(30)
    assert story.phase("filter") == "latched"


REFUSALS: list[tuple[str, OrderKind, str, float | None, str]] = [
    ("nothing to acknowledge", "acknowledge", "ph.low", None, "cannot be told to acknowledge"),
    ("nothing to reset", "reset", "filter", None, "cannot be told to reset"),
    ("not shelved", "unshelve", "ph.low", None, "cannot be told to unshelve"),
    ("not out of service", "return to service", "ph.low", None, "cannot be told to return"),
    ("shelved for ever", "shelve", "ph.low", None, "needs a time to come"),
    ("shelved into the past", "shelve", "ph.low", -1, "needs a time to come"),
    ("shelved too long", "shelve", "ph.low", 13 * 60, "12 h at most"),
    ("never to be shelved", "shelve", "fixed", 10, "may not be shelved"),
    ("critical before it stands", "shelve", "hard", 10, "may not be shelved"),
    ("critical by its kind before it stands", "shelve", "dose.hard.high", 10, "may not be shelved"),
    ("of a name that is misspelt", "shelve", "ph.lwo", 10, "there is no alarm ph.lwo: did you mean ph.low?"),
    ("of nothing that is known", "take out of service", "zzz", None, "there is no alarm zzz"),
    ("an end where there is none", "acknowledge", "level", 10, "only shelving and taking out of service"),
    ("critical, out of service for ever", "take out of service", "hard", None, "needs a time to come"),
    ("critical, until the past", "take out of service", "hard", -1, "needs a time to come"),
    ("out of service until the past", "take out of service", "ph.low", -1, "needs a time to come"),
    ("critical, out of service too long", "take out of service", "hard", 13 * 60, "12 h at most"),
    ("never to be silenced", "take out of service", "fixed", 10, "may not be taken out of service"),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case[0])
def test_an_order_that_is_not_allowed_is_refused_with_a_reason(
    case: tuple[str, OrderKind, str, float | None, str],
) -> None:
    _, kind, alarm, minutes, reason = case
    story = Story()
    if alarm == "level":  # there is something to acknowledge
        story.hear(up("level"))
    before, told = story.board, list(story.records)
    assert reason in story.order(kind, alarm, minutes)
    assert story.records == told
    assert story.board is before


LASTING = [case for case in REFUSALS if "cannot be told" not in case[4]]


@pytest.mark.parametrize("case", LASTING, ids=lambda case: case[0])
def test_what_is_refused_whatever_the_alarm_does_is_known_beforehand(
    case: tuple[str, OrderKind, str, float | None, str],
) -> None:
    _, kind, alarm, minutes, reason = case
    until = None if minutes is None else round(minutes * MINUTE)
    assert reason in hopeless(RULES, Board(), Order(kind, alarm, "m.curie", "because", until), 0)


def test_what_depends_on_the_alarms_phase_is_open_until_the_order_is_taken_up() -> None:
    order = Order("acknowledge", "ph.low", "m.curie", "because")
    assert hopeless(RULES, Board(), order, 0) == ""
    assert obey(RULES, Board(), order, 0).refusal


def test_a_critical_alarm_out_of_service_comes_back_by_itself() -> None:
    story = Story()
    assert story.order("take out of service", "hard", 60) == ""
    story.wait(30).hear(up("hard", "critical"))
    assert story.phase("hard") == "out of service"
    story.wait(30)
    assert story.phase("hard") == "unacknowledged"
    assert story.records[-1].why == "the time out of service is over"
    assert story.records[-1].shown


def test_the_time_out_of_service_cannot_be_prolonged_before_it_is_over() -> None:
    story = Story()
    story.order("take out of service", "hard", 60)
    assert "cannot be told to" in story.order("take out of service", "hard", 600)


def test_another_alarm_may_be_out_of_service_with_an_end_or_without() -> None:
    story = Story()
    assert story.order("take out of service", "ph.low", 24 * 60) == ""
    assert story.order("take out of service", "ph.health") == ""
    story.wait(24 * 60)
    assert (story.phase("ph.low"), story.phase("ph.health")) == ("normal", "out of service")


def test_a_critical_alarm_that_is_active_may_not_be_shelved() -> None:
    story = Story().hear(up("ph.low", "critical"))
    assert "may not be shelved" in story.order("shelve", "ph.low", 10)


def test_a_critical_alarm_that_has_cleared_may_not_be_shelved() -> None:
    story = Story().hear(up("hard"), down("hard"))
    assert story.phase("hard") == "returned"
    assert "may not be shelved" in story.order("shelve", "hard", 10)


def test_an_alarm_that_is_silenced_before_it_stands_is_on_record_with_its_declared_priority() -> None:
    story = Story()
    assert story.order("take out of service", "hard", 10) == ""
    assert story.records[-1].priority == "critical"
    assert story.board.life("hard").priority == "critical"


def test_the_alarm_of_a_command_takes_orders_while_it_stands() -> None:
    story = Story().hear(up("B0001/000012/03"))
    assert story.order("acknowledge", "B0001/000012/03") == ""
    story.hear(down("B0001/000012/03"))
    assert "there is no alarm" in story.order("shelve", "B0001/000012/03", 10)


@pytest.mark.parametrize(
    ("by", "why"), [("", "because"), ("  ", "because"), ("m.curie", ""), ("m.curie", " ")]
)
def test_nobody_gives_an_order_without_name_and_reason(by: str, why: str) -> None:
    board = notify(RULES, Board(), [up("ph.low")], 0).board
    outcome = obey(RULES, board, Order("acknowledge", "ph.low", by, why), 1)
    assert outcome.refusal
    assert outcome.board is board


def test_an_alarm_is_suppressed_by_design_while_its_condition_holds() -> None:
    story = Story().wait(1, FILLING).hear(up("level"))
    assert story.phase("level") == "suppressed by design"
    assert not any(record.shown for record in story.records)
    assert [r.why for r in story.records if r.happening == "suppressed" and r.alarm == "level"] == ["filling"]
    story.wait(1)
    assert story.phase("level") == "unacknowledged"
    assert [r.alarm for r in story.records if r.shown] == ["level"]


def test_an_alarm_that_was_returned_is_not_suppressed_before_it_is_acknowledged() -> None:
    story = Story().hear(up("level"), down("level")).wait(1, FILLING)
    assert story.phase("level") == "returned"
    story.order("acknowledge", "level")
    assert story.phase("level") == "suppressed by design"


def test_a_shelf_that_expires_during_suppression_does_not_alert() -> None:
    story = Story()
    story.order("shelve", "level", 10)
    story.hear(up("level")).wait(5, FILLING).wait(5, FILLING)
    assert story.phase("level") == "suppressed by design"
    assert not any(record.shown for record in story.records)
    story.wait(1)
    assert story.phase("level") == "unacknowledged"


def test_a_latching_alarm_that_tripped_while_suppressed_comes_back_latched() -> None:
    story = Story().wait(1, FILLING).hear(up("drain"), down("drain")).wait(1)
    assert story.phase("drain") == "latched"


def test_the_first_of_a_group_is_marked_until_the_group_is_quiet() -> None:
    story = Story().hear(up("ph.health"), up("ph.low"))
    assert [r.first for r in story.records] == [True, False]
    story.hear(down("ph.health"))
    assert story.board.first == {"ph": "ph.health"}, "the cause stays known while consequences stand"
    story.hear(down("ph.low"))
    assert story.board.first == {}
    story.hear(up("ph.low"))
    assert story.records[-1].first


def flood(count: int = 15) -> Story:
    return Story().hear(*(up(f"a{k}") for k in range(count)))


def test_in_a_flood_lower_priorities_are_gathered_under_one_alarm() -> None:
    story = flood(15)
    seen = view(story.board, story.time)
    assert seen.shown[0].alarm == FLOOD
    assert len(seen.shown) == 11
    assert {line.alarm for line in seen.gathered} == {f"a{k}" for k in range(10, 15)}
    assert len([r for r in story.records if r.alarm != FLOOD]) == 15, "each alarm has its own record"


def test_high_priorities_are_shown_in_a_flood() -> None:
    story = flood().hear(up("late", "high"))
    assert story.records[-1].shown
    assert "late" in [line.alarm for line in view(story.board, story.time).shown]


def test_when_the_flood_is_over_what_was_gathered_is_shown() -> None:
    story = flood().wait(11)
    seen = view(story.board, story.time)
    assert seen.gathered == ()
    assert {f"a{k}" for k in range(15)} <= {line.alarm for line in seen.shown}
    assert story.phase(FLOOD) == "returned"
    over = story.records[-6:]
    assert over[0].text == "The flood is over: 5 alarms were gathered"
    assert [(one.alarm, one.happening, one.before, one.after, one.by, one.why) for one in over[1:]] == [
        (f"a{k}", "shown by itself", "unacknowledged", "unacknowledged", SCAN, "the flood is over")
        for k in range(10, 15)
    ]
    assert all(one.shown for one in over[1:])


def test_what_was_answered_or_went_in_a_flood_is_not_shown_anew() -> None:
    story = flood()
    story.order("acknowledge", "a14")
    story.hear(down("a13")).wait(11)
    again = [one.alarm for one in story.records if one.happening == "shown by itself"]
    assert again == ["a10", "a11", "a12"]
    assert story.board.flood.times == (), "they came before: they make no new flood"


def test_a_gathered_alarm_can_be_answered_like_any_other() -> None:
    story = flood()
    assert story.order("acknowledge", "a14") == ""
    assert story.phase("a14") == "acknowledged"


def test_the_view_puts_the_urgent_first_and_tells_the_stale() -> None:
    story = Story().hear(up("old", "low")).wait(60).hear(up("new", "critical"), up("known", "critical"))
    story.order("acknowledge", "known")
    assert [line.alarm for line in view(story.board, story.time).shown] == ["new", "old", "known"]
    later = view(story.board, story.time + 24 * HOUR)
    assert {line.alarm: line.stale for line in later.shown} == {"new": False, "old": True, "known": False}


def test_where_nothing_happens_the_very_same_board_comes_back() -> None:
    board = notify(RULES, Board(), [up("ph.low")], 0).board
    assert tick(RULES, board, NONE, MINUTE).board is board
    assert notify(RULES, board, [up("ph.low")], MINUTE).board is board
    assert notify(RULES, board, [], MINUTE).records == ()
