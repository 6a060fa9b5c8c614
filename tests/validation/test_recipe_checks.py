"""The checks of recipes and units hold on this system, and would not if loops or choices were executed otherwise."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeostat.execution.plan.steps import PhasePlan
from homeostat.execution.stages import choosing
from homeostat.execution.stages import recipe as engine
from homeostat.validation.checking import CHECKS, Check, UnmetError, Workbench
from homeostat.validation.checks import recipes

MINE = [
    *(check for check in CHECKS["EXE-10"] if check.__module__ == recipes.__name__),
    *(check for check in CHECKS["EXE-4"] if check.__module__ == recipes.__name__),
]


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    ticks, numbers = itertools.count(), itertools.count()
    start = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def clock() -> str:
        return (start + timedelta(milliseconds=10 * next(ticks))).isoformat()

    return Workbench(tmp_path, clock, lambda: f"{next(numbers):032x}")


def test_branches_loops_choices_and_units_have_their_checks() -> None:
    assert len(MINE) == 4


@pytest.mark.parametrize("check", MINE, ids=lambda one: one.__name__)
def test_a_check_holds_and_says_what_it_saw(check: Check, bench: Workbench) -> None:
    assert len(check(bench)) > 20


def test_the_evidence_of_loops_and_choices_names_both(bench: Workbench) -> None:
    said = recipes.a_loop_runs_as_often_as_its_condition_and_its_bound_allow(bench)
    assert "the condition still holds after 3 runs" in said
    assert "poor ran, rich was skipped" in said


@pytest.mark.parametrize("broken", ["runs_again", "ruled_out"])
def test_an_engine_without_loops_or_choices_is_found_out(
    broken: str, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, broken, lambda *_: "")
    with pytest.raises(UnmetError):
        recipes.a_loop_runs_as_often_as_its_condition_and_its_bound_allow(bench)


def test_an_engine_that_does_not_do_the_same_again_is_found_out(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, real = itertools.count(), choosing.beginning

    def forgetful(phase: PhasePlan | None, run: int) -> str:
        return f"{real(phase, run)}, {next(seen)} before"

    monkeypatch.setattr(engine, "beginning", forgetful)
    with pytest.raises(UnmetError, match="the decisions differ"):
        recipes.loops_and_choices_execute_again_to_the_same(bench)
