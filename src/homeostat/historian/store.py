"""The historian: one file that keeps the tag time series of all batches of a site."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian import tables
from homeostat.historian.bulk import series_chunks
from homeostat.historian.chunk import Chunk, open_chunks
from homeostat.historian.codec import Block
from homeostat.historian.database import Database
from homeostat.historian.downsample import draw
from homeostat.historian.recorder import Recorder
from homeostat.historian.rows import Shape
from homeostat.historian.series import ChunkDigest, Codes, Floats, Overview, Series, TagSpec, Times
from homeostat.historian.tables import EARLIEST, LATEST, Declared
from homeostat.process.reading import Quality, Reading


class Historian:
    """Time series by batch and tag. Reads see what was flushed; ranges are half open, [start, end) in µs.

    All methods raise HistorianError for an unknown batch or tag, a damaged chunk, or a file that cannot be
    used.
    """

    def __init__(self, database: Database) -> None:
        """Wrap an open database; use `Historian.open`."""
        self._database = database

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> Self:
        """Open the file at `path`, and create it unless `readonly`."""
        return cls(Database(path, readonly=readonly))

    def close(self) -> None:
        """Close the file; rows that were not flushed are not kept."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def batches(self) -> tuple[str, ...]:
        """Names of all batches, sorted."""
        return tables.batches(self._database)

    def tags(self, batch: str) -> tuple[TagSpec, ...]:
        """The tags of a batch in the order of their declaration."""
        known = tables.declared(self._database, batch)
        if not known:
            raise HistorianError(f"there is no batch {batch!r}", where=str(self._database.path))
        return tuple(tag.spec for tag in known.values())

    def recorder(self, batch: str, tags: Sequence[TagSpec]) -> Recorder:
        """A recorder for a new batch, or to continue one after a crash (with the same tags)."""
        return Recorder(self._database, batch, tags)

    def append_series(self, batch: str, spec: TagSpec, series: Series) -> tuple[ChunkDigest, ...]:
        """Store a whole series of a tag of its own straight into sealed chunks, durably and all or nothing.

        Times must increase strictly and follow what the tag already has. Returns the new chunks' digests.
        """
        tag, chunks = series_chunks(self._database, batch, spec, series)
        with self._database.transaction(durable=True):
            if chunks and spec.name not in tables.declared(self._database, batch):
                tables.declare(self._database, batch, [tag])
            tables.insert_chunks(self._database, chunks)
        return tables.fingerprints(chunks, {spec.name: tag})

    def read(self, batch: str, tag: str, start: int | None = None, end: int | None = None) -> Series:
        """Every sample of a tag in a range, exactly as recorded; missing ones are NaN of quality MISSING."""
        first, last = _range(start, end)
        found, known = tables.find(self._database, batch, tag)
        chunks = tables.chunks(self._database, batch, tag, first, last)
        blocks = [*open_chunks(chunks, found.spec.resolution), *self._hot(batch, found, known, first, last)]
        return _series(blocks, first, last)

    def overview(
        self, batch: str, tag: str, buckets: int = 1000, start: int | None = None, end: int | None = None
    ) -> Overview:
        """The lowest, highest and mean usable sample of each of about `buckets` buckets, for drawing.

        The range is cut evenly; a cut that falls inside a chunk shorter than a bucket moves back to the
        chunk's start, so that the chunk's statistics serve undecoded. Every bucket is exact.
        """
        if buckets < 1:
            raise HistorianError(f"{buckets} buckets cannot be drawn", mend="ask for at least one")
        first, last = _range(start, end)
        found, known = tables.find(self._database, batch, tag)
        hot = self._hot(batch, found, known, first, last)
        return draw(self._database, batch, found.spec, hot, buckets=buckets, start=start, end=end)

    def last(self, batch: str, tag: str) -> Reading | None:
        """The newest flushed sample of a tag, None if there is none."""
        _, newest = tables.extent(self._database, batch, tag)
        hot = self._database.query("SELECT max(time) FROM hot WHERE batch = ?", batch)[0][0]
        found, _ = tables.find(self._database, batch, tag)
        time = hot if found.scanned and hot is not None else newest
        if time is None:
            return None
        series = self.read(batch, tag, time, time + 1)
        return Reading(float(series.value[-1]), Quality(int(series.quality[-1])), time)

    def matrix(self, batch: str, tags: Sequence[str]) -> tuple[Times, Floats, Codes]:
        """All rows of a batch, for replay: time (n,), and values and qualities (n, k) of the named tags."""
        if not tags:
            raise HistorianError("no tags were named", where=f"batch {batch}")
        series = [self.read(batch, tag) for tag in tags]
        time = series[0].time
        for name, other in zip(tags, series, strict=True):
            if not np.array_equal(other.time, time):
                raise HistorianError(
                    f"{name} and {tags[0]} have different time stamps", where=f"batch {batch}"
                )
        values = np.stack([one.value for one in series], axis=1)
        return time, values, np.stack([one.quality for one in series], axis=1)

    def digests(self, batch: str) -> tuple[ChunkDigest, ...]:
        """The digests of all chunks of a batch, by start and tag: what a crash may keep from the ledger."""
        sql = f"SELECT {tables.CHUNK} FROM chunk WHERE batch = ? ORDER BY start, tag"
        rows = [Chunk._make(row) for row in self._database.query(sql, batch)]
        return tables.fingerprints(rows, tables.declared(self._database, batch))

    def _hot(
        self, batch: str, tag: Declared, known: dict[str, Declared], start: int, end: int
    ) -> Iterator[Block]:
        rows = tables.hot_rows(self._database, batch, start, end) if tag.scanned else []
        if rows:
            block = Shape(sum(other.scanned for other in known.values())).unpack(rows)
            one = slice(tag.position, tag.position + 1)
            yield Block(block.time[one], block.value[one], block.quality[one])


def _range(start: int | None, end: int | None) -> tuple[int, int]:
    first, last = EARLIEST if start is None else start, LATEST if end is None else end
    if not EARLIEST <= first <= last <= LATEST:
        raise HistorianError(f"the range {start} to {end} µs is not a stretch of process time")
    return first, last


def _series(blocks: Sequence[Block], start: int, end: int) -> Series:
    time = np.concatenate([np.empty(0, np.int64), *[block.time.ravel() for block in blocks]])
    value = np.concatenate([np.empty(0), *[block.value.ravel() for block in blocks]])
    quality = np.concatenate([np.empty(0, np.uint8), *[block.quality.ravel() for block in blocks]])
    inside = slice(*np.searchsorted(time, [start, end]).tolist())
    return Series(time[inside], value[inside], quality[inside])
