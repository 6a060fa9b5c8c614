"""Alarms on record: who answered and silenced them, what was ordered, how they served; findings about signals."""

import pytest

from homeostat.ledger.catalogue import BatchEnded
from homeostat.monitoring.alarms import Board, Notice, Order, Rules, notify, obey, performance
from homeostat.monitoring.alarms.lifecycle import Phase
from homeostat.quality import batch_record, batches, render_html

from .outline import Outline
from .tale import HOUR, Tale
from .watching import ALARM, acknowledged, cleared, finding, moved, order, raised, refusal, verdict


@pytest.fixture
def running(tale: Tale) -> Tale:
    tale.start()
    return tale


def test_an_alarm_is_owed_until_a_person_acknowledges_it(running: Tale) -> None:
    running.tell(raised(), HOUR)
    assert [line.owed for line in running.record().alarms] == [True]
    running.tell(acknowledged(), 2 * HOUR)
    (line,) = running.record().alarms
    assert (line.owed, line.standing) == (False, True)
    assert (line.acknowledged, line.acknowledged_by, line.acknowledged_why) == (2 * HOUR, "Dr. A", "seen")


def test_one_acknowledgement_covers_all_that_wait(running: Tale) -> None:
    running.tell(raised(), HOUR)
    running.tell(cleared(), 2 * HOUR)
    running.tell(raised(before="returned"), 3 * HOUR)
    assert [line.owed for line in running.record().alarms] == [True, True]
    running.tell(acknowledged(), 4 * HOUR)
    assert [line.acknowledged for line in running.record().alarms] == [4 * HOUR, 4 * HOUR]
    running.tell(cleared(before="acknowledged", after="normal"), 5 * HOUR)
    running.tell(raised(), 6 * HOUR)
    lines = running.record().alarms
    assert [line.owed for line in lines] == [False, False, True]
    assert [line.cleared for line in lines] == [2 * HOUR, 5 * HOUR, None]


def test_an_answer_does_not_end_an_alarm(running: Tale) -> None:
    running.tell(raised(), HOUR)
    running.tell(acknowledged(), 2 * HOUR)
    assert running.record().alarms[0].standing
    assert batches(running.ledger)[0].alarms == (ALARM,)


def test_who_silenced_an_alarm_and_why_is_kept(running: Tale) -> None:
    running.tell(raised(), HOUR)
    running.tell(
        moved("shelved", "unacknowledged", "shelved", by="Dr. A", reason="probe", until=5 * HOUR), 2 * HOUR
    )
    (line,) = running.record().alarms
    (hush,) = line.silenced
    assert (hush.how, hush.by, hush.why, hush.since, hush.until) == (
        "shelved",
        "Dr. A",
        "probe",
        2 * HOUR,
        5 * HOUR,
    )
    assert (line.silent, line.standing, line.owed) == (True, True, False)
    running.tell(moved("cleared", "shelved", "shelved"), 3 * HOUR)
    (line,) = running.record().alarms
    assert (line.silent, line.standing, line.cleared) == (False, False, 3 * HOUR)


def test_orders_are_told_with_what_became_of_them(running: Tale) -> None:
    running.tell(order(), HOUR)
    running.tell(refusal(), HOUR)
    running.tell(order(), 2 * HOUR)
    running.tell(order(), 2 * HOUR)
    running.tell(order("shelve", until=9 * HOUR), 2 * HOUR)
    running.tell(acknowledged(), 2 * HOUR)
    running.tell(refusal(why="known already"), 2 * HOUR)
    found = running.record().alarm_orders
    assert [(one.order, one.time, one.refused) for one in found] == [
        ("acknowledge", HOUR, "it is normal"),
        ("acknowledge", 2 * HOUR, ""),
        ("acknowledge", 2 * HOUR, "known already"),
        ("shelve", 2 * HOUR, ""),
    ]


