"""What scoring leaves on record: one line where there was a truth, a use of the locked test where it was that table."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning import Table, read_table, score
from homeostat.monitoring.learning.alike import alike
from homeostat.monitoring.learning.chance import chance
from homeostat.monitoring.learning.locking import Locked, keep_apart
from homeostat.monitoring.learning.recording import record
from homeostat.monitoring.learning.training import Settings, pose, train
from homeostat.monitoring.learning.validation import validate
from homeostat.monitoring.package import LOCKED_TEST, Package, uses
from homeostat.monitoring.package.uses import COMPARED, LEARNT, record_of

WHEN = "2026-01-01T00:00:00+00:00"
LOCKED = tables.linear(24, seed=4) | {"donor": ["new 1", "new 2"] * 12}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A model with a locked test set that has not been used."""
    folder = tmp_path_factory.mktemp("recorded")
    settings = Settings("y", "donor", rule=">= 0", quick=True)
    test = read_table(tables.written(folder / "locked.csv", LOCKED))
    locked = keep_apart(tables.table(folder, tables.linear(60)), settings, test, None)
    task = pose(locked.learnt_from, settings)
    return train(locked.learnt_from, task, settings, locked.digest(task)).package


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


@pytest.mark.parametrize("form", ["as it was", "columns reversed", "a row without a truth"])
def test_the_table_that_was_learnt_from_is_told_and_is_evidence_of_nothing(
    package: Package, tmp_path: Path, form: str
) -> None:
    columns = tables.linear(60)
    if form == "columns reversed":
        columns = dict(reversed(columns.items()))
    elif form == "a row without a truth":
        columns = {name: [*cells, None if name == "y" else cells[0]] for name, cells in columns.items()}
    model = tmp_path / "m.json"
    kept = record(score(package, tables.table(tmp_path, columns)), model, WHEN)
    assert kept is not None
    assert (
        kept.told == "Recorded as use 1 in m.uses.jsonl: the table it was learnt from, which proves nothing."
    )
    assert [use.what for use in uses(model)] == [LEARNT]
    found = {each.id: each for each in validate(package, model).findings}
    assert "0 against references" in found["MON-14"].evidence


def test_a_table_of_classes_that_was_learnt_from_is_known_as_well(tmp_path: Path) -> None:
    table = tables.table(tmp_path, tables.classes())
    settings = Settings("state", "donor", quick=True)
    learnt = train(table, pose(table, settings), settings).package
    kept = record(score(learnt, table), tmp_path / "m.json", WHEN)
    assert kept is not None
    assert "proves nothing" in kept.told


