"""Columns that tell which rows were made together are pointed out where nobody named a group."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.rounds import rounds
from homeostat.monitoring.learning.task import state

BLOCKS = [row // 8 + 1 for row in range(40)]
MIXED = [row * 7 % 5 + 1 for row in range(40)]


def _told(path: Path, heading: str, cells: list[object]) -> list[str]:
    columns: dict[str, list[object]] = {heading: cells, **tables.linear(), "donor": [""] * 40}
    return rounds(tables.table(path, columns), np.arange(40), "y")


@pytest.mark.parametrize(
    "heading", ["Round", "plate", "culture day", "Run no.", "BATCH_ID", "lot #", "Operator"]
)
def test_a_column_of_few_values_that_is_named_like_a_round_is_told(tmp_path: Path, heading: str) -> None:
    (told,) = _told(tmp_path, heading, [*MIXED])
    assert f"'{heading}' (5 values)" in told
    assert f"`--group '{heading}'`" in told


@pytest.mark.parametrize("heading", ["day4 cells", "runtime", "glucose", "trend", "Daylight"])
def test_other_headings_are_not(tmp_path: Path, heading: str) -> None:
    assert _told(tmp_path, heading, [*MIXED]) == []


def test_whatever_counts_blocks_of_rows_is_told_whatever_its_name(tmp_path: Path) -> None:
    assert "'x' (5 values)" in _told(tmp_path, "x", [*BLOCKS])[0]
    assert "'x' (5 values)" in _told(tmp_path, "x", [*BLOCKS[::-1]])[0]
    assert _told(tmp_path, "x", [10 * block for block in BLOCKS]) == []  # a setting that was raised in steps
    assert _told(tmp_path, "x", [*range(40)]) == []  # the number of the row
    assert _told(tmp_path, "x", [row // 20 for row in range(40)]) == []


@pytest.mark.parametrize(
    "cells", [[*np.linspace(0.1, 9.0, 40)], [*range(40)], [1] * 40, [*MIXED[:-1], None], [*MIXED[:-1], 2.5]]
)
def test_a_column_that_does_not_divide_the_rows_into_few_is_not(tmp_path: Path, cells: list[object]) -> None:
    assert _told(tmp_path, "Round", cells) == []


def test_text_counts_as_well_and_two_values_are_told_to_be_too_few(tmp_path: Path) -> None:
    (told,) = _told(tmp_path, "Site", ["Bonn" if row % 3 else "Kiel" for row in range(40)])
    assert told.endswith("`--group 'Site'` holds them out together, once there are 3 values")


def test_a_named_group_settles_it(tmp_path: Path) -> None:
    table = tables.table(tmp_path, tables.linear())
    assert any("--group 'donor'" in one for one in state(table, "y", Wanted()).decisions)
    assert not any("--group" in one for one in state(table, "y", Wanted(), "donor").decisions)
