"""A rehearsal: the process's scan on its simulated plant, without a record, up to a moment that is wanted.

What is done to the plant is remembered, so that the plant can be brought to the same moment again without the scan.
"""

from dataclasses import dataclass

from homeostat.equipment import Command, SimulatedPlant
from homeostat.execution.batch import observe
from homeostat.execution.memory import prefix
from homeostat.execution.operator import ScriptedOperator
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.scan import begin, execute
from homeostat.execution.stages.alarms import Seen
from homeostat.execution.stages.recipe import complete
from homeostat.execution.state import BatchState, Inputs, LoopState
from homeostat.ledger.catalogue import CommandIntended, CommandOutcome, Payload
from homeostat.process import Process
from homeostat.process.monitoring import Monitoring
from homeostat.process.twin import SensorFaults


@dataclass(frozen=True, slots=True)
class Did:
    """What was done to the plant after one scan's reading: commands, then the loops' outputs."""

    commands: tuple[Command, ...]
    outputs: tuple[tuple[str, float], ...]


class Rehearsal:
    """A batch of `process` that is executed scan by scan; `shown` are the last readings (NaN: unusable).

    The twin does not learn and nothing is watched: what steers is the recipe and its loops. Faults that are seeded into
    the simulation are left out.
    """

    def __init__(self, process: Process, seed: int) -> None:
        self.process, self.seed = bare(process), seed
        self._driver = SimulatedPlant(self.process, seed)
        self.plan: Plan = make_plan(self.process, steers=True, initial=self._driver.initial())
        self._observer = observe(self.plan)
        self._operator = ScriptedOperator(self.process)
        self._arrivals: list[Payload] = []
        self._state: BatchState = begin(self.plan, self._observer)
        self.done: list[Did] = []
        self.shown: tuple[float, ...] = ()

    @property
    def loops(self) -> tuple[LoopState, ...]:
        """The loops as they stand."""
        return self._state.loops

    @property
    def ended(self) -> bool:
        """Whether the recipe has come to its end."""
        return complete(self._state)

    def scan(self) -> None:
        """Execute the next scan."""
        number = len(self.done)
        time = number * self.plan.scan
        reading = self._driver.read(time)
        self.shown = Seen.of(reading).usable
        arrived = (*self._arrivals, *self._operator.answers(time))
        result = execute(
            self.plan, self._observer, self._state, Inputs(prefix("T", number), time, reading, arrived)
        )
        self._state, self._arrivals = result.state, []
        commands = []
        for event, decision in result.decisions:
            if isinstance(decision, CommandIntended):
                commands.append(_command(event, decision))
                outcome = self._driver.execute(commands[-1])
                told = CommandOutcome(
                    intent=event, status=outcome.status, value=outcome.value, detail=outcome.detail
                )
                self._arrivals.append(told)
            self._operator.hear(decision, time)
        outputs = moves(self.plan, self._state.loops)
        self._driver.regulate(outputs)
        self.done.append(Did(tuple(commands), outputs))

    def again(self, *, quiet: bool) -> SimulatedPlant:
        """The plant as it stands now, anew; a `quiet` one has sensors that neither scatter nor drift nor fail."""
        plant = SimulatedPlant(_quiet(self.process) if quiet else self.process, self.seed)
        for number, did in enumerate(self.done):
            plant.read(number * self.plan.scan)
            for command in did.commands:
                plant.execute(command)
            plant.regulate(did.outputs)
        return plant


def moves(plan: Plan, loops: tuple[LoopState, ...]) -> tuple[tuple[str, float], ...]:
    """Where every actuator that a loop moves is to stand."""
    pairs = zip(plan.loops, loops, strict=True)
    return tuple([move for loop, memory in pairs for move in loop.moves(memory.pid.output)])


def bare(process: Process) -> Process:
    """The process with nothing but its recipe and loops to steer it, and without seeded faults."""
    twin = process.twin.model_copy(update={"observer": None})
    simulation = process.simulation.model_copy(update={"faults": ()})
    left = {"twin": twin, "simulation": simulation, "monitoring": Monitoring(), "controllers": {}}
    return process.model_copy(update=left)


def _quiet(process: Process) -> Process:
    sensors = {name: SensorFaults(lag=s.lag) for name, s in process.simulation.sensors.items()}
    simulation = process.simulation.model_copy(update={"sensors": sensors})
    return process.model_copy(update={"simulation": simulation})


def _command(event: str, intended: CommandIntended) -> Command:
    return Command(event, intended.kind, intended.target, intended.value, intended.unit, intended.retain)
