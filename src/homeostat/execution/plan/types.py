"""The plan: a process resolved to plain numbers, indices and microseconds, ready for the scan.

In: the declaration and what the equipment is. Out: an immutable `Plan`. What a scan computes with is looked up and
converted here once; only what people and materials bring in (an answer, a dose) is converted when it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from homeostat.control import Mode, Tuning
from homeostat.control.regulatory import Travel, shared
from homeostat.execution.plan.held import CrosscheckPlan
from homeostat.execution.plan.soft import SoftPlan
from homeostat.execution.plan.steered import FeedPlan, outer_first
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.watching import WatchPlan
from homeostat.monitoring.alarms import Limit, Rules
from homeostat.monitoring.panel import Risk
from homeostat.monitoring.signals import Panel
from homeostat.process import Process, Prompt, Quantity
from homeostat.twin.observer import Settings

FORESEEN = ("foreseen", "foreseen.sd", "foreseen.p", "foreseen.breach")
"""What is recorded of each attribute that is foreseen."""
MICROSECONDS = 1_000_000
HOUR = 3600 * MICROSECONDS


def micros(quantity: Quantity) -> int:
    """A duration in microseconds of process time."""
    return round(quantity.to("s") * MICROSECONDS)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a resolved condition: where the value stands, its relation and the limit in its unit."""

    source: Literal["elapsed", "batch", "harvest", "tag", "twin"]
    index: int
    sign: str
    limit: float


