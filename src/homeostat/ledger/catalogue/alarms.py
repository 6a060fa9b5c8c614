"""Alarms (ISA-18.2), the orders people give about them, and what is wrong with signals."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from homeostat.ledger.catalogue.base import Payload, Role


class AlarmChanged(Payload):
    """An alarm moved on in its life (ISA-18.2), with the value and the limit that decided it.

    `before` and `after` name the phases, `by` and `reason` who moved it and why, `until` how long it is silenced. The
    state `shown` is that of an alarm that came in a flood and is shown by itself once that is over. The field `shown`
    says whether the operator was alerted by this very alarm, `first` that it was the first of its group.
    """

    type: ClassVar[str] = "alarm.changed"
    role: ClassVar[Role] = "decision"
    alarm: str
    state: Literal[
        "raised", "cleared", "acknowledged", "reset", "shelved", "suppressed", "removed", "released", "shown"
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

    `slip` is the id of the order as it was handed in; no slip is followed twice. `objection` is what was found against
    it when it was taken up, `signature` the event of the signature that carries it. `hours` is for how long, as it was
    signed, and `until` (µs) when that is over; records from before tell `until` alone.
    """

    type: ClassVar[str] = "alarm.ordered"
    role: ClassVar[Role] = "input"
    order: Literal["acknowledge", "reset", "shelve", "unshelve", "take out of service", "return to service"]
    alarm: str
    by: str
    reason: str
    hours: float | None = None
    until: int | None = None
    slip: str = ""
    objection: str = ""
    signature: str = ""

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """An order for no time is told as it was before any named its hours."""
        return {name: value for name, value in handler(self).items() if name != "hours" or value is not None}


class AlarmRefused(Payload):
    """A person's order about an alarm could not be followed; `reason` says why."""

    type: ClassVar[str] = "alarm.refused"
    role: ClassVar[Role] = "decision"
    order: str
    alarm: str
    by: str
    reason: str


class AlarmSettings(BaseModel):
    """What was settled on one alarm (ISA-18.2), in full: limit and deadband in `unit`, times in seconds.

    `suppressed_while` names what suppresses it; `cause`, `consequence`, `response` are what the operator is told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    alarm: str
    priority: Literal["low", "medium", "high", "critical"]
    limit: float | None
    unit: str
    deadband: float | None
    delay_on: float | None
    delay_off: float | None
    suppressed_while: str
    longest_shelf: float
    latching: bool
    cause: str
    consequence: str
    severity: Literal["minor", "major", "severe"]
    response: str
    time_to_respond: float


class SampleDoubted(Payload):
    """Samples came twice or after younger ones: of which tags how many, when they were taken, and what was said first.

    None was taken for the newest when it came. A recorded log, of which all rows are known, is read in the order of its
    stamps all the same, and of rows with one stamp the first is read; a result that came twice is counted once.
    """

    type: ClassVar[str] = "sample.doubted"
    role: ClassVar[Role] = "input"
    kind: str
    samples: dict[str, int]
    first: int
    last: int
    text: str


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
