"""A batch in brief, for the search: the same simulated vessel, recipe, loops and conditions, without twin and record.

A trial does the same with everything that a batch has around it; a candidate that the search keeps is tried again so.
"""

from dataclasses import dataclass, field
from math import nan

from homeostat.bench.control.donors.declaration import Contender, declared
from homeostat.bench.control.donors.plants import TRUE, plant
from homeostat.bench.control.donors.scoring import Batch
from homeostat.equipment import Command
from homeostat.equipment.simulated import SimulatedPlant
from homeostat.execution.conditions import Facts, holds
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.steps import HOUR, Node, PhasePlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.loops import begin, direct, moved
from homeostat.execution.state import LoopState
from homeostat.process import Process, Quality, Quantity

ENOUGH = "product-samples"
SCAN = Quantity(20.0, "min")
CALM = 0.1
"""Share of its gain that the loop on oxygen has here: with all of it, it is unstable in steps as coarse as these."""


@dataclass
class _Batch:
    """A batch under way: `since` holds for every node when it began or (-1: not yet), `done` which are complete."""

    plan: Plan
    vessel: SimulatedPlant
    loops: tuple[LoopState, ...]
    since: dict[int, int] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    ended: dict[str, int] = field(default_factory=dict)
    due: dict[int, int] = field(default_factory=dict)
    orders: int = 0
    taken: int = -1


def rehearsed(contender: Contender, seed: int) -> Batch:
    """What comes of the donor of `seed`; not for contenders that ask the twin."""
    process = _calmed(plant(contender, seed, SCAN))
    plan = make_plan(process, steers=True, initial={})
    at = _Batch(plan, SimulatedPlant(process, seed), tuple(begin(loop) for loop in plan.loops))
    medium, time = 0.0, 0
    pump = plan.tags.index("perfusion_pump")
    while at.taken < 0:
        usable = _scan(at, time)
        medium += usable[pump] * plan.scan / HOUR
        time += plan.scan
    return _told(process, at, seed, medium)


def _calmed(process: Process) -> Process:
    loop = process.strategy["oxygen"]
    gain = Quantity(CALM * loop.gain.value, loop.gain.unit)
    strategy = {**process.strategy, "oxygen": loop.model_copy(update={"gain": gain})}
    return process.model_copy(update={"strategy": strategy})


def _scan(at: _Batch, time: int) -> list[float]:
    reading = at.vessel.read(time)
    good = int(Quality.GOOD)
    usable = [v if q == good else nan for v, q in zip(reading.values, reading.qualities, strict=True)]
    at.loops = moved(at.plan, at.loops, usable, time, [])
    facts = Facts(time, usable, ())
    while _swept(at, facts):
        pass
    _sample(at, time)
    at.vessel.regulate(
        [m for loop, s in zip(at.plan.loops, at.loops, strict=True) for m in loop.moves(s.pid.output)]
    )
    return usable


def _sample(at: _Batch, time: int) -> None:
    """Draw what is due in running phases: a culture that is sampled has fewer cells."""
    for place, due in list(at.due.items()):
        node = at.plan.nodes[place]
        if place in at.done or node.phase is None or time < due:
            continue
        every = [sampling.every for sampling in node.phase.samplings if sampling.every]
        at.due[place] = due + every[0] if every else round(1e6 * HOUR)
        for sampling in node.phase.samplings:
            at.orders += 1
            at.vessel.execute(Command(str(at.orders), "draw", "sample", sampling.volume, "mL"))


def _swept(at: _Batch, facts: Facts) -> bool:
    """One pass over the recipe; whether anything moved."""
    changed = False
    for place, node in enumerate(at.plan.nodes):
        if place in at.since:
            if place not in at.done and _over(at, node, place, facts):
                at.done.add(place)
                at.ended[node.name] = facts.time
                changed = True
        elif (node.parent < 0 or node.parent in at.since) and at.done.issuperset(node.after):
            at.since[place] = facts.time
            if node.phase is not None:
                _begin(at, node, node.phase, facts.time)
            changed = True
    return changed


def _over(at: _Batch, node: Node, place: int, facts: Facts) -> bool:
    if node.phase is None:
        return at.done.issuperset(node.children)
    return not node.phase.until or holds(node.phase.until, facts, at.since[place])


def _begin(at: _Batch, node: Node, phase: PhasePlan, time: int) -> None:
    at.loops = direct(at.plan, at.loops, phase, node.path, Sheet("", 0))
    for act in phase.acts:
        at.orders += 1
        at.vessel.execute(Command(str(at.orders), act.kind, act.target, act.value, act.unit, act.retain))
    if phase.samplings and node.name != ENOUGH:
        at.due[at.plan.nodes.index(node)] = time
    if node.name == ENOUGH:
        at.vessel.sample("last", TRUE, time)
        at.taken = time


def _told(process: Process, at: _Batch, seed: int, medium: float) -> Batch:
    (result,) = at.vessel.results(at.taken + round(HOUR))
    failed = 0
    values = {}
    for name in declared().specification:
        attribute = process.attributes[name]
        unit = result.units[attribute.quantity or ""]
        low, high = attribute.specification.low, attribute.specification.high
        value = result.values[attribute.quantity or ""]
        values[name] = value
        below = low is not None and value < low.to(unit)
        failed += below or (high is not None and value > high.to(unit))
    harvest = at.ended["daily-samples"] / HOUR
    return Batch(
        seed=seed,
        state="complete",
        dose=values["dose"],
        viability=values["harvest-viability"],
        memory=values["memory-fraction"],
        medium=medium,
        harvest=harvest,
        failed=failed,
        beyond=0.0,
        rungs={},
        plans={},
        astray=nan,
    )
