"""Verification: is every chunk, hot row and tag as it was when the ledger took its fingerprint?"""

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from pathlib import Path

from homeostat.errors import HistorianError
from homeostat.historian.chunk import TOGETHER, Chunk, digest, open_chunks, statistics
from homeostat.historian.database import FAILURES, connect, missing_bytes
from homeostat.historian.rows import Chain, HotRow, Shape, rechained
from homeostat.historian.schema import APPLICATION, OBJECTS, VERSION
from homeostat.historian.tables import CHUNK, Declared, declaration

Key = tuple[str, str, int]
Head = tuple[int, str]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was recorded: what is wrong, and where."""

    where: str
    what: str


@dataclass(frozen=True)
class HistorianCheck:
    """The outcome of a verification: how many chunks and hot rows were checked, and what was found."""

    chunks: int
    rows: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_historian(
    path: Path,
    sealed: Mapping[Key, str],
    finished: Collection[str],
    heads: Mapping[str, Head] | None = None,
) -> HistorianCheck:
    """Check the historian at `path` against the digests that the ledger holds; damage is found, never raised.

    `sealed` maps (batch, tag, start) to the SHA-256 of each sealed chunk; `finished` names the batches that
    ended: they have no hot rows and no chunk without a digest. In a running batch the last block may still
    lack its digests.
    `heads` maps a batch to a recorder's `rows` and `head` as the ledger last noted them, after a durable flush:
    without it, rows cut from the very end of a hot tail are not missed. It holds for good: whatever is recorded
    or sealed later, that row must be there, hot or in a chunk.
    Raises HistorianError where the file cannot be read, for lack of rights or because its write-ahead log lies on
    read-only media.
    """
    inspection = _Inspection(path, sealed, finished, heads or {})
    if not path.is_file():
        inspection.find(str(path), "the historian is gone")
    else:
        with inspection.reading("file"):
            inspection.run(connect(path, readonly=True, text=_text))
    return HistorianCheck(inspection.chunks, inspection.rows, tuple(inspection.findings))


class _Inspection:
    """One pass over a file, collecting findings."""

    def __init__(
        self, path: Path, sealed: Mapping[Key, str], finished: Collection[str], heads: Mapping[str, Head]
    ) -> None:
        self.path, self.sealed, self.finished, self.heads = path, sealed, finished, heads
        self.findings: list[Finding] = []
        self.chunks = self.rows = 0
        self.tags: dict[str, dict[str, Declared]] = defaultdict(dict)
        self.blocks: dict[tuple[str, str], list[Chunk]] = defaultdict(list)  # without their data

    def find(self, where: str, what: str) -> None:
        self.findings.append(Finding(where, what))

    @contextmanager
    def reading(self, part: str) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            self.find(f"{self.path.name}, {part}", f"cannot be read: {error}")

    def run(self, connection: sqlite3.Connection) -> None:
        steps: Mapping[str, Callable[[sqlite3.Connection], None]] = {
            "size": self.check_size,
            "header": self.check_header,
            "pages": self.check_pages,
            "schema": self.check_schema,
            "tags": self.check_tags,
            "chunks": self.check_chunks,
            "hot rows": self.check_hot,
        }
        try:
            with self.reading("file"):
                connection.execute("BEGIN")  # one state of the file, even while a batch is being recorded
            for part, step in steps.items():
                with self.reading(part):
                    step(connection)
        finally:
            connection.close()

    def check_size(self, _: sqlite3.Connection) -> None:
        """SQLite reads zeros for what is missing of the last page, and may never look at them."""
        if missing := missing_bytes(self.path):
            what = f"the file was cut off: its last {missing} bytes are missing"
            self.find(f"{self.path.name}, size", what)

    def check_header(self, connection: sqlite3.Connection) -> None:
        for pragma, expected in (("application_id", APPLICATION), ("user_version", VERSION)):
            value = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
            if value != expected:
                self.find(f"{self.path.name}, header", f"{pragma} is {value}, a historian has {expected}")

    def check_pages(self, connection: sqlite3.Connection) -> None:
        for (message,) in connection.execute("PRAGMA integrity_check(20)"):
            if message != "ok":
                self.find(f"{self.path.name}, pages", str(message).replace("\n", " "))

    def check_schema(self, connection: sqlite3.Connection) -> None:
        found = dict(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        )
        for name in sorted(found.keys() | OBJECTS.keys(), key=str):
            if name not in found:
                self.find(f"{self.path.name}, schema", f"the table or trigger {name} is missing")
            elif name not in OBJECTS:
                self.find(f"{self.path.name}, schema", f"{name} does not belong here")
            elif found[name] != OBJECTS[name]:
                self.find(f"{self.path.name}, schema", f"the table or trigger {name} was changed")

    def check_tags(self, connection: sqlite3.Connection) -> None:
        sql = "SELECT batch, name, unit, resolution, position, scanned FROM tag ORDER BY batch, position"
        for batch, *row in connection.execute(sql):
            try:
                tag = declaration(batch, tuple(row))
            except HistorianError as error:
                self.find(f"batch {batch}", error.what)
            else:
                self.tags[batch][tag.spec.name] = tag

    def check_chunks(self, connection: sqlite3.Connection) -> None:
        seen: set[Key] = set()
        stored = map(Chunk._make, connection.execute(f"SELECT {CHUNK} FROM chunk ORDER BY batch, tag, start"))
        try:
            for (batch, tag), rows in groupby(stored, lambda chunk: (chunk.batch, chunk.tag)):
                while chunks := list(islice(rows, TOGETHER)):
                    seen.update((batch, tag, chunk.start) for chunk in chunks)
                    self.check_declared(chunks, self.tags[batch].get(tag))
        finally:
            self.chunks = len(seen)
            for batch, tag, start in sorted(self.sealed.keys() - seen):
                self.find(f"batch {batch}, tag {tag}, chunk at {start} µs", "a sealed chunk is gone")
        self.check_unsealed()
        self.check_blocks()

    def check_declared(self, chunks: Sequence[Chunk], tag: Declared | None) -> None:
        for chunk in chunks:
            if tag is None:
                self.find(chunk.where, "the chunk belongs to no declared tag")
            elif self.sealed.get(chunk[:3], sha := digest(chunk, tag.framed).sha256) != sha:
                self.find(chunk.where, "the chunk, or its tag's declaration, is not what the ledger sealed")
        if tag is not None:
            self.check_samples(chunks, tag.spec.resolution)

    def check_samples(self, chunks: Sequence[Chunk], resolution: float | None) -> None:
        try:
            summaries = [one for block in open_chunks(chunks, resolution) for one in statistics(block)]
        except HistorianError as error:
            if len(chunks) == 1:
                return self.find(chunks[0].where, error.what)
            for chunk in chunks:
                self.check_samples([chunk], resolution)
        else:
            for chunk, summary in zip(chunks, summaries, strict=True):
                self.check_order(chunk)
                if summary != (chunk.usable, chunk.low, chunk.high, chunk.total):
                    self.find(chunk.where, "the statistics do not agree with the samples")
        return None

    def check_order(self, chunk: Chunk) -> None:
        earlier = self.blocks[chunk.batch, chunk.tag]
        if earlier and chunk.start <= earlier[-1].end:
            self.find(chunk.where, "the chunk overlaps the one before")
        earlier.append(chunk._replace(data=b""))

    def check_unsealed(self) -> None:
        for (batch, _), chunks in self.blocks.items():
            for chunk in chunks if batch in self.finished else chunks[:-1]:
                if (batch, chunk.tag, chunk.start) not in self.sealed:
                    self.find(chunk.where, "the ledger never sealed this chunk")

    def check_blocks(self) -> None:
        for batch, tags in self.tags.items():
            for name, tag in tags.items():
                if not tag.scanned and not self.blocks[batch, name]:
                    self.find(f"batch {batch}, tag {name}", "the tag was declared, but has no chunks")
            spans = {
                name: [(chunk.start, chunk.end, chunk.samples) for chunk in self.blocks[batch, name]]
                for name, tag in tags.items()
                if tag.scanned
            }
            for name, span in spans.items():
                first = next(iter(spans))
                if span != spans[first]:
                    self.find(f"batch {batch}, tag {name}", f"its chunks do not match those of tag {first}")

    def check_hot(self, connection: sqlite3.Connection) -> None:
        rows: dict[str, list[HotRow]] = defaultdict(list)
        sql = 'SELECT batch, time, "row", digest FROM hot ORDER BY batch, time'
        for batch, *row in connection.execute(sql):
            rows[batch].append(HotRow._make(row))
            self.rows += 1
        for batch, hot in rows.items():
            if batch in self.finished:
                self.find(f"batch {batch}", f"a finished batch has {len(hot)} rows that were never sealed")
            self.check_chain(batch, hot)
        for batch, head in sorted(self.heads.items()):
            self.check_head(connection, batch, rows[batch], head)

    def check_chain(self, batch: str, hot: list[HotRow]) -> None:
        specs = [tag.spec for tag in self.tags[batch].values() if tag.scanned]
        chunks = self.scanned_chunks(batch)
        try:
            chain = Chain(batch, specs, sum(chunk.samples for chunk in chunks))
            chain.check(hot, Shape(len(specs)).size)
        except HistorianError as error:
            self.find(f"batch {batch}, {error.where}", error.what)
        else:
            if chunks and hot[0].time <= chunks[-1].end:
                self.find(f"batch {batch}", "hot rows overlap the sealed chunks")

    def check_head(self, connection: sqlite3.Connection, batch: str, hot: list[HotRow], head: Head) -> None:
        rows, last = head
        ends = [0, *accumulate(chunk.samples for chunk in self.scanned_chunks(batch))]
        beyond = rows - ends[-1]
        known: str | None = None
        if beyond > len(hot):
            found = ends[-1] + len(hot)
            return self.find(f"batch {batch}", f"the ledger knows of {rows} rows, but there are {found}")
        if beyond > 0:
            known = _hex(hot[beyond - 1].digest)
        elif rows > 0 and last:
            known = self.sealed_head(connection, batch, bisect_left(ends, rows) - 1, rows)
        if known not in (None, last):
            self.find(f"batch {batch}, row {rows - 1}", "the row is not the one the ledger knows")
        return None

    def sealed_head(self, connection: sqlite3.Connection, batch: str, number: int, rows: int) -> str | None:
        """The head that the batch had at `rows`, from its block `number`; None where the ledger's digests hold that.

        Until they are there, somebody might have put a block of his own in the place of hot rows.
        """
        blocks = self.scanned_chunks(batch)
        start, first = blocks[number].start, sum(chunk.samples for chunk in blocks[:number])
        specs = {name: tag.spec for name, tag in self.tags[batch].items() if tag.scanned}
        if all((batch, name, start) in self.sealed for name in specs):
            return None
        stored = map(Chunk._make, connection.execute(_BLOCK, (batch, start)))
        chunks = {chunk.tag: chunk for chunk in stored if chunk.samples == blocks[number].samples}
        try:
            opened = [next(open_chunks([chunks[name]], spec.resolution)) for name, spec in specs.items()]
        except (HistorianError, KeyError):
            return None  # found when the chunks were checked
        return rechained(batch, [*specs.values()], first, opened, rows)

    def scanned_chunks(self, batch: str) -> list[Chunk]:
        names = [name for name, tag in self.tags[batch].items() if tag.scanned]
        return self.blocks[batch, names[0]] if names else []


_BLOCK = f"SELECT {CHUNK} FROM chunk WHERE batch = ? AND start = ?"


def _hex(digest: object) -> str:
    return digest.hex() if isinstance(digest, bytes) else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
