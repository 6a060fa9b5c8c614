"""Sealing: full blocks of historian rows become chunks, and the hashes of chunks and rows go into the ledger."""

from homeostat.execution.journal import Journal
from homeostat.execution.memory import prefix
from homeostat.historian import BLOCK, ChunkDigest, Historian, Recorder
from homeostat.ledger.catalogue import ChunksSealed, TailAnchored


class Sealer:
    """Seals the rows of one batch whose scans are `interval` microseconds apart."""

    def __init__(
        self, batch: str, interval: int, recorder: Recorder, historian: Historian, journal: Journal
    ) -> None:
        self._batch, self._interval = batch, interval
        self._recorder, self._historian, self._journal = recorder, historian, journal

    def after(self, scan: int) -> None:
        """Seal the block that ends with `scan`, if one does."""
        if (scan + 1) % BLOCK == 0:
            self._put(scan, self._recorder.seal())

    def finish(self, last: int) -> None:
        """Seal the rest of a batch whose last scan is `last`."""
        digests = self._recorder.seal(all=True)
        if (last + 1) % BLOCK:
            self._put(last, digests)

    def anchor(self) -> None:
        """Put the running hash of the rows that are not sealed yet on record, so that the ledger vouches for them."""
        rows, last = self._recorder.rows, self._recorder.last_time
        if last is not None:
            head = self._recorder.head
            self._journal.note(
                TailAnchored(batch=self._batch, rows=rows, last=last, head=head), f"tail/{rows:09d}"
            )

    def _put(self, scan: int, fresh: tuple[ChunkDigest, ...]) -> None:
        """The block's hashes: of chunks sealed just now, or of those that a crash kept from the ledger."""
        event = f"{prefix(self._batch, scan)}/sealed"
        if event in self._journal:
            return
        first = (scan // BLOCK) * BLOCK * self._interval
        digests = [digest for digest in fresh if digest.start == first] or [
            digest for digest in self._historian.digests(self._batch) if digest.start == first
        ]
        chunks = {digest.tag: digest.sha256 for digest in digests}
        time = scan * self._interval
        sealed = ChunksSealed(start=first, end=time, count=scan % BLOCK + 1, chunks=chunks)
        self._journal.put(event, time, "historian", sealed)
