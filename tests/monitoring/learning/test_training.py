"""Training as a whole: honest figures, a package that keeps what it promises, the same for the same table and seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import read_table, score
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.judging import judge
from homeostat.monitoring.learning.locking import keep_apart
from homeostat.monitoring.learning.task import state
from homeostat.monitoring.learning.training import Settings, Trained, pose, preparations, train
from homeostat.monitoring.package import read, write


def _train(path: Path, columns: tables.Columns, settings: Settings) -> Trained:
    table = tables.table(path, columns)
    return train(table, pose(table, settings), settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A linear truth with a little noise, learnt with donors as groups."""
    settings = Settings("y", "donor", quick=True)
    return _train(tmp_path_factory.mktemp("trained"), tables.linear(80, 0.5), settings)


def test_the_error_that_is_told_is_the_error_on_new_rows(trained: Trained, tmp_path: Path) -> None:
    new = score(trained.package, tables.table(tmp_path, tables.linear(400, 0.5, seed=11)))
    told = trained.judged.values
    assert told["rmsep_low"] * 0.9 < new.metrics[0].values["rmsep"] < told["rmsep_high"] * 1.1
    assert told["rmsep"] < 0.3 * told["rmsep_of_mean"]


def test_the_coverage_that_is_stated_holds_on_new_rows_of_every_donor(
    trained: Trained, tmp_path: Path
) -> None:
    """Eighty rows tell the width to a twelfth, which is 3 points of coverage; 200 rows a donor the share to 2."""
    new = score(trained.package, tables.table(tmp_path, tables.linear(800, 0.5, seed=12)))
    for metrics in new.metrics:
        assert metrics.values["coverage"] == pytest.approx(0.9, abs=0.08)


def test_rows_far_from_the_table_are_undecided(trained: Trained, tmp_path: Path) -> None:
    columns = tables.linear(12, seed=5)
    columns["c"] = [50.0] * 12
    new = score(trained.package, tables.table(tmp_path, columns))
    assert {verdict.decision for verdict in new.verdicts} == {"undecided"}
    assert all("outside" in verdict.reason for verdict in new.verdicts)


def test_the_package_keeps_all_its_answers_on_disk(trained: Trained, tmp_path: Path) -> None:
    write(trained.package, tmp_path / "m.json")
    again = read(tmp_path / "m.json")
    columns = {name: trained.task.x[:, place] for place, name in enumerate(trained.task.names)}
    assert again.score(columns) == trained.package.score(columns)


def test_the_package_says_what_it_was_learnt_from_and_what_was_tried(trained: Trained) -> None:
    package = trained.package
    assert (package.training.rows, package.training.groups, package.training.group) == (80, 4, "donor")
    assert package.tried[0]["chosen"] == str(trained.choice)
    assert {each.subgroup for each in package.metrics} == {"", *(f"donor {n}" for n in range(1, 5))}
    assert sum("fold" in each for each in package.tried) == 4


def test_a_pure_noise_target_is_told_to_be_no_better_than_the_mean(tmp_path: Path) -> None:
    columns = tables.linear(60)
    columns["y"] = np.random.default_rng(3).normal(size=60).tolist()
    task = state(tables.table(tmp_path, columns), "y", Wanted(), "donor")
    values = judge(task, 0.9, 0, quick=True).values
    assert values["rmsep"] > 0.9 * values["rmsep_of_mean"]


@pytest.mark.drill
def test_an_effect_of_the_donor_is_not_mistaken_for_one_of_the_inputs(tmp_path: Path) -> None:
    """Inputs that only tell the donor apart predict nothing of a new donor: rows of one are held out together."""
    rng = np.random.default_rng(0)
    donors = np.repeat(np.arange(8), 10)
    level, mark = rng.normal(size=8), rng.normal(size=(8, 3))
    x = mark[donors] + 0.01 * rng.normal(size=(80, 3))
    columns = {"donor": [f"D{d}" for d in donors], "y": (level[donors] + 0.01 * rng.normal(size=80)).tolist()}
    columns |= {f"x{place}": column.tolist() for place, column in enumerate(x.T)}
    table = tables.table(tmp_path, columns)
    apart = judge(state(table, "y", Wanted(), "donor"), 0.9, 0, quick=True).values
    mixed = judge(state(table, "y", Wanted(without=("donor",))), 0.9, 0, quick=True).values
    assert mixed["rmsep"] < 0.2
    assert apart["rmsep"] > 0.5


