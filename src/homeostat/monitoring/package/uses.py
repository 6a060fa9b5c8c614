"""The record of a package's uses: `MODEL.uses.jsonl` beside the package, append-only, each line chained to the last.

The package itself never changes, so what was done with it stands here: above all every use of the locked test set
(MON-09). A line that was altered, removed or put in breaks the chain. A tail that was cut off does not: `last` is the
hash to anchor elsewhere (a site's ledger) so that this shows as well.

A line that was torn while it was written (power lost, disk full) is no use and blocks none: it stays as it is, and the
next use states its digest, so that nothing can be put in as torn afterwards.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import SerializerFunctionWrapHandler, ValidationError, model_serializer

from homeostat.errors import MonitoringError
from homeostat.monitoring.package.canonical import canonical, digest
from homeostat.monitoring.package.document import Metrics
from homeostat.monitoring.package.freezing import told
from homeostat.monitoring.package.hashed import Hash, Name, Part

if sys.platform != "win32":
    import fcntl

START = "0" * 64
LOCKED_TEST: Literal["locked test"] = "locked test"
COMPARED: Literal["compared with the truth"] = "compared with the truth"
"""Scored on a table that held the truth: how the model does in use (MON-14)."""
LEARNT: Literal["compared with what it learnt from"] = "compared with what it learnt from"
"""Scored on the very table that it was learnt from, which proves nothing."""
JUDGED: Literal["batches judged"] = "batches judged"
"""A watcher was held against batches that it was not learnt from (MON-14)."""
AGAIN: Literal["batches learnt from"] = "batches learnt from"
"""A watcher was held against the very table that it was learnt from, which proves nothing."""


class Use(Part):
    """One use of a package: `what` was done, `by` whom, `when` (as the caller's clock says), on which table.

    `model` is the package's content hash, `table` the digest of the table, `before` the hash of the line above.
    `samples` are digests of what a live calibration was compared with: one process may stand in several tables.
    """

    number: int
    what: Name
    by: Name
    when: Name
    model: Hash
    table: Hash
    results: tuple[Metrics, ...] = ()
    note: str = ""
    before: Hash
    torn: str = ""
    """SHA-256 of the torn lines right before this one, "" without any."""
    samples: tuple[Hash, ...] = ()
    hash: str = ""

    @model_serializer(mode="wrap")
    def _as_written(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As the line says it: `torn` where something was, `samples` where there are any."""
        found: dict[str, Any] = plain(self)
        unsaid = {name for name in ("torn", "samples") if not found.get(name)}
        return {name: value for name, value in found.items() if name not in unsaid}

    def hashed(self) -> str:
        """SHA-256 of the canonical line, less its hash."""
        return digest(self.model_dump(mode="json", exclude={"hash"}))


def record_of(model: Path) -> Path:
    """The record that stands beside the package at `model`."""
    return model.with_name(model.name.removesuffix(".json") + ".uses.jsonl")


def record_use(
    model: Path,
    *,
    what: str,
    by: str,
    when: str,
    content_hash: str,
    table: str,
    results: tuple[Metrics, ...] = (),
    note: str = "",
    samples: tuple[str, ...] = (),
) -> Use:
    """Append a use to the record of the package at `model`, on disk when this returns.

    Raises `MonitoringError` when the record does not hold, or cannot be written.
    """
    given: Mapping[str, Any] = {"what": what, "by": by, "when": when, "model": content_hash, "table": table}
    with _alone(record_of(model)) as file:
        body = _content(model)
        before, rest = _read(body, record_of(model))
        chain: Mapping[str, Any] = {"number": len(before) + 1, "before": last(before), "torn": _torn(rest)}
        try:
            draft = Use(**given, **chain, results=results, note=note, samples=samples)
        except ValidationError as fault:
            raise MonitoringError(f"the use cannot be recorded: {told(fault)}", where="uses") from fault
        use = draft.model_copy(update={"hash": draft.hashed()})
        begin = b"" if not body or body.endswith(b"\n") else b"\n"
        _append(file, begin + canonical(use.model_dump(mode="json")) + b"\n")
    return use


def uses(model: Path) -> tuple[Use, ...]:
    """All uses of the package at `model`, oldest first. Raises `MonitoringError` where the chain does not hold."""
    return _read(_content(model), record_of(model))[0]


def torn(model: Path) -> int:
    """How many lines of the record were torn while they were written. Raises `MonitoringError` as `uses` does."""
    body = _content(model)
    return len(body.splitlines()) - len(_read(body, record_of(model))[0])


def _content(model: Path) -> bytes:
    path = record_of(model)
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as fault:
        raise MonitoringError(f"the record cannot be read: {fault.strerror}", where=str(path)) from fault


def _read(body: bytes, path: Path) -> tuple[tuple[Use, ...], list[bytes]]:
    """The uses on record, and the torn lines at its end. Raises `MonitoringError` where the chain does not hold."""
    found: list[Use] = []
    rest: list[bytes] = []
    for number, line in enumerate(body.splitlines(), 1):
        use = _use(line)
        if use is None:
            rest.append(line)
            continue
        wanted = len(found) + 1, last(tuple(found)), use.hashed()
        if (use.number, use.before, use.hash) != wanted:
            raise _fault("the record of uses was changed", path, number, "restore it from a backup")
        if use.torn != _torn(rest):
            raise _fault("this line is no use of a model", path, number - 1, "restore the record")
        found.append(use)
        rest = []
    if rest and body.endswith(b"\n"):
        raise _fault("this line is no use of a model", path, len(body.splitlines()), "restore the record")
    return tuple(found), rest


def _torn(lines: list[bytes]) -> str:
    """What stands for torn lines in the use that follows them."""
    return hashlib.sha256(b"\n".join(lines)).hexdigest() if lines else ""


def _fault(what: str, path: Path, line: int, mend: str) -> MonitoringError:
    return MonitoringError(what, where=f"{path}, line {line}", mend=mend)


def last(record: tuple[Use, ...]) -> str:
    """The hash of the newest line, which stands for the whole record."""
    return record[-1].hash if record else START


def times_tested(record: tuple[Use, ...], table: str) -> int:
    """How often the locked test set with this digest has been used."""
    return sum(use.what == LOCKED_TEST and use.table == table for use in record)


def _use(line: bytes) -> Use | None:
    """The use that a line tells, None where it tells none."""
    try:
        return Use.model_validate(json.loads(line))
    except (ValueError, RecursionError):
        return None


@contextmanager
def _alone(path: Path) -> Iterator[IO[bytes]]:
    """The record, open at its end, while no other process that records a use has it open so."""
    try:
        with path.open("ab") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    except OSError as fault:
        raise MonitoringError(f"the record cannot be written: {fault.strerror}", where=str(path)) from fault


def _append(file: IO[bytes], line: bytes) -> None:
    file.write(line)
    file.flush()
    os.fsync(file.fileno())
