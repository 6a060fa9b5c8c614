"""What predictive controllers are told: loops, phases and quantities must be declared, and fit each other."""

from collections.abc import Iterator, Mapping

from homeostat.process.checks.quantities import Expected
from homeostat.process.checks.subject import Subject
from homeostat.process.checks.weighed import scaled
from homeostat.process.conditions import HARVEST
from homeostat.process.controllers import Aim, Bound, Controller, Move
from homeostat.process.declaration import Process
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.strategy import Loop
from homeostat.process.units import Quantity, compatible


def controllers(subject: Subject) -> Iterator[Fault]:
    """A fault for every name that nothing declares, and for loops that two controllers would move."""
    process = subject.process
    phases = [phase.name for _, phase in subject.phases()]
    movers: dict[str, str] = {}
    for name, controller in process.controllers.items():
        path: Path = ("controllers", name)
        for phase in controller.during:
            yield from subject.unknown((*path, "during"), "phase", phase, phases, "recipe")
        for moved in controller.moves:
            where = (*path, "moves", moved)
            yield from subject.unknown(where, "loop", moved, process.strategy, "strategy")
            yield from _movable(where, moved, process)
            yield from _safe(where, process.strategy.get(moved), controller.moves[moved])
            if moved in movers:
                what = f"the controller {quoted(movers[moved])} moves the loop {quoted(moved)} already"
                yield Fault(where, what, "let one controller move each loop")
            movers.setdefault(moved, name)
        yield from _answers(process, path, controller)
        if process.twin.observer is None:
            yield Fault(path, "a controller plans on what the twin believes", "declare twin.observer")
        learnt = process.twin.observer.learn if process.twin.observer else ()
        for parameter in controller.scenarios:
            if parameter not in learnt:
                what = f"the twin does not learn {quoted(parameter)}, so it tells no doubt of it"
                yield Fault((*path, "scenarios", parameter), what, suggestion(parameter, learnt))
    yield from _harvests(subject)


def _movable(where: Path, name: str, process: Process) -> Iterator[Fault]:
    """A controller moves a loop with one actuator, and plans with what the model knows of that."""
    loop = process.strategy.get(name)
    if loop is None:
        return  # another fault
    if loop.actuator is None:
        what = f"the loop {quoted(name)} has no actuator of its own"
        yield Fault(where, what, "name a loop that moves one actuator")
    elif loop.actuator in process.tags and loop.actuator not in process.twin.inputs.values():
        what = f"the model has no input for {quoted(loop.actuator)}, which the loop {quoted(name)} moves"
        yield Fault(where, what, "name the actuator in twin.inputs, or move another loop")


def _safe(where: Path, loop: Loop | None, move: Move) -> Iterator[Fault]:
    """The safe output is where the ladder ends: it has to be a validated one."""
    safe = loop.safe if loop is not None else None
    if safe is None or not all(compatible(safe.unit, end.unit) for end in move.envelope):
        return
    low, high = (end.to(safe.unit) for end in move.envelope)
    if not low <= safe.value <= high:
        yield Fault(
            (*where, "envelope"), f"the loop's safe output, {safe}, lies outside", "widen one of them"
        )


def _answers(process: Process, path: Path, controller: Controller) -> Iterator[Fault]:
    """A scan waits for the answer: it has to be over before the next one begins."""
    times = controller.deadline, process.scan
    if all(compatible(time.unit, "s") for time in times) and not times[0].to("s") < times[1].to("s"):
        what = f"an answer may take {times[0]}, but there is a scan every {times[1]}"
        yield Fault((*path, "deadline"), what, "give a deadline well below the scan")
    wait, age, observer = controller.approval, controller.age, process.twin.observer
    if compatible(wait.unit, "h") and compatible(age.unit, "h") and wait.to("h") > age.to("h"):
        what = f"a move may wait {wait} for its approval, but no plan older than {age} is followed"
        yield Fault((*path, "approval"), what, f"give at most {age}")
    blind, every = controller.blind, observer.pace(process.scan) if observer else controller.blind
    if compatible(blind.unit, "h") and compatible(every.unit, "h") and blind.to("h") < every.to("h"):
        what = f"without a reading for {blind} nothing is planned, but the twin reads every {every}"
        yield Fault((*path, "blind"), what, f"give at least {every}, better several times that")


