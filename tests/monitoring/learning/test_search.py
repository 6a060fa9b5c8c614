"""The search: it finds what is there, prefers the simple, and freezes what it found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.monitoring.learning import tables

from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.menu import menu
from homeostat.monitoring.learning.preparation import regions, spectra
from homeostat.monitoring.learning.search import choose, learn, simplest
from homeostat.monitoring.learning.task import state


def test_a_linear_truth_is_found_and_learnt(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.linear(60)), "y", Wanted(), "donor")
    choice = choose(task, menu(task, 0, quick=True), 0)
    assert choice.error < 0.3
    assert choice.trials[-1].family.name == "mean"
    new = np.random.default_rng(9).normal(size=(20, 5))
    told = learn(task, choice).predict(new)
    np.testing.assert_allclose(told, 3.0 * new[:, 0] - 2.0 * new[:, 1], atol=0.4)


def test_noise_is_answered_with_the_mean(tmp_path: Path) -> None:
    columns = tables.linear(40)
    columns["y"] = np.random.default_rng(5).normal(size=40).tolist()
    task = state(tables.table(tmp_path, columns), "y", Wanted(), "donor")
    choice = choose(task, menu(task, 0, quick=True), 0)
    assert choice.error <= 1.05 * float(task.y.std())


def test_scatter_and_baseline_are_taken_away_from_spectra(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.spectra()), "glucose", Wanted(), "reactor")
    choice = choose(task, menu(task, 0), 0)
    assert choice.error < 0.2
    assert all(part.preparation.name != "as measured" for part in choice.parts[:1])
    learnt = learn(task, choice)
    np.testing.assert_allclose(learnt.predict(task.x), task.y, atol=0.5)


def test_the_same_table_and_seed_give_the_same_model(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.linear()), "y", Wanted(), "donor")
    once, again = (learn(task, choose(task, menu(task, 3, quick=True), 3)) for _ in range(2))
    assert once.form.model_dump_json() == again.form.model_dump_json()


def test_gaps_are_filled_and_do_not_stop_the_search(tmp_path: Path) -> None:
    columns = tables.linear(60)
    for row in range(0, 60, 7):
        columns["a"][row] = None
    task = state(tables.table(tmp_path, columns), "y", Wanted(), "donor")
    choice = choose(task, menu(task, 0, quick=True), 0)
    assert np.isfinite(learn(task, choice).predict(task.x)).all()


def test_the_simplest_size_within_a_standard_error_is_taken() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(3, 50))
    close = np.stack([1.0 + 0.5 * noise[0], 0.99 + 0.5 * noise[1], 0.98 + 0.5 * noise[2]])
    apart = np.stack([3.0 + 0.1 * noise[0], 1.0 + 0.1 * noise[1], 0.99 + 0.1 * noise[2]])
    assert simplest(close) == 0
    assert simplest(apart) == 1


def test_of_each_kind_that_is_near_the_best_one_model_is_averaged(tmp_path: Path) -> None:
    columns = tables.linear(60)
    columns["y"] = [
        2.0 * float(str(a)) ** 2 + float(str(b)) for a, b in zip(columns["a"], columns["b"], strict=True)
    ]
    task = state(tables.table(tmp_path, columns), "y", Wanted(), "donor")
    choice = choose(task, menu(task, 0, quick=True), 0)
    assert len({part.kind for part in choice.parts}) == len(choice.parts)
    np.testing.assert_allclose(choice.held_out, np.mean([part.held_out for part in choice.parts], axis=0))
    learnt = learn(task, choice)
    alone = [learn(task, replace(choice, parts=(part,))).predict(task.x) for part in choice.parts]
    np.testing.assert_allclose(learnt.predict(task.x), np.mean(alone, axis=0), rtol=1e-9)


def test_a_rule_changes_no_value(tmp_path: Path) -> None:
    table = tables.table(tmp_path, tables.linear(40))
    found = [
        choose(task, menu(task, 0, quick=True), 0).held_out
        for task in (state(table, "y", Wanted(), "donor", rule) for rule in (None, ">= 1"))
    ]
    np.testing.assert_array_equal(found[0], found[1])


def test_values_of_spectra_stay_within_the_reportable_range(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.spectra()), "glucose", Wanted(), "reactor")
    learnt = learn(task, choose(task, menu(task, 0, quick=True), 0))
    span = float(np.ptp(task.y))
    told = learnt.predict(np.vstack([task.x * -40.0, task.x * 40.0, task.x]))
    assert told.min() >= task.y.min() - 0.1 * span - 1e-9
    assert told.max() <= task.y.max() + 0.1 * span + 1e-9
    assert np.std(told) > 0.0


def test_regions_are_runs_of_the_spectrum() -> None:
    axis = np.linspace(400.0, 1000.0, 61)
    found = regions(spectra(61)[1], axis)
    x = np.random.default_rng(0).normal(size=(4, 61))
    for preparation in found:
        _, rows = preparation.fit(x)
        assert preparation.points is not None
        start, stop = preparation.points
        assert rows.shape == (4, stop - start)
