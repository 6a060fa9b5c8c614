"""The report of a watcher: figures from its package and its record, and what a file cannot show named as a gap."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.monitoring.learning import long_tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import read_table
from homeostat.monitoring.learning.evidence import PREDICTING, WATCHING
from homeostat.monitoring.learning.explaining import described_watcher
from homeostat.monitoring.learning.following import explain_sample, follow_table
from homeostat.monitoring.learning.recording import record_watched
from homeostat.monitoring.learning.runs import Laid
from homeostat.monitoring.learning.validation import Validation, checklist, validate
from homeostat.monitoring.learning.watching import Asked, Watching, train_watcher
from homeostat.monitoring.package import IntendedUse, uses
from homeostat.monitoring.package.uses import AGAIN, JUDGED, record_of

WHEN = "2026-01-01T00:00:00+00:00"
USE = IntendedUse(question="Like good ones?", context="beside the run", consequence="high", influence="low")
ASKED = Asked(Laid("run", "time [h]"), components=2, use=USE)
WAYS: dict[str, dict[str, Any]] = {
    "whole": {},
    "by phase": {"laid": Laid("run", "time [h]", "phase")},
    "aligned": {"align": "cells"},
    "dynamic": {"lags": 2},
}


@pytest.fixture(scope="module", params=WAYS)
def learnt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watching:
    good = long_tables.written(tmp_path_factory.mktemp("good") / "good.csv", 24)
    return train_watcher(read_table(good), replace(ASKED, **WAYS[request.param]))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return long_tables.written(tmp_path / "new.csv", 4, seed=9, fault=14)


def told(report: Validation) -> dict[str, tuple[str, str]]:
    return {each.id: (each.status, each.evidence) for each in report.findings}


def test_either_kind_answers_every_requirement_of_the_checklist() -> None:
    ids = {each.id for each in checklist()}
    assert set(PREDICTING) == set(WATCHING) == ids


def test_our_1_limits_come_from_batches_left_out_with_the_false_alarms_measured(
    learnt: Watching, tmp_path: Path
) -> None:
    report = validate(learnt.package, tmp_path / "w.json")
    status, evidence = told(report)["OUR-1"]
    assert status == "met"
    assert "24 batches, each left out" in evidence
    for what, rate in learnt.rates.items():
        percent = (
            f"{what} {100 * rate.rate:.1f} % (95 % interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %)"
        )
        assert percent in evidence
    measured = {one.what: (one.share, one.low, one.high) for one in report.alarms}
    assert measured == {what: (one.rate, one.low, one.high) for what, one in learnt.rates.items()}


def test_mon_02_the_self_test_of_samples_with_gaps_is_evidence(learnt: Watching, tmp_path: Path) -> None:
    test = learnt.package.self_test
    assert test is not None
    gaps = sum(None in row for row in test.rows)
    evidence = told(validate(learnt.package, tmp_path / "w.json"))["MON-02"]
    assert evidence[0] == "met"
    assert f"{len(test.rows)} samples, {gaps} with gaps" in evidence[1]


def test_fda_4_names_the_training_data_by_hash(learnt: Watching, tmp_path: Path) -> None:
    evidence = told(validate(learnt.package, tmp_path / "w.json"))["FDA-4"][1]
    assert learnt.package.training.sha256[:16] in evidence
    assert "576 rows, 24 groups" in evidence


def test_the_declared_use_is_told(learnt: Watching, tmp_path: Path) -> None:
    found = told(validate(learnt.package, tmp_path / "w.json"))
    assert found["FDA-1"] == ("met", "Like good ones?")
    assert found["FDA-2"] == ("met", "beside the run")
    assert "influence low, consequence high" in found["FDA-3"][1]
    assert "3 tags" in found["MON-05"][1]
    signed = learnt.package.signed(lambda content: content[:8], by="QA", key=b"\x01" * 32)
    status, evidence = told(validate(signed, tmp_path / "w.json"))["MON-05"]
    assert (status, "signed by QA" in evidence) == ("met", True)


def test_what_a_watcher_cannot_show_is_a_gap(learnt: Watching, tmp_path: Path) -> None:
    found = told(validate(learnt.package, tmp_path / "w.json"))
    for name in ("MON-07", "MON-08", "MON-09", "MON-14", "FDA-7", "OUR-2"):
        assert found[name][0] == "gap"
        assert "gap: " in found[name][1]
    assert all("gap: " in evidence for status, evidence in found.values() if status != "met")


def test_mon_14_uses_are_counted_and_those_on_its_own_batches_told_apart(
    learnt: Watching, new: Path, tmp_path: Path
) -> None:
    model, table = tmp_path / "w.json", read_table(new)
    good = read_table(long_tables.written(tmp_path / "other name.csv", 24))
    for one in (good, table, table):
        kept = record_watched(learnt.package, one, follow_table(learnt.package, one), model, WHEN)
        assert kept.number is not None
    record = uses(model)
    assert [use.what for use in record] == [AGAIN, JUDGED, JUDGED]
    assert record[0].table == learnt.package.training.sha256
    assert record[1].results[0].groups == 4
    assert record[1].results[0].values["action"] >= 1.0
    assert sum(record[1].results[0].values.values()) == 4.0
    found = told(validate(learnt.package, model))
    assert (
        f"3 uses on record, 2 on other batches than those learnt from, the latest of {WHEN}"
        in found["MON-14"][1]
    )
    assert "8 batches beside those learnt from" in found["MON-08"][1]
    assert "3 uses" in found["A11-1"][1]


def test_a_use_that_cannot_be_recorded_is_told_and_fails_nothing(
    learnt: Watching, new: Path, tmp_path: Path
) -> None:
    model, table = tmp_path / "w.json", read_table(new)
    record_of(model).mkdir()
    kept = record_watched(learnt.package, table, follow_table(learnt.package, table), model, WHEN)
    assert kept.number is None
    assert "Not recorded" in kept.told


def test_the_facts_of_a_watcher_tell_how_it_watches_and_how_often_it_errs(learnt: Watching) -> None:
    facts = described_watcher(learnt.package)
    assert facts["hash"] == learnt.package.content_hash
    assert facts["alert"].startswith(f"{learnt.package.watcher.run} sample")
    assert any(name.startswith("limits") for name in facts)
    for what, rate in learnt.rates.items():
        assert facts[f"{what}, left out"].startswith(f"{100 * rate.rate:.1f} %")


def test_a_sample_is_explained_as_it_was_told(learnt: Watching, new: Path) -> None:
    table = read_table(new)
    batch = follow_table(learnt.package, table)[3]
    for hour in (3, 10, 17, 23):
        found = explain_sample(learnt.package, table, 3 * 24 + hour)
        assert (found.line, found.place, found.batch) == (3 * 24 + hour + 2, hour, batch)
        assert found.told == batch.told[hour]
        if found.told.drivers and found.shares and not learnt.package.watcher.model_dump().get("aligner"):
            tag, part = found.told.drivers[0]
            assert (tag, part) in {pair for each in found.shares for pair in each}


def test_the_turns_of_a_batch_are_where_its_verdict_changes(learnt: Watching, new: Path) -> None:
    batch = follow_table(learnt.package, read_table(new))[3]
    turns = batch.turns()
    assert turns[0] == 0
    for before, after in pairwise(turns):
        assert len({one.decision for one in batch.told[before:after]}) == 1
        assert batch.told[after].decision != batch.told[after - 1].decision
    assert batch.worst == ("action", batch.first("action"))


def test_a_row_before_the_first_sample_or_without_a_time_is_refused(tmp_path: Path) -> None:
    good = read_table(long_tables.written(tmp_path / "good.csv", 12))
    package = train_watcher(good, ASKED).package.model_copy(update={"begins": 2.0})
    with pytest.raises(MonitoringError, match=r"nothing is said 1 h after .* after 2 h"):
        explain_sample(package, good, 1)
    lines = (tmp_path / "good.csv").read_text("utf-8").splitlines()
    lines[3] = lines[3].replace("R1,2.0", "R1,")
    (tmp_path / "holed.csv").write_text("\n".join(lines), "utf-8")
    with pytest.raises(MonitoringError, match="the row has no time"):
        explain_sample(package, read_table(tmp_path / "holed.csv"), 2)
