"""What comes after the release of a batch: results that were pending, and products that have to come back."""

from typing import ClassVar, Literal, TypeAlias

from pydantic import JsonValue

from homeostat.ledger.catalogue.base import Act

Outcome: TypeAlias = Literal["negative", "positive"]


class PendingReported(Act):
    """A test that was pending at the release was reported: `outcome` in its own terms, `evidence` names the report."""

    type: ClassVar[str] = "release.reported"
    batch: str
    test: str
    outcome: Outcome
    evidence: str


class BatchRecalled(Act):
    """A released batch has to come back: `cause`, and where every part of it went, as far as custody knows."""

    type: ClassVar[str] = "release.recalled"
    batch: str
    cause: str
    parts: tuple[dict[str, JsonValue], ...]
