"""A chunk: up to 600 samples of one tag as one row of the store, with its statistics and its fingerprint."""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian.codec import Block, decode, encode, inflate
from homeostat.historian.layout import parse_layout
from homeostat.historian.series import ChunkDigest, Flags, Floats, TagSpec
from homeostat.process.reading import LAST_USABLE

Field = str | int | float | bytes | None


class Chunk(NamedTuple):
    """One row of the chunk table.

    Statistics are over usable finite samples: None where there are none, or where the total exceeds a double.
    """

    batch: str
    tag: str
    start: int
    end: int
    samples: int
    usable: int
    low: float | None
    high: float | None
    total: float | None
    codec: str
    data: bytes

    @property
    def where(self) -> str:
        """How messages name this chunk."""
        return f"batch {self.batch}, tag {self.tag}, chunk at {self.start} µs"


MEND = "run `homeostat verify`, and restore the historian from a copy"
"""What to do about damage."""

TOGETHER = 128
"""Chunks coded in one go: 600 kB a column, which stays in the processor's cache."""

Statistics = tuple[int, float | None, float | None, float | None]

_KINDS: tuple[type | tuple[type, ...], ...] = (
    str,
    str,
    int,
    int,
    int,
    int,
    *[(float, type(None))] * 3,
    str,
    bytes,
)


def frame(*fields: Field) -> bytes:
    """Fields as unambiguous bytes: each carries its kind, and its length where that varies."""
    return b"".join([_framed(field) for field in fields])


def spec_fields(spec: TagSpec, position: int, scanned: bool) -> tuple[Field, ...]:
    """What a fingerprint covers of a tag's declaration."""
    return position, spec.name, spec.unit, spec.resolution, int(scanned)


def digest(chunk: Chunk, declaration: bytes) -> ChunkDigest:
    """The fingerprint over every column of `chunk` and the framed `declaration` of its tag."""
    sha = hashlib.sha256(b"homeostat chunk 1" + declaration + frame(*chunk)).hexdigest()
    return ChunkDigest(chunk.batch, chunk.tag, chunk.start, chunk.end, chunk.samples, sha)


def make_chunks(batch: str, tags: Sequence[TagSpec], block: Block) -> list[Chunk]:
    """One chunk for each row of `block`, the row's tag being `tags[row]`."""
    encoded = encode(block, [tag.resolution for tag in tags])
    count = block.time.shape[1]
    starts, ends = block.time[:, 0].tolist(), block.time[:, -1].tolist()
    summaries = statistics(block)
    return [
        Chunk(batch, tag.name, start, end, count, *summary, codec, data)
        for tag, start, end, summary, (codec, data) in zip(
            tags, starts, ends, summaries, encoded, strict=True
        )
    ]


def open_chunks(chunks: Iterable[Chunk], resolution: float | None) -> Iterator[Block]:
    """Decode chunks of one tag in their order; neighbours of equal layout and length share a block."""
    for _, group in groupby(chunks, key=lambda chunk: (chunk.codec, chunk.samples)):
        while members := list(islice(group, TOGETHER)):
            yield _open(members, resolution)


def usable(block: Block) -> Flags:
    """Which samples statistics count: quality GOOD or HELD, and finite."""
    flags: Flags = (block.quality <= LAST_USABLE) & np.isfinite(block.value)
    return flags


def statistics(block: Block) -> list[Statistics]:
    """Usable count, low, high and total of each row; -0.0 counts as 0.0, as SQLite would store it."""
    good = usable(block)
    counts = good.sum(axis=1).tolist()
    low = (np.where(good, block.value, np.inf).min(axis=1) + 0.0).tolist()
    high = (np.where(good, block.value, -np.inf).max(axis=1) + 0.0).tolist()
    total = (_totals(np.where(good, block.value, 0.0)) + 0.0).tolist()
    return [
        (count, low[row], high[row], total[row] if abs(total[row]) < np.inf else None) if count else _NOTHING
        for row, count in enumerate(counts)
    ]


_NOTHING: Statistics = (0, None, None, None)


def _totals(value: Floats) -> Floats:
    """Row sums in order of time, so that their bits depend on no library's way of adding."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.cumsum(value, axis=1)[:, -1]


def _inflate(chunk: Chunk) -> bytes:
    if not all(isinstance(field, kind) for field, kind in zip(chunk, _KINDS, strict=True)):
        raise HistorianError("a column holds the wrong kind of value", where=chunk.where, mend=MEND)
    try:
        return inflate(chunk.data, parse_layout(chunk.codec), chunk.samples)
    except HistorianError as error:
        raise HistorianError(error.what, where=chunk.where, mend=error.mend or MEND) from error


def _open(members: Sequence[Chunk], resolution: float | None) -> Block:
    raws = [_inflate(chunk) for chunk in members]
    first, last = members[0], members[-1]
    start = np.array([chunk.start for chunk in members], np.int64)
    end = np.array([chunk.end for chunk in members], np.int64)
    try:
        return decode(raws, parse_layout(first.codec), first.samples, (start, end), resolution)
    except HistorianError as error:
        where = first.where if first is last else f"{first.where} to {last.start} µs"
        raise HistorianError(error.what, where=where, mend=MEND) from error


def _framed(field: Field) -> bytes:
    if field is None:
        return b"n"
    if isinstance(field, str):
        text = field.encode("utf-8", "surrogateescape")
        return struct.pack("<cI", b"t", len(text)) + text
    if isinstance(field, int):
        return struct.pack("<cq", b"i", field)
    if isinstance(field, float):
        return struct.pack("<cd", b"f", field)
    return struct.pack("<cQ", b"b", len(field)) + field
