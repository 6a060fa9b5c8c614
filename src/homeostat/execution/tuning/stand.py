"""A stand: the plant at the moment of a rehearsal, with one loop taken in hand and all others left to themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from homeostat.control import PidState, Tuning
from homeostat.control.regulatory import retuned
from homeostat.equipment import SimulatedPlant
from homeostat.execution.plan import Plan
from homeostat.execution.stages.alarms import Seen
from homeostat.execution.stages.loops import moved
from homeostat.execution.state import LoopState
from homeostat.execution.tuning.rehearsal import Rehearsal, moves


@dataclass
class Stand:
    """The plant and its loops; `shown` are the readings of now.

    `values` and `outputs` are those of the loop at `place`, scan by scan: what was read, and what was then put out.
    """

    plan: Plan
    place: int
    plant: SimulatedPlant
    loops: tuple[LoopState, ...]
    scan: int
    shown: tuple[float, ...]
    values: list[float] = field(default_factory=list)
    outputs: list[float] = field(default_factory=list)

    @classmethod
    def at(cls, rehearsal: Rehearsal, place: int, *, quiet: bool, tuning: Tuning | None = None) -> "Stand":
        """The moment that the rehearsal has reached; with another `tuning` of the loop, if given, without a bump.

        Loops outside it, whose output is its set-point, are in manual: it is this loop that is looked at.
        """
        plan = rehearsal.plan if tuning is None else _retuned(rehearsal.plan, place, tuning)
        loops = [replace(loop, driven=False) for loop in rehearsal.loops]
        if tuning is not None:
            before = rehearsal.plan.loops[place].tuning
            loops[place] = replace(loops[place], pid=retuned(before, tuning, loops[place].pid))
        for outer in _outside(plan, place):
            loops[outer] = replace(loops[outer], mode="manual")
        plant, scan = rehearsal.again(quiet=quiet), len(rehearsal.done)
        return cls(plan, place, plant, tuple(loops), scan, Seen.of(plant.read(scan * plan.scan)).usable)

    @property
    def loop(self) -> LoopState:
        """The loop in hand."""
        return self.loops[self.place]

    @property
    def value(self) -> float:
        """What the loop's tag shows now (NaN: unusable)."""
        return self.shown[self.plan.loops[self.place].tag]

    def drive(self, output: float) -> float:
        """Hold an output until the next scan; the reading then (NaN: unusable)."""
        low, high = self.plan.loops[self.place].tuning.low, self.plan.loops[self.place].tuning.high
        pid = self.loop.pid._replace(output=min(max(output, low), high))
        self._put(replace(self.loop, driven=True, pid=pid))
        return self._live()

    def hold(self, setpoint: float) -> float:
        """Let the controller move for a set-point, until the next scan; the reading then."""
        for outer in _outside(self.plan, self.place)[:1]:
            memory = self.loops[outer]
            held = replace(memory, pid=PidState(setpoint, setpoint))
            self.loops = (*self.loops[:outer], held, *self.loops[outer + 1 :])
        self._put(replace(self.loop, driven=False, mode="auto", setpoint=setpoint))
        return self._live()

    def _put(self, memory: LoopState) -> None:
        self.loops = (*self.loops[: self.place], memory, *self.loops[self.place + 1 :])

    def _live(self) -> float:
        """The rest of a scan as the engine does it, and the reading of the next."""
        time = self.scan * self.plan.scan
        self.values.append(self.value)
        self.loops = moved(self.plan, self.loops, self.shown, time, [])
        self.outputs.append(self.loop.pid.output)
        self.plant.regulate(moves(self.plan, self.loops))
        self.scan += 1
        self.shown = Seen.of(self.plant.read(time + self.plan.scan)).usable
        return self.value


def _retuned(plan: Plan, place: int, tuning: Tuning) -> Plan:
    loop = replace(plan.loops[place], tuning=tuning)
    return replace(plan, loops=(*plan.loops[:place], loop, *plan.loops[place + 1 :]))


def _outside(plan: Plan, place: int) -> Sequence[int]:
    """The loops whose output is, at last, this one's set-point; the nearest first."""
    found = []
    while (outer := next((k for k, loop in enumerate(plan.loops) if loop.inner == place), -1)) >= 0:
        found.append(outer)
        place = outer
    return found
