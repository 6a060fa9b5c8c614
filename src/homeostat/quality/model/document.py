"""The batch record itself: its head, its findings, and all sections together."""

from typing import Literal

from pydantic import JsonValue

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
from homeostat.quality.model.base import Part, Severity
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
from homeostat.quality.model.steered import ControllerLine


class Header(Part):
    """What was made, for whom, by which process, on which equipment, and how it ended."""

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


class Finding(Part):
    """Something a reviewer must look at."""

    severity: Severity
    kind: str
    subject: str
    text: str
    time: int | None


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
    """Where in the ledger this record comes from; hashes in hexadecimal."""

    events: int
    first: int
    first_hash: str
    last: int
    last_hash: str
    sealed: int


class BatchRecord(Part):
    """The record of one batch: a projection of ledger and historian, not a second copy of the truth."""

    format: Literal["homeostat batch record 1"] = "homeostat batch record 1"
    summary: str
    header: Header
    exceptions: tuple[Finding, ...]
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
    provenance: Provenance

    def content(self) -> dict[str, JsonValue]:
        """The record without wall-clock stamps, chain hashes and interruptions: equal for equal runs."""
        return self.model_dump(
            mode="json",
            exclude={"header": {"started", "ended"}, "interruptions": True, "provenance": True},
        )
