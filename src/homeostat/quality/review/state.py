"""Where the review of a batch stands: its report as of now, and all that was said and signed about that."""

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.quality.exceptions import NEWEST
from homeostat.quality.record import exception_report
from homeostat.quality.reviewed import KIND, Disposition, Review, State, standing

__all__ = ["KIND", "Disposition", "Review", "State", "review", "standing"]


def review(ledger: Ledger, historian: Historian, batch: str, rules: int = NEWEST) -> Review:
    """The review of `batch` by a rule set. Raises RecordError where there is no such batch."""
    return standing(ledger, exception_report(ledger, historian, batch, rules))
