"""Hot rows: the newest scans of a batch, one row a scan, each chained to the one before by a running SHA-256.

The chain begins anew at every block of 600 rows, from the row's number in the batch and the tags'
declarations, so that it can be checked after earlier blocks were sealed: a flipped byte, a lost, added or
swapped row breaks it.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian.chunk import MEND, frame, spec_fields
from homeostat.historian.codec import Block
from homeostat.historian.series import TagSpec
from homeostat.process.reading import Quality

BLOCK = 600
"""Rows of one sealed block, and so samples of one chunk."""
_CODES = bytes(Quality)


class HotRow(NamedTuple):
    """One scan as stored: its time (µs), its values and qualities as bytes, and the chain's digest."""

    time: int
    row: bytes
    digest: bytes


class Shape:
    """Packs the values and qualities of one scan of `tags` into bytes, and many such rows into arrays."""

    def __init__(self, tags: int) -> None:
        self.tags = tags
        self.size = 9 * tags
        self._values = struct.Struct(f"<{tags}d")

    def pack(self, values: Sequence[float], qualities: Sequence[int] | bytes) -> bytes:
        """Values, then one quality byte each; HistorianError if their number or a code is wrong."""
        try:
            packed = self._values.pack(*values) + bytes(qualities)
        except (struct.error, ValueError) as error:
            raise HistorianError(
                f"a row needs {self.tags} numbers and as many quality codes: {error}"
            ) from error
        if len(packed) != self.size:
            raise HistorianError(f"{self.tags} tags need as many quality codes, not {len(qualities)}")
        if packed[8 * self.tags :].translate(None, _CODES):
            raise HistorianError("a quality code is unknown", mend="use the codes of process.reading.Quality")
        return packed

    def unpack(self, rows: Sequence[HotRow]) -> Block:
        """Rows as a block of one line a tag: time, value and quality (tags, rows)."""
        if any(len(row.row) != self.size for row in rows):
            raise HistorianError("a hot row is damaged", where=f"after {rows[0].time} µs", mend=MEND)
        raw = np.frombuffer(b"".join([row.row for row in rows]), np.uint8).reshape(len(rows), self.size)
        split = 8 * self.tags
        value = np.ascontiguousarray(raw[:, :split]).view("<f8").T
        time = np.array([row.time for row in rows], np.int64)
        return Block(
            np.repeat(time[None, :], self.tags, axis=0),
            np.ascontiguousarray(value),
            np.ascontiguousarray(raw[:, split:].T),
        )

    def repack(self, block: Block) -> Iterator[tuple[int, bytes]]:
        """The time and the bytes of each row of a block (tags, rows) that `unpack` made."""
        values, qualities = np.ascontiguousarray(block.value.T, "<f8"), np.ascontiguousarray(block.quality.T)
        for time, value, quality in zip(block.time[0].tolist(), values, qualities, strict=True):
            yield time, value.tobytes() + quality.tobytes()


class Chain:
    """The running digest of a batch's hot rows, from row number `first` of the batch."""

    def __init__(self, batch: str, tags: Sequence[TagSpec], first: int) -> None:
        declared = [spec_fields(spec, position, True) for position, spec in enumerate(tags)]
        self._seed = b"homeostat hot 1" + frame(batch, *[field for fields in declared for field in fields])
        self._first = self._next = first
        self._head = b""

    @property
    def head(self) -> bytes:
        """The digest of the last row, empty before the first of a block that follows sealed rows."""
        return self._head

    def extend(self, time: int, row: bytes) -> bytes:
        """Add one row and return its digest."""
        if (self._next - self._first) % BLOCK == 0:
            self._head = hashlib.sha256(self._seed + frame(self._next)).digest()
        self._head = hashlib.sha256(self._head + frame(time, row)).digest()
        self._next += 1
        return self._head

    def check(self, rows: Iterable[HotRow], size: int) -> None:
        """Extend over stored `rows` of `size` bytes; HistorianError names the first that does not fit."""
        for number, row in enumerate(rows, self._next):
            fits = tuple(map(type, row)) == (int, bytes, bytes) and len(row.row) == size
            if not fits or self.extend(row.time, row.row) != row.digest:
                raise HistorianError(
                    "a row was changed, lost or added: this one does not follow from those before it",
                    where=f"hot row {number} at {row.time} µs",
                    mend=MEND,
                )


def rechained(batch: str, tags: Sequence[TagSpec], first: int, columns: Sequence[Block], rows: int) -> str:
    """The head (hex) that a batch of `tags` had at `rows`, from its sealed rows: `columns` are the chunks of one
    block, one a tag, that begins with row `first`. Empty if their times differ, as those of no scan do.
    """
    time = np.concatenate([column.time for column in columns])
    if (time != time[0]).any():
        return ""
    value = np.concatenate([column.value for column in columns])
    quality = np.concatenate([column.quality for column in columns])
    chain = Chain(batch, tags, first)
    for stamp, row in islice(Shape(len(tags)).repack(Block(time, value, quality)), rows - first):
        chain.extend(stamp, row)
    return chain.head.hex()
