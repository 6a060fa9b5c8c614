"""The plan: a process resolved to plain numbers, indices and microseconds, ready for the scan.

In: the declaration and what the equipment is. Out: an immutable `Plan`. What a scan computes with is looked up and
converted here once; only what people and materials bring in (an answer, a dose) is converted when it comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from homeostat.control import Mode, Tuning
from homeostat.control.regulatory import Travel, shared
from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.foreseeing import AttributePlan, OutlookPlan
from homeostat.execution.plan.held import CrosscheckPlan
from homeostat.execution.plan.soft import SoftPlan
from homeostat.execution.plan.steered import FeedPlan, outer_first
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import HOUR, Node, Test
from homeostat.execution.plan.watching import WatchPlan
from homeostat.monitoring.alarms import Limit, Rules
from homeostat.monitoring.signals import Panel
from homeostat.process import Process

FORESEEN = ("foreseen", "foreseen.sd", "foreseen.p", "foreseen.breach")
"""What is recorded of each attribute that is foreseen."""


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """A loop with its tag by index, its first set-point and mode, and what it does without a reading.

    It moves one `actuator`, or several by their `travels`, or the set-point of the loop at `inner` (-1: none). `safe`
    (None: stay) is taken after `patience` microseconds without a usable reading. After `told` it is told that there is
    none (None: never, as in records from before a loop without a safe output told it).
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
    told: int | None = None
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
    `models` the soft sensors and watchers. At a `gmp` site only persons answer. `outstanding` tells, by phase and
    assay of a sample, which models by index let the batch end without its result, for its `realtime` attributes.
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
    realtime: tuple[str, ...] = ()
    outstanding: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

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

    @cached_property
    def hours(self) -> float:
        """The scan interval in hours."""
        return self.scan / HOUR
