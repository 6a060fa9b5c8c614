"""What the historian holds, vouched for."""

from typing import ClassVar

from homeostat.ledger.catalogue.base import Payload, Role


class TailAnchored(Payload):
    """How many rows a batch has in the historian, up to which time, and the running SHA-256 of those not sealed yet.

    An event of the site: where commits fall depends on pace and interruptions, the batch's own events do not.
    """

    type: ClassVar[str] = "historian.tail"
    role: ClassVar[Role] = "effect"
    batch: str
    rows: int
    last: int
    head: str


class ChunksSealed(Payload):
    """A block of historian rows was sealed: SHA-256 of each chunk, in tag order."""

    type: ClassVar[str] = "historian.sealed"
    role: ClassVar[Role] = "effect"
    start: int
    end: int
    count: int
    chunks: dict[str, str]
