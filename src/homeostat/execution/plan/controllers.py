"""Predictive controllers resolved: their task in the model's units, their rules in those of the actuators."""

from statistics import NormalDist

from homeostat.control.predictive import Actuator, Ends, Limit, Shown, Task, Term
from homeostat.control.predictive.task import Kind
from homeostat.control.supervisor import Envelope, Rules
from homeostat.errors import ProcessError
from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import Node, micros
from homeostat.execution.plan.types import LoopPlan
from homeostat.process import Process, Quantity
from homeostat.process.controllers import Aim, Bound, Controller, Move
from homeostat.twin import model
from homeostat.twin.mixing import VOLUME

APART = 0.02
"""How far an actuator's reading may lie from what it was told, as a share of its envelope (assumption)."""
GRID = 1.0 + 1e-9
"""Half a step of an actuator's grid is no disobedience, whichever way it was rounded."""


def resolve_controllers(
    process: Process, twin: TwinPlan, loops: tuple[LoopPlan, ...], nodes: tuple[Node, ...]
) -> tuple[ControllerPlan, ...]:
    """Every controller, in the order of the file; none where nothing is steered or nothing is estimated."""
    if not loops or twin.observer is None:
        return ()
    return tuple(_controller(process, twin, loops, nodes, name) for name in process.controllers)


def _controller(
    process: Process, twin: TwinPlan, loops: tuple[LoopPlan, ...], nodes: tuple[Node, ...], name: str
) -> ControllerPlan:
    declared = process.controllers[name]
    places = tuple(next(k for k, loop in enumerate(loops) if loop.name == moved) for moved in declared.moves)
    moved = [loops[place] for place in places]
    inputs = tuple(_input(process, loop, name) for loop in moved)
    units = {q.name: q.unit for group in model(twin.model).signature.groups for q in group}
    task = _task(process, twin, declared, inputs, units)
    task.check()
    scan = process.scan.to("h")
    envelopes = [
        _envelope(move, loop, scan) for move, loop in zip(declared.moves.values(), moved, strict=True)
    ]
    observer = twin.observer
    signals = observer.settings.signals if observer else ()
    heeded = [k for k, signal in enumerate(signals) if signal.quantity in (*task.states, *task.watched)]
    telling = [k for k in heeded if signals[k].quantity != VOLUME]  # a balance sees not what it weighs
    tags, often = (len(observer.sources), observer.every) if observer else (0, 0)
    rules = Rules(
        every=micros(declared.every),
        age=micros(declared.age),
        approval=micros(declared.approval),
        envelopes=tuple(envelopes),
        safe=tuple(loop.safe for loop in moved),
    )
    return ControllerPlan(
        name=name,
        title=declared.title,
        authority=declared.authority,
        task=task,
        rules=rules,
        during=tuple(k for k, node in enumerate(nodes) if node.phase and node.name in declared.during),
        loops=places,
        heeded=tuple(signals[k].name for k in heeded),
        online=tuple((signals[k].name, k) for k in telling if k < tags),
        sampled=tuple(k for k in telling if k >= tags),
        blind=max(micros(declared.blind), often),
        stale=micros(declared.sampled),
        inputs=inputs,
        scales=tuple(_scale(loop.output_unit, units[name]) for loop, name in zip(moved, inputs, strict=True)),
        deadline=declared.deadline.to("s"),
        heartbeat=declared.heartbeat.to("s"),
        apart=tuple(_apart(process, loop, each) for loop, each in zip(moved, envelopes, strict=True)),
    )


def _apart(process: Process, loop: LoopPlan, envelope: Envelope) -> float:
    """How far an actuator's reading may lie from what it was told: it stands on the grid of its resolution, if any."""
    step = process.tags[loop.actuator].resolution
    half = 0.0 if step is None else 0.5 * step.difference(loop.output_unit)
    return max(APART * (envelope.high - envelope.low), GRID * half)


def _input(process: Process, loop: LoopPlan, controller: str) -> str:
    """The model's input that the loop's actuator is."""
    for name, tag in process.twin.inputs.items():
        if tag == loop.actuator:
            return name
    raise ProcessError(
        f"the model has no input for {loop.actuator}, which the loop {loop.name} moves",
        where=f"controllers.{controller}.moves.{loop.name}",
        mend="name the actuator in twin.inputs, or move another loop",
    )


def _task(
    process: Process,
    twin: TwinPlan,
    declared: Controller,
    inputs: tuple[str, ...],
    units: dict[str, str],
) -> Task:
    horizon, step = declared.horizon.to("h"), declared.step.to("h")
    steps = max(round(horizon / step), 1)
    moves, every = zip(inputs, declared.moves.values(), strict=True), declared.every.to("h")
    return Task(
        model=twin.model,
        steps=steps,
        horizon=horizon,
        free=min(declared.free_moves, steps),
        actuators=tuple([_actuator(name, move, units[name], every) for name, move in moves]),
        terms=tuple(_term(process, aim, units) for aim in declared.aims),
        limits=tuple(_limit(process, bound, units) for bound in declared.limits),
        held=declared.held,
        scenarios=tuple(declared.scenarios.items()),
        end=None if declared.end is None else declared.end.to("h"),
        ends=_ends(declared),
        stiff=declared.stiff,
        shown=tuple(_told(process, declared, inputs, units).items()),
    )


