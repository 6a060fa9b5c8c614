"""Disturbances that a process had better not declare: those on which no plan counts, and those beyond all sense.

In: a process. Out: a remark for each disturbance of a state that every controller holds, and for each whose standard
deviation an hour is larger than the state itself.
"""

from collections.abc import Iterator, Mapping

from homeostat.process import Process
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.units import Quantity
from homeostat.twin import model
from homeostat.twin.disturbed import size

PLACE: Path = ("twin", "observer", "disturbances")


def disturbing(process: Process) -> Iterator[Fault]:
    """A remark for every disturbance that does not do what is expected of it."""
    observer = process.twin.observer
    if observer is None:
        return
    yield from _uncounted(process, observer.disturbances)
    yield from _absurd(process, observer.disturbances)


def _uncounted(process: Process, rates: Mapping[str, Quantity]) -> Iterator[Fault]:
    held = [set(controller.held) for controller in process.controllers.values()]
    for state in rates if held else ():
        if all(state in states for states in held):
            what = f"no plan counts on a disturbance of {quoted(state)}: every controller leaves it to other loops"
            yield Fault((*PLACE, state), what, "leave it out, or take the state from `held`")


def _absurd(process: Process, rates: Mapping[str, Quantity]) -> Iterator[Fault]:
    states = model(process.twin.model).signature.states
    for name, rate in rates.items():
        state, much = states[name], size(states[name])
        if rate.ratio(state.unit, "h") > much:
            what = f"'{rate}' changes {quoted(name)} by more than its own size of {much:g} {state.unit} in an hour"
            mend = "give the rate that may be missing, as 1 s.d. an hour"
            yield Fault((*PLACE, name), what, mend)
