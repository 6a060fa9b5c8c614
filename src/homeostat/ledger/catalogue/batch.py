"""The life of a batch as a whole: begun, taken up again, ended, and its ISA-88 states."""

from typing import Any, ClassVar, Literal

from pydantic import Field, JsonValue, SerializerFunctionWrapHandler, model_serializer

from homeostat.ledger.catalogue.alarms import AlarmSettings
from homeostat.ledger.catalogue.base import Act, Payload, Role

LOG_ENDED = "the log ended"
"""The cause of what the end of a recorded log brings about: steps that stop with it were not cut short."""


class BatchStarted(Payload):
    """A batch began: everything that is needed to execute its scan again, and who it is for.

    `declaration` is the process as JSON text, which keeps the order of the file where canonical bytes would sort it.
    `alarms` is what was settled on each alarm, for the record: the declaration with what stands where it is silent.
    `models` are the hashes of the model packages by soft sensor, `definition` the approved version that it starts from,
    `started_by` the account, `site_kind` "training" or "gmp"; all empty in records from before there were such.
    `operator` says whether prompts were answered by persons or by the script of the declaration, `realtime` for which
    attributes the batch need not wait for the laboratory: none in records from before it could do so.
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
    alarms: tuple[AlarmSettings, ...] = ()
    models: dict[str, str] = Field(default_factory=dict)
    definition: str = ""
    started_by: str = ""
    site_kind: Literal["", "training", "gmp"] = ""
    operator: Literal["script", "person"] = "script"
    realtime: tuple[str, ...] = ()

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A batch that waits for every result is told as it was before any did not."""
        return {name: value for name, value in handler(self).items() if name != "realtime" or value}


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


class StateChanged(Payload):
    """The batch moved from one ISA-88 state to another."""

    type: ClassVar[str] = "state.changed"
    role: ClassVar[Role] = "decision"
    before: str
    after: str
    cause: str


class LogEnded(Payload):
    """The recorded log that stands in for the equipment has no further rows."""

    type: ClassVar[str] = "log.ended"
    role: ClassVar[Role] = "input"
    reason: str


class UnitsAsked(Act):
    """A batch that is to start waits for units that another one holds, or that others asked for before."""

    type: ClassVar[str] = "units.asked"
    batch: str
    units: tuple[str, ...]


class UnitsGivenUp(Act):
    """A batch that waited for units waits no more."""

    type: ClassVar[str] = "units.given_up"
    batch: str
