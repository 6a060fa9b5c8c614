"""What a predictive controller is told does not contradict itself: aims and limits, held states, times of its ends."""

from collections.abc import Iterator
from itertools import combinations
from math import ceil
from typing import NamedTuple

from homeostat.process.checks.earliest import earliest
from homeostat.process.checks.subject import Subject
from homeostat.process.controllers import Aim, Bound, Controller
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.units import Quantity, compatible

SHORTEST = Quantity(0.1, "s")
"""A heartbeat or deadline below which even a solver at work seems silent: an iteration takes milliseconds, its thread
may wait."""
ENDS = 100
"""Ends of a phase beyond which they are too many to compare in one plan: each is a solve of its own."""
ROUNDING = 1e-9


def agreeing(subject: Subject) -> Iterator[Fault]:
    """A fault for everything a controller is told that something else it is told excludes."""
    begun = earliest(subject.process.recipe)
    for name, controller in subject.process.controllers.items():
        path: Path = ("controllers", name)
        wishes = [*_wishes(subject, path, controller)]
        for one, other in combinations(wishes, 2):
            yield from _pair(one, other)
        yield from _strivings(subject, path, controller)
        for wish in wishes:
            if wish.quantity in controller.held:
                what = f"{quoted(wish.quantity)} is held by other loops: no plan changes it"
                yield Fault((*wish.path, "of"), what, "drop it here, or do not hold the state")
        yield from _heartbeat(path, controller)
        yield from _ends(path, controller)
        yield from _begins(path, controller, begun)


class Wish(NamedTuple):
    """An aim or a limit: where a quantity should be, and `when` if that is only a target."""

    path: Path
    quantity: str
    low: Quantity | None
    high: Quantity | None
    when: str = ""


def _wishes(subject: Subject, path: Path, controller: Controller) -> Iterator[Wish]:
    given: list[tuple[Path, Aim | Bound]] = [(("aims", k), aim) for k, aim in enumerate(controller.aims)]
    given += [(("limits", k), bound) for k, bound in enumerate(controller.limits)]
    for field, each in given:
        yield _wish((*path, *field), _quantity(subject, each), each)


def _quantity(subject: Subject, each: Aim | Bound) -> str:
    """What the twin calls the quantity of an aim or a limit, which may name an attribute."""
    attribute = subject.process.attributes.get(each.of)
    return each.of if attribute is None or attribute.quantity is None else attribute.quantity


def _wish(path: Path, quantity: str, each: Aim | Bound) -> Wish:
    if isinstance(each, Aim) and each.target is not None:
        return Wish(path, quantity, each.target, each.target, each.at)
    return Wish(path, quantity, each.low, each.high)


def _pair(one: Wish, other: Wish) -> Iterator[Fault]:
    if one.quantity != other.quantity or (one.when and other.when and one.when != other.when):
        return
    for low, high in ((one, other), (other, one)):
        if low.low is None or high.high is None or not compatible(low.low.unit, high.high.unit):
            continue
        if low.low.to(high.high.unit) > high.high.value:
            place = f"{one.path[-2]}[{int(one.path[-1]) + 1}]"  # as issues count
            what = f"{quoted(one.quantity)} cannot be {_said(other)} and {_said(one)}, as {place} says"
            yield Fault(other.path, what, "drop one of them, or let them meet")
            return


def _strivings(subject: Subject, path: Path, controller: Controller) -> Iterator[Fault]:
    """A quantity is wanted as large and as small as can be, at the same time."""
    strived = [(k, aim) for k, aim in enumerate(controller.aims) if aim.strive is not None]
    for (k, one), (n, other) in combinations(strived, 2):
        same = _quantity(subject, one) == _quantity(subject, other) and one.at == other.at
        if same and one.strive != other.strive:
            what = f"{quoted(one.of)} cannot be wanted as {other.strive}, and as {one.strive}, as aims[{k + 1}] says"
            yield Fault((*path, "aims", n, "strive"), what, "drop one of them")


def _said(wish: Wish) -> str:
    if wish.low == wish.high:
        return f"at {wish.low}"
    ends = [f"{word} {end}" for word, end in (("at least", wish.low), ("at most", wish.high)) if end]
    return " and ".join(ends)


def _heartbeat(path: Path, controller: Controller) -> Iterator[Fault]:
    heartbeat, deadline = controller.heartbeat, controller.deadline
    if not all(compatible(each.unit, "s") and each.value > 0.0 for each in (heartbeat, deadline)):
        return  # another fault
    if deadline.to("s") < SHORTEST.to("s"):
        what = f"in {deadline} no solver answers"
        yield Fault((*path, "deadline"), what, f"give at least {SHORTEST}, better several seconds")
    if heartbeat.to("s") < SHORTEST.to("s"):
        what = f"in {heartbeat} even a solver at work may begin no iteration"
        yield Fault((*path, "heartbeat"), what, f"give at least {SHORTEST}")
    if "heartbeat" in controller.model_fields_set and heartbeat.to("s") > deadline.to("s"):
        what = f"an answer is late after {deadline}: nobody waits for a heartbeat of {heartbeat}"
        yield Fault((*path, "heartbeat"), what, "give no more than the deadline")


def _ends(path: Path, controller: Controller) -> Iterator[Fault]:
    harvest = controller.harvest
    if harvest is None or not all(compatible(each.unit, "h") for each in (*harvest.between, harvest.every)):
        return  # another fault
    if controller.end is not None:
        what = f"with 'harvest' no plan reaches to {controller.end}: it reaches to each end that is compared"
        yield Fault((*path, "end"), what, "leave it out, or leave out 'harvest'")
    first, last = (end.to("h") for end in harvest.between)
    every = harvest.every.to("h")
    if every > 0.0 and (count := ceil((last - first) / every - ROUNDING) + 1) > ENDS:
        what = f"{count} ends would be compared in every plan"
        yield Fault((*path, "harvest", "every"), what, f"look at no more than {ENDS}")


def _begins(path: Path, controller: Controller, begun: dict[str, float]) -> Iterator[Fault]:
    """The last end is past before the controller is ever at work."""
    first = min([begun[phase] for phase in controller.during if phase in begun], default=0.0)
    harvest = None if controller.harvest is None else controller.harvest.between[1]
    for field, last in ((("harvest", "between", 1), harvest), (("end",), controller.end)):
        if last is not None and compatible(last.unit, "h") and last.to("h") <= first:
            what = f"{last} is past before the controller is at work, which is at {first:g} h at the earliest"
            yield Fault((*path, *field), what, "times count from the start of the batch: give a later one")