def test_the_locked_table_counts_as_a_use_of_the_locked_test(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    scored = score(package, tables.table(tmp_path, LOCKED))
    told = [record(scored, model, WHEN) for _ in range(2)]
    assert [use.what for use in uses(model)] == [LOCKED_TEST] * 2
    assert told[1] is not None
    assert "used 2 times" in told[1].told


@pytest.mark.parametrize(
    "form", ["columns reversed", "numbers respelt", "five rows and others", "rows reversed"]
)
def test_the_locked_rows_are_known_however_they_are_written(
    package: Package, tmp_path: Path, form: str
) -> None:
    columns = {name: list(values) for name, values in LOCKED.items()}
    rows = 24
    if form == "columns reversed":
        columns = dict(reversed(columns.items()))
    elif form == "rows reversed":
        columns = {name: values[::-1] for name, values in columns.items()}
    elif form == "numbers respelt":
        columns = {
            name: [f"+{each!r}e0" if isinstance(each, float) and each > 0 else each for each in values]
            for name, values in columns.items()
        }
    else:
        more, rows = tables.linear(20, seed=9), 5
        columns = {name: values[:5] + list(more[name]) for name, values in columns.items()}
    scored = score(package, tables.table(tmp_path, columns))
    assert package.locked_test is not None
    assert scored.table.sha256 != package.locked_test.sha256
    kept = record(scored, tmp_path / "m.json", WHEN)
    (use,) = uses(tmp_path / "m.json")
    assert (use.what, use.table) == (LOCKED_TEST, package.locked_test.sha256)
    assert use.note == f"table.csv, with {rows} of its rows"
    assert kept is not None
    assert f"the locked test set, with {rows} of its rows, used 1 times" in kept.told


def test_a_package_that_was_frozen_before_knows_its_locked_table_by_its_hash_alone(
    package: Package, tmp_path: Path
) -> None:
    assert package.locked_test is not None
    older = package.model_copy(update={"locked_test": package.locked_test.model_copy(update={"keys": ()})})
    assert "keys" not in older.to_json()["locked_test"]
    assert "keys" in package.to_json()["locked_test"]
    record(score(older, tables.table(tmp_path, LOCKED)), tmp_path / "m.json", WHEN)
    assert [use.what for use in uses(tmp_path / "m.json")] == [LOCKED_TEST]


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


def test_a_torn_line_of_the_record_is_told_and_blocks_neither_use_nor_report(
    package: Package, tmp_path: Path
) -> None:
    model = tmp_path / "m.json"
    scored = score(package, tables.table(tmp_path, tables.linear(20, seed=9)))
    record(scored, model, WHEN)
    with record_of(model).open("ab") as file:
        file.write(b'{"before":"')
    evidence = {each.id: each.evidence for each in validate(package, model).findings}
    assert any("1 of its lines torn" in told for told in evidence.values())
    kept = record(scored, model, WHEN)
    assert kept is not None
    assert kept.number == 2
    assert kept.told.endswith("torn while it was written: it stays, and tells no use.")


def merged(first: tables.Columns, second: tables.Columns) -> tables.Columns:
    return {name: [*first[name], *second[name]] for name in first}


def test_rows_learnt_from_among_new_ones_are_told_and_left_out_of_what_is_on_record(
    package: Package, tmp_path: Path
) -> None:
    model, new = tmp_path / "m.json", tables.linear(20, seed=9)
    learnt = {name: list(reversed(cells[:30])) for name, cells in tables.linear(60).items()}
    alone = score(package, tables.table(tmp_path, new))
    kept = record(score(package, tables.table(tmp_path, merged(learnt, new))), model, WHEN)
    assert kept is not None
    assert "WARNING: 30 rows are like rows learnt from" in kept.told
    (use,) = uses(model)
    assert (use.what, use.results) == (COMPARED, alone.metrics)
    assert use.note.endswith("without 30 rows learnt from")
    found = {each.id: each for each in validate(package, model).findings}
    assert "1 against references" in found["MON-14"].evidence
    assert "rows learnt from are left out" in found["MON-14"].evidence


def test_some_of_the_rows_learnt_from_are_evidence_of_nothing(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    some = {name: list(reversed(cells[10:50])) for name, cells in tables.linear(60).items()}
    kept = record(score(package, tables.table(tmp_path, some)), model, WHEN)
    assert kept is not None
    assert kept.told.endswith(": rows like those it was learnt from and no others, which proves nothing.")
    assert [use.what for use in uses(model)] == [LEARNT]


def test_of_the_locked_test_rows_learnt_from_are_left_out(package: Package, tmp_path: Path) -> None:
    model = tmp_path / "m.json"
    both = merged({name: cells[:30] for name, cells in tables.linear(60).items()}, LOCKED)
    record(score(package, tables.table(tmp_path, both)), model, WHEN)
    (use,) = uses(model)
    assert (use.what, use.results[0].rows) == (LOCKED_TEST, 24)


def test_a_package_frozen_before_the_digests_of_its_rows_says_that_it_does_not_know_them(
    package: Package, tmp_path: Path
) -> None:
    training = package.training.model_copy(update={"keys": ()})
    older = package.model_copy(update={"training": training})
    assert "keys" not in older.model_dump()["training"]
    model = tmp_path / "m.json"
    some = {name: cells[10:50] for name, cells in tables.linear(60).items()}
    kept = record(score(older, tables.table(tmp_path, some)), model, WHEN)
    assert kept is not None
    assert "not known one by one: the model was frozen before their digests" in kept.told
    found = {each.id: each for each in validate(older, model).findings}
    assert "gap: rows learnt from may be among them" in found["MON-14"].evidence


def few_valued(rows: int, seed: int) -> tables.Columns:
    """Inputs of two and three values, and a result that goes with the first of them more often than not."""
    rng = np.random.default_rng(seed)
    medium, operator = rng.integers(0, 2, rows), rng.integers(0, 3, rows)
    passed = rng.random(rows) < np.where(medium == 1, 0.85, 0.2)
    return {
        "medium": medium.tolist(),
        "operator": operator.tolist(),
        "result": ["pass" if one else "fail" for one in passed],
        "plate": [f"{seed}.{row % 4}" for row in range(rows)],
    }


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A model of a table whose rows repeat each other, with locked rows that do as well."""
    folder = tmp_path_factory.mktemp("few")
    table, settings = tables.table(folder, few_valued(80, 1)), Settings("result", "plate", quick=True)
    task = pose(table, settings)
    learnt = train(table, task, settings).package
    test = read_table(tables.written(folder / "locked.csv", few_valued(30, 2)))
    return learnt.model_copy(update={"locked_test": Locked(table, test, 30).digest(task)})


def test_where_rows_learnt_from_repeat_each_other_a_match_by_chance_leaves_no_row_out(
    few: Package, tmp_path: Path
) -> None:
    """Left out by what came true, the rest would tell nothing true of the model in use."""
    model, new = tmp_path / "m.json", few_valued(60, 3)
    scored = score(few, tables.table(tmp_path, new))
    kept = record(scored, model, WHEN)
    assert kept is not None
    (use,) = uses(model)
    assert (use.what, use.results) == (COMPARED, scored.metrics)
    assert "without" not in use.note
    assert few.training.chance is not None
    expected = f"for of these {100.0 * few.training.chance:.0f} % or more are expected to match one by chance"
    assert f"cannot be told from new ones, {expected}" in kept.told
    found = {each.id: each for each in validate(few, model).findings}
    assert (
        "gap: rows learnt from may be among them, for new rows match them by chance"
        in found["MON-14"].evidence
    )
    assert "the table it was learnt from" not in kept.told


def test_the_very_table_is_known_even_where_its_rows_repeat_each_other(few: Package, tmp_path: Path) -> None:
    kept = record(score(few, tables.table(tmp_path, few_valued(80, 1))), tmp_path / "m.json", WHEN)
    assert kept is not None
    assert kept.told.endswith(": the table it was learnt from, which proves nothing.")


def test_the_very_rows_are_known_in_any_order(few: Package, tmp_path: Path) -> None:
    shuffled = {name: list(reversed(cells)) for name, cells in few_valued(80, 1).items()}
    kept = record(score(few, tables.table(tmp_path, shuffled)), tmp_path / "m.json", WHEN)
    assert kept is not None
    assert kept.told.endswith(": the table it was learnt from, which proves nothing.")


def test_where_locked_rows_repeat_each_other_one_like_them_is_no_use_of_the_locked_test(
    few: Package, tmp_path: Path
) -> None:
    assert few.locked_test is not None
    some = {name: cells[:2] for name, cells in few_valued(30, 2).items()}
    record(score(few, tables.table(tmp_path, some)), tmp_path / "some.json", WHEN)
    assert [use.what for use in uses(tmp_path / "some.json")] == [COMPARED]
    other = {name: list(reversed(cells)) for name, cells in few_valued(30, 2).items()}
    record(score(few, tables.table(tmp_path, other)), tmp_path / "all.json", WHEN)
    assert [use.what for use in uses(tmp_path / "all.json")] == [LOCKED_TEST]


@pytest.mark.parametrize("times", [1, 3])
def test_rows_learnt_from_stay_known_where_some_were_pasted_again(tmp_path: Path, times: int) -> None:
    """The values tell whether a match may be chance: of measured ones it is none, however often rows were pasted."""
    pasted = {name: [*cells, *cells[:8] * times] for name, cells in tables.linear(60).items()}
    table, settings = tables.table(tmp_path, pasted), Settings("y", "donor", quick=True)
    package = train(table, pose(table, settings), settings).package
    some = {name: list(reversed(cells[10:50])) for name, cells in tables.linear(60).items()}
    model, new = tmp_path / "m.json", tables.linear(20, seed=9)
    alone = score(package, tables.table(tmp_path, new))
    kept = record(score(package, tables.table(tmp_path, merged(some, new))), model, WHEN)
    assert kept is not None
    assert "WARNING: 40 rows are like rows learnt from" in kept.told
    assert kept.told.endswith("they prove nothing, and are left out of the figures.")
    record(score(package, tables.table(tmp_path, some)), model, WHEN)
    assert [(use.what, use.results == alone.metrics) for use in uses(model)] == [
        (COMPARED, True),
        (LEARNT, False),
    ]
    found = {each.id: each for each in validate(package, model).findings}
    assert "rows learnt from are left out" in found["MON-14"].evidence


def test_rows_of_few_values_pasted_again_are_as_they_were_without(few: Package, tmp_path: Path) -> None:
    pasted = {name: [*cells, *cells] for name, cells in few_valued(80, 1).items()}
    task = pose(tables.table(tmp_path, pasted), Settings("result", "plate", quick=True))
    assert chance(task.x, task.y) == few.training.chance


def test_more_matches_than_chance_explains_are_of_rows_learnt_from(few: Package, tmp_path: Path) -> None:
    task = pose(tables.table(tmp_path, few_valued(80, 1)), Settings("result", "plate", quick=True))
    training = few.training.model_copy(update={"chance": 0.3})
    again, some = alike(task.x, task.y, training), np.arange(80)[:, None] < 30
    assert again.left_out == frozenset(range(80))
    assert "many more than the 30 % or so of new ones that match one by chance" in again.told
    new = alike(np.where(some, task.x, 99.0), task.y, training)
    assert (len(new.rows), new.left_out) == (30, frozenset())


def known_again(package: Package, table: Table, columns: tables.Columns, path: Path, form: str) -> bool:
    """Whether the `columns`, locked beside `table` and brought again in a `form`, are a use of the locked test."""
    target = "y" if "y" in columns else "result"
    settings = Settings(target, "plate" if target == "result" else None, quick=True)
    gaps = {**columns, target: [None if row % 4 == 0 else cell for row, cell in enumerate(columns[target])]}
    test = read_table(tables.written(path / "locked.csv", gaps))
    locked = Locked(table, test, 1).digest(pose(table, settings))
    forms: dict[str, tables.Columns] = {
        "reordered": {name: list(reversed(cells)) for name, cells in gaps.items()},
        "columns reversed": dict(reversed(gaps.items())),
        "in part": {name: cells[:6] for name, cells in gaps.items()},
        "pasted twice": {name: [*cells, *cells] for name, cells in gaps.items()},
    }
    again = read_table(tables.written(path / "again.csv", forms[form]))
    record(score(package.model_copy(update={"locked_test": locked}), again), path / "m.json", WHEN)
    return [use.what for use in uses(path / "m.json")] == [LOCKED_TEST]


@pytest.mark.parametrize("form", ["reordered", "columns reversed", "in part", "pasted twice"])
def test_a_locked_test_with_rows_without_a_truth_is_known_again(
    package: Package, tmp_path: Path, form: str
) -> None:
    table = tables.table(tmp_path, tables.linear(60) | {"donor": list(range(60))})
    assert known_again(package, table, LOCKED, tmp_path, form)


@pytest.mark.parametrize(
    ("form", "known"), [("reordered", True), ("columns reversed", True), ("in part", False)]
)
def test_a_locked_test_of_few_values_with_rows_without_a_truth_is_known_again_as_a_whole(
    few: Package, tmp_path: Path, form: str, known: bool
) -> None:
    table = tables.table(tmp_path, few_valued(80, 1))
    assert known_again(few, table, few_valued(30, 2), tmp_path, form) == known


def test_a_package_frozen_before_the_chance_of_a_match_was_kept_says_so(
    package: Package, tmp_path: Path
) -> None:
    older = package.model_copy(update={"training": package.training.model_copy(update={"chance": None})})
    assert "chance" not in older.model_dump()["training"]
    some = merged({name: cells[:30] for name, cells in tables.linear(60).items()}, tables.linear(20, seed=9))
    kept = record(score(older, tables.table(tmp_path, some)), tmp_path / "m.json", WHEN)
    assert kept is not None
    assert "left out of the figures. How many new rows match one by chance is not known" in kept.told
