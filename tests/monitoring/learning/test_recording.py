"""What scoring leaves on record: one line where there was a truth, a use of the locked test where it was that table."""

from pathlib import Path

import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning import read_table, score
from homeostat.monitoring.learning.locking import keep_apart
from homeostat.monitoring.learning.recording import record
from homeostat.monitoring.learning.training import Settings, pose, train
from homeostat.monitoring.learning.validation import validate
from homeostat.monitoring.package import LOCKED_TEST, Package, uses
from homeostat.monitoring.package.uses import COMPARED, record_of

WHEN = "2026-01-01T00:00:00+00:00"
LOCKED = tables.linear(24, seed=4) | {"donor": ["new 1", "new 2"] * 12}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A model with a locked test set that has not been used."""
    folder = tmp_path_factory.mktemp("recorded")
    settings = Settings("y", "donor", rule=">= 0", quick=True)
    test = read_table(tables.written(folder / "locked.csv", LOCKED))
    locked = keep_apart(tables.table(folder, tables.linear(60)), settings, test, None)
    return train(locked.learnt_from, pose(locked.learnt_from, settings), settings, locked.digest).package


def test_a_comparison_is_recorded_and_is_evidence_of_performance(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    scored = score(package, tables.table(tmp_path, tables.linear(20, seed=9)))
    kept = record(scored, model, WHEN)
    assert kept is not None
    assert kept.told == "Recorded as use 1 in m.uses.jsonl."
    (use,) = uses(model)
    assert (use.what, use.when, use.results) == (COMPARED, WHEN, scored.metrics)
    found = {each.id: each for each in validate(package, model).findings}
    assert "1 against references" in found["MON-14"].evidence


def test_the_locked_table_counts_as_a_use_of_the_locked_test(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    scored = score(package, tables.table(tmp_path, LOCKED))
    told = [record(scored, model, WHEN) for _ in range(2)]
    assert [use.what for use in uses(model)] == [LOCKED_TEST] * 2
    assert told[1] is not None
    assert "used 2 times" in told[1].told


def test_without_a_truth_nothing_is_recorded(package: Package, tmp_path: Path) -> None:
    columns = tables.linear(20, seed=9)
    del columns["y"]
    assert record(score(package, tables.table(tmp_path, columns)), tmp_path / "m.json", WHEN) is None
    assert not record_of(tmp_path / "m.json").exists()


def test_what_cannot_be_written_is_told_and_does_not_fail(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    record_of(model).mkdir()
    kept = record(score(package, tables.table(tmp_path, tables.linear(20, seed=9))), model, WHEN)
    assert kept is not None
    assert kept.number is None
    assert "Not recorded" in kept.told


def test_the_ruling_is_frozen_with_the_model_and_in_its_self_test(package: Package) -> None:
    assert package.ruling is not None
    assert package.ruling.coverage == 0.9
    assert package.self_test is not None
    assert len(package.self_test.decisions) == len(package.self_test.rows)
    assert len(package.self_test.probabilities) == len(package.self_test.rows)
    assert None not in package.self_test.probabilities
