"""Vouched: what the ledger says that the historian holds, heard event by event.

begun, sealed, anchored and ended batches -> hashes of chunks, rows and running hashes, and where events contradict
Of two events that contradict each other the first stands: whoever holds the site's key can add one, and take none out.
"""

from dataclasses import dataclass, field

from homeostat.ledger import Finding
from homeostat.ledger.catalogue import BatchEnded, BatchStarted, ChunksSealed, Payload, TailAnchored

TYPES = (BatchStarted.type, ChunksSealed.type, TailAnchored.type, BatchEnded.type)
"""The types of events that `Vouched` hears."""


@dataclass
class Vouched:
    """Hashes of the `sealed` chunks by batch, tag and start, anchored `tails`, the tags of batches that have `begun`,
    those that are `finished`, and for each the `reach` (µs) of the readings that are vouched for.

    `contradicting` are the events that say otherwise than one before them.
    """

    sealed: dict[tuple[str, str, int], str] = field(default_factory=dict)
    tails: dict[str, TailAnchored] = field(default_factory=dict)
    reach: dict[str, int] = field(default_factory=dict)
    begun: dict[str, tuple[str, ...]] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    contradicting: list[Finding] = field(default_factory=list)

    def hear(self, seq: int, batch: str, content: Payload) -> None:
        """Take in the event at a place of the ledger."""
        match content:
            case BatchStarted():
                self.begun[batch] = content.tags + content.outputs
            case ChunksSealed():
                self._seal(seq, batch, content)
            case TailAnchored():
                self._anchor(seq, content)
            case BatchEnded():
                self.finished.add(batch)
            case _:
                pass

    def heads(self) -> dict[str, tuple[int, str]]:
        """Rows and running hash of each batch that has not ended."""
        return {
            batch: (tail.rows, tail.head) for batch, tail in self.tails.items() if batch not in self.finished
        }

    def _seal(self, seq: int, batch: str, content: ChunksSealed) -> None:
        for tag, sha256 in content.chunks.items():
            if self.sealed.setdefault((batch, tag, content.start), sha256) != sha256:
                self._contradict(seq, batch, f"a chunk of {tag} was sealed with another hash before")
        self._reach(batch, content.end)

    def _anchor(self, seq: int, content: TailAnchored) -> None:
        before = self.tails.get(content.batch)
        if before is not None and content.rows < before.rows:
            words = f"it tells of {content.rows} rows, and one before it of {before.rows}"
            self._contradict(seq, content.batch, words)
            return
        self.tails[content.batch] = content
        self._reach(content.batch, content.last)

    def _reach(self, batch: str, time: int) -> None:
        self.reach[batch] = max(time, self.reach.get(batch, time))

    def _contradict(self, seq: int, batch: str, why: str) -> None:
        words = f"event {seq} counts for nothing: {why}"
        self.contradicting.append(Finding(f"batch {batch}", words, event=seq))
