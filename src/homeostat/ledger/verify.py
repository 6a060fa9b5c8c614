"""Verification of a ledger: is it what was written and signed, byte for byte, and if not, what changed where.

In: the database, the site's public key and the exported heads. Out: a `LedgerCheck`. Nothing here raises for
what it finds: a damaged file is a finding. What it cannot find is a forger who holds the site's private key
*and* every copy of the exported heads; that is why heads should be copied off the machine. A file that rights
or the medium keep from being read is no finding but a `LedgerError`.
"""

import os
import sqlite3
import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.ledger.clocks import check_clock
from homeostat.ledger.database import (
    DAMAGE,
    connect_to_read,
    damage_in_words,
    has_tables,
    missing_bytes,
    schema_faults,
    stored_heads,
)
from homeostat.ledger.findings import Finding, Findings, Kind, LedgerCheck
from homeostat.ledger.heads import Head, read_export
from homeostat.ledger.keys import PublicKey
from homeostat.ledger.vouching import Vouching
from homeostat.ledger.walk import Walk, event_name
from homeostat.ledger.witness import (
    Export,
    check_coverage,
    check_heads,
    compare_export,
    hear,
)

__all__ = ["Finding", "LedgerCheck", "verify_ledger"]


def verify_ledger(path: Path, *, public_key: PublicKey | None, heads: Path) -> LedgerCheck:
    """Check the ledger at `path` against itself, its signatures and the exported `heads` file.

    Chain, Merkle roots, signatures, index columns, triggers, the exported file and SQLite's own structure are
    all looked at; a live ledger may be verified while it is written. Without a `public_key` signatures cannot
    be checked, which is a finding too. Raises `LedgerError` where the file cannot be read, for lack of rights or
    because its write-ahead log lies on read-only media.
    """
    findings = Findings()
    export = _read_export(heads, findings)
    if public_key is None:
        findings.add(Kind.FILE, 0, "public key", "missing: no signature could be checked")
    if not path.is_file():
        findings.add(Kind.FILE, 0, path.name, "there is no ledger here")
        return LedgerCheck(0, 0, findings.listed(), len(export.lines))
    connection = connect_to_read(path)
    if missing := missing_bytes(path):
        findings.add(Kind.FILE, 0, path.name, f"the file was cut off: its last {missing} bytes are missing")
    with closing(connection), ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        structure = pool.submit(_check_structure, path, findings)
        walk, signed = _check_events(connection, path, export, findings, key=public_key, pool=pool)
        structure.result()
    return LedgerCheck(walk.size, signed, findings.listed(), len(export.lines))


def _check_events(
    connection: sqlite3.Connection,
    path: Path,
    export: Export,
    findings: Findings,
    *,
    key: PublicKey | None,
    pool: Executor,
) -> tuple[Walk, int]:
    """Schema, chain, heads and exported lines; returns the walk and the number of heads.

    One transaction holds the heads and the events of one moment. The exported file was read before it began,
    so everything exported by a live writer is in it.
    """
    walk, heads = Walk(connection, findings), list[Head]()
    try:
        connection.execute("BEGIN")
        for fault in schema_faults(connection):
            findings.add(Kind.SCHEMA, 0, path.name, fault)
        if not has_tables(connection):
            return walk, 0
        heads += stored_heads(connection)
        lines = [head.line() for head in heads]
        vouching = Vouching(heads, lines, key, pool)
        witnesses = compare_export(export, lines, key, findings)
        walk.run(sorted({head.size for head in heads} | {witness.head.size for witness in witnesses}))
        check_coverage(heads, walk, partial(event_name, connection), findings)
    except DAMAGE as damage:
        what = f"SQLite cannot read on behind event {walk.size}: {damage_in_words(damage)}"
        findings.add(Kind.FILE, 1, path.name, what)
    else:
        check_heads(heads, vouching.faults(), walk, findings)
        check_clock(heads, findings)
        hear(witnesses, export, walk, findings)
    return walk, len(heads)


def _check_structure(path: Path, findings: Findings) -> None:
    """SQLite's own check: pages, types, and that every index holds exactly what the rows hold.

    Readers find a batch's events through an index, which the walk does not look at.
    """
    _yield_to_the_walk()
    try:
        with closing(connect_to_read(path)) as connection:
            messages = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    except DAMAGE as damage:
        messages = [damage_in_words(damage)]
    for message in messages:
        if message != "ok":
            findings.add(Kind.STRUCTURE, 0, path.name, f"SQLite's check says: {message}")


def _yield_to_the_walk() -> None:
    """Lower this thread's priority where the system can: the walk takes longest and should not share its core."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _read_export(path: Path, findings: Findings) -> Export:
    """The exported file; that there is none is a finding, since the ledger made one when it began."""
    try:
        return Export(path, *read_export(path))
    except LedgerError as fault:
        findings.add(Kind.EXPORT, 0, path.name, f"{fault.what}; nothing outside the database vouches for it")
        return Export(path, [], b"")
