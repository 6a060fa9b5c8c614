"""Bulk ingest: a whole series cut into chunks of 600 samples and coded a thousand chunks at a time."""

from collections.abc import Iterator

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian import tables
from homeostat.historian.chunk import TOGETHER, Chunk, make_chunks
from homeostat.historian.codec import Block
from homeostat.historian.database import Database
from homeostat.historian.rows import BLOCK
from homeostat.historian.series import Series, TagSpec, require_name
from homeostat.historian.tables import Declared
from homeostat.process.reading import Quality


def series_chunks(
    database: Database, batch: str, spec: TagSpec, series: Series
) -> tuple[Declared, list[Chunk]]:
    """The tag as (to be) declared, and the chunks that `series` becomes; HistorianError if unfit."""
    require_name(batch, "batch")
    where = f"batch {batch}, tag {spec.name}"
    samples = _checked(series, where)
    tag = _tag(database, batch, spec, where)
    _, last = tables.extent(database, batch, spec.name)
    if samples.time.size and last is not None and samples.time[0] <= last:
        raise HistorianError(
            f"the series begins at {samples.time[0]} µs, but the tag has samples until {last} µs",
            where=where,
            mend="append only what is new",
        )
    chunks = [
        chunk for block in _blocks(samples) for chunk in make_chunks(batch, [spec] * len(block.time), block)
    ]
    return tag, chunks


def _tag(database: Database, batch: str, spec: TagSpec, where: str) -> Declared:
    known = tables.declared(database, batch)
    tag = known.get(spec.name, Declared(spec, len(known), False))
    if tag.scanned:
        raise HistorianError("the tag is recorded by the scan", where=where, mend="use the batch's recorder")
    if tag.spec != spec:
        raise HistorianError("the tag was declared with another unit or resolution", where=where)
    return tag


def _checked(series: Series, where: str) -> Block:
    time = np.ascontiguousarray(series.time, np.int64)
    value = np.ascontiguousarray(series.value, np.float64)
    quality = np.ascontiguousarray(series.quality, np.uint8)
    if time.ndim != 1 or not time.shape == value.shape == quality.shape:
        raise HistorianError("time, value and quality differ in length", where=where)
    late = np.flatnonzero(np.diff(time) <= 0)
    if late.size:
        raise HistorianError(
            f"sample {late[0] + 1} at {time[late[0] + 1]} µs is not later than the one before", where=where
        )
    if time.size and not (time[0] > tables.EARLIEST and time[-1] < tables.LATEST):
        raise HistorianError("a time stamp is beyond 2^62 µs", where=where)
    if quality.max(initial=0) > Quality.MISSING:
        raise HistorianError("a quality code is unknown", where=where, mend="use process.reading.Quality")
    return Block(time, value, quality)


def _blocks(samples: Block) -> Iterator[Block]:
    full = samples.time.size // BLOCK * BLOCK
    size = BLOCK * TOGETHER
    for at in range(0, full, size):
        yield _cut(samples, slice(at, min(at + size, full)), BLOCK)
    if full < samples.time.size:
        yield _cut(samples, slice(full, None), samples.time.size - full)


def _cut(samples: Block, part: slice, length: int) -> Block:
    return Block(
        samples.time[part].reshape(-1, length),
        samples.value[part].reshape(-1, length),
        samples.quality[part].reshape(-1, length),
    )
