"""What a batch's record holds of its inputs: the rows of the historian and the events that the scans consumed.

From it the scans can be executed again: to resume after a crash, and to replay.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.equipment import Scan
from homeostat.historian import Historian
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import CommandOutcome, Payload, payload

DONE = ".done"  # an outcome's event is named after its intent


def prefix(batch: str, scan: int) -> str:
    """The common beginning of the ids of a scan's events."""
    return f"{batch}/{scan:06d}"


def scan_of(event: str) -> int:
    """The scan that an event id belongs to; -1 for events outside the scans."""
    part = event.split("/")[1] if event.count("/") >= 2 else ""
    return int(part) if part.isdigit() else -1


@dataclass(frozen=True)
class Rows:
    """Recorded rows of a batch: times (n,), values and qualities (n, tags + outputs)."""

    time: np.ndarray[tuple[int], np.dtype[np.int64]]
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    qualities: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    tags: int

    @classmethod
    def read(cls, historian: Historian, batch: str, tags: Sequence[str], outputs: Sequence[str]) -> "Rows":
        """All rows of a batch, in memory."""
        time, values, qualities = historian.matrix(batch, [*tags, *outputs])
        return cls(time, values, qualities, len(tags))

    def __len__(self) -> int:
        return len(self.time)

    def scan(self, index: int) -> Scan:
        """What was read in one scan."""
        count = self.tags
        return Scan(tuple(self.values[index, :count].tolist()), tuple(self.qualities[index, :count].tolist()))

    def agree(self, index: int, outputs: Sequence[float], qualities: Sequence[int]) -> int | None:
        """The position of the first output that differs in any bit from the one on record; None if none does."""
        recorded = self.values[index, self.tags :].view(np.uint64)
        given = np.asarray(outputs, dtype=np.float64).view(np.uint64)
        differs = (recorded != given) | (
            self.qualities[index, self.tags :] != np.asarray(qualities, np.uint8)
        )
        return int(np.argmax(differs)) if differs.any() else None


class Arrivals:
    """The inputs that each scan consumed, by its number: outcomes of the scan before, then its own input events."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self._by_scan: dict[int, list[Payload]] = defaultdict(list)
        self.last = -1
        for recorded in events:
            event = recorded.event
            scan = scan_of(event.id)
            self.last = max(self.last, scan)
            content = payload(event.type, event.data)
            if content.role == "input":
                self._by_scan[scan + isinstance(content, CommandOutcome)].append(content)

    def of(self, scan: int) -> tuple[Payload, ...]:
        """What arrived at one scan, in the order of the record."""
        return tuple(self._by_scan.get(scan, ()))
