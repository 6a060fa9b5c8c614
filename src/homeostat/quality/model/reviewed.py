"""Exceptions and their report: what a reviewer sees first, and what the rules found to be as it should be."""

from typing import Literal

from homeostat.quality.model.base import Part, Severity

Group = Literal[
    "ending",
    "excursion",
    "late step",
    "skipped or repeated step",
    "refused entry",
    "override",
    "device fault",
    "alarm",
    "gap",
    "clock step",
    "changed entry",
    "late entry",
    "open sample",
    "model",
    "controller",
    "unsigned step",
    "expired lot",
    "out-of-calibration source",
    "identity mismatch",
    "interrupted run",
    "definition",
]
"""Classes of exceptions (ISA-88 execution, ALCOA+)."""


class Finding(Part):
    """An exception: something a reviewer must look at.

    `id` names it and changes with anything it says, so that a disposition covers what was seen and nothing else.
    `events` are its places in the ledger, `execution` tells that it is about the execution and not about the product.
    """

    severity: Severity
    kind: str
    subject: str
    text: str
    time: int | None
    id: str = ""
    rule: str = ""
    group: Group = "ending"
    events: tuple[str, ...] = ()
    execution: bool = False


class Remark(Part):
    """Something that is said with the report and needs no disposition."""

    rule: str
    subject: str
    text: str


class Check(Part):
    """What one rule looked at: `checked` things, of which each `passed`, was `flagged`, or is still `waiting`.

    A thing that was flagged may have more than one of the `exceptions`.
    """

    rule: str
    title: str
    kind: str
    checked: int
    passed: int
    flagged: int
    waiting: int
    exceptions: int
    execution: bool = False


class ExceptionReport(Part):
    """What a rule set says of a batch at one state of its record: `events` of it, up to the one named `last`."""

    format: Literal["homeostat exception report 1"] = "homeostat exception report 1"
    batch: str
    rules: int
    rules_sha256: str
    events: int
    last: str
    last_hash: str
    items: tuple[Finding, ...]
    checks: tuple[Check, ...]
    remarks: tuple[Remark, ...]

    @property
    def checked(self) -> int:
        """How many things were looked at."""
        return sum(one.checked for one in self.checks)

    @property
    def passed(self) -> int:
        """How many of them are as they should be."""
        return sum(one.passed for one in self.checks)
