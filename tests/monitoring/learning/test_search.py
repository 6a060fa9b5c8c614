"""The search: it finds what is there, prefers the simple, and freezes what it found."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning.calibration import LEAST, MOST, Line, through
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


def test_a_line_of_least_absolute_deviations_ignores_a_few_wild_rows() -> None:
    x = np.linspace(0.0, 10.0, 30)
    y = 1.0 + 1.2 * x
    y[[3, 17]] += 100.0
    line = through(x, y)
    assert line.slope == pytest.approx(1.2, abs=1e-6)
    assert line.offset == pytest.approx(1.0, abs=1e-6)


def test_the_slope_of_a_line_stays_within_bounds() -> None:
    x = np.linspace(0.0, 1.0, 20)
    assert through(x, -x).slope == pytest.approx(LEAST)
    assert through(x, 9.0 * x).slope == pytest.approx(MOST)
    assert Line(0.0, 1.0).plain


def test_regions_are_runs_of_the_spectrum() -> None:
    axis = np.linspace(400.0, 1000.0, 61)
    found = regions(spectra(61)[1], axis)
    x = np.random.default_rng(0).normal(size=(4, 61))
    for preparation in found:
        _, rows = preparation.fit(x)
        assert preparation.points is not None
        start, stop = preparation.points
        assert rows.shape == (4, stop - start)
