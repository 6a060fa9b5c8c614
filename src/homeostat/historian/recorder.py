"""The recorder: one row a scan goes in, is kept as a hot row, and is sealed with 599 others into chunks."""

from collections.abc import Sequence
from operator import index

from homeostat.errors import HistorianError
from homeostat.historian import tables
from homeostat.historian.chunk import Chunk, make_chunks
from homeostat.historian.database import Database
from homeostat.historian.rows import BLOCK, Chain, HotRow, Shape
from homeostat.historian.series import ChunkDigest, TagSpec, require_name
from homeostat.historian.tables import Declared


class Recorder:
    """Records the scans of one batch; all tags share the time stamp. Made by `Historian.recorder`.

    `append` only buffers: what `flush` has committed survives the end of the process, and of the power too if
    it was `durable`. One recorder writes a batch at a time; a second one is refused when it flushes.
    """

    def __init__(self, database: Database, batch: str, tags: Sequence[TagSpec]) -> None:
        """Declare the tags of a new batch, or continue one after its last flushed row.

        HistorianError if the batch has other tags, or its hot rows were tampered with.
        """
        self.batch = batch
        self.tags = tuple(tags)
        self._database = database
        self._shape = Shape(len(self.tags))
        self._declared = _declare(database, batch, self.tags)
        sealed, self._last = tables.extent(database, batch, self.tags[0].name)
        hot = tables.hot_rows(database, batch)
        self._chain = Chain(batch, self.tags, sealed)
        self._chain.check(hot, self._shape.size)
        self._hot = len(hot)
        self._rows = sealed + len(hot)
        self._last = hot[-1].time if hot else self._last
        self._buffer: list[HotRow] = []
        self._durable = False  # of rows that were there before, nobody knows

    @property
    def rows(self) -> int:
        """How many rows the batch has: sealed, hot and not yet flushed."""
        return self._rows

    @property
    def last_time(self) -> int | None:
        """The time of the last row (µs), None before the first."""
        return self._last

    @property
    def head(self) -> str:
        """The running digest (hex) of the last appended row; empty where that is sealed, and so held by its chunks.

        With `rows`, taken after a durable flush, it is what the ledger keeps of a hot tail.
        """
        return self._chain.head.hex()

    def append(self, time: int, values: Sequence[float], qualities: Sequence[int] | bytes) -> None:
        """Buffer one row: values and quality codes in the order of the tags, `time` in µs since the start.

        HistorianError if the time is not later than the last row's, or the row does not fit the tags.
        """
        stamp = index(time)
        if not (tables.EARLIEST if self._last is None else self._last) < stamp < tables.LATEST:
            raise HistorianError(
                f"time {stamp} µs is not later than the last row's {self._last} µs",
                where=f"batch {self.batch}",
                mend="append rows in strictly increasing order of time",
            )
        row = self._shape.pack(values, qualities)
        self._buffer.append(HotRow(stamp, row, self._chain.extend(stamp, row)))
        self._last = stamp
        self._rows += 1

    def flush(self, *, durable: bool) -> None:
        """Commit all buffered rows; if `durable` they, and all rows before, survive a loss of power.

        If it fails the rows stay buffered, and a later flush takes them along.
        """
        if self._buffer:
            with self._database.transaction(durable=durable):
                tables.insert_hot(self._database, self.batch, self._buffer)
            self._hot += len(self._buffer)
            self._buffer.clear()
            self._durable = durable
        elif durable and not self._durable:
            self._database.settle()
            self._durable = True

    def seal(self, *, all: bool = False) -> tuple[ChunkDigest, ...]:
        """Turn each full block of 600 rows into one chunk a tag; `all`: also the rest, as a batch ends.

        Buffered rows are flushed first. The chunks of a block appear, and its hot rows disappear, in one
        durable transaction. Returns the new chunks' digests, for the ledger.
        """
        self.flush(durable=False)
        sealed: list[Chunk] = []
        while self._hot >= BLOCK or (all and self._hot):
            sealed += self._seal_block()
        return tables.fingerprints(sealed, self._declared)

    def _seal_block(self) -> list[Chunk]:
        rows = tables.hot_rows(self._database, self.batch, limit=BLOCK)
        first = self._rows - self._hot
        Chain(self.batch, self.tags, first).check(rows, self._shape.size)
        chunks = make_chunks(self.batch, self.tags, self._shape.unpack(rows))
        with self._database.transaction(durable=True):
            tables.insert_chunks(self._database, chunks)
            tables.remove_hot(self._database, self.batch, rows[-1].time)
        self._durable = True
        self._hot -= len(rows)
        if len(rows) < BLOCK:  # only when everything is sealed: the next row begins a new block
            self._chain = Chain(self.batch, self.tags, self._rows)
        return chunks


def _declare(database: Database, batch: str, tags: Sequence[TagSpec]) -> dict[str, Declared]:
    require_name(batch, "batch")
    if not tags or len({tag.name for tag in tags}) < len(tags):
        raise HistorianError("a batch needs at least one tag, and each only once", where=f"batch {batch}")
    wanted = {tag.name: Declared(tag, position, True) for position, tag in enumerate(tags)}
    known = tables.declared(database, batch)
    scanned = {name: tag for name, tag in known.items() if tag.scanned}
    if not known:
        with database.transaction(durable=True):
            tables.declare(database, batch, wanted.values())
    elif scanned != wanted:
        differing = sorted(name for name in scanned | wanted if scanned.get(name) != wanted.get(name))
        raise HistorianError(
            f"the batch was recorded with other tags: {', '.join(differing)} differ",
            where=f"batch {batch}",
            mend="continue a batch with the process it was started with",
        )
    return wanted
