"""`homeostat control compare`: tables and JSON of whole batches side by side, and what it does not accept."""

import json
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from homeostat.cli.control.compare import MOST, names_of, seeds_of

from .conftest import Call

STEERED = Path(__file__).parent.parent / "execution" / "steered.yaml"
COMPARE = ("control", "compare", STEERED)
PARAMETERS = """parameters:
  lactate-level: {title: Lactate, tag: lactate, normal: [6 mmol/L, 9 mmol/L], proven: [4 mmol/L, 10 mmol/L]}
"""


def test_processes_are_compared_over_the_same_donors(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "steered.yaml"
    text = STEERED.read_text("utf-8").replace("\nassays:", f"\n{PARAMETERS}assays:")
    path.write_text(text, "utf-8")
    compared = ("control", "compare", path)
    done = homeostat(*compared, "--seeds", "1-2", "--without", "all", "--of", "cells", "--scan", "20 min")
    assert done.returncode == 0, done.stderr
    for words in (
        "2 donors each",
        "Quality attributes",
        "steered without growth",
        "Amounts used",
        "Mean hours on each rung",
        "Variance of cells, by that of steered without growth",
        "Process parameters: hours outside of the proven range, or without a usable reading;",
        "steered: lactate-level was outside of its proven range, or without a usable reading, for more than 3 %",
        "of 2 batches, at the most for",
        "beyond 3 %",
        "Loops are stepped once a scan, every 20 min",
    ):
        assert words in done.stdout
    assert done.stderr.splitlines() == [
        f"{name}  donor {seed}" for seed in (1, 2) for name in ("steered without growth", "steered")
    ]


@pytest.mark.drill
def test_in_json_every_seed_is_kept_whichever_process_ran_it(homeostat: Call) -> None:
    done = homeostat(*COMPARE, STEERED, "--seeds", "1,2", "--scan", "20 min", "--json", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first, second = told["processes"]
    assert told["seeds"] == [1, 2]
    assert [one["process"] for one in told["processes"]] == ["steered", "steered (2)"]
    assert [o["seed"] for o in first["outcomes"]] == [1, 2]
    assert first["outcomes"] == second["outcomes"]
    assert first["attributes"]["cells"]["count"] == 2
    assert first["straying"]["hours"] > 10.0
    assert [o["straying"]["any"] for o in first["outcomes"]] == [0.0, 0.0]
    assert first["remarks"] == ["the twin reads every 20 min, not every 10 min: 20 min does not divide that"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seeds", "a-b"), "'a-b' are no seeds"),
        (("--seeds", "5-1"), "names no seeds"),
        (("--seeds", "-1"), "are no seeds"),
        (("--seeds", "1-999999999"), "are possible"),
        (("--scan", "often"), "'often' is not a quantity"),
        (("--scan", "0 min"), "has to be above 0"),
        (("--scan", "3 degC"), "cannot be converted"),
        (("--scan", "1e-9 s"), "scan: no equipment is read every 1e-09 s (give at least 1 ms)"),
        (("--scan", "5 h"), "'steered' is not sound: controllers.growth"),
        (("--without", "luck"), "no process has a controller 'luck'"),
        (("--without", "a,,b"), "are no names"),
        (("--of", "joy"), "no process has an attribute 'joy'"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_what_cannot_be_used_is_told(homeostat: Call, words: tuple[str, ...], told: str) -> None:
    done = homeostat(*COMPARE, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_process_that_is_not_there_is_told(homeostat: Call) -> None:
    done = homeostat("control", "compare", "no-such-process")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no process 'no-such-process'" in done.stderr


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_seeds_are_taken_one_by_one_each_once(seeds: list[int]) -> None:
    assert seeds_of(",".join(map(str, seeds))) == list(dict.fromkeys(seeds))


@given(st.integers(0, 10**6), st.integers(0, MOST - 1))
def test_a_range_of_seeds_has_both_its_ends(first: int, more: int) -> None:
    assert seeds_of(f"{first}-{first + more}") == list(range(first, first + more + 1))


@given(st.text(max_size=12))
def test_no_text_makes_more_than_a_usage_error(text: str) -> None:
    for read in (seeds_of, names_of):
        try:
            read(text)
        except typer.BadParameter:
            continue
