"""The sentinel panel: one row a batch that says how it stands, why, and since when."""

from dataclasses import replace

import pytest

from homeostat.errors import RecordError
from homeostat.ledger.catalogue import AttributeJudged, BatchEnded, StateChanged, StepChanged
from homeostat.quality import PanelRow, panel

from .tale import HOUR, MINUTE, Tale
from .watching import ALARM, acknowledged, cleared, finding, moved, raised, verdict


def row(tale: Tale) -> PanelRow:
    (found,) = panel(tale.ledger, tale.historian, batch=tale.batch)
    return found


def phase(name: str, state: str) -> StepChanged:
    facts = {"level": "phase", "step": f"main/expand/{name}", "title": name.title(), "cause": ""}
    return StepChanged.model_validate(facts | {"state": state})


def judged(value: float, verdict: str) -> AttributeJudged:
    facts = {
        "attribute": "viability",
        "sample": "S1",
        "value": value,
        "unit": "%",
        "low": 70.0,
        "high": 100.0,
    }
    return AttributeJudged.model_validate(facts | {"verdict": verdict})


@pytest.fixture
def running(tale: Tale) -> Tale:
    """A batch that grows."""
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause=""))
    tale.tell(phase("grow", "running"))
    return tale


def foresee(tale: Tale, values: list[float], deviations: list[float], probabilities: list[float]) -> None:
    for kind, column in (("", values), ("sd.", deviations), ("p.", probabilities)):
        tale.tape(f"foreseen.{kind}viability", "%" if kind != "p." else "1", column)


def test_a_batch_without_an_outlook_is_undecided(running: Tale) -> None:
    found = row(running)
    assert (found.batch, found.process, found.state, found.phases) == ("B0001", "demo", "running", ("Grow",))
    assert (found.verdict, found.drifted, found.standing, found.owed) == ("undecided", (), {}, {})
    assert [(one.attribute, one.verdict, one.since) for one in found.attributes] == [
        ("density", "undecided", 0),
        ("viability", "undecided", 0),
    ]


def test_the_row_tells_when_its_newest_event_was_recorded(running: Tale) -> None:
    assert row(running).recorded == max(one.recorded for one in running.ledger.events(batch=running.batch))


def test_the_time_is_that_of_the_last_scan(running: Tale) -> None:
    assert row(running).time == 10 * MINUTE
    running.tape("temperature", "degC", [37.0] * 7)
    assert row(running).time == 70 * MINUTE


def test_an_attribute_shows_the_newest_figures_and_what_the_last_change_said(running: Tale) -> None:
    running.tell(verdict("ok", "undecided", probability=0.99))
    running.tell(
        verdict("alert", breach=40 * HOUR, drivers=("growth_max -30 %: -5 %",), reason="why"), 6 * HOUR
    )
    foresee(running, [75.0, 73.0], [3.0, 2.0], [0.9, 0.75])
    (one,) = [line for line in row(running).attributes if line.attribute == "viability"]
    assert (one.verdict, one.since, one.at, one.breach) == ("alert", 6 * HOUR, 48 * HOUR, 40 * HOUR)
    assert (one.probability, one.value, one.specified) == (0.75, 73.0, (70.0, 100.0))
    assert one.low == pytest.approx(73.0 - 1.645 * 2.0, abs=1e-3)
    assert one.high == pytest.approx(73.0 + 1.645 * 2.0, abs=1e-3)
    assert (one.drivers, one.reason, one.outcome) == (("growth_max -30 %: -5 %",), "why", "pending")


def test_nothing_is_shown_as_foreseen_that_is_not_foreseen_now(running: Tale) -> None:
    running.tell(verdict("ok", "undecided"))
    for kind, unit in (("", "%"), ("sd.", "%"), ("p.", "1")):
        running.tape(f"foreseen.{kind}viability", unit, [75.0, float("nan")], qualities=[0, 5])
    (one,) = [line for line in row(running).attributes if line.attribute == "viability"]
    assert (one.probability, one.value, one.low, one.high) == (None, None, None, None)


def test_a_measurement_stands_beside_the_forecast(running: Tale) -> None:
    running.tell(judged(64.0, "outside"), 5 * HOUR)
    (one,) = [line for line in row(running).attributes if line.attribute == "viability"]
    assert (one.measured, one.outcome, one.verdict) == (64.0, "outside", "action")
    assert row(running).verdict == "action"


@pytest.mark.parametrize(
    ("verdicts", "priority", "expected"),
    [
        (("ok", "ok"), None, "ok"),
        (("ok", "undecided"), None, "undecided"),
        (("ok", "alert"), None, "alert"),
        (("action", "alert"), None, "action"),
        (("ok", "ok"), "low", "ok"),
        (("ok", "ok"), "medium", "ok"),
        (("ok", "ok"), "high", "alert"),
        (("ok", "ok"), "critical", "action"),
        (("undecided", "ok"), "high", "alert"),
    ],
)
def test_the_verdict_is_the_worst_of_attributes_and_grave_alarms(
    verdicts: tuple[str, str], priority: str | None, expected: str, running: Tale
) -> None:
    for attribute, after in zip(("density", "viability"), verdicts, strict=True):
        running.tell(verdict(after, "undecided", attribute))
    if priority is not None:
        running.tell(raised(priority=priority), HOUR)
    assert row(running).verdict == expected


