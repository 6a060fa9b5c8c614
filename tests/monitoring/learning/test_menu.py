"""What is tried depends on the table's size and kind, never on the clock."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.families.process import GaussianProcess
from homeostat.monitoring.learning.families.trees import Forest
from homeostat.monitoring.learning.menu import MOST_LENGTHS, menu
from homeostat.monitoring.learning.preparation import columns, spectra
from homeostat.monitoring.learning.task import Task, state


def _sized(path: Path, rows: int, width: int) -> Task:
    task = state(tables.table(path, tables.linear()), "y", Wanted())
    rng = np.random.default_rng(0)
    names = tuple(f"x{place}" for place in range(width))
    return Task(
        names, rng.normal(size=(rows, width)), rng.normal(size=rows), "y", task.question, None, None, None, ()
    )


@pytest.mark.parametrize(
    ("rows", "width", "present", "absent"),
    [
        (40, 90, {"PLS", "Gaussian process", "random forest"}, {"logistic ridge"}),
        (3000, 60, {"extra trees", "gradient boosting"}, {"Gaussian process"}),
        (
            100,
            20_000,
            {"PLS", "ridge", "extra trees"},
            {"Gaussian process", "gradient boosting", "elastic net"},
        ),
    ],
)
def test_large_tables_are_spared_what_grows_fast(
    tmp_path: Path, rows: int, width: int, present: set[str], absent: set[str]
) -> None:
    names = {family.name for family in menu(_sized(tmp_path, rows, width), 0).families}
    assert present <= names
    assert not absent & names


@pytest.mark.parametrize(("width", "each"), [(1, False), (MOST_LENGTHS, True), (MOST_LENGTHS + 1, False)])
def test_few_inputs_may_have_lengths_of_their_own(tmp_path: Path, width: int, each: bool) -> None:
    families = menu(_sized(tmp_path, 60, width), 0).families
    assert [one.each for one in families if isinstance(one, GaussianProcess)] == [each]


def test_classes_are_tried_with_logistic_regression(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.classes()), "state", Wanted(), "donor")
    assert "logistic ridge" in {family.name for family in menu(task, 0).families}


def test_a_search_repeated_for_every_row_grows_smaller_forests_and_nothing_else(tmp_path: Path) -> None:
    task = _sized(tmp_path, 24, 9)
    usual, smaller = menu(task, 0).families, menu(task, 0, single=True).families
    assert [each.name for each in usual] == [each.name for each in smaller]
    assert {each.trees for each in usual if isinstance(each, Forest)} == {100}
    assert {each.trees for each in smaller if isinstance(each, Forest)} == {25}


def test_spectra_are_tried_with_linear_families_and_many_preparations(tmp_path: Path) -> None:
    task = state(tables.table(tmp_path, tables.spectra()), "glucose", Wanted(), "reactor")
    offered = menu(task, 0)
    assert {family.name for family in offered.families} == {"mean", "PLS", "ridge"}
    assert {"as measured", "SNV", "MSC", "EMSC"} <= {each.name for each in offered.preparations}
    assert offered.regions


def test_windows_fit_the_spectrum_and_scatter_corrections_claim_most() -> None:
    assert len(spectra(100)) < len(spectra(2000))
    claims = {each.name: each.claims for each in spectra(2000)}
    assert claims["as measured"] == 0 < claims["1st derivative over 15"] < claims["SNV"]
    assert claims["SNV"] < claims["2nd derivative over 15, SNV"]


def test_every_preparation_gives_steps_that_repeat_what_it_gave() -> None:
    x = np.random.default_rng(0).normal(size=(12, 200)) + np.sin(np.linspace(0.0, 9.0, 200)) * 3.0
    for preparation in (columns(), *spectra(200)):
        steps, prepared = preparation.fit(x)
        again = x
        for step in steps:
            again = step.apply(again)
        np.testing.assert_array_equal(again, prepared)
        np.testing.assert_allclose(prepared.mean(axis=0), 0.0, atol=1e-9)
