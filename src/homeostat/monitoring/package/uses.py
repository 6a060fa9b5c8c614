"""The record of a package's uses: `MODEL.uses.jsonl` beside the package, append-only, each line chained to the last.

The package itself never changes, so what was done with it stands here: above all every use of the locked test set
(MON-09). A line that was altered, removed or put in breaks the chain. A tail that was cut off does not: `last` is the
hash to anchor elsewhere (a site's ledger) so that this shows as well.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import ValidationError

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
JUDGED: Literal["batches judged"] = "batches judged"
"""A watcher was held against batches that it was not learnt from (MON-14)."""
AGAIN: Literal["batches learnt from"] = "batches learnt from"
"""A watcher was held against the very table that it was learnt from, which proves nothing."""


class Use(Part):
    """One use of a package: `what` was done, `by` whom, `when` (as the caller's clock says), on which table.

    `model` is the package's content hash, `table` the digest of the table, `before` the hash of the line above.
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
    hash: str = ""

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
) -> Use:
    """Append a use to the record of the package at `model`, on disk when this returns.

    Raises `MonitoringError` when the record does not hold, or cannot be written.
    """
    given: Mapping[str, Any] = {"what": what, "by": by, "when": when, "model": content_hash, "table": table}
    with _alone(record_of(model)) as file:
        before = uses(model)
        try:
            draft = Use(number=len(before) + 1, **given, results=results, note=note, before=last(before))
        except ValidationError as fault:
            raise MonitoringError(f"the use cannot be recorded: {told(fault)}", where="uses") from fault
        use = draft.model_copy(update={"hash": draft.hashed()})
        _append(file, canonical(use.model_dump(mode="json")) + b"\n")
    return use


def uses(model: Path) -> tuple[Use, ...]:
    """All uses of the package at `model`, oldest first. Raises `MonitoringError` where the chain does not hold."""
    path = record_of(model)
    try:
        body = path.read_bytes() if path.exists() else b""
    except OSError as fault:
        raise MonitoringError(f"the record cannot be read: {fault.strerror}", where=str(path)) from fault
    found: list[Use] = []
    for number, line in enumerate(body.splitlines(), 1):
        use = _use(line, f"{path}, line {number}")
        if (use.number, use.before, use.hash) != (number, last(tuple(found)), use.hashed()):
            raise MonitoringError(
                "the record of uses was changed",
                where=f"{path}, line {number}",
                mend="restore it from a backup",
            )
        found.append(use)
    return tuple(found)


def last(record: tuple[Use, ...]) -> str:
    """The hash of the newest line, which stands for the whole record."""
    return record[-1].hash if record else START


def times_tested(record: tuple[Use, ...], table: str) -> int:
    """How often the locked test set with this digest has been used."""
    return sum(use.what == LOCKED_TEST and use.table == table for use in record)


def _use(line: bytes, where: str) -> Use:
    try:
        return Use.model_validate(json.loads(line))
    except (ValueError, RecursionError) as fault:
        raise MonitoringError(
            "this line is no use of a model", where=where, mend="restore the record"
        ) from fault


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