def _harvests(subject: Subject) -> Iterator[Fault]:
    """The condition `harvest` needs a controller that chooses, and one only."""
    choosing = [n for n, c in subject.process.controllers.items() if c.harvest is not None]
    for name in choosing[1:]:
        what = f"{quoted(choosing[0])} chooses the harvest already"
        yield Fault(("controllers", name, "harvest"), what, "leave it to one controller")
    for path, phase in subject.phases():
        for where, condition in phase.conditions():
            named = any(c.name == HARVEST for c in condition.comparisons())
            if named and not choosing and "controllers" not in subject.sections:
                what = f"no controller chooses the {HARVEST}"
                yield Fault((*path, *where), what, "declare it under a controller's harvest")


def controlled_quantities(subject: Subject) -> Iterator[Expected]:
    """Every quantity of the controllers whose unit follows from the process itself."""
    for name, controller in subject.process.controllers.items():
        path: Path = ("controllers", name)
        for field in (
            "every",
            "step",
            "horizon",
            "deadline",
            "heartbeat",
            "age",
            "approval",
            "blind",
            "sampled",
        ):
            yield Expected((*path, field), getattr(controller, field), "min", "a time", "positive")
        if controller.end is not None:
            yield Expected((*path, "end"), controller.end, "min", "a time", "positive")
        if controller.harvest is not None:
            for k, end in enumerate(controller.harvest.between):
                yield Expected((*path, "harvest", "between", k), end, "min", "a time", "positive")
            yield Expected((*path, "harvest", "every"), controller.harvest.every, "min", "a time", "positive")
            if controller.harvest.delay is not None:
                yield Expected(
                    (*path, "harvest", "delay"), controller.harvest.delay, "min", "a time", "positive"
                )
        for k, bound in enumerate(controller.limits):
            if bound.chance is not None:
                yield Expected((*path, "limits", k, "chance"), bound.chance, "%", "a share", "positive")
        yield from _of_moves(subject, path, controller)


def _of_moves(subject: Subject, path: Path, controller: Controller) -> Iterator[Expected]:
    for moved, move in controller.moves.items():
        loop = subject.process.strategy.get(moved)
        tag = subject.process.tags.get(loop.actuator or "") if loop else None
        if tag is None:
            continue
        where, of = (*path, "moves", moved), f"the actuator of '{moved}'"
        for k, end in enumerate(move.envelope):
            yield Expected((*where, "envelope", k), end, tag.unit, of)
        for field in ("change", "suppression", "least"):
            value = getattr(move, field)
            if value is not None:
                yield Expected((*where, field), value, tag.unit, of, "positive")
        if move.rate is not None:
            yield Expected((*where, "rate"), move.rate, tag.unit, f"{of} for each time", "positive", per="h")
        if move.cost is not None:
            yield Expected((*where, "cost"), move.cost, tag.unit, "an amount", "positive", per="1/h")


def controlled_model(subject: Subject, states: Mapping[str, str], seen: Mapping[str, str]) -> Iterator[Fault]:
    """A fault for every aim, limit or held state that the model does not have, or in a unit that does not fit."""
    attributes = subject.process.attributes
    for name, controller in subject.process.controllers.items():
        path: Path = ("controllers", name)
        for state in controller.held:
            if state not in states:
                yield Fault(
                    (*path, "held"), f"the model has no state {quoted(state)}", suggestion(state, states)
                )
        for field in ("aims", "limits"):
            for k, each in enumerate(getattr(controller, field)):
                attribute = attributes.get(each.of)
                quantity = each.of if attribute is None or attribute.quantity is None else attribute.quantity
                where = (*path, field, k)
                if quantity not in seen:
                    what = f"{quoted(each.of)} is no quality attribute and no quantity of the model"
                    yield Fault((*where, "of"), what, suggestion(each.of, [*attributes, *seen]))
                    continue
                yield from _units(where, each, seen[quantity])


def _units(where: Path, each: Aim | Bound, unit: str) -> Iterator[Fault]:
    sound = True
    for field in ("target", "low", "high", "scale"):
        value: Quantity | None = getattr(each, field, None)
        if value is not None and not compatible(value.unit, unit):
            sound = False
            yield Fault((*where, field), f"'{value}' does not fit {unit}", f"give the value in {unit}")
        elif field == "scale" and value is not None and not value.value > 0.0:
            sound = False
            yield Fault((*where, field), f"'{value}' is not above 0", "give a value above 0")
    if sound and each.scale is not None:
        yield from scaled(where, each, each.scale, unit)
