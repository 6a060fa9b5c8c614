"""What a deviation may be about: a batch that was started, and exceptions that its record has.

A number in a record stays there for good, so that one which was mistyped is refused before.
"""

from homeostat.errors import QualityError
from homeostat.governance.office import Office
from homeostat.quality.model import ExceptionReport, Finding
from homeostat.quality.record import exception_report


def known_batch(office: Office, batch: str) -> None:
    """Refuse a batch that was never started; "" is the site. Raises QualityError."""
    if batch and batch not in office.ledger.batches():
        raise QualityError(f"there is no batch '{batch}'", mend="list them with: homeostat batches")


def known_exceptions(office: Office, batch: str, exceptions: tuple[str, ...]) -> None:
    """Refuse exceptions that the record of `batch` does not have. Raises QualityError."""
    if not exceptions:
        return
    if not batch:
        raise QualityError("an exception is of a batch", where=exceptions[0], mend="name it with --batch")
    with office.site.reading() as (ledger, historian):
        among(exception_report(ledger, historian, batch), exceptions)


def among(report: ExceptionReport, exceptions: tuple[str, ...]) -> list[Finding]:
    """The findings of these names, each once. Raises QualityError where the report does not hold them all."""
    known = {item.id: item for item in report.items}
    unknown = [name for name in exceptions if name not in known]
    if unknown or not exceptions:
        raise QualityError(
            f"batch {report.batch} has no exception '{', '.join(unknown)}'",
            mend=f"list them with: homeostat review {report.batch}",
        )
    return [known[name] for name in dict.fromkeys(exceptions)]