def _skewed(rows: int, seed: int) -> tables.Columns:
    """One row of three passes 90, by a little; the others miss it by far; donors of three rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    hidden = x[:, 0] - 0.7 * x[:, 1] + 0.8 * rng.normal(size=rows)
    named = {name: column.tolist() for name, column in zip("abc", x.T, strict=True)}
    y = 93.0 - 9.0 * np.exp(-0.8 * hidden)
    return {"donor": [f"D{row // 3}" for row in range(rows)], **named, "y": y.tolist()}


@pytest.mark.drill
def test_the_probability_says_more_of_new_rows_than_their_share(tmp_path: Path) -> None:
    trained = _train(tmp_path, _skewed(90, 0), Settings("y", "donor", rule=">= 90", quick=True))
    new = score(trained.package, tables.table(tmp_path, _skewed(600, 1))).metrics[0].values
    told, columns = trained.judged.values, _skewed(600, 1)
    share = np.var([float(str(value)) >= 90.0 for value in columns["y"]])
    assert new["brier"] < 0.85 * share
    assert told["brier"] < told["brier_of_share"]
    assert told["brier"] == pytest.approx(new["brier"], abs=0.06)
    assert told["accuracy"] == pytest.approx(new["accuracy"], abs=0.1)


@pytest.mark.drill
def test_the_probability_of_a_row_held_out_knows_nothing_of_its_fold(tmp_path: Path) -> None:
    """The truths of one fold are changed: what was said of its rows stays, to the bit."""
    table = tables.table(tmp_path, _skewed(45, 2))
    task = state(table, "y", Wanted(), "donor", ">= 90")
    before = judge(task, 0.9, 0, quick=True)
    mine = before.fold == 0
    after = judge(replace(task, y=np.where(mine, 180.0 - task.y, task.y)), 0.9, 0, quick=True)
    assert np.array_equal(before.probability[mine], after.probability[mine])
    assert not np.array_equal(before.probability[~mine], after.probability[~mine])
    told = (before.probability >= 0.5) == (task.y >= 90.0)
    assert before.values["accuracy"] == pytest.approx(told.mean())


def test_progress_is_counted_to_its_end(tmp_path: Path) -> None:
    table, settings = tables.table(tmp_path, tables.spectra()), Settings("glucose", "reactor", quick=True)
    task, steps = pose(table, settings), []
    train(table, task, settings, step=lambda: steps.append(1))
    assert len(steps) == preparations(task, settings)


def test_a_locked_test_set_shares_no_group_and_is_not_learnt_from(tmp_path: Path) -> None:
    table, settings = tables.table(tmp_path, tables.spectra()), Settings("glucose", "reactor")
    locked = keep_apart(table, settings, None, 0.3)
    assert locked.kept is not None
    assert not set(locked.kept.labels("reactor")) & set(locked.learnt_from.labels("reactor"))
    assert locked.kept.rows + locked.learnt_from.rows == table.rows
    digest = locked.digest(pose(locked.learnt_from, settings))
    assert digest is not None
    assert (digest.groups, digest.group) == (2, "reactor")
    assert len(set(digest.keys)) == locked.kept.rows


def test_the_table_itself_is_no_test_set(tmp_path: Path) -> None:
    table, settings = tables.table(tmp_path, tables.linear()), Settings("y")
    with pytest.raises(MonitoringError, match="the table that is learnt from"):
        keep_apart(table, settings, table, None)


def test_rows_that_are_learnt_from_are_refused_in_a_test_set(tmp_path: Path) -> None:
    table, settings = tables.table(tmp_path, tables.linear()), Settings("y")
    task, some = pose(table, settings), table.select([7, 3])
    with pytest.raises(MonitoringError, match="2 of 2 rows of the test set") as caught:
        keep_apart(table, settings, some, None).check(task)
    assert caught.value.where == "table.csv, line 9"
    keep_apart(table, settings, tables.table(tmp_path, tables.linear(seed=1)), None).check(task)


@pytest.mark.drill
def test_repeated_rows_do_not_flatter_the_search(tmp_path: Path) -> None:
    """A target of pure noise is not learnt by heart from its copy."""
    columns = tables.linear(24)
    columns["y"] = np.random.default_rng(3).normal(size=24).tolist()
    twice = {name: [*values, *values] for name, values in columns.items()}
    values = judge(state(tables.table(tmp_path, twice), "y", Wanted()), 0.9, 0, quick=True).values
    assert values["rmsep"] > 0.85 * values["rmsep_of_mean"]


def test_real_spectra_of_a_fermentation_are_learnt(shared: Path) -> None:
    """DTU's pectin extraction, 37 infrared spectra: the yield is told far better than by the mean."""
    folder = shared / "data" / "nir_tablet_pectin_coffee" / "dtu-pectin"
    task = state(read_table(folder / "ftir1.csv"), "yield_g", Wanted())
    assert task.axis is not None
    values = judge(task, 0.9, 0, quick=True).values
    assert values["rmsep"] < 0.8 * values["rmsep_of_mean"]
