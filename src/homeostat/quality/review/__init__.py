"""Review by exception: the report first, a word on each exception, and a signature over exactly what was shown.

ledger, historian, batch -> `Review` (report, dispositions, state) -> dispose, sign -> "reviewed", or superseded later
Nothing of it is stored twice: a review is folded from its acts and the report is made from the record each time.
`unresolved` is what stands against a release.
"""

from homeostat.quality.review.acts import accept, begin, raise_deviation, sign_review
from homeostat.quality.review.state import Disposition, Review, review
from homeostat.quality.review.unresolved import Unresolved, unresolved

__all__ = [
    "Disposition",
    "Review",
    "Unresolved",
    "accept",
    "begin",
    "raise_deviation",
    "review",
    "sign_review",
    "unresolved",
]
