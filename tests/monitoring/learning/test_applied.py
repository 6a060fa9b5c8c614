"""Rows from where a model will be used: they warn, and choose how spectra are prepared; no target there is read."""

from pathlib import Path

import numpy as np
from tests.monitoring.learning import tables

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.applied import applied_rows, outside
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.menu import menu
from homeostat.monitoring.learning.search import choose, learn
from homeostat.monitoring.learning.task import Task, state


def _spectra(path: Path) -> Task:
    return state(tables.table(path, tables.spectra(24)), "glucose", Wanted(), "reactor")


def _steep(task: Task) -> Array:
    """The task's spectra on a steep baseline that no sample had."""
    assert task.axis is not None
    return np.asarray(task.x + np.linspace(0.0, 40.0, len(task.axis)), np.float64)


def test_inputs_outside_the_range_learnt_from_are_told_the_worst_first(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.linear(40)), "y", Wanted(), "donor")
    columns = tables.linear(10, seed=1)
    columns["b"] = [50.0] * 10
    columns["d"] = [50.0, *[0.0] * 9]
    rows = applied_rows(task, tables.table(tmp_path, columns))
    told = outside(task, rows)
    assert "'b' is outside" in told[0]
    assert "in 10 of 10 rows" in told[0]
    assert any("'d' is outside" in each for each in told[1:])
    assert outside(task, task.x) == ()


def test_a_target_there_is_not_needed(tmp_path: Path) -> None:
    task = _spectra(tmp_path)
    columns = tables.spectra(6, seed=3)
    del columns["glucose"], columns["reactor"]
    assert applied_rows(task, tables.table(tmp_path, columns)).shape == (6, len(task.names))


def test_the_preparation_of_least_expected_error_there_is_chosen(tmp_path: Path) -> None:
    task = _spectra(tmp_path)
    there = _steep(task)
    offered = menu(task, 0, quick=True)
    chosen = choose(task, offered, 0, applied=there)
    expected = [trial.applied for trial in chosen.trials if trial.applied is not None]
    assert expected == sorted(expected)
    assert chosen.parts == chosen.trials[:1]
    told, truth = learn(task, chosen).predict(there), task.y
    plain = learn(task, choose(task, offered, 0)).predict(there)
    assert np.mean((told - truth) ** 2) <= 1.05 * np.mean((plain - truth) ** 2)


def test_rows_of_columns_choose_nothing(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.linear(40)), "y", Wanted(), "donor")
    offered = menu(task, 0, quick=True)
    with_rows, without = choose(task, offered, 0, applied=task.x + 9.0), choose(task, offered, 0)
    assert str(with_rows) == str(without)
