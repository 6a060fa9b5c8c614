"""Samples and results are judged as they come: what came twice or too late is on record, and nothing counts twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from homeostat.equipment import Driver, Overtaken, Result
from homeostat.execution import Options, replay, resume, run
from homeostat.execution.reception import Reception
from homeostat.ledger.catalogue import SampleDoubted, SampleResult
from homeostat.process import Process
from homeostat.quality import batch_record
from homeostat.site import Site

from .conftest import Quiet

MINUTE = 60_000_000
RECORDING: dict[str, Any] = {
    "file": "run.csv",
    "separator": ";",
    "time": {"column": "t", "format": "%Y-%m-%d %H:%M"},
    "tags": {
        "do": {"column": "do", "unit": "%"},
        "glucose": {"column": "glc", "unit": "mmol/L"},
    },
    "offline": [
        {
            "file": "lab.csv",
            "assay": "count",
            "time": {"column": "t", "format": "%Y-%m-%d %H:%M"},
            "results": {"viable": {"column": "viable", "unit": "1e6 cell/mL"}},
        }
    ],
}
LAB = "t;viable\n2024-01-01 10:20;0.5\n2024-01-01 10:20;0.5\n2024-01-01 10:20;0.6\n2024-01-01 10:50;0.5\n"


@dataclass
class Hands:
    """A driver that hands over what it is given; everything else of a driver is not asked for."""

    passed: list[Overtaken] = field(default_factory=list)
    reported: list[Result] = field(default_factory=list)

    def overtaken(self, time: int) -> Sequence[Overtaken]:
        come, self.passed = self.passed, []
        return come

    def results(self, time: int) -> Sequence[Result]:
        come, self.reported = self.reported, []
        return come


def result(value: float, taken: int = 0, sample: str = "S1") -> Result:
    return Result(sample, "count", taken, {"viable": value, "viability": 95.0}, {"viable": "1e6 cell/mL"})


def taken(reception: Reception, time: int = 0) -> tuple[list[SampleDoubted], list[SampleResult]]:
    came = reception.take(time)
    doubts = [one for one in came if isinstance(one, SampleDoubted)]
    return doubts, [one for one in came if isinstance(one, SampleResult)]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def reception(hands: Hands, mini: Process) -> Reception:
    return Reception(cast("Driver", hands), mini)


def test_one_event_tells_of_all_samples_of_a_kind(hands: Hands, reception: Reception) -> None:
    hands.passed = [
        Overtaken("do", 5 * MINUTE, 40.0, 9 * MINUTE, 41.0),
        Overtaken("glucose", 5 * MINUTE, 7.0, 9 * MINUTE, 7.5),
        Overtaken("do", 9 * MINUTE, 41.0, 9 * MINUTE, 41.0),
    ]
    (late, twice), _ = taken(reception, 10 * MINUTE)
    assert (late.kind, late.samples) == ("out-of-order", {"do": 1, "glucose": 1})
    assert late.text == "Dissolved oxygen: a sample came after one that is 4 min younger"
    assert (twice.kind, twice.samples, twice.first) == ("duplicate", {"do": 1}, 9 * MINUTE)
    assert taken(reception, 11 * MINUTE) == ([], [])


def test_a_result_that_comes_again_is_told_and_not_counted(hands: Hands, reception: Reception) -> None:
    hands.reported = [result(0.5), result(0.5, sample="S2")]
    (doubt,), (kept,) = taken(reception)
    assert kept.sample == "S1"
    assert (doubt.kind, doubt.samples) == ("duplicate", {"count viable": 1, "count viability": 1})
    hands.reported = [result(0.5, sample="S3")]
    assert len(taken(reception, MINUTE)[1]) == 0  # nor later


def test_a_replicate_with_another_value_and_a_later_sample_count(hands: Hands, reception: Reception) -> None:
    hands.reported = [result(0.5), result(0.6), result(0.6, taken=MINUTE)]
    doubts, kept = taken(reception, MINUTE)
    assert doubts == []
    assert [one.values["viable"] for one in kept] == [0.5, 0.6, 0.6]


def recorded(mini: Process, folder: Path, *rows: int) -> tuple[Process, Path]:
    """The short culture as a recorded run: a row each minute for an hour, in this order."""
    declared = json.loads(mini.model_dump_json())
    declared["recordings"] = {"log": RECORDING}
    lines = [
        f"2024-01-01 {10 + minute // 60}:{minute % 60:02d};{50 + minute % 7};{15 - minute / 60:.3f}\n"
        for minute in rows
    ]
    folder.mkdir()
    (folder / "run.csv").write_text("t;do;glc\n" + "".join(lines), "utf-8")
    (folder / "lab.csv").write_text(LAB, "utf-8")
    return Process.model_validate(declared), folder / "run.csv"


def test_a_log_with_rows_in_disorder_and_written_twice_runs_and_says_so(
    mini: Process, tmp_path: Path
) -> None:
    minutes = [*range(20), 25, *range(20, 25), *range(26, 40), 39, 39, *range(40, 61)]
    process, path = recorded(mini, tmp_path / "log", *minutes)
    site = Site.create(tmp_path / "site")
    finish = run(site, process, Options(equipment=f"recorded:{path}"), Quiet())
    assert (finish.state, finish.reason) == ("complete", "the log ended")
    with site.reading() as (ledger, historian):
        events = [one.event for one in ledger.events(batch="B0001", types=[SampleDoubted.type])]
        results = sum(1 for _ in ledger.events(batch="B0001", types=[SampleResult.type]))
        record = batch_record(ledger, historian, "B0001")
        shown, qualities = historian.matrix("B0001", ["do", "glucose"])[1:]
    told = [(event.time // MINUTE, event.data["kind"], event.data["samples"]) for event in events]
    assert told == [
        (20, "duplicate", {"count viable": 1}),
        (25, "out-of-order", {"do": 5, "glucose": 5}),
        (39, "duplicate", {"do": 2, "glucose": 2}),
    ]
    assert results == 3
    notes = {(note.tag, note.kind): note.amount for note in record.sample_notes}
    assert notes[("do", "out-of-order")] == 5
    assert notes[("glucose", "duplicate")] == 2
    assert shown[:61, 0].tolist() == [50.0 + minute % 7 for minute in range(61)]
    assert (qualities[:61] == 0).all()
    assert replay(site, "B0001", Quiet()).identical


def test_a_log_in_order_says_nothing(mini: Process, tmp_path: Path) -> None:
    process, path = recorded(mini, tmp_path / "log", *range(61))
    (path.parent / "lab.csv").write_text("t;viable\n2024-01-01 10:20;0.5\n", "utf-8")
    site = Site.create(tmp_path / "site")
    run(site, process, Options(equipment=f"recorded:{path}"), Quiet())
    with site.reading() as (ledger, _):
        assert not [*ledger.events(types=[SampleDoubted.type])]


def test_what_was_told_once_is_not_told_again_after_a_pause(mini: Process, tmp_path: Path) -> None:
    process, path = recorded(mini, tmp_path / "log", *range(10), 8, *range(10, 61), 30)
    site, options = Site.create(tmp_path / "site"), Options(equipment=f"recorded:{path}")
    paused = run(site, process, replace(options, until="inoculate"), Quiet())
    assert paused.state == "paused"
    resume(site, "B0001", float("inf"), Quiet())
    with site.reading() as (ledger, _):
        found = [one.event.time // MINUTE for one in ledger.events(types=[SampleDoubted.type])]
    assert found == sorted(set(found))
    assert 60 in found
    assert replay(site, "B0001", Quiet()).identical
