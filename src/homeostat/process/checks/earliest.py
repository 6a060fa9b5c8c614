"""When each phase can begin at the earliest, by what the conditions of those before it say of time.

In: a recipe. Out: hours after the start of the batch. What depends on anything else may hold at once, and a step that
may be left out takes no time, so that no phase begins before its hour, however the batch goes.
"""

from collections.abc import Sequence

from homeostat.process.conditions import BATCH_ELAPSED, ELAPSED, Comparison, Condition
from homeostat.process.recipe import ChosenStep, Operation, Phase, Recipe, Step, UnitProcedure, predecessors
from homeostat.process.units import compatible


def earliest(recipe: Recipe) -> dict[str, float]:
    """Hours after the start of the batch by the name of the phase."""
    begun: dict[str, float] = {}
    _walk(recipe.procedure, 0.0, begun)
    return begun


def _walk(steps: Sequence[Step], start: float, begun: dict[str, float]) -> float:
    """When the last of the sibling `steps` is over; what waits for a circle is another fault."""
    before, ends = predecessors(steps), dict[str, float]()
    waiting = list({step.name: step for step in steps}.values())
    while ready := [step for step in waiting if all(need in ends for need in before[step.name])]:
        for step in ready:
            waiting.remove(step)
            at = max([start, *(ends[need] for need in before[step.name])])
            over = _over(step, at, begun)
            ends[step.name] = at if isinstance(step, ChosenStep) and step.when is not None else over
    return max(ends.values(), default=start)


def _over(step: Step, start: float, begun: dict[str, float]) -> float:
    match step:
        case UnitProcedure():
            return _walk(step.operations, start, begun)
        case Operation():
            return _walk(step.phases, start, begun)
        case Phase():
            begun[step.name] = min(start, begun.get(step.name, start))
            return start if step.until is None else _holds(step.until, start)
    return start


def _holds(condition: Condition, start: float) -> float:
    """When a condition can hold at the earliest in a phase that begins at `start`."""
    return min(max(_compares(each, start) for each in all_of) for all_of in condition.alternatives)


def _compares(comparison: Comparison, start: float) -> float:
    since = {ELAPSED: start, BATCH_ELAPSED: 0.0}.get(comparison.name)
    if since is None or comparison.sign in ("<", "<=") or not compatible(comparison.quantity.unit, "h"):
        return start
    return max(start, since + comparison.quantity.to("h"))
