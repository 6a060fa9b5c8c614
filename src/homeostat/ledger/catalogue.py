"""The catalogue of event payloads: every kind of fact that the ledger of a batch can hold.

A payload is an *input* (a fact from outside that the scan consumes), a *decision* (what the scan concluded from its
inputs: replay must reproduce it) or an *effect* (what the engine did about it). Times are microseconds since the
batch started.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from homeostat.errors import LedgerError

Role = Literal["input", "decision", "effect"]


class Payload(BaseModel):
    """Base of all payloads: frozen, complete, and free of unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    role: ClassVar[Role]


class BatchStarted(Payload):
    """A batch began: everything that is needed to execute its scan again, and who it is for.

    `declaration` is the process as JSON text, which keeps the order of the file where canonical bytes would sort it.
    """

    type: ClassVar[str] = "batch.started"
    role: ClassVar[Role] = "effect"
    process: str
    version: str
    process_hash: str
    declaration: str
    patient: str
    scan: int
    tags: tuple[str, ...]
    outputs: tuple[str, ...]
    equipment: dict[str, JsonValue]
    twin: dict[str, JsonValue]
    environment: dict[str, JsonValue]
    until: str = ""


class BatchEnded(Payload):
    """The last scan of a batch has been executed and sealed."""

    type: ClassVar[str] = "batch.ended"
    role: ClassVar[Role] = "effect"
    state: str
    scans: int
    reason: str


class BatchResumed(Payload):
    """Execution was taken up again; a site event, so that the batch's own events stay as they would be."""

    type: ClassVar[str] = "batch.resumed"
    role: ClassVar[Role] = "effect"
    batch: str
    scan: int
    reason: str


class CommandGiven(Payload):
    """A person (or the run's own options) gave the batch an ISA-88 command."""

    type: ClassVar[str] = "command.given"
    role: ClassVar[Role] = "input"
    command: str
    reason: str


class PromptAnswered(Payload):
    """The operator answered a prompt."""

    type: ClassVar[str] = "prompt.answered"
    role: ClassVar[Role] = "input"
    prompt: str
    answer: str


class SampleResult(Payload):
    """The laboratory reported on a sample."""

    type: ClassVar[str] = "sample.result"
    role: ClassVar[Role] = "input"
    sample: str
    assay: str
    taken: int
    values: dict[str, float | None]
    units: dict[str, str]


class CommandOutcome(Payload):
    """What the equipment made of an intended command; `value` is what was applied, in the intent's unit."""

    type: ClassVar[str] = "command.outcome"
    role: ClassVar[Role] = "input"
    intent: str
    status: Literal["done", "refused", "unknown"]
    value: float
    detail: str


RECONCILE = "reconcile "
"""How the name of a prompt begins that asks what became of a command; the command's event id follows."""

LOG_ENDED = "the log ended"
"""The cause of what the end of a recorded log brings about: steps that stop with it were not cut short."""


class LogEnded(Payload):
    """The recorded log that stands in for the equipment has no further rows."""

    type: ClassVar[str] = "log.ended"
    role: ClassVar[Role] = "input"
    reason: str


class StateChanged(Payload):
    """The batch moved from one ISA-88 state to another."""

    type: ClassVar[str] = "state.changed"
    role: ClassVar[Role] = "decision"
    before: str
    after: str
    cause: str


class CommandRefused(Payload):
    """A command that the ISA-88 table does not allow in the present state."""

    type: ClassVar[str] = "command.refused"
    role: ClassVar[Role] = "decision"
    command: str
    state: str


class StepChanged(Payload):
    """A unit procedure, operation or phase began or ended; `step` is its path in the recipe."""

    type: ClassVar[str] = "step.changed"
    role: ClassVar[Role] = "decision"
    level: Literal["unit procedure", "operation", "phase"]
    step: str
    title: str
    state: Literal["running", "complete", "stopped"]
    cause: str


class PromptOpened(Payload):
    """The operator is asked something; `prompt` is the name that the answer refers to."""

    type: ClassVar[str] = "prompt.opened"
    role: ClassVar[Role] = "decision"
    prompt: str
    step: str
    text: str
    kind: str
    unit: str
    choices: tuple[str, ...]


class PromptClosed(Payload):
    """An answer was judged: accepted, or refused with the reason (the prompt stays open)."""

    type: ClassVar[str] = "prompt.closed"
    role: ClassVar[Role] = "decision"
    prompt: str
    accepted: bool
    reason: str


class SampleDrawn(Payload):
    """A sample is to be drawn for the given assays; `volume` in mL."""

    type: ClassVar[str] = "sample.drawn"
    role: ClassVar[Role] = "decision"
    sample: str
    step: str
    assays: tuple[str, ...]
    volume: float


class CommandIntended(Payload):
    """A discrete act that is about to be dispatched; durable before the equipment hears of it."""

    type: ClassVar[str] = "command.intended"
    role: ClassVar[Role] = "decision"
    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    retain: tuple[str, ...]
    step: str


class LoopChanged(Payload):
    """A loop got another set-point (in `unit`), mode or output (in `output_unit`)."""

    type: ClassVar[str] = "loop.changed"
    role: ClassVar[Role] = "decision"
    loop: str
    setpoint: float
    unit: str
    mode: Literal["manual", "auto"]
    output: float
    output_unit: str
    cause: str


