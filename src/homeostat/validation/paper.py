"""The validation report as a paper: the installation, the trace matrix, what is installed."""

from homeostat import __version__
from homeostat.quality.documents import Paper
from homeostat.quality.documents.paper import section, table
from homeostat.validation.report import Report, matrix


def validation_paper(report: Report, *, training: bool) -> Paper:
    """The paper of a validation report."""
    rows = [
        (row["id"], row["clause"], row["test"], row["result"], row["evidence"])
        for row in matrix(report.installation, report.results)
    ]
    return Paper(
        kind="validation report",
        number=report.digest[:16],
        title=f"homeostat {__version__}",
        when=report.made,
        training=training,
        statement="Everything holds." if report.passed else f"{report.failures} of {len(rows)} failed.",
        tone="good" if report.passed else "bad",
        facts=(("Made", report.made), ("Content (SHA-256)", report.digest)),
        sections=(
            section(
                "Trace matrix",
                table("Each requirement and its tests", "Id|Clause|Test|Result|Evidence", rows),
            ),
            section("Installed", table("Bill of materials", "Distribution|Version", report.components)),
        ),
        origin=(("Attached", "the report as it is signed, as JSON"),),
    )