@dataclass(frozen=True, slots=True)
class Guard:
    """A resolved condition that a step is executed under, or a phase runs again under; `text` is how it is told."""

    tests: tuple[tuple[Test, ...], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """A command a phase gives to the equipment, or to the loop that owns the actuator."""

    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    retain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Assays of one sample; `every` in microseconds (0: once), `volume` in mL."""

    assays: tuple[str, ...]
    every: int
    volume: float


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """What a phase does on entry and what it waits for; set-points, modes and outputs by loop index.

    It runs `again` (None: never) while that holds, `most` times in all.
    """

    acts: tuple[Act, ...]
    setpoints: tuple[tuple[int, float], ...]
    modes: tuple[tuple[int, Mode], ...]
    outputs: tuple[tuple[int, float], ...]
    prompts: tuple[Prompt, ...]
    samplings: tuple[SamplingPlan, ...]
    until: tuple[tuple[Test, ...], ...]
    again: Guard | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the recipe tree: its path, parent and predecessors by index; `phase` on the lowest level only.

    It is executed only `when` that holds (None: always).
    """

    level: Literal["unit procedure", "operation", "phase"]
    path: str
    name: str
    title: str
    parent: int
    after: tuple[int, ...]
    children: tuple[int, ...]
    phase: PhasePlan | None
    when: Guard | None = None


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """A loop with its tag by index, its first set-point and mode, and what it does without a reading.

    It moves one `actuator`, or several by their `travels`, or the set-point of the loop at `inner` (-1: none). `safe`
    (None: stay) is taken after `patience` microseconds without a usable reading.
    """

    name: str
    tag: int
    actuator: str
    unit: str
    setpoint: float
    mode: Mode
    initial: float
    tuning: Tuning
    output_unit: str
    safe: float | None
    patience: int
    travels: tuple[Travel, ...] = ()
    inner: int = -1
    feeds: tuple[FeedPlan, ...] = ()

    @property
    def actuators(self) -> tuple[str, ...]:
        """The actuators that the loop moves itself."""
        return (self.actuator,) if self.actuator else tuple([travel.actuator for travel in self.travels])

    def moves(self, output: float) -> tuple[tuple[str, float], ...]:
        """Where each of its actuators is to stand at an output; nothing of an outer loop."""
        return ((self.actuator, output),) if self.actuator else shared(self.travels, output)


@dataclass(frozen=True, slots=True)
class InputSource:
    """Where a model input comes from: tag index (-1: none), slope and offset to the model's unit, allowed range."""

    tag: int
    slope: float
    offset: float
    low: float
    high: float

    def read(self, usable: Sequence[float], last: float) -> float:
        """The input by the tag's value (NaN: unusable), within its range; `last` where there is none."""
        if self.tag < 0 or usable[self.tag] != usable[self.tag]:
            return last
        return self.of(usable[self.tag])

    def of(self, value: float) -> float:
        """The input where the tag shows `value`, within its range."""
        return min(max(value * self.slope + self.offset, self.low), self.high)


@dataclass(frozen=True, slots=True)
class LaboratorySignal:
    """A quantity an assay reports, the filter's signal for it, slope and offset to the model's unit."""

    assay: str
    quantity: str
    signal: int
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class ObserverPlan:
    """What the filter is told, and its readings: first the tags of `sources`, every `every` microseconds.

    `contents` are the relative standard deviations of what doses bring of a state, `volumes` that of doses and draws.
    """

    settings: Settings
    every: int
    sources: tuple[InputSource, ...]
    laboratory: tuple[LaboratorySignal, ...]
    contents: tuple[tuple[str, float], ...]
    volumes: float


@dataclass(frozen=True, slots=True)
class TwinPlan:
    """The model's vectors in declared order, the source of each input, and what each material contains."""

    model: str
    states: tuple[str, ...]
    outputs: tuple[str, ...]
    initial: tuple[float, ...]
    parameters: tuple[float, ...]
    inputs: tuple[InputSource, ...]
    defaults: tuple[float, ...]
    contents: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    observer: ObserverPlan | None = None

    @property
    def learnt(self) -> tuple[str, ...]:
        """The parameters that are estimated."""
        return tuple(learnt.name for learnt in self.observer.settings.learnt) if self.observer else ()

    @property
    def doubted(self) -> tuple[str, ...]:
        """What a standard deviation is told of: states, estimated parameters, outputs."""
        return (*self.states, *self.learnt, *self.outputs) if self.observer else ()


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """A quality attribute: assay and reported quantity, phase it is judged in, specification in its unit.

    `slope` and `offset` take a reported value to the attribute's unit.
    """

    name: str
    assay: str
    quantity: str
    slope: float
    offset: float
    phase: str
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TagTie:
    """A tag, by index, as the twin sees it: `slope` times a quantity plus `offset`.

    The quantity is a position among the model's states followed by its outputs.
    """

    tag: int
    quantity: int
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class ForeseenPlan:
    """A quality attribute, by position, that is a quantity of the model; `variation` of its assay (relative s.d.).

    `slope` and `offset` take the model's value to the attribute's unit.
    """

    attribute: int
    quantity: str
    slope: float
    offset: float
    variation: float


@dataclass(frozen=True, slots=True)
class LoopTie:
    """A loop as the outlook holds it: the `tags` its output shows on, by index, and the model inputs that read them.

    Of `inputs` each is a pair: the input's position, and that of its tag among the loop's. `seen` is how the twin sees
    the loop's own tag; None where it does not know it.
    """

    tags: tuple[int, ...]
    inputs: tuple[tuple[int, int], ...]
    seen: TagTie | None


@dataclass(frozen=True, slots=True)
class OutlookPlan:
    """How the rest of the recipe is foreseen: every `every` µs in steps of `step` µs; `loops` as the plan's.

    The covariance follows in strides of `stride` µs. Nothing is called ok within `calm` µs of a disagreement.
    """

    every: int
    step: int
    stride: int
    calm: int
    risk: Risk
    attributes: tuple[ForeseenPlan, ...]
    ties: tuple[TagTie, ...]
    loops: tuple[LoopTie, ...]


@dataclass(frozen=True, slots=True)
class Calm:
    """A tag's limits by position, and the span of values [low, high] that violates none of them."""

    tag: int
    low: float
    high: float
    limits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SuppressionPlan:
    """What suppresses alarms by design, under `name`: one of `nodes` that runs, or alternatives of `tests`."""

    name: str
    nodes: tuple[int, ...]
    tests: tuple[tuple[Test, ...], ...]


@dataclass(frozen=True)
class Plan:
    """Everything the scan needs, resolved; `until` is the node after which the batch pauses (-1: none).

    `survey` is what each signal is expected to do, `rules` how alarms live, `suppressions` what suppresses them,
    `models` the soft sensors and watchers. At a `gmp` site only persons answer.
    """

    process: Process
    steers: bool
    scan: int
    tags: tuple[str, ...]
    loops: tuple[LoopPlan, ...]
    nodes: tuple[Node, ...]
    limits: tuple[Limit, ...]
    calm: tuple[Calm, ...]
    rules: Rules
    survey: Panel
    twin: TwinPlan
    attributes: tuple[AttributePlan, ...]
    outlook: OutlookPlan | None
    crosschecks: CrosscheckPlan
    until: int
    models: tuple[SoftPlan | WatchPlan, ...] = ()
    suppressions: tuple[SuppressionPlan, ...] = ()
    controllers: tuple[ControllerPlan, ...] = ()
    gmp: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what a scan computes, in the order of its output row."""
        moved = tuple(f"loop.{loop.name}" for loop in self.loops)
        answered = tuple(name for model in self.models for name in model.outputs)
        rungs = tuple(f"control.{controller.name}.rung" for controller in self.controllers)
        return moved + self.believed + self.foreseen + self.reconciled + answered + rungs

    @property
    def believed(self) -> tuple[str, ...]:
        """The names of what the twin believes, and of the standard deviations it tells."""
        names = self.twin.states + self.twin.outputs + self.twin.learnt
        doubts = tuple(f"twin.sd.{name}" for name in self.twin.doubted)
        return tuple(f"twin.{name}" for name in names) + doubts

    @property
    def foreseen(self) -> tuple[str, ...]:
        """The names of what is foreseen of each attribute, in the order of `FORESEEN`."""
        foreseen = self.outlook.attributes if self.outlook else ()
        names = [self.attributes[each.attribute].name for each in foreseen]
        return tuple(f"{kind}.{name}" for name in names for kind in FORESEEN)

    @property
    def reconciled(self) -> tuple[str, ...]:
        """The names of the values that balances leave their tags."""
        return tuple([f"reconciled.{name}" for name in self.crosschecks.reconciled])

    @cached_property
    def outer_first(self) -> tuple[int, ...]:
        """The loops, by index, in the order in which they are executed."""
        return outer_first([loop.inner for loop in self.loops])

    @cached_property
    def sensors(self) -> frozenset[int]:
        """The tags, by index, that measure."""
        kinds = enumerate(self.process.tags.values())
        return frozenset(index for index, tag in kinds if tag.kind == "sensor")

    @property
    def hours(self) -> float:
        """The scan interval in hours."""
        return self.scan / HOUR
