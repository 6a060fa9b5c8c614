"""A credibility assessment as a paper: the seven steps, the checklist of Annex 22, use, and the judgement."""

from collections.abc import Sequence

from homeostat.quality.credibility.assessment import Assessment
from homeostat.quality.credibility.in_use import InUse
from homeostat.quality.documents import Paper, SignatureLine
from homeostat.quality.documents.paper import Section, section, table


def credibility_paper(
    assessment: Assessment,
    use: InUse | None,
    signatures: Sequence[SignatureLine],
    *,
    when: str,
    training: bool,
) -> Paper:
    """The paper of an assessment, with what the model did at the site; `when` is the time it is printed for."""
    risk = assessment.risk
    return Paper(
        kind="credibility report",
        number=assessment.hash[:16],
        title=f"{assessment.model} {assessment.version}",
        when=when,
        training=training,
        statement=assessment.question,
        tone="care" if assessment.gaps else "good",
        note=f"{assessment.gaps} of {len(assessment.steps) + len(assessment.clauses)} points are not fully met.",
        facts=(
            ("Package (SHA-256)", assessment.hash),
            ("Context of use", assessment.context or "not told"),
            ("Risk", f"{risk.level}: influence {risk.influence}, consequence {risk.consequence}"),
            ("Training table (SHA-256)", assessment.training),
            ("Locked test (SHA-256)", assessment.locked or "none"),
            ("Uses of the locked test", str(assessment.tested)),
            ("Rows of the self-test", str(assessment.self_test)),
        ),
        sections=tuple(one for one in _sections(assessment, use) if one.tables or one.texts),
        signatures=tuple(signatures),
        origin=(("End of the record of uses", assessment.uses or "no use is on record"),),
    )


def _sections(assessment: Assessment, use: InUse | None) -> list[Section]:
    steps = [
        (f"{one.number} {one.title}", one.status, "; ".join(one.evidence), "; ".join(one.gaps))
        for one in assessment.steps
    ]
    clauses = [(one.clause, one.text, one.status, one.evidence) for one in assessment.clauses]
    return [
        section(
            "Credibility in seven steps",
            table("FDA, draft guidance of January 2025 (paraphrased)", "Step|Status|Shown|Missing", steps),
        ),
        section(
            "Checklist",
            table(
                "EU GMP Annex 22, draft of July 2025 (paraphrased)", "Clause|What|Status|Evidence", clauses
            ),
        ),
        section("Figures", table("On rows held out", "Group|Rows>|Figures", _figures(assessment))),
        section("In use", texts=_used(use)),
    ]


def _figures(assessment: Assessment) -> list[tuple[str, str, str]]:
    return [
        (
            str(one["subgroup"]) or "all",
            str(one["rows"]),
            ", ".join(f"{name} {value:.4g}" for name, value in one.items() if isinstance(value, float)),
        )
        for one in assessment.figures
    ]


def _used(use: InUse | None) -> tuple[str, ...]:
    if use is None or not use.batches:
        return ("It has not run beside a batch at this site.",)
    words = f"{len(use.batches)} batches since {use.first}."
    if use.compared:
        words += f" {use.covered} of {len(use.compared)} intervals held what was measured later."
        words += " It has drifted." if use.drifted else ""
    return (words,)