class AlarmChanged(Payload):
    """An alarm moved on in its life (ISA-18.2), with the value and the limit that decided it.

    `before` and `after` name the phases, `by` and `reason` who moved it and why, `until` how long it stays shelved.
    `shown` says whether the operator was alerted by this very alarm, `first` that it was the first of its group.
    """

    type: ClassVar[str] = "alarm.changed"
    role: ClassVar[Role] = "decision"
    alarm: str
    state: Literal[
        "raised", "cleared", "acknowledged", "reset", "shelved", "suppressed", "removed", "released"
    ]
    priority: Literal["low", "medium", "high", "critical"]
    text: str
    value: float | None
    limit: float | None
    unit: str
    before: str = ""
    after: str = ""
    by: str = "scan"
    reason: str = ""
    until: int | None = None
    shown: bool = True
    first: bool = False


class AlarmOrdered(Payload):
    """A person acknowledges, shelves, resets or releases an alarm, or takes it out of service, and says why.

    `slip` is the id of the order as it was handed in; no slip is followed twice.
    """

    type: ClassVar[str] = "alarm.ordered"
    role: ClassVar[Role] = "input"
    order: Literal["acknowledge", "reset", "shelve", "unshelve", "take out of service", "return to service"]
    alarm: str
    by: str
    reason: str
    until: int | None = None
    slip: str = ""


class AlarmRefused(Payload):
    """A person's order about an alarm could not be followed; `reason` says why."""

    type: ClassVar[str] = "alarm.refused"
    role: ClassVar[Role] = "decision"
    order: str
    alarm: str
    by: str
    reason: str


class SignalChanged(Payload):
    """Something is wrong with a signal, or is over; `noted`: it was about one sample only."""

    type: ClassVar[str] = "signal.changed"
    role: ClassVar[Role] = "decision"
    tag: str
    kind: str
    state: Literal["opened", "closed", "noted"]
    since: int
    value: float | None
    text: str


class AttributeJudged(Payload):
    """A quality attribute was measured in the phase that counts and compared with its specification."""

    type: ClassVar[str] = "attribute.judged"
    role: ClassVar[Role] = "decision"
    attribute: str
    sample: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    verdict: Literal["within", "outside", "not measured"]


class VerdictChanged(Payload):
    """What is foreseen of a quality attribute got another verdict.

    `value` with the ends of its 90 % interval is what its sample `at` that time is expected to show, `probability` that
    of lying within the specification; `breach` is when it is expected to leave it. `drivers` tell in words what moves
    the forecast away from what was declared.
    """

    type: ClassVar[str] = "verdict.changed"
    role: ClassVar[Role] = "decision"
    attribute: str
    before: Literal["undecided", "ok", "alert", "action"]
    verdict: Literal["undecided", "ok", "alert", "action"]
    probability: float | None
    value: float | None
    low: float | None
    high: float | None
    unit: str
    at: int | None
    breach: int | None
    drivers: tuple[str, ...]
    reason: str


class ModelLoaded(Payload):
    """A frozen model runs beside the batch: the soft sensor's name, the package as JSON text and its content hash."""

    type: ClassVar[str] = "model.loaded"
    role: ClassVar[Role] = "effect"
    model: str
    hash: str
    package: str


class PredictionChanged(Payload):
    """A soft sensor answered first, decided something else, or its inputs left or entered again what its model knows.

    `value` with the ends of its interval is in `unit`; None where inputs are `missing` beyond what the model allows.
    `t2` and `spe` tell how far the inputs are from those of training, with the limits beyond which it does not decide.
    `drivers` are the inputs that contribute most to the value, `strangers` those that take it out of the known space.
    """

    type: ClassVar[str] = "prediction.changed"
    role: ClassVar[Role] = "decision"
    model: str
    hash: str
    before: Literal["undecided", "ok", "alert", "action"]
    decision: Literal["undecided", "ok", "alert", "action"]
    value: float | None
    low: float | None
    high: float | None
    unit: str
    t2: float | None
    spe: float | None
    t2_limit: float | None
    spe_limit: float | None
    outside: bool
    drivers: tuple[tuple[str, float], ...]
    strangers: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]
    reason: str


class TailAnchored(Payload):
    """How many rows a batch has in the historian, up to which time, and the running SHA-256 of those not sealed yet.

    An event of the site: where commits fall depends on pace and interruptions, the batch's own events do not.
    """

    type: ClassVar[str] = "historian.tail"
    role: ClassVar[Role] = "effect"
    batch: str
    rows: int
    last: int
    head: str


class ChunksSealed(Payload):
    """A block of historian rows was sealed: SHA-256 of each chunk, in tag order."""

    type: ClassVar[str] = "historian.sealed"
    role: ClassVar[Role] = "effect"
    start: int
    end: int
    count: int
    chunks: dict[str, str]


PAYLOADS: Mapping[str, type[Payload]] = {payload.type: payload for payload in Payload.__subclasses__()}


def payload(kind: str, data: Mapping[str, object]) -> Payload:
    """The typed payload of a stored event. Raises LedgerError for an unknown kind or a payload that does not fit."""
    known = PAYLOADS.get(kind)
    if known is None:
        raise LedgerError(f"the event type '{kind}' is unknown", mend="was it written by a later version?")
    try:
        return known.model_validate(data)
    except ValidationError as error:
        raise LedgerError(
            f"an event of type '{kind}' has an unusable payload", where=str(error.title)
        ) from error
