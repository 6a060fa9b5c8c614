"""What the scan remembers from one execution to the next: immutable, and rebuilt by executing the record again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from homeostat.control import Mode, PidState
from homeostat.control.predictive import Question
from homeostat.control.regulatory import FeedState
from homeostat.control.supervisor import Envelope
from homeostat.control.supervisor import Standing as Supervised
from homeostat.equipment import Scan
from homeostat.execution.plan.steps import Act
from homeostat.execution.states import State
from homeostat.ledger.catalogue import Payload
from homeostat.monitoring.alarms import AlarmState, Board
from homeostat.monitoring.panel import Standing
from homeostat.monitoring.signals import Chart, Closure, Memory
from homeostat.process import Prompt
from homeostat.twin.observer import Shadow


@dataclass(frozen=True, slots=True)
class StepState:
    """A recipe step: idle, running, complete or skipped, since when; what a running phase still waits for.

    `run` is the number of the phase's run, from 1. `acted` says that the phase's acts were given, once its prompts were
    answered. `prompts` and `intents` are the ids of open prompts and of commands without an outcome; `due` the next
    sampling time of each of the phase's samplings (-1: no more).
    """

    status: Literal["idle", "running", "complete", "skipped"] = "idle"
    since: int = 0
    acted: bool = False
    prompts: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    due: tuple[int, ...] = ()
    run: int = 1

    @property
    def over(self) -> bool:
        """Whether what comes after the step need wait for it no more."""
        return self.status in ("complete", "skipped")


@dataclass(frozen=True)
class LoopState:
    """A loop's set-point, mode and controller memory, and since when (µs) it has had no usable reading.

    `driven`: a predictive controller gives the output; the loop only follows it, ready to go on from there. `safe`:
    that output is no plan's, but the safe one, at which the supervisor holds. `fence`: the loop stands in for a
    controller, and keeps to its envelope. `doubted`: the twin does not rely on the loop's own sensor, so that under a
    controller it counts as without a reading. `feeds` are what it remembers of each disturbance that is fed forward.
    `lacking` is what is told of it while it has had no reading for too long (empty: nothing).
    """

    setpoint: float
    mode: Mode
    pid: PidState
    blind: int | None = None
    driven: bool = False
    safe: bool = False
    fence: Envelope | None = None
    doubted: bool = False
    feeds: tuple[FeedState, ...] = ()
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Belief:
    """What the twin believes: state vector, outputs, the last usable inputs, and whether it still holds.

    Of a twin that learns from the batch also `more`, its parameters and then standard deviations, the filter's own
    state, the signals whose readings do not scatter about it as they should, each with its verdict, and which of them
    are `dropped`: no longer fused, for the others agree without them. `read` tells of every signal of the filter when
    it was last fused (µs; -1: never), a sample by when it was taken; `astray` names those whose newest readings lie
    beyond the filter's gate, two in a row at least. `surprises` are the laboratory's signals of which the last result
    alone lies beyond it, and by how many standard deviations.
    """

    states: tuple[float, ...]
    outputs: tuple[float, ...]
    inputs: tuple[float, ...]
    sound: bool = True
    more: tuple[float, ...] = ()
    shadow: Shadow | None = None
    flagged: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    read: tuple[int, ...] = ()
    astray: tuple[str, ...] = ()
    surprises: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of an attribute: value, standard deviation, probability to be within, and the verdict on it.

    `breach` is the batch time (h) of the sample that is expected to miss the specification first. NaN where nothing is
    foreseen. `doubted` is the last time (µs; -1: never) at which the forecast was doubted.
    """

    value: float = math.nan
    deviation: float = math.nan
    probability: float = math.nan
    breach: float = math.nan
    verdict: Standing = "undecided"
    doubted: int = -1

    @property
    def numbers(self) -> tuple[float, float, float, float]:
        """What is recorded in every scan."""
        return self.value, self.deviation, self.probability, self.breach


