"""The record says what ledger and historian say, section by section."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from homeostat.errors import RecordError
from homeostat.ledger.catalogue import (
    AlarmChanged,
    AttributeJudged,
    BatchEnded,
    BatchResumed,
    ChunksSealed,
    CommandGiven,
    CommandOutcome,
    CommandRefused,
    LoopChanged,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StateChanged,
    StepChanged,
)
from homeostat.process.reading import Quality
from homeostat.quality import BatchRecord, render_json

from .tale import DAY, HOUR, MINUTE, Tale


def step(path: str, state: str, level: str = "phase", cause: str = "") -> StepChanged:
    """A step with its path as its title."""
    facts = {"level": level, "step": path, "title": path.upper(), "state": state, "cause": cause}
    return StepChanged.model_validate(facts)


def alarm(name: str, state: str, priority: str = "high", value: float | None = 35.5) -> AlarmChanged:
    """A change of an alarm against a limit of 36 degC."""
    limit = {"value": value, "limit": 36.0, "unit": "degC"}
    return AlarmChanged.model_validate(
        {"alarm": name, "state": state, "priority": priority, "text": name} | limit
    )


def judged(value: float | None, verdict: str, sample: str = "S1") -> AttributeJudged:
    """A judgement of the cell density."""
    facts = {
        "attribute": "density",
        "sample": sample,
        "value": value,
        "unit": "1e6 cell/mL",
        "verdict": verdict,
    }
    return AttributeJudged.model_validate(facts | {"low": 2.0, "high": None})


def counted(sample: str, taken: int, viable: float | None) -> SampleResult:
    """A cell count."""
    unit = {"viable": "1e6 cell/mL"}
    return SampleResult(sample=sample, assay="count", taken=taken, values={"viable": viable}, units=unit)


def test_a_batch_that_nobody_started_has_no_record(tale: Tale) -> None:
    with pytest.raises(RecordError, match="there is no batch 'B0001'"):
        tale.record()


def test_header_names_batch_process_and_equipment(tale: Tale) -> None:
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause="batch started"))
    tale.tell(StateChanged(before="running", after="complete", cause="recipe complete"), DAY)
    tale.tell(BatchEnded(state="complete", scans=145, reason="recipe complete"), DAY)
    head = tale.record().header
    assert (head.batch, head.patient, head.state, head.finished) == ("B0001", "P-0815", "complete", True)
    assert (head.process, head.version, head.title) == ("demo", "1.2.0", "Perfused T-cell expansion")
    assert (head.approval.state, head.approval.by) == ("approved", "Dr. Weiß")
    assert head.equipment == {"kind": "simulated", "seed": 7}
    assert head.twin["kernel"] == "ab" * 32
    assert (head.duration, head.scans, head.reason) == (DAY + HOUR // 6, 145, "recipe complete")
    first, *_, last = tale.ledger.events()
    assert (head.started, head.ended) == (first.recorded, last.recorded)


def test_an_unfinished_batch_says_so(tale: Tale) -> None:
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause=""))
    tale.tell(step("main", "running", "unit procedure"), 0)
    tale.tell(
        PromptOpened(prompt="p", step="main", text="Ready?", kind="confirm", unit="1", choices=()), HOUR
    )
    record = tale.record()
    assert (record.header.state, record.header.finished, record.header.ended) == ("running", False, "")
    assert (record.header.duration, record.header.scans) == (HOUR + HOUR // 6, 7)
    assert record.summary.startswith("Not finished: the batch is running.")
    assert record.steps[0].end is None
    assert {line.verdict for line in record.attributes} == {"pending"}
    assert record.exceptions == ()


def test_a_ledger_without_the_beginning_still_gives_a_record(tale: Tale) -> None:
    tale.tell(step("main/grow", "complete"), HOUR)
    tale.tell(judged(3.0, "within"), HOUR)
    record = tale.record()
    assert record.header.process == ""
    assert [line.state for line in record.steps] == ["complete"]
    assert [line.title for line in record.attributes] == ["density"]
    assert "cannot be read" in record.exceptions[0].text


def test_steps_are_paired_by_path_and_can_repeat(tale: Tale) -> None:
    tale.start()
    tale.tell(step("main", "running", "unit procedure"), 0)
    tale.tell(step("main/a", "running"), 0)
    tale.tell(step("main/a", "complete", cause="elapsed >= 1 h"), HOUR)
    tale.tell(step("main/a", "running"), 2 * HOUR)
    tale.tell(step("main/a", "stopped", cause="batch stopped"), 3 * HOUR)
    whole, first, second = tale.record().steps
    assert (whole.state, whole.end, whole.duration) == ("running", None, None)
    assert (first.start, first.end, first.state, first.cause) == (0, HOUR, "complete", "elapsed >= 1 h")
    assert (second.start, second.duration, second.state) == (2 * HOUR, HOUR, "stopped")


def test_prompts_keep_every_answer_and_who_gave_it(tale: Tale) -> None:
    tale.start()
    tale.tell(PromptOpened(prompt="p", step="m", text="Volume?", kind="numeric", unit="mL", choices=()), 0)
    tale.tell(PromptAnswered(prompt="p", answer="95"), MINUTE, actor="Ada")
    tale.tell(PromptClosed(prompt="p", accepted=False, reason="the answer lies outside 1 to 20"), MINUTE)
    tale.tell(PromptAnswered(prompt="p", answer="9.5"), 2 * MINUTE, actor="Bea")
    tale.tell(PromptClosed(prompt="p", accepted=True, reason=""), 2 * MINUTE)
    (line,) = tale.record().prompts
    assert line.accepted
    assert [(one.answer, one.by, one.accepted) for one in line.answers] == [
        ("95", "Ada", False),
        ("9.5", "Bea", True),
    ]
    assert line.answers[0].reason == "the answer lies outside 1 to 20"


def test_samples_join_drawing_and_results_and_list_what_lacks(tale: Tale) -> None:
    tale.start()
    tale.tell(SampleDrawn(sample="S1", step="m", assays=("count", "chemistry"), volume=1.5), HOUR)
    tale.tell(counted("S1", HOUR, 0.1 + 0.2), 2 * HOUR)
    tale.tell(counted("S0", 0, None), 3 * HOUR)
    first, second = tale.record().samples
    assert (first.sample, first.taken, first.volume, first.assays) == ("S0", 0, None, ("count",))
    assert first.results[0].values[0].value is None
    assert (second.sample, second.taken, second.volume, second.missing) == ("S1", HOUR, 1.5, ("chemistry",))
    assert second.results[0].title == "Cell count"
    assert second.results[0].reported == 2 * HOUR
    assert second.results[0].values[0].value == 0.1 + 0.2


def test_attributes_show_the_last_judgement_beside_the_twin(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.viable", "1e6 cell/mL", [1.0, 2.0, 3.5, 4.0])
    tale.tell(counted("S1", 10 * MINUTE, 1.5), HOUR)
    tale.tell(judged(1.5, "outside", "S1"), HOUR)
    tale.tell(counted("S2", 25 * MINUTE, 3.0), 2 * HOUR)
    tale.tell(judged(3.0, "within", "S2"), 2 * HOUR)
    density, viability = tale.record().attributes
    assert (density.value, density.verdict, density.sample) == (3.0, "within", "S2")
    assert (density.predicted, density.error) == (3.5, 0.5)
    assert (density.low, density.high) == (2.0, None)
    assert [(one.value, one.verdict, one.predicted) for one in density.earlier] == [(1.5, "outside", 2.0)]
    assert (viability.verdict, viability.low, viability.high) == ("pending", 70.0, 100.0)


def test_attributes_that_nobody_measured_are_named_at_the_end(tale: Tale) -> None:
    tale.start()
    tale.tell(BatchEnded(state="complete", scans=1, reason=""), HOUR)
    record = tale.record()
    assert {line.verdict for line in record.attributes} == {"not measured"}
    assert (
        record.summary
        == "Complete. 0 of 2 quality attributes within specification, 2 not measured. No alarms."
    )


def test_alarms_are_paired_and_those_left_stand(tale: Tale) -> None:
    tale.start()
    tale.tell(alarm("cold", "raised"), HOUR)
    tale.tell(alarm("odd", "cleared"), HOUR)
    tale.tell(alarm("cold", "cleared"), 2 * HOUR)
    tale.tell(alarm("cold", "raised", value=None), 3 * HOUR)
    first, second = tale.record().alarms
    assert (first.raised, first.cleared, first.duration, first.standing) == (HOUR, 2 * HOUR, HOUR, False)
    assert (first.value, first.limit, first.unit) == (35.5, 36.0, "degC")
    assert (second.cleared, second.value, second.standing) == (None, None, True)


def test_moves_join_intents_with_outcomes(tale: Tale) -> None:
    tale.start()
    tale.command(HOUR)
    tale.command(2 * HOUR, "refused")
    tale.command(3 * HOUR, None)
    lines = tale.record().moves
    assert [line.status for line in lines] == ["done", "refused", "open"]
    assert [line.applied for line in lines] == [20.0, None, None]


def test_the_answer_to_a_reconciliation_stands_beside_its_command(tale: Tale) -> None:
    tale.start()
    intent = tale.command(HOUR, "unknown")
    name = f"reconcile {intent}"
    tale.tell(
        PromptOpened(prompt=name, step="m", text="?", kind="choice", unit="1", choices=("applied",)), HOUR
    )
    tale.tell(PromptAnswered(prompt=name, answer="applied"), HOUR)
    tale.tell(PromptClosed(prompt=name, accepted=True, reason=""), HOUR)
    (line,) = tale.record().moves
    assert (line.status, line.reconciled) == ("unknown", "applied")


def test_doses_are_the_materials_that_went_in(tale: Tale) -> None:
    tale.start()
    intent = tale.command(HOUR, None, kind="dose", target="vector", value=8.0, unit="mL")
    tale.tell(CommandOutcome(intent=intent, status="done", value=7.9, detail="pump slipped"), HOUR)
    tale.command(HOUR)
    (line,) = tale.record().materials
    assert (line.title, line.amount, line.unit, line.critical) == ("Lentiviral vector", 7.9, "mL", True)


def test_commands_to_the_batch_and_refusals(tale: Tale) -> None:
    tale.start()
    tale.tell(CommandGiven(command="hold", reason="lunch"), HOUR, actor="Ada")
    tale.tell(CommandGiven(command="resume", reason=""), 2 * HOUR, actor="Ada")
    tale.tell(CommandRefused(command="resume", state="held"), 2 * HOUR)
    hold, resume = tale.record().commands
    assert (hold.accepted, hold.by, hold.reason) == (True, "Ada", "lunch")
    assert (resume.accepted, resume.reason) == (False, "not allowed while held")


def test_setpoints_follow_the_loop(tale: Tale) -> None:
    tale.start()
    tale.tell(
        LoopChanged(
            loop="heat", setpoint=36.0, unit="degC", mode="auto", output=40.0, output_unit="W", cause="m"
        ),
        HOUR,
    )
    (line,) = tale.record().setpoints
    assert (line.loop, line.setpoint, line.time, line.mode) == ("heat", 36.0, HOUR, "auto")


def test_parameters_count_usable_readings_only(tale: Tale) -> None:
    tale.start()
    codes = [Quality.GOOD, Quality.HELD, Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.MISSING]
    tale.tape(
        "temperature", "degC", [37.0, 37.0, 37.8, 35.0, 20.0, math.nan], qualities=[int(q) for q in codes]
    )
    warmth, air = tale.record().parameters
    assert (warmth.normal, warmth.proven, warmth.readings) == ((36.5, 37.5), (36.0, 38.0), 6)
    assert (warmth.within_normal, warmth.within_proven, warmth.bad) == (0.5, 0.75, pytest.approx(1 / 3))
    assert (warmth.low, warmth.high) == (35.0, 37.8)
    assert warmth.mean == math.fsum([37.0, 37.0, 37.8, 35.0]) / 4
    (away,) = warmth.excursions
    assert (away.start, away.end, away.extreme) == (30 * MINUTE, 40 * MINUTE, 35.0)
    assert (air.readings, air.mean, air.within_normal, air.bad) == (0, None, None, None)


def test_loops_show_their_output_and_what_they_hold(tale: Tale) -> None:
    tale.start()
    tale.tape("temperature", "degC", [37.0, 30.0])
    tale.tape("loop.heat", "%", [10.0, 30.0])
    (line,) = tale.record().loops
    assert (line.low, line.mean, line.high, line.unit) == (10.0, 20.0, 30.0, "%")
    assert (line.setpoint, line.within_normal) == (37.0, 0.5)


def test_readings_are_counted_by_quality_and_gaps_are_listed(tale: Tale) -> None:
    tale.start()
    codes = [0, 5, 4, 1, 0, 3]
    tale.tape("oxygen", "%", np.where(np.array(codes) > 3, np.nan, 50.0), qualities=codes)
    (line,) = tale.record().readings
    assert line.qualities == {"good": 2, "held": 1, "uncertain": 0, "stale": 1, "bad": 1, "missing": 1}
    assert line.usable == 0.5
    assert [(gap.start, gap.end, gap.worst) for gap in line.gaps] == [
        (10 * MINUTE, 30 * MINUTE, "missing"),
        (50 * MINUTE, 60 * MINUTE, "stale"),
    ]


def test_interruptions_come_from_the_site_and_only_ones_own(tale: Tale) -> None:
    tale.start()
    tale.tell(BatchResumed(batch="B0002", scan=5, reason="power cut"), batch="")
    tale.tell(BatchResumed(batch="B0001", scan=7, reason="power cut"), batch="")
    (line,) = tale.record().interruptions
    assert (line.scan, line.reason) == (7, "power cut")


def test_provenance_names_the_stretch_of_the_ledger(tale: Tale) -> None:
    tale.start()
    tale.tell(ChunksSealed(start=0, end=HOUR, count=6, chunks={"a": "0" * 64, "b": "1" * 64}), HOUR)
    source, events = tale.record().provenance, list(tale.ledger.events())
    assert (source.events, source.first, source.last, source.sealed) == (2, 1, 2, 2)
    assert source.last_hash == events[-1].hash.hex()


def test_json_goes_there_and_back_with_every_digit(tale: Tale) -> None:
    tell_much(tale)
    record = tale.record()
    text = render_json(record)
    assert BatchRecord.model_validate_json(text) == record
    assert json.loads(text)["samples"][0]["results"][0]["values"][0]["value"] == 0.1 + 0.2


def test_the_same_run_has_the_same_content(tales: Callable[..., Tale]) -> None:
    one, other = tales("one", hour=8), tales("other", hour=17)
    for tale in (one, other):
        tell_much(tale)
    other.tell(BatchResumed(batch="B0001", scan=7, reason="power cut"), batch="")
    first, second = one.record(), other.record()
    assert first.content() == second.content()
    assert first.header.started != second.header.started
    assert first != second


def tell_much(tale: Tale) -> None:
    """A batch with something in every section."""
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause=""))
    tale.tell(step("main", "running", "unit procedure"))
    tale.command(HOUR, kind="dose", target="vector", unit="mL")
    tale.tell(SampleDrawn(sample="S1", step="main", assays=("count",), volume=1.0), HOUR)
    tale.tell(counted("S1", HOUR, 0.1 + 0.2), 2 * HOUR)
    tale.tell(alarm("cold", "raised"), HOUR)
    tale.tell(judged(0.1 + 0.2, "outside"), 2 * HOUR)
    tale.tell(step("main", "complete", "unit procedure"), 3 * HOUR)
    tale.tell(BatchEnded(state="complete", scans=19, reason=""), 3 * HOUR)
    wave = np.sin(np.arange(19.0))
    tale.tape("temperature", "degC", 37 + wave)
    tale.tape("loop.heat", "%", 50 + wave)
    tale.tape("twin.viable", "1e6 cell/mL", 1 + wave)
