"""The nested search costs less where it is repeated for every row, and is what it was everywhere else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning import judging
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.families.constant import Constant
from homeostat.monitoring.learning.families.linear import PLS
from homeostat.monitoring.learning.menu import Menu
from homeostat.monitoring.learning.preparation import columns
from homeostat.monitoring.learning.search import choose
from homeostat.monitoring.learning.task import Task, state


def _asked(task: Task, patched: pytest.MonkeyPatch) -> list[tuple[int, int | None]]:
    """The seed and repeats of each search, of a menu that costs nothing."""
    asked, offered = [], Menu((columns(),), (Constant(), PLS(2)))

    def listening(known: Task, offered: Menu, seed: int, *more: Any, repeats: int | None) -> Any:
        asked.append((seed, repeats))
        return choose(known, offered, seed, *more, repeats=repeats)

    patched.setattr(judging, "menu", lambda *_, **__: offered)
    patched.setattr(judging, "choose", listening)
    judging.judge(task, 0.9, 7)
    return asked


@pytest.mark.parametrize("rows", [26, 40])
def test_tables_of_more_rows_are_searched_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    task = state(tables.table(tmp_path, tables.linear(rows)), "y", Wanted(("^[a-e]$",)))
    assert _asked(task, monkeypatch) == [(7, None)] * 10


def test_so_are_groups_and_spectra_of_few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grouped = state(tables.table(tmp_path, tables.linear(16)), "y", Wanted(), "donor")
    assert _asked(grouped, monkeypatch) == [(7, None)] * 4
    spectra = state(tables.table(tmp_path, tables.spectra(12)), "glucose", Wanted())
    assert _asked(spectra, monkeypatch) == [(7, None)] * 12


def test_few_rows_are_divided_twice_and_otherwise_in_every_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = state(tables.table(tmp_path, tables.linear(12)), "y", Wanted(("^[a-e]$",)))
    seeds, repeats = zip(*_asked(task, monkeypatch), strict=True)
    assert set(repeats) == {2}
    assert np.diff(seeds).tolist() == [2] * 11
