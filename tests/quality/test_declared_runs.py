"""What a recipe itself repeats or rules out is no exception; a loop that ran to its bound in vain is one."""

import copy
from typing import Any

import pytest

from homeostat.ledger.catalogue import BatchEnded, StepChanged
from homeostat.ledger.catalogue.recipe import STILL_HOLDS
from homeostat.quality.exceptions import NEWEST

from .tale import DECLARATION, HOUR, Tale

BOUND = f"run 3 of at most 3 done; {STILL_HOLDS} after 3 runs: temperature < 30 degC"


def declaration() -> dict[str, Any]:
    """The demonstration process, which may grow three times and need not harvest."""
    told: dict[str, Any] = copy.deepcopy(dict(DECLARATION))
    grow, harvest = told["recipe"]["procedure"][0]["operations"][0]["phases"]
    grow["repeat"] = {"while": "temperature < 30 degC", "most": 3}
    harvest["when"] = "temperature >= 30 degC"
    return told


def batch(tale: Tale, *, runs: int = 2, last: str = "", of: dict[str, Any] | None = None) -> None:
    tale.start(declaration() if of is None else of)
    facts = {"level": "phase", "step": "main/expand/grow", "title": "Growth"}
    for run in range(1, runs + 1):
        for state in ("running", "complete"):
            cause = last if (run, state) == (runs, "complete") else ""
            told = StepChanged.model_validate(facts | {"state": state, "cause": cause})
            tale.tell(told, (run + (state == "complete")) * HOUR)
    skipped = {"step": "main/expand/harvest", "title": "Harvest", "state": "skipped", "cause": "did not hold"}
    tale.tell(StepChanged.model_validate(facts | skipped), (runs + 1) * HOUR)
    tale.tell(BatchEnded(state="complete", scans=61, reason=""), 10 * HOUR)


def told(tale: Tale, rules: int = NEWEST) -> list[str]:
    return [one.text for one in tale.record(rules).exceptions if one.kind == "step"]


def test_a_declared_loop_is_no_repetition_and_a_declared_skip_no_omission(tale: Tale) -> None:
    batch(tale)
    assert told(tale) == []
    lines = [(line.state, line.start // HOUR, line.duration) for line in tale.record().steps]
    assert lines == [("complete", 1, HOUR), ("complete", 2, HOUR), ("skipped", 3, 0)]


def test_more_runs_than_declared_are_a_repetition(tale: Tale) -> None:
    batch(tale, runs=4)
    assert told(tale) == ["The phase “Growth” was begun 4 times."]


def test_a_repetition_that_nobody_declared_is_one(tale: Tale) -> None:
    batch(tale, of=copy.deepcopy(dict(DECLARATION)))
    assert told(tale) == ["The phase “Growth” was begun twice."]


@pytest.mark.parametrize(
    ("rules", "texts"), [(NEWEST, [f"The phase “Growth” ran as often as it may: {BOUND}."]), (0, [])]
)
def test_a_loop_that_came_to_its_bound_in_vain_is_told(tale: Tale, rules: int, texts: list[str]) -> None:
    batch(tale, runs=3, last=BOUND)
    assert told(tale, rules) == texts
