"""What comes after the release of a batch: results that were pending, and products that have to come back."""

from typing import ClassVar, Literal, TypeAlias

from pydantic import JsonValue

from homeostat.ledger.catalogue.base import Act
from homeostat.ledger.catalogue.recipe import AttributeJudged, SampleResult

Outcome: TypeAlias = Literal["negative", "positive"]


class PendingReported(Act):
    """A test that was pending at the release was reported: `outcome` in its own terms, `evidence` names the report.

    `by` is the account that reported it, `signature` the event of its signature: empty at a training site, and in
    records from before results were signed.
    """

    type: ClassVar[str] = "release.reported"
    batch: str
    test: str
    outcome: Outcome
    evidence: str
    by: str = ""
    signature: str = ""


class ResultReported(Act):
    """A laboratory result that came once its batch had ended, judged as a scan would: `evidence` names the report.

    `by` is the account that reported it, `elapsed` how long after the start of the batch (µs), by the stamps of
    its end and of this act, `signature` the event of its signature, as of a pending test.
    """

    type: ClassVar[str] = "result.reported"
    batch: str
    result: SampleResult
    judged: AttributeJudged
    by: str
    elapsed: int
    evidence: str
    signature: str = ""


class BatchRecalled(Act):
    """A released batch has to come back: `cause`, and where every part of it went, as far as custody knows.

    `by` is the account that recalled it, `signature` the event of its signature, or of that of the result which it
    follows: empty at a training site, and in records from before recalls were signed.
    """

    type: ClassVar[str] = "release.recalled"
    batch: str
    cause: str
    parts: tuple[dict[str, JsonValue], ...]
    by: str = ""
    signature: str = ""
