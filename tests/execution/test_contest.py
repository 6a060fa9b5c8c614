"""A contest: which rivals there are, that donors are the same for each, and what is told of the outcomes."""

import math
from dataclasses import asdict
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import ExecutionError
from homeostat.execution.contest import Entry, Spread, contest, entries_of, ratio
from homeostat.execution.trial import Outcome, trial
from homeostat.process import Quantity

from .steered import STEERED, process, unsteered


def outcome(seed: int, **values: float) -> Outcome:
    return Outcome(seed, "complete", values, dict.fromkeys(values, True), {}, {}, 0.0, {}, 1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_spread_is_that_of_the_textbook(values: list[float]) -> None:
    found = Spread.of(values)
    assert found is not None
    assert found.median == median(values)
    assert found.mad == median([abs(v - median(values)) for v in values])
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1)
    assert found.deviation == pytest.approx(math.sqrt(variance), rel=1e-9, abs=1e-6)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


def test_nothing_has_no_spread() -> None:
    assert Spread.of([]) is None


def test_variances_are_compared_over_the_donors_that_both_have() -> None:
    rng = np.random.default_rng(2)
    wide, narrow = rng.normal(0.0, 3.0, 400), rng.normal(0.0, 1.0, 400)
    first = [outcome(k, dose=v) for k, v in enumerate(wide)]
    other = [outcome(k, dose=v) if k else outcome(k) for k, v in enumerate(narrow)]
    found = ratio(first, other, "dose")
    assert found is not None
    assert found.value == pytest.approx(np.var(narrow[1:]) / np.var(wide[1:]))
    assert found.low < 1.0 / 9.0 < found.high
    assert found.high < 0.2


@pytest.mark.parametrize(
    "values", [[], [1.0], [2.0, 2.0]], ids=["no donor", "one donor", "no variance to compare with"]
)
def test_what_cannot_be_compared_has_no_ratio(values: list[float]) -> None:
    outcomes = [outcome(k, dose=v) for k, v in enumerate(values)]
    assert ratio(outcomes, outcomes, "dose") is None


def test_a_rival_without_its_controllers_comes_before_its_process() -> None:
    found = entries_of([Entry("a", STEERED), Entry("b", unsteered())], without=["growth"])
    assert [entry.name for entry in found] == ["a without growth", "a", "b"]
    assert [len(entry.process.controllers) for entry in found] == [0, 1, 0]
    assert entries_of([Entry("a", STEERED)], without=["all"])[0].name == "a without growth"


def test_another_scan_is_taken_and_forecasts_are_left_out() -> None:
    (entry,) = entries_of([Entry("a", STEERED)], scan=Quantity(20.0, "min"))
    assert entry.process.scan == Quantity(20.0, "min")
    assert entry.process.monitoring.outlook.every.to("h") > 1000.0


def test_a_controller_that_nobody_has_is_refused() -> None:
    with pytest.raises(ExecutionError, match="no process has a controller 'luck'"):
        entries_of([Entry("a", STEERED)], without=["luck"])


def test_every_entry_meets_the_same_donors_and_each_seed_is_kept() -> None:
    entries = entries_of([Entry("a", process(horizon=Quantity(8.0, "h")))], without=["all"])
    heard: list[tuple[str, int]] = []
    found = contest(entries, [3, 1], 1, lambda name, seed: heard.append((name, seed)))
    assert [[o.seed for o in outcomes] for outcomes in found] == [[3, 1], [3, 1]]
    assert heard == [(entry.name, seed) for seed in (3, 1) for entry in entries]
    assert asdict(found[1][1]) == asdict(trial(entries[1].process, 1))
    assert found[1][0].rungs["growth"]["plan"] > 10.0
    assert all(o.beyond == 0.0 and o.released for outcomes in found for o in outcomes)
