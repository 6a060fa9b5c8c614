"""Overviews for drawing: buckets from the statistics of whole chunks, and samples of those that are cut."""

from collections.abc import Iterable, Iterator

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian import tables
from homeostat.historian.chunk import MEND, open_chunks, usable
from homeostat.historian.codec import Block
from homeostat.historian.database import Database
from homeostat.historian.series import Flags, Floats, Overview, TagSpec, Times
from homeostat.historian.tables import EARLIEST, LATEST

_SUMMARIES = """SELECT start, "end", usable, low, high, total FROM chunk
  WHERE batch = ? AND tag = ? AND start < ? AND "end" >= ? ORDER BY start"""


class _Summaries:
    """The statistics of the chunks in a range, a column each."""

    def __init__(self, rows: list[tuple[float | None, ...]]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * 6
        try:
            self.start, self.end, self.usable = (np.array(column, np.int64) for column in columns[:3])
            self.low, self.high, self.total = (np.array(column, np.float64) for column in columns[3:])
        except (TypeError, ValueError) as error:
            raise HistorianError("the statistics of a chunk are damaged", mend=MEND) from error


class _Buckets:
    """Running statistics of the buckets between `edges` (m + 1,)."""

    def __init__(self, edges: Times) -> None:
        self.edges = edges
        size = len(edges) - 1
        self.low, self.high = np.full(size, np.inf), np.full(size, -np.inf)
        self.total, self.count = np.zeros(size), np.zeros(size, np.int64)

    def add_samples(self, block: Block) -> None:
        """Add the usable samples of a block, which are in order of time."""
        good = usable(block).ravel()
        time, value = block.time.ravel(), block.value.ravel()
        if not good.all():
            time, value = time[good], value[good]
        cuts = np.searchsorted(time, self.edges)
        self._add(cuts, value, value, value, np.diff(cuts))

    def add_chunks(self, chunks: _Summaries, rows: Flags) -> None:
        """Add the chosen chunks, each of which lies inside one bucket."""
        counts = np.append(0, np.cumsum(chunks.usable[rows]))
        cuts = np.searchsorted(chunks.start[rows], self.edges)
        self._add(cuts, chunks.low[rows], chunks.high[rows], chunks.total[rows], np.diff(counts[cuts]))

    def _add(self, cuts: Times, low: Floats, high: Floats, total: Floats, count: Times) -> None:
        """Add what lies between `cuts` (m + 1,) of the sorted statistics to the m buckets."""
        full = np.flatnonzero(np.diff(cuts))
        first, last = cuts[full], cuts[-1]
        if not full.size:
            return
        self.low[full] = np.minimum(self.low[full], np.minimum.reduceat(low[:last], first))
        self.high[full] = np.maximum(self.high[full], np.maximum.reduceat(high[:last], first))
        with np.errstate(over="ignore", invalid="ignore"):
            self.total[full] += np.add.reduceat(total[:last], first)
        self.count += count

    def overview(self) -> Overview:
        """The finished picture."""
        empty = self.count == 0
        low, high = np.where(empty, np.nan, self.low), np.where(empty, np.nan, self.high)
        with np.errstate(invalid="ignore"):
            mean = np.where(np.isfinite(self.total), self.total / self.count, np.nan)
        return Overview(self.edges[:-1].astype(np.float64), low, high, mean, self.count)


def draw(
    database: Database,
    batch: str,
    spec: TagSpec,
    hot: Iterable[Block],
    *,
    buckets: int,
    start: int | None,
    end: int | None,
) -> Overview:
    """The overview of a tag from its chunks and its `hot` samples; unbounded, from its first to its last."""
    first, last = EARLIEST if start is None else start, LATEST if end is None else end
    chunks = _Summaries(database.query(_SUMMARIES, batch, spec.name, last, first))
    newest = list(hot)
    first, last = _bounds(chunks, newest, start, end)
    picture = _Buckets(_edges(first, last, buckets, chunks))
    whole = _whole(picture.edges, chunks)
    filled = chunks.usable > 0
    picture.add_chunks(chunks, whole & filled)
    for since, until in _runs(chunks, ~whole & filled):
        for block in open_chunks(tables.chunks(database, batch, spec.name, since, until), spec.resolution):
            picture.add_samples(block)
    for block in newest:
        picture.add_samples(block)
    return picture.overview()


def _bounds(chunks: _Summaries, hot: list[Block], start: int | None, end: int | None) -> tuple[int, int]:
    """The range to draw: as asked, or else as far as there are samples."""
    firsts = [*chunks.start[:1].tolist(), *[int(block.time.min()) for block in hot]]
    lasts = [*chunks.end[-1:].tolist(), *[int(block.time.max()) for block in hot]]
    first = min(firsts, default=0 if end is None else end) if start is None else start
    return first, max(lasts, default=first) + 1 if end is None else end


def _edges(first: int, last: int, buckets: int, chunks: _Summaries) -> Times:
    """Cuts of [first, last) into `buckets`, moved back to the start of a shorter chunk they fall in."""
    count = max(min(buckets, last - first), 1)
    edges = np.array([first + (last - first) * i // count for i in range(count + 1)], np.int64)
    if chunks.start.size:
        inner = edges[1:-1]
        chunk = np.maximum(np.searchsorted(chunks.start, inner, side="right") - 1, 0)
        start, end = chunks.start[chunk], chunks.end[chunk]
        cut = (start > first) & (start < inner) & (inner <= end) & (end - start <= (last - first) // count)
        edges[1:-1] = np.where(cut, start, inner)
    return edges


def _whole(edges: Times, chunks: _Summaries) -> Flags:
    """Which chunks lie inside one bucket."""
    place = np.searchsorted(edges, chunks.start, side="right")
    whole: Flags = (place == np.searchsorted(edges, chunks.end, side="right")) & (place > 0)
    return whole & (place < len(edges))


def _runs(chunks: _Summaries, wanted: Flags) -> Iterator[tuple[int, int]]:
    """Stretches of time that cover the wanted chunks and no others: one query for each."""
    rows = np.flatnonzero(wanted)
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        if run.size:
            yield int(chunks.start[run[0]]), int(chunks.end[run[-1]]) + 1
