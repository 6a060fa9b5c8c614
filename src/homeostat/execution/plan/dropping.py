"""When a signal that lies is left out, and whether that undoes what it said: two times that do not fit each other.

In: a process. Out: a remark where memory does not reach back as far as a signal is gone through again without its
readings, and where one reading is as long as it takes.

A signal is left out when it has disagreed for `drop`, and with it what it said for `drop` before it disagreed
(`homeostat.twin.observer.memory`). What is older than `HORIZON` stays in the belief.
"""

from collections.abc import Iterator

from homeostat.execution.plan.believing import HORIZON
from homeostat.process import Process, Quantity
from homeostat.process.issues import Fault, Path

PLACE: Path = ("twin", "observer", "drop")


def dropping(process: Process) -> Iterator[Fault]:
    """A remark where `drop` is too long for the observer's memory, or shorter than the time between two readings."""
    observer = process.twin.observer
    if observer is None:
        return
    drop, often = observer.drop, observer.pace(process.scan)
    if 2.0 * drop.to("h") > HORIZON:
        memory, most = Quantity(HORIZON, "h"), Quantity(HORIZON / 2.0, "h")
        what = f"what a signal said wrong is not undone in full: memory reaches back {memory}, twice {drop} is needed"
        yield Fault(PLACE, what, f"give at most {most}, for before it disagreed it may have lied as long")
    elif drop.to("h") < often.to("h"):
        what = f"a signal is judged over {drop}, but the twin reads every {often}: two readings decide"
        yield Fault(PLACE, what, f"give at least {often}, better several times that")
