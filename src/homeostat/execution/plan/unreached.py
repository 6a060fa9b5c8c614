"""Ends of plans that never come: no phase waits for what is chosen, or the recipe ends its phases before.

In: a process. Out: a remark where nothing waits, or every end lies after the hour at which what waits ends anyway, or
plans reach beyond the hour at which all phases end that the controller is at work in.
Only alternatives of batch time alone say for sure when a phase ends: `elapsed` counts from a beginning that prompts can
put off.
"""

from collections.abc import Iterator
from math import inf

from homeostat.process import Process
from homeostat.process.conditions import BATCH_ELAPSED, HARVEST, Comparison, Condition
from homeostat.process.controllers import Controller
from homeostat.process.issues import Fault


def unreached(process: Process) -> Iterator[Fault]:
    """A remark for a controller of which nothing in the recipe waits for any end that it looks at."""
    waiting = {phase.name: _latest(phase.until) for phase in process.recipe.phases() if _waits(phase.until)}
    last = max(waiting.values(), default=inf)
    heeded = any(_names(each) for phase in process.recipe.phases() for _, each in phase.conditions())
    for name, controller in process.controllers.items():
        yield from _beyond(process, name, controller)
        if controller.harvest is not None and not heeded:
            what = f"no phase waits for the {HARVEST} that is chosen: it ends nothing"
            mend = f"name it where a phase is to end so: until: {HARVEST} >= 0 h or ..."
            yield Fault(("controllers", name, "harvest"), what, mend)
            continue
        if controller.harvest is None or not controller.harvest.between[0].to("h") > last:
            continue
        first, until = controller.harvest.between
        what = (
            f"no end between {first} and {until} is ever chosen: what waits for it"
            f" ({', '.join(waiting)}) ends at {last:g} h at the latest"
        )
        mend = "give earlier ends, in batch time, or let the recipe wait longer in 'until'"
        yield Fault(("controllers", name, "harvest", "between"), what, mend)


def _beyond(process: Process, name: str, controller: Controller) -> Iterator[Fault]:
    """A declared end that lies after all phases `during` which the controller is at work."""
    led = [phase for phase in process.recipe.phases() if phase.name in controller.during]
    last = max((_latest(phase.until) for phase in led), default=inf)
    if controller.end is None or not controller.end.to("h") > last:
        return
    names = ", ".join(phase.name for phase in led)
    what = f"plans reach to {controller.end}, and what they are made for ({names}) ends at {last:g} h at the latest"
    yield Fault(
        ("controllers", name, "end"), what, f"give no more than {last:g} h, or let the recipe wait longer"
    )


def _waits(until: Condition | None) -> bool:
    return until is not None and _names(until)


def _names(condition: Condition) -> bool:
    return any(each.name == HARVEST for each in condition.comparisons())


def _latest(until: Condition | None) -> float:
    """The batch hour from which on the condition holds whatever else happens; infinite where there is none."""
    if until is None:
        return inf
    return min(max(map(_since, all_of)) for all_of in until.alternatives)


def _since(comparison: Comparison) -> float:
    timed = comparison.name == BATCH_ELAPSED and comparison.sign in (">", ">=")
    return comparison.quantity.to("h") if timed else inf
