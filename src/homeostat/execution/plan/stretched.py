"""Plans to ends that a controller chooses, in steps far longer than declared: such a plan reaches as far as the end.

In: a process. Out: a remark where the number of steps that `horizon` and `step` make is too small for that way.
"""

from collections.abc import Iterator

from homeostat.process import Process
from homeostat.process.checks.earliest import earliest
from homeostat.process.issues import Fault

STRETCH = 1.5
"""How many times as long as declared a step may be until it is said (assumption)."""


def stretched(process: Process) -> Iterator[Fault]:
    """A remark for a controller whose steps to the last end that it compares are much longer than its `step`."""
    begun = earliest(process.recipe)
    for name, controller in process.controllers.items():
        if controller.harvest is None:
            continue
        last, horizon, step = controller.harvest.between[1], controller.horizon, controller.step
        begins = min((begun[phase] for phase in controller.during if phase in begun), default=0.0)
        steps, way = max(round(horizon.to("h") / step.to("h")), 1), last.to("h") - begins
        if way <= STRETCH * horizon.to("h"):
            continue
        what = (
            f"the number of steps follows from {horizon} by {step}, but a plan to an end reaches as far as that:"
            f" from {begins:g} h to {last} in {steps} steps of {way / steps:.3g} h"
        )
        mend = f"give a horizon of about {way:.3g} h, in steps that are short enough"
        yield Fault(("controllers", name, "horizon"), what, mend)
