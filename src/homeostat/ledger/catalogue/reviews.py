"""Review of a batch record by exception: begun, and what was said of each exception; its signature is its own event."""

from typing import ClassVar, Literal, TypeAlias

from homeostat.ledger.catalogue.base import Act

Disposed: TypeAlias = Literal["accepted", "deviation"]


class ReviewBegun(Act):
    """A person began to review a batch, by a rule set; `sha256` is that of the report as it was then."""

    type: ClassVar[str] = "review.begun"
    batch: str
    rules: int
    sha256: str


class ExceptionDisposed(Act):
    """What was said of an exception: accepted, for the reason in `why`, or a deviation raised."""

    type: ClassVar[str] = "review.disposed"
    batch: str
    exception: str
    severity: Literal["critical", "major", "minor"]
    text: str
    disposition: Disposed
    deviation: str = ""