def test_the_record_measures_what_the_board_itself_would(running: Tale) -> None:
    rules, board, kept = Rules(), Board(), []

    def follow(outcome: object) -> None:
        nonlocal board
        board = outcome.board  # type: ignore[attr-defined]
        kept.extend(outcome.records)  # type: ignore[attr-defined]

    def notice(name: str, hour: int, *, begins: bool) -> None:
        follow(notify(rules, board, [Notice(name, begins, "medium", name)], hour * HOUR))

    notice("a", 1, begins=True)
    notice("b", 1, begins=True)
    follow(obey(rules, board, Order("acknowledge", "a", "Dr. A", "seen"), 2 * HOUR))
    notice("a", 3, begins=False)
    follow(obey(rules, board, Order("shelve", "b", "Dr. A", "probe", 8 * HOUR), 3 * HOUR))
    follow(obey(rules, board, Order("unshelve", "b", "Dr. A", "done"), 4 * HOUR))
    follow(obey(rules, board, Order("take out of service", "b", "Dr. A", "repair"), 5 * HOUR))
    notice("b", 6, begins=False)
    follow(obey(rules, board, Order("return to service", "b", "Dr. A", "repaired"), 7 * HOUR))
    states = {
        "taken out of service": "removed",
        "released, active": "released",
        "released, normal": "released",
    }
    for one in kept:
        told = moved(
            states.get(one.happening, one.happening),
            one.before,
            one.after,
            one.alarm,
            one.priority,
            by=one.by,
            reason=one.why,
        )
        running.tell(told, one.time)
    running.tell(BatchEnded(state="complete", scans=60, reason=""), 10 * HOUR)
    found, expected = running.record().alarm_performance, performance(kept, 0, 10 * HOUR)
    assert found is not None
    assert found.model_dump(include={"alerts", "per_day", "peak", "floods", "acknowledged", "owed"}) == {
        "alerts": expected.alerts,
        "per_day": expected.per_day,
        "peak": expected.peak,
        "floods": expected.floods,
        "acknowledged": expected.acknowledged,
        "owed": expected.owed,
    }
    assert [(one.alarm, one.amount) for one in found.actors] == list(expected.actors)
    assert found.alerts == 3
    assert all(Phase(one.after) for one in kept)


def test_an_alarm_that_is_shown_after_a_flood_is_no_further_one(running: Tale) -> None:
    running.tell(raised(), HOUR)
    again = moved("shown", "unacknowledged", "unacknowledged", by="scan", reason="the flood is over")
    running.tell(again, 2 * HOUR)
    running.tell(BatchEnded(state="complete", scans=60, reason=""), 10 * HOUR)
    found = running.record()
    assert found.alarm_performance is not None
    assert found.alarm_performance.alerts == 1
    (line,) = found.alarms
    assert (line.raised, line.owed) == (HOUR, True)


def test_nothing_is_measured_where_phases_are_not_on_record(running: Tale) -> None:
    assert running.record().alarm_performance is None
    running.tell(raised(before="", after=""), HOUR)
    assert running.record().alarm_performance is None


def test_findings_about_signals_stand_until_they_close_and_single_samples_are_counted(running: Tale) -> None:
    running.tell(finding("opened", since=HOUR), 2 * HOUR)
    running.tell(finding("closed", since=HOUR), 3 * HOUR)
    running.tell(finding("opened", "frozen", since=4 * HOUR), 4 * HOUR)
    for hour in (5, 7, 9):
        running.tell(finding("noted", "spike", since=hour * HOUR), hour * HOUR)
    record = running.record()
    assert [(one.title, one.kind, one.since, one.closed, one.standing) for one in record.signals] == [
        ("Dissolved oxygen", "drift", HOUR, 3 * HOUR, False),
        ("Dissolved oxygen", "frozen", 4 * HOUR, None, True),
    ]
    (note,) = record.sample_notes
    assert (note.kind, note.amount, note.first, note.last) == ("spike", 3, 5 * HOUR, 9 * HOUR)


