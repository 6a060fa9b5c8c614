"""The batch record as data: what a reviewer reads, frozen and ready for JSON.

Times and durations are whole microseconds of process time (from the start of the batch). Wall-clock stamps
are texts and stand only in `Header.started`, `Header.ended` and the parts that `BatchRecord.content` omits.
"""

from homeostat.quality.model.acts import (
    AlarmLine,
    Answer,
    CommandLine,
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

__all__ = [
    "AlarmLine",
    "Answer",
    "AttributeLine",
    "BatchRecord",
    "CommandLine",
    "ComparisonLine",
    "Excursion",
    "Finding",
    "Gap",
    "Header",
    "Interruption",
    "Judgement",
    "LoopLine",
    "MaterialLine",
    "MoveLine",
    "Pair",
    "ParameterLine",
    "Part",
    "Passed",
    "Priority",
    "PromptLine",
    "Provenance",
    "ReadingLine",
    "ResultLine",
    "SampleLine",
    "SetpointLine",
    "Severity",
    "StateLine",
    "StepLine",
    "Value",
    "Verdict",
]