@dataclass(frozen=True, slots=True)
class Sensed:
    """What a model remembers: the last usable `values` of its inputs with their `times`, and its last answer.

    It answers again at `due`; `answer` is value, low and high (NaN: none), `outside` says that the inputs were outside
    those its model knows, `missing` names those that it was not given. Of a watcher `answer` are its ratios, and
    `memory` is what it remembers of the batch.
    """

    values: tuple[float, ...]
    times: tuple[int, ...]
    due: int
    answer: tuple[float, ...] = (math.nan, math.nan, math.nan)
    decision: Standing = "undecided"
    outside: bool = False
    missing: tuple[str, ...] = ()
    memory: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ControllerState:
    """A predictive controller: how it is supervised, what it was `asked` (µs) and has not answered, when it is asked
    next, and what arrived about it since the last scan: the proposals that were `approved` (by the `approver`) and
    `refused`.

    `strikes` counts for each of its loops the scans in a row in which the actuator showed something else.
    """

    standing: Supervised
    question: Question | None = None
    asked: int = 0
    due: int = 0
    missed: str = ""
    approved: str = ""
    approver: str = ""
    refused: str = ""
    strikes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt that waits: which phase it belongs to (by node), and how its answer is judged.

    `asks` is the prompt as declared (None: a reconciliation), `opened` when it was asked (µs).
    """

    node: int
    kind: str
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    hold: tuple[str, ...] = ()
    intent: str = ""
    asks: Prompt | None = None
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it stands: the answer, its number if it is one, who gave it, how it is judged.

    One that needs two persons is `open` until it has been verified.
    """

    answer: str
    value: float | None
    by: str
    judging: OpenPrompt
    open: bool = False

    @property
    def two_persons(self) -> bool:
        """Whether such an entry counts only once a second person has verified it."""
        return self.judging.asks is not None and self.judging.asks.two_persons


@dataclass(frozen=True, slots=True)
class Pending:
    """A command whose outcome is not known yet, and the node that gave it."""

    act: Act
    node: int


@dataclass(frozen=True, slots=True)
class Crosschecks:
    """The chart of each pair; of each group of balances whether it closes, and the values it leaves its tags.

    NaN where a value is not determined.
    """

    charts: tuple[Chart, ...] = ()
    closures: tuple[Closure, ...] = ()
    reconciled: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class BatchState:
    """Everything the scan carries on. `awaited` are the results (sample, assay) that the laboratory still owes.

    `disagreed` tells when each signal was last found to disagree with the twin, as long as that is an alarm,
    `dropped` since when the twin has left each of those out that it does;
    `harvest` is when a controller ended its phase (µs); `carried` are the signatures that have let the recipe be
    changed; `judged` tells of each attribute that was measured whether it
    lay outside its specification, once or more; `entries` are what was answered, by prompt;
    `doubted` why the instrument behind a tag does not count. `rested` are the steps with which the recipe had nothing
    left to do but wait: as long as they are those of the batch, only what is waited for need be looked at.
    """

    state: State
    steps: tuple[StepState, ...]
    loops: tuple[LoopState, ...]
    alarms: tuple[AlarmState, ...]
    signals: Memory
    belief: Belief
    board: Board = field(default_factory=Board)
    prompts: Mapping[str, OpenPrompt] = field(default_factory=dict)
    pending: Mapping[str, Pending] = field(default_factory=dict)
    samples: Mapping[str, int] = field(default_factory=dict)
    awaited: frozenset[tuple[str, str]] = frozenset()
    faults: frozenset[str] = frozenset()
    disagreed: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    judged: Mapping[str, bool] = field(default_factory=dict)
    expected: tuple[Expectation, ...] = ()
    log_ended: bool = False
    crosschecks: Crosschecks = Crosschecks()
    sensed: tuple[Sensed, ...] = ()
    controllers: tuple[ControllerState, ...] = ()
    harvest: int | None = None
    carried: frozenset[str] = frozenset()
    entries: Mapping[str, Kept] = field(default_factory=dict)
    doubted: Mapping[str, str] = field(default_factory=dict)
    rested: tuple[StepState, ...] | None = None


class Inputs(NamedTuple):
    """All that one scan is given: its number, process time (µs), the readings, and facts that arrived since."""

    prefix: str
    time: int
    scan: Scan
    arrivals: tuple[Payload, ...]


class ScanResult(NamedTuple):
    """The scan's conclusion: next state, decisions with their event ids, output row with its quality codes."""

    state: BatchState
    decisions: tuple[tuple[str, Payload], ...]
    outputs: tuple[float, ...]
    qualities: tuple[int, ...]
