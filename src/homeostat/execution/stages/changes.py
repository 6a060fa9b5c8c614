"""Changes of the running recipe: what a signed deviation lets a person change, here and until the recipe says again.

A phase that starts later gives its set-points and modes as the recipe has them: a change holds until then.
"""

from dataclasses import replace

from homeostat.execution.plan.types import LoopPlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.loops import told
from homeostat.execution.state import BatchState
from homeostat.execution.states import FINAL
from homeostat.ledger.catalogue import RecipeChange, RecipeChanged, RecipeChangeOrdered, RecipeChangeRefused


def change(plan: Plan, state: BatchState, arrival: RecipeChangeOrdered, sheet: Sheet) -> BatchState:
    """The state after an order to leave the recipe; one that cannot be followed is refused on record."""
    what = arrival.what
    reason = arrival.objection or _refusal(plan, state, arrival)
    if reason:
        sheet.note(RecipeChangeRefused(what=what, deviation=arrival.deviation, by=arrival.by, reason=reason))
        return state
    sheet.note(
        RecipeChanged(what=what, deviation=arrival.deviation, signature=arrival.signature, by=arrival.by)
    )
    index = next(place for place, loop in enumerate(plan.loops) if loop.name == what.loop)
    before = state.loops[index]
    after = replace(
        before,
        setpoint=before.setpoint if what.value is None else what.value,
        mode=what.mode or before.mode,
    )
    sheet.note(told(plan.loops[index], after, f"{arrival.deviation}: {arrival.reason}"))
    loops = (*state.loops[:index], after, *state.loops[index + 1 :])
    return replace(state, loops=loops, carried=state.carried | {arrival.signature})


def _refusal(plan: Plan, state: BatchState, arrival: RecipeChangeOrdered) -> str:
    """Why the recipe cannot be changed so; empty when it can."""
    if arrival.signature in state.carried:
        return "this signature has carried a change already"
    if state.state in FINAL:
        return f"the batch is {state.state.value}"
    return _deaf(plan, state, arrival.what) if plan.steers else "the equipment is not steered here"


def _deaf(plan: Plan, state: BatchState, what: RecipeChange) -> str:
    """Why a loop does not take the change; empty when it does."""
    loops = {loop.name: place for place, loop in enumerate(plan.loops)}
    place = loops.get(what.loop)
    if place is None:
        return f"there is no loop {what.loop}; there are: {', '.join(loops) or 'none'}"
    if state.loops[place].driven:
        return f"a predictive controller drives {what.loop}: change its authority instead"
    if what.change == "set-point" and any(loop.inner == place for loop in plan.loops):
        return f"another loop gives {what.loop} its set-point"
    return _beyond(plan, plan.loops[place], what)


def _beyond(plan: Plan, loop: LoopPlan, what: RecipeChange) -> str:
    """That a set-point lies where its tag cannot show whether it is kept; empty where it does not."""
    name = plan.tags[loop.tag]
    low, high = (end.to(loop.unit) for end in plan.process.tags[name].range)
    if what.value is None or low <= what.value <= high:
        return ""
    return f"{what.value:g} {loop.unit} lies beyond what {name} can show, {low:g} to {high:g} {loop.unit}"