def test_alarms_stand_until_they_clear_and_are_owed_until_somebody_knows(running: Tale) -> None:
    running.tell(raised("a", "high"), HOUR)
    running.tell(raised("b", "low"), 2 * HOUR)
    running.tell(cleared("b"), 3 * HOUR)
    found = row(running)
    assert (found.standing, found.owed) == ({"high": 1}, {"high": 1, "low": 1})
    running.tell(acknowledged("a"), 4 * HOUR)
    running.tell(acknowledged("b", "returned", "normal"), 4 * HOUR)
    found = row(running)
    assert (found.standing, found.owed) == ({"high": 1}, {})
    assert [(one.alarm, one.phase, one.since, one.by) for one in found.alarms] == [
        ("a", "acknowledged", HOUR, "Dr. A")
    ]


def test_a_silenced_alarm_is_counted_but_does_not_weigh(running: Tale) -> None:
    for attribute in ("density", "viability"):
        running.tell(verdict("ok", "undecided", attribute))
    running.tell(raised(), HOUR)
    shelf = {"by": "Dr. A", "reason": "probe is being changed", "until": 9 * HOUR}
    running.tell(moved("shelved", "unacknowledged", "shelved", **shelf), 2 * HOUR)
    found = row(running)
    assert (found.verdict, found.standing, found.owed, found.silenced) == ("ok", {}, {}, 1)
    (line,) = found.alarms
    assert (line.active, line.silent, line.by, line.until) == (True, True, "Dr. A", 9 * HOUR)
    running.tell(moved("cleared", "shelved", "shelved"), 3 * HOUR)
    found = row(running)
    assert (found.silenced, found.alarms[0].active, found.alarms[0].why) == (
        0,
        False,
        "probe is being changed",
    )
    running.tell(moved("released", "shelved", "normal"), 9 * HOUR)
    assert row(running).alarms == ()


def removed(priority: str) -> dict[str, object]:
    return {"priority": priority, "by": "Dr. A", "reason": "quiet please", "until": 9 * HOUR}


def test_a_critical_alarm_out_of_service_is_told_also_when_that_is_over(running: Tale) -> None:
    running.tell(moved("removed", "normal", "out of service", **removed("critical")), 2 * HOUR)
    running.tell(moved("removed", "normal", "out of service", "other", **removed("high")), 2 * HOUR)
    (silence,) = row(running).silences
    assert (silence.alarm, silence.how, silence.by, silence.why) == (
        ALARM,
        "out of service",
        "Dr. A",
        "quiet please",
    )
    assert (silence.since, silence.until, silence.over) == (2 * HOUR, 9 * HOUR, None)
    running.tell(moved("released", "out of service", "normal", priority="critical"), 9 * HOUR)
    assert [one.over for one in row(running).silences] == [9 * HOUR]


def test_a_silence_that_lasts_to_the_end_of_the_batch_is_told_after_it(running: Tale) -> None:
    running.tell(moved("removed", "normal", "out of service", **removed("critical")), 2 * HOUR)
    running.tell(StateChanged(before="running", after="complete", cause=""), 50 * HOUR)
    running.tell(BatchEnded(state="complete", scans=300, reason=""), 50 * HOUR)
    found = row(running)
    assert found.finished
    assert [one.over for one in found.silences] == [None]


def test_a_critical_alarm_weighs_though_it_is_silenced(running: Tale) -> None:
    for attribute in ("density", "viability"):
        running.tell(verdict("ok", "undecided", attribute))
    running.tell(moved("removed", "normal", "out of service", **removed("critical")), 2 * HOUR)
    assert row(running).verdict == "ok"
    running.tell(moved("raised", "out of service", "out of service", priority="critical"), 3 * HOUR)
    found = row(running)
    assert (found.verdict, found.silenced) == ("action", 1)
    assert [one.over for one in found.silences] == [None], "what happens in a silence does not end it"


def test_what_has_drifted_is_told_oldest_first(running: Tale) -> None:
    running.tell(finding("opened", since=2 * HOUR), 3 * HOUR)
    running.tell(finding("noted", "spike"), 3 * HOUR)
    running.tell(raised("twin.signal.glucose", "low"), HOUR)
    running.tell(finding("opened", "frozen", "temperature", 4 * HOUR), 4 * HOUR)
    running.tell(finding("closed", "frozen", "temperature", 4 * HOUR), 5 * HOUR)
    assert [(one.kind, one.subject, one.since) for one in row(running).drifted] == [
        ("twin", "twin.signal.glucose", HOUR),
        ("signal", "oxygen", 2 * HOUR),
    ]


def test_only_batches_that_have_not_ended_are_shown_unless_asked(running: Tale) -> None:
    other = replace(running, batch="B0002")
    other.start()
    other.tell(BatchEnded(state="complete", scans=7, reason=""), HOUR)
    ledger, historian = running.ledger, running.historian
    assert [one.batch for one in panel(ledger, historian)] == ["B0001"]
    assert [one.batch for one in panel(ledger, historian, everything=True)] == ["B0001", "B0002"]
    assert panel(ledger, historian, batch="B0002")[0].finished
    with pytest.raises(RecordError, match="there is no batch 'B0009'"):
        panel(ledger, historian, batch="B0009")


def test_a_phase_that_is_over_is_not_shown(running: Tale) -> None:
    running.tell(phase("harvest", "running"), HOUR)
    assert row(running).phases == ("Grow", "Harvest")
    running.tell(phase("grow", "complete"), HOUR)
    assert row(running).phases == ("Harvest",)


def test_a_record_of_before_there_were_phases_is_read(running: Tale) -> None:
    running.tell(raised(before="", after=""), HOUR)
    found = row(running)
    assert (found.standing, found.owed) == ({"high": 1}, {})
    running.tell(cleared(before="", after=""), 2 * HOUR)
    assert row(running).alarms == ()
