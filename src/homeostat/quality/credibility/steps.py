"""The seven steps of a credibility assessment, filled from a model's package; gaps are shown as gaps.

Source: FDA, "Considerations for the Use of Artificial Intelligence to Support Regulatory Decision-Making for Drug and
Biological Products", draft guidance of January 2025, steps 1 to 7 (paraphrased).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from homeostat.monitoring.learning.validation import Finding, Validation
from homeostat.quality.model.base import Part

Status = Literal["met", "partly", "gap"]

TITLES: tuple[str, ...] = (
    "Question of interest",
    "Context of use",
    "Model risk",
    "Credibility assessment plan",
    "Execution of the plan",
    "Results and deviations from the plan",
    "Adequacy for the context of use",
)
SUPPORT: Mapping[int, tuple[str, ...]] = {
    3: ("ICH-2",),
    4: ("MON-07", "MON-08", "MON-09"),
    5: ("MON-02", "MON-10", "OUR-2"),
    6: ("MON-11", "MON-12"),
    7: ("MON-13", "MON-14", "MON-15"),
}
"""Which other requirements of the checklist speak to a step, beside its own."""


class Step(Part):
    """One step: whether it is met, what shows it, and what is missing."""

    number: int
    title: str
    status: Status
    evidence: tuple[str, ...]
    gaps: tuple[str, ...]


class Clause(Part):
    """One clause of the draft Annex 22 (paraphrased), with its status and evidence."""

    id: str
    clause: str
    text: str
    status: Status
    evidence: str


def steps(validation: Validation) -> tuple[Step, ...]:
    """All seven steps."""
    known = {finding.id: finding for finding in validation.findings}
    return tuple(_step(number, title, known) for number, title in enumerate(TITLES, start=1))


def clauses(validation: Validation) -> tuple[Clause, ...]:
    """The checklist of Annex 22 (draft of July 2025), in its order."""
    return tuple(
        Clause(id=one.id, clause=one.source, text=one.text, status=one.status, evidence=one.evidence)
        for one in validation.findings
        if one.source.startswith("A22")
    )


def _step(number: int, title: str, known: Mapping[str, Finding]) -> Step:
    """A step is as good as its own line of the checklist; what supports it brings evidence and gaps."""
    names = (f"FDA-{number}", *SUPPORT.get(number, ()))
    told = [known[name] for name in names if name in known]
    return Step(
        number=number,
        title=title,
        status=known[f"FDA-{number}"].status,
        evidence=tuple(_shown(told)),
        gaps=tuple(_gaps(told)),
    )


def _shown(findings: Sequence[Finding]) -> Iterator[str]:
    """What is shown, without what is missing."""
    for finding in findings:
        words = finding.evidence.partition("gap:")[0].rstrip("; ")
        if words:
            yield f"{finding.id}: {words}"


def _gaps(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        _, gap, words = finding.evidence.partition("gap:")
        if gap:
            yield f"{finding.id}: {words.strip()}"