def test_the_outlook_keeps_every_change_and_the_least_probability(running: Tale) -> None:
    running.tell(verdict("ok", "undecided", probability=0.99))
    running.tell(verdict("alert", probability=0.7), 2 * HOUR)
    running.tell(verdict("ok", "alert", probability=0.9), 4 * HOUR)
    for kind, unit, column in (("", "%", [75.0] * 3), ("sd.", "%", [2.0] * 3), ("p.", "1", [0.99, 0.7, 0.9])):
        running.tape(f"foreseen.{kind}viability", unit, column)
    (line,) = running.record().outlook
    assert (line.attribute, line.title, line.verdict, line.since) == (
        "viability",
        "Viability",
        "ok",
        4 * HOUR,
    )
    assert (line.probability, line.least, line.specified) == (0.9, 0.7, (70.0, 100.0))
    assert [one.verdict for one in line.changes] == ["ok", "alert", "ok"]


EVIL = "\"><script>alert('x')</script>"


def page(tale: Tale) -> Outline:
    tale.tell(BatchEnded(state="complete", scans=61, reason=""), 10 * HOUR)
    return Outline(render_html(batch_record(tale.ledger, tale.historian, tale.batch), tale.historian))


def test_the_page_tells_who_did_what_and_no_text_breaks_it(running: Tale) -> None:
    running.tell(raised(EVIL), HOUR)
    running.tell(
        moved("acknowledged", "unacknowledged", "acknowledged", EVIL, by=EVIL, reason=EVIL), 2 * HOUR
    )
    running.tell(
        moved("shelved", "acknowledged", "shelved", EVIL, by=EVIL, reason=EVIL, until=5 * HOUR), 2 * HOUR
    )
    running.tell(order(alarm=EVIL, why=EVIL), 2 * HOUR)
    running.tell(refusal(alarm=EVIL, why=EVIL), 2 * HOUR)
    running.tell(finding("opened"), 3 * HOUR)
    running.tell(finding("noted", "spike"), 3 * HOUR)
    running.tell(verdict("action", probability=0.2, drivers=(EVIL,), reason=EVIL, breach=9 * HOUR), 4 * HOUR)
    for kind, unit, column in (
        ("", "%", [75.0] * 61),
        ("sd.", "%", [2.0] * 61),
        ("p.", "1", [0.9] * 30 + [0.2] * 31),
    ):
        running.tape(f"foreseen.{kind}viability", unit, column)
    found = page(running)
    said = found.text
    assert not found.named("script")
    assert "Alarms that were kept from being shown" in said
    assert "How the alarms served (ISA-18.2)" in said
    assert "Single samples" in said
    assert "Changes of the outlook" in said
    assert f"refused: {EVIL}" in said
    figures = [one.attributes["id"] for one in found.named("figure") if "id" in one.attributes]
    assert {"outlook-1", "outlook-2"} <= set(figures)  # the second shows the probability, for it was in doubt


def test_a_calm_batch_has_a_calm_page(running: Tale) -> None:
    running.tell(verdict("ok", "undecided", probability=1.0))
    for kind, unit, column in (("", "%", [90.0] * 61), ("sd.", "%", [2.0] * 61), ("p.", "1", [1.0] * 61)):
        running.tape(f"foreseen.{kind}viability", unit, column)
    found = page(running)
    assert "Alarms: none." in found.text
    assert "Changes of the outlook: none." in found.text
    assert "Findings about signals: none." in found.text
    assert "Orders about alarms" not in found.text
    assert not [one for one in found.named("figure") if one.attributes.get("id") == "outlook-2"]


def test_attributes_that_change_at_once_for_one_reason_share_a_row(running: Tale) -> None:
    doubt = {"reason": "the twin disagrees with: oxygen"}
    for name in ("density", "viability"):
        running.tell(verdict("undecided", "ok", name, 0.9, **doubt), HOUR)
    running.tell(
        verdict("alert", "undecided", "viability", 0.7, drivers=("growth_max -9 %: -3 %",)), 2 * HOUR
    )
    said = page(running).text
    assert "2 attributes" in said
    assert said.count("the twin disagrees with: oxygen") == 1
    assert "growth_max -9 %: -3 %" in said
