"""The batch record as data: what a reviewer reads, frozen and ready for JSON.

Times and durations are whole microseconds of process time (from the start of the batch). Wall-clock stamps
are texts and stand only in `Header.started`, `Header.ended` and the parts that `BatchRecord.content` omits.
"""

from homeostat.quality.model.acts import (
    AlarmLine,
    Answer,
    CommandLine,
    Hush,
    Interruption,
    MaterialLine,
    MoveLine,
    PromptLine,
    SetpointLine,
    StateLine,
    StepLine,
)
from homeostat.quality.model.base import Part, Priority, Severity, Verdict
from homeostat.quality.model.document import BatchRecord, Finding, Header, Passed, Provenance
from homeostat.quality.model.measurements import (
    AttributeLine,
    ComparisonLine,
    Excursion,
    Gap,
    Judgement,
    LoopLine,
    Pair,
    ParameterLine,
    ReadingLine,
    ResultLine,
    SampleLine,
    Value,
)
from homeostat.quality.model.monitored import (
    OrderLine,
    OutlookLine,
    PerformanceLine,
    SampleNote,
    SignalLine,
    Standing,
    Tally,
    VerdictLine,
)
from homeostat.quality.model.watched import BoardLine, Drifted, PanelAttribute, PanelRow

__all__ = [
    "AlarmLine",
    "Answer",
    "AttributeLine",
    "BatchRecord",
    "BoardLine",
    "CommandLine",
    "ComparisonLine",
    "Drifted",
    "Excursion",
    "Finding",
    "Gap",
    "Header",
    "Hush",
    "Interruption",
    "Judgement",
    "LoopLine",
    "MaterialLine",
    "MoveLine",
    "OrderLine",
    "OutlookLine",
    "Pair",
    "PanelAttribute",
    "PanelRow",
    "ParameterLine",
    "Part",
    "Passed",
    "PerformanceLine",
    "Priority",
    "PromptLine",
    "Provenance",
    "ReadingLine",
    "ResultLine",
    "SampleLine",
    "SampleNote",
    "SetpointLine",
    "Severity",
    "SignalLine",
    "Standing",
    "StateLine",
    "StepLine",
    "Tally",
    "Value",
    "Verdict",
    "VerdictLine",
]