def _told(
    process: Process, declared: Controller, inputs: tuple[str, ...], units: dict[str, str]
) -> dict[str, Shown]:
    """Loops for the model's inputs, each in its actuator's unit; what is watched as its attribute or aim declares."""
    told: dict[str, Shown] = {}
    for name, moved in zip(inputs, declared.moves, strict=True):
        actuator = process.strategy[moved].actuator
        unit = process.tags[actuator].unit if actuator is not None else units[name]
        told[name] = _shown(moved, units[name], unit)
    values = [(aim.of, (aim.target, aim.low, aim.high)) for aim in declared.aims]
    values += [(bound.of, (None, bound.low, bound.high)) for bound in declared.limits]
    for name, given in values:
        quantity, own = _named(process, name, units)
        attribute = process.attributes.get(name)
        said = next((value.unit for value in given if value is not None), own)
        told.setdefault(quantity, _shown(name, own, said if attribute is None else attribute.unit))
    return told


def _shown(name: str, own: str, unit: str) -> Shown:
    """How a quantity in its `own` unit is told in another."""
    factor, offset = _scale(own, unit)
    return Shown(name, unit, factor, offset)


def _ends(declared: Controller) -> Ends | None:
    harvest = declared.harvest
    if harvest is None:
        return None
    first, last = harvest.between
    delay = None if harvest.delay is None else harvest.delay.to("h")
    return Ends(first.to("h"), last.to("h"), harvest.every.to("h"), delay)


def _named(process: Process, name: str, units: dict[str, str]) -> tuple[str, str]:
    """The model's quantity behind a quality attribute or a quantity's own name, and its unit."""
    attribute = process.attributes.get(name)
    quantity = name if attribute is None or attribute.quantity is None else attribute.quantity
    return quantity, units[quantity]


def _term(process: Process, aim: Aim, units: dict[str, str]) -> Term:
    quantity, unit = _named(process, aim.of, units)
    kind, value = _wanted(aim)
    return Term(
        name=aim.of,
        quantity=quantity,
        kind=kind,
        value=0.0 if value is None else value.to(unit),
        scale=aim.scale.difference(unit),
        weight=aim.weight,
        throughout=aim.at == "throughout",
    )


def _wanted(aim: Aim) -> tuple[Kind, Quantity | None]:
    if aim.strive is not None:
        return aim.strive, None
    if aim.target is not None:
        return "target", aim.target
    return ("low", aim.low) if aim.low is not None else ("high", aim.high)


def _limit(process: Process, bound: Bound, units: dict[str, str]) -> Limit:
    quantity, unit = _named(process, bound.of, units)
    return Limit(
        name=bound.of,
        quantity=quantity,
        low=None if bound.low is None else bound.low.to(unit),
        high=None if bound.high is None else bound.high.to(unit),
        scale=None if bound.hard or bound.scale is None else bound.scale.difference(unit),
        sigmas=0.0 if bound.chance is None else round(NormalDist().inv_cdf(bound.chance.to("1")), 9),
    )


def _actuator(name: str, move: Move, to: str, every: float) -> Actuator:
    low, high = (end.to(to) for end in move.envelope)
    return Actuator(
        input=name,
        low=low,
        high=high,
        change=_change(move, to, every),
        cost=None if move.cost is None else _amount(move.cost, to),
        suppression=None if move.suppression is None else move.suppression.difference(to),
        least=None if move.least is None else move.least.to(to),
    )


def _change(move: Move, unit: str, every: float) -> float | None:
    """The largest change at a move: as declared, and no more than what is made before the next plan comes."""
    changes = [] if move.change is None else [move.change.difference(unit)]
    if move.rate is not None:
        changes.append(move.rate.ratio(unit, "h") * every)
    return min(changes, default=None)


def _amount(cost: Quantity, unit: str) -> float:
    """An amount in input units times hours."""
    return cost.ratio(unit, "1/h")


def _envelope(move: Move, loop: LoopPlan, scan: float) -> Envelope:
    low, high = (end.to(loop.output_unit) for end in move.envelope)
    change = None if move.change is None else move.change.difference(loop.output_unit)
    least = None if move.least is None else move.least.to(loop.output_unit)
    stride = None if move.rate is None else move.rate.ratio(loop.output_unit, "h") * scan
    return Envelope(max(low, loop.tuning.low), min(high, loop.tuning.high), change, least, stride)


def _scale(unit: str, to: str) -> tuple[float, float]:
    offset = Quantity(0.0, unit).to(to)
    return Quantity(1.0, unit).to(to) - offset, offset
