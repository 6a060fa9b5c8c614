"""The batch record itself: its head, its exceptions, and all sections together."""

from typing import Any, Literal

from pydantic import JsonValue, SerializerFunctionWrapHandler, model_serializer

from homeostat.process.declaration import Approval
from homeostat.quality.model.acts import (
    AlarmLine,
    CommandLine,
    Interruption,
    MaterialLine,
    MoveLine,
    PromptLine,
    SetpointLine,
    StateLine,
    StepLine,
)
from homeostat.quality.model.base import Part
from homeostat.quality.model.measurements import (
    AttributeLine,
    ComparisonLine,
    LoopLine,
    ParameterLine,
    ReadingLine,
    SampleLine,
)
from homeostat.quality.model.monitored import (
    ModelLine,
    OrderLine,
    OutlookLine,
    PerformanceLine,
    SampleNote,
    SignalLine,
)
from homeostat.quality.model.reviewed import Check, Finding, Remark
from homeostat.quality.model.steered import ControllerLine


class Header(Part):
    """What was made, for whom, by which process, on which equipment, and how it ended.

    `notice` must be seen wherever the record is shown: that it was made for training. `definition` is the approved
    version that the batch was started from, `approved_by` whose signature approved it and `approved` when; `approval`
    is what the process says of itself. `started_by` is the account that started the batch.
    """

    batch: str
    patient: str
    process: str
    title: str
    version: str
    process_hash: str
    approval: Approval
    scan: int
    equipment: dict[str, JsonValue]
    environment: dict[str, JsonValue]
    twin: dict[str, JsonValue]
    state: str
    reason: str
    finished: bool
    scans: int
    duration: int
    started: str
    ended: str
    site_kind: Literal["", "training", "gmp"] = ""
    notice: str = ""
    definition: str = ""
    approved_by: str = ""
    approved: str = ""
    started_by: str = ""


class SignedLine(Part):
    """A signature on the record: printed name, meaning and time (21 CFR 11.50), and how it stands now.

    `kind` says of what it is: the "record" itself, the "review" of the batch, a "certificate" of its release.
    """

    name: str
    account: str
    roles: tuple[str, ...]
    meaning: str
    at: str
    why: str
    state: Literal["valid", "superseded", "invalid"]
    words: str
    event: str
    sha256: str
    kind: str = "record"


class Passed(Part):
    """How many of each kind went as they should: pairs (passed, all)."""

    attributes: tuple[int, int]
    parameters: tuple[int, int]
    steps: tuple[int, int]
    prompts: tuple[int, int]
    samples: tuple[int, int]
    commands: tuple[int, int]
    tags: tuple[int, int]


class Provenance(Part):
    """Where in the ledger this record comes from; hashes in hexadecimal.

    `void` are the places of events of the batch that count for nothing: the release of the batch says why. Where there
    are none, the record says nothing of them, as before there was such a list.
    """

    events: int
    first: int
    first_hash: str
    last: int
    last_hash: str
    sealed: int
    void: tuple[int, ...] = ()

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if name != "void" or value}


class BatchRecord(Part):
    """The record of one batch: a projection of ledger and historian, not a second copy of the truth."""

    format: Literal["homeostat batch record 1"] = "homeostat batch record 1"
    summary: str
    header: Header
    rules: int
    rules_sha256: str
    exceptions: tuple[Finding, ...]
    checks: tuple[Check, ...]
    remarks: tuple[Remark, ...]
    passed: Passed
    attributes: tuple[AttributeLine, ...]
    comparisons: tuple[ComparisonLine, ...]
    comparison_note: str = ""
    parameters: tuple[ParameterLine, ...]
    steps: tuple[StepLine, ...]
    prompts: tuple[PromptLine, ...]
    samples: tuple[SampleLine, ...]
    materials: tuple[MaterialLine, ...]
    alarms: tuple[AlarmLine, ...]
    alarm_orders: tuple[OrderLine, ...] = ()
    alarm_performance: PerformanceLine | None = None
    signals: tuple[SignalLine, ...] = ()
    sample_notes: tuple[SampleNote, ...] = ()
    outlook: tuple[OutlookLine, ...] = ()
    models: tuple[ModelLine, ...] = ()
    controllers: tuple[ControllerLine, ...] = ()
    states: tuple[StateLine, ...]
    commands: tuple[CommandLine, ...]
    moves: tuple[MoveLine, ...]
    setpoints: tuple[SetpointLine, ...]
    loops: tuple[LoopLine, ...]
    readings: tuple[ReadingLine, ...]
    interruptions: tuple[Interruption, ...]
    signatures: tuple[SignedLine, ...] = ()
    provenance: Provenance

    def content(self) -> dict[str, JsonValue]:
        """The record without wall-clock stamps, chain hashes and how it was executed: equal for equal runs."""
        made = self.model_copy(
            update={
                "exceptions": tuple(one for one in self.exceptions if not one.execution),
                "checks": tuple(one for one in self.checks if not one.execution),
            }
        )
        return made.model_dump(
            mode="json",
            exclude={
                "header": {"started", "ended", "approved"},
                "interruptions": True,
                "signatures": True,
                "provenance": True,
            },
        )
