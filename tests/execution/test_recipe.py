"""The recipe engine on random recipes: predecessors first, parents around children, and always an end."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.execution.conditions import Facts
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.types import Plan
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.recipe import advance, complete
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import StepChanged
from homeostat.process import Process
from homeostat.twin import Simulator, model

MINUTE = 60_000_000
SIMULATOR = Simulator(model("t_cell_expansion"))

Shape = list[tuple[int, list[int]]]
"""Phases as (duration in minutes, indices of predecessors among the phases before)."""


@st.composite
def recipes(draw: st.DrawFn) -> Shape:
    count = draw(st.integers(1, 7))
    return [
        (
            draw(st.integers(0, 5)),
            draw(st.lists(st.integers(0, index - 1), unique=True) if index else st.just([])),
        )
        for index in range(count)
    ]


def process_of(mini: Process, shape: Shape) -> Process:
    """The short culture with other phases, which only wait."""
    phases: list[dict[str, Any]] = [
        {
            "name": f"p{index}",
            "title": f"Phase {index}",
            "after": [f"p{before}" for before in after],
            "until": f"elapsed >= {minutes} min",
        }
        for index, (minutes, after) in enumerate(shape)
    ]
    declared = mini.model_dump(mode="json")
    unit = declared["recipe"]["procedure"][0]
    unit["operations"] = [{"name": "all", "title": "All", "phases": phases}]
    declared["attributes"] = {}
    return Process.model_validate(declared)


def unfold(plan: Plan, *, anew: bool = False) -> list[tuple[int, str, str]]:
    """Advance minute by minute until the recipe is complete: (minute, step, state) of every change.

    `anew`: every step is looked at in every minute, whether or not the recipe came to rest before.
    """
    state: BatchState = begin(plan, Observer(model("t_cell_expansion"), SIMULATOR, plan.twin))
    changes: list[tuple[int, str, str]] = []
    for minute in range(100):
        sheet = Sheet(f"B/{minute:06d}", 0)
        facts = Facts(minute * MINUTE, [float("nan")] * len(plan.tags), [])
        state = advance(plan, replace(state, rested=None) if anew else state, facts, sheet)
        changes += [(minute, c.step, c.state) for _, c in sheet.decisions if isinstance(c, StepChanged)]
        if complete(state):
            return changes
    raise AssertionError("the recipe never ended")


@settings(max_examples=60, deadline=None)
@given(shape=recipes())
def test_any_acyclic_recipe_runs_in_the_order_of_its_predecessors_and_ends(
    mini: Process, shape: Shape
) -> None:
    changes = unfold(make_plan(process_of(mini, shape), steers=True, initial={}))
    place = {(step.split("/")[-1], state): n for n, (_, step, state) in enumerate(changes)}
    minute = {(step.split("/")[-1], state): m for m, step, state in changes}
    assert len(place) == len(changes) == 2 * (len(shape) + 2), "each step starts once and ends once"
    for index, (minutes, after) in enumerate(shape):
        name = f"p{index}"
        assert minute[name, "complete"] - minute[name, "running"] == minutes
        assert (
            place["all", "running"]
            < place[name, "running"]
            < place[name, "complete"]
            < place["all", "complete"]
        )
        for before in after:
            assert place[f"p{before}", "complete"] < place[name, "running"]
        earliest = max((minute[f"p{before}", "complete"] for before in after), default=0)
        assert minute[name, "running"] == earliest, "a phase starts in the very scan that frees it"


@settings(max_examples=60, deadline=None)
@given(shape=recipes())
def test_a_recipe_at_rest_goes_on_as_one_of_which_every_step_is_looked_at(
    mini: Process, shape: Shape
) -> None:
    plan = make_plan(process_of(mini, shape), steers=True, initial={})
    assert unfold(plan) == unfold(plan, anew=True)
