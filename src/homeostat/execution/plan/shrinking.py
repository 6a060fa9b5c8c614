"""Changes that are bounded by the step of a plan alone, where steps get shorter as the plan's end comes near.

In: a process. Out: a remark where no `rate` says how fast an output may move whatever is planned.
"""

from collections.abc import Iterator

from homeostat.process import Process
from homeostat.process.issues import Fault


def shrinking(process: Process) -> Iterator[Fault]:
    """A remark for each move with a `change` and no `rate`, of a controller whose plans reach to an end."""
    for name, controller in process.controllers.items():
        if controller.end is None and controller.harvest is None:
            continue
        for loop, move in controller.moves.items():
            if move.change is None or move.rate is not None or move.least is not None:
                continue
            what = (
                f"a plan has steps of one length, shorter the nearer its end: {move.change} a step is"
                f" {move.change} in {controller.step} only while the end is a 'horizon' away"
            )
            mend = "give a 'rate' beside it: no output changes faster, whatever is planned"
            yield Fault(("controllers", name, "moves", loop, "change"), what, mend)
