"""What the scan remembers from one execution to the next: immutable, and rebuilt by executing the record again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from homeostat.control import Mode, PidState
from homeostat.equipment import Scan
from homeostat.execution.plan.types import Act
from homeostat.execution.states import State
from homeostat.ledger.catalogue import Payload
from homeostat.monitoring import AlarmState
from homeostat.twin.observer import Shadow


@dataclass(frozen=True, slots=True)
class StepState:
    """A recipe step: idle, running or complete, since when; what a running phase still waits for.

    `acted` says that the phase's acts were given, once its prompts were answered. `prompts` and `intents` are the ids
    of open prompts and of commands without an outcome; `due` the next sampling time of each of the phase's samplings
    (-1: no more).
    """

    status: Literal["idle", "running", "complete"] = "idle"
    since: int = 0
    acted: bool = False
    prompts: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    due: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LoopState:
    """A loop's set-point, mode and controller memory, and since when (µs) it has had no usable reading."""

    setpoint: float
    mode: Mode
    pid: PidState
    blind: int | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """What the twin believes: state vector, outputs, the last usable inputs, and whether it still holds.

    Of a twin that learns from the batch also `more`, its parameters and then standard deviations, the filter's own
    state, and the signals whose readings do not scatter about it as they should, each with its verdict.
    """

    states: tuple[float, ...]
    outputs: tuple[float, ...]
    inputs: tuple[float, ...]
    sound: bool = True
    more: tuple[float, ...] = ()
    shadow: Shadow | None = None
    flagged: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt that waits: which phase it belongs to (by node), and how its answer is judged."""

    node: int
    kind: str
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    hold: tuple[str, ...] = ()
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A command whose outcome is not known yet, and the node that gave it."""

    act: Act
    node: int


@dataclass(frozen=True, slots=True)
class BatchState:
    """Everything the scan carries on. `awaited` are the results (sample, assay) that the laboratory still owes."""

    state: State
    steps: tuple[StepState, ...]
    loops: tuple[LoopState, ...]
    alarms: tuple[AlarmState, ...]
    belief: Belief
    prompts: Mapping[str, OpenPrompt] = field(default_factory=dict)
    pending: Mapping[str, Pending] = field(default_factory=dict)
    samples: Mapping[str, int] = field(default_factory=dict)
    awaited: frozenset[tuple[str, str]] = frozenset()
    faults: frozenset[str] = frozenset()
    log_ended: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that one scan is given: its number, process time (µs), the readings, and facts that arrived since."""

    prefix: str
    time: int
    scan: Scan
    arrivals: tuple[Payload, ...]


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The scan's conclusion: next state, decisions with their event ids, output row with its quality codes."""

    state: BatchState
    decisions: tuple[tuple[str, Payload], ...]
    outputs: tuple[float, ...]
    qualities: tuple[int, ...]
