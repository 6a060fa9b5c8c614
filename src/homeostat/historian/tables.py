"""What the historian asks of its tables: tags, chunks and hot rows of a batch, as typed values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from homeostat.errors import HistorianError
from homeostat.historian.chunk import MEND, Chunk, digest, frame, spec_fields
from homeostat.historian.database import Database
from homeostat.historian.rows import HotRow
from homeostat.historian.series import ChunkDigest, TagSpec

CHUNK = 'batch, tag, start, "end", count, usable, low, high, total, codec, data'
_INSERT_CHUNK = f"INSERT INTO chunk({CHUNK}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_HOT = 'INSERT INTO hot(batch, time, "row", digest) VALUES(?, ?, ?, ?)'
_INSERT_TAG = "INSERT INTO tag(batch, position, name, unit, resolution, scanned) VALUES(?, ?, ?, ?, ?, ?)"

EARLIEST, LATEST = -(2**62), 2**62
"""Process time lies between these (µs), so that spans and sums of stamps stay inside 64 bits."""


@dataclass(frozen=True)
class Declared:
    """A tag as declared in a batch: `scanned` tags share the scan's rows, others are series of their own."""

    spec: TagSpec
    position: int
    scanned: bool

    @property
    def framed(self) -> bytes:
        """The declaration as it enters the fingerprint of each of the tag's chunks."""
        return frame(*spec_fields(self.spec, self.position, self.scanned))


def batches(database: Database) -> tuple[str, ...]:
    """Names of all batches with declared tags, sorted."""
    return tuple(batch for (batch,) in database.query("SELECT DISTINCT batch FROM tag ORDER BY batch"))


def declared(database: Database, batch: str) -> dict[str, Declared]:
    """The tags of `batch` by name, in the order of their declaration; empty if the batch is unknown."""
    rows = database.query(
        "SELECT name, unit, resolution, position, scanned FROM tag WHERE batch = ? ORDER BY position", batch
    )
    tags = [declaration(batch, row) for row in rows]
    return {tag.spec.name: tag for tag in tags}


def declaration(batch: str, row: tuple[object, ...]) -> Declared:
    """A row of the tag table (name, unit, resolution, position, scanned), read with suspicion."""
    match row:
        case (str(name), str(unit), float() | None as step, int(position), 0 | 1 as scanned):
            return Declared(TagSpec(name, unit, step), position, bool(scanned))
    raise HistorianError(f"the declaration of tag {row[0]!r} is damaged", where=f"batch {batch}", mend=MEND)


def find(database: Database, batch: str, tag: str) -> tuple[Declared, dict[str, Declared]]:
    """The tag called `tag`, and all tags of its batch; HistorianError if there is none."""
    known = declared(database, batch)
    if not known:
        raise HistorianError(f"there is no batch {batch!r}", where=str(database.path))
    if tag not in known:
        raise HistorianError(
            f"there is no tag {tag!r}", where=f"batch {batch}", mend=f"known tags: {', '.join(known)}"
        )
    return known[tag], known


def declare(database: Database, batch: str, tags: Iterable[Declared]) -> None:
    """Store declarations; call it inside a transaction."""
    rows = [(batch, t.position, t.spec.name, t.spec.unit, t.spec.resolution, int(t.scanned)) for t in tags]
    database.insert(_INSERT_TAG, rows)


def chunks(database: Database, batch: str, tag: str, start: int, end: int) -> list[Chunk]:
    """Chunks of a tag that hold samples in [start, end), in order of time."""
    sql = f'SELECT {CHUNK} FROM chunk WHERE batch = ? AND tag = ? AND start < ? AND "end" >= ? ORDER BY start'
    return [Chunk._make(row) for row in database.query(sql, batch, tag, end, start)]


def insert_chunks(database: Database, rows: Sequence[Chunk]) -> None:
    """Store chunks; call it inside a transaction."""
    database.insert(_INSERT_CHUNK, list(rows))


def extent(database: Database, batch: str, tag: str) -> tuple[int, int | None]:
    """How many samples of a tag are sealed, and the time of the last one."""
    sql = 'SELECT coalesce(sum(count), 0), max("end") FROM chunk WHERE batch = ? AND tag = ?'
    [(count, last)] = database.query(sql, batch, tag)
    if type(count) is not int or type(last) not in (int, type(None)):
        raise HistorianError(
            "a chunk's count or end is damaged", where=f"batch {batch}, tag {tag}", mend=MEND
        )
    return count, last


def hot_rows(
    database: Database, batch: str, start: int = EARLIEST, end: int = LATEST, limit: int = -1
) -> list[HotRow]:
    """Hot rows with start <= time < end, the first `limit` of them."""
    sql = (
        'SELECT time, "row", digest FROM hot WHERE batch = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?'
    )
    return [HotRow._make(row) for row in database.query(sql, batch, start, end, limit)]


def insert_hot(database: Database, batch: str, rows: Iterable[HotRow]) -> None:
    """Store hot rows; call it inside a transaction."""
    database.insert(_INSERT_HOT, [(batch, *row) for row in rows])


def remove_hot(database: Database, batch: str, until: int) -> None:
    """Remove hot rows up to and including time `until`, their chunks being stored in the same transaction."""
    database.insert("DELETE FROM hot WHERE batch = ? AND time <= ?", [(batch, until)])


def fingerprints(rows: Iterable[Chunk], tags: dict[str, Declared]) -> tuple[ChunkDigest, ...]:
    """The digests of chunks, given the declarations of their batch."""
    framed = {name: tag.framed for name, tag in tags.items()}
    return tuple(digest(row, framed[row.tag]) for row in rows)
