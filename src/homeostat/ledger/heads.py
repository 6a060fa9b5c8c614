"""Signed tree heads: the site's signature under "these are my first n events", kept also beside the database.

In: a Merkle root and the site key. Out: `Head` values and their lines in `heads/heads.jsonl`. A hash chain
alone proves nothing against someone who can recompute it; the signature does, and the exported file (copied
to other machines, printed, sent with a record) shows what the ledger was when it was copied.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.ledger.event import canonical
from homeostat.ledger.keys import PublicKey, SiteKey

CONTEXT = b"homeostat ledger head, version 2\n"
"""Put before the signed bytes, so that a head's signature can never pass for one of anything else."""
UNLINKED = b"homeostat ledger head, version 1\n"
"""The same of a head that names none before it, as heads were signed until November 2026."""
FIRST = hashlib.sha256().digest()
"""What the first head of a ledger names in place of one before it: the hash of nothing."""
_TAIL = 1 << 16
_RESTORE = (
    "restore the file from a copy; if there is none, an empty file lets the ledger export its heads anew"
)
_VERIFY = "run `homeostat verify` to see what changed"


@dataclass(frozen=True, slots=True)
class Head:
    """What the site signed at one commit.

    `size` events so far, `previous` the size of the head before (0 at first: a removed head leaves a gap),
    `root` their Merkle root, `chain` the last event's chain hash, `recorded` the wall-clock stamp, `key` the
    signing key's fingerprint, `signature` over `signed_bytes`. `before` is the `digest` of the head before, so
    that one signature vouches for all heads up to its own (empty in a head of version 1).
    """

    size: int
    previous: int
    root: bytes
    chain: bytes
    recorded: str
    key: str
    signature: bytes
    before: bytes = b""

    def signed_bytes(self) -> bytes:
        """The bytes under the signature: context, then every other field in canonical JSON."""
        return (CONTEXT if self.before else UNLINKED) + canonical(self._fields())

    def line(self) -> bytes:
        """The head's line in the exported file, with its line end.

        `canonical` of its fields, written out for speed: a ledger has as many heads as commits.
        """
        before = f'"before":"{self.before.hex()}",' if self.before else ""
        recorded, key = canonical(self.recorded).decode(), canonical(self.key).decode()
        return (
            f'{{{before}"chain":"{self.chain.hex()}","key":{key},"previous":{self.previous},"recorded":{recorded},'
            f'"root":"{self.root.hex()}","signature":"{self.signature.hex()}","size":{self.size}}}\n'
        ).encode()

    def _fields(self) -> dict[str, int | str]:
        named: dict[str, int | str] = {"before": self.before.hex()} if self.before else {}
        return named | {
            "size": self.size,
            "previous": self.previous,
            "root": self.root.hex(),
            "chain": self.chain.hex(),
            "recorded": self.recorded,
            "key": self.key,
        }

    def signed_by(self, key: PublicKey) -> bool:
        """Whether this head, as it is, was signed with `key`."""
        return self.key == key.fingerprint and key.verifies(self.signed_bytes(), self.signature)


def digest(line: bytes) -> bytes:
    """What the next head names of a head, by its exported `line`: its SHA-256."""
    return hashlib.sha256(line).digest()


def sign_head(
    key: SiteKey, *, after: Head | None, size: int, root: bytes, chain: bytes, recorded: str
) -> Head:
    """A head over the first `size` events, signed with the site's key; `after` is the ledger's last one so far."""
    before, previous = (digest(after.line()), after.size) if after else (FIRST, 0)
    draft = Head(size, previous, root, chain, recorded, key.fingerprint, b"", before)
    return replace(draft, signature=key.sign(draft.signed_bytes()))


def parse_line(line: bytes, where: str) -> Head:
    """The head on an exported `line` (with its line end); `LedgerError` at `where` if it is anything else."""
    try:
        fields = json.loads(line)
        head = Head(
            size=fields["size"],
            previous=fields["previous"],
            root=bytes.fromhex(fields["root"]),
            chain=bytes.fromhex(fields["chain"]),
            recorded=fields["recorded"],
            key=fields["key"],
            signature=bytes.fromhex(fields["signature"]),
            before=bytes.fromhex(fields.get("before", "")),
        )
        faithful = head.line() == line and type(head.size) is type(head.previous) is int
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, LedgerError):
        faithful = False
    if not faithful:
        raise LedgerError("this line is not a signed head", where=where, mend=_VERIFY)
    return head


def read_export(path: Path) -> tuple[list[bytes], bytes]:
    """The complete lines of the exported file, and what follows the last line end (of a torn write)."""
    try:
        *lines, torn = path.read_bytes().split(b"\n")
    except OSError as fault:
        raise LedgerError(
            f"the exported heads cannot be read: {fault.strerror}", where=str(path), mend=_RESTORE
        ) from fault
    return [line + b"\n" for line in lines], torn


def read_heads(path: Path) -> list[Head]:
    """Every head in the exported file; errors name file and line."""
    lines, _torn = read_export(path)
    return [parse_line(line, line_name(path, number)) for number, line in enumerate(lines, start=1)]


def held_heads(path: Path) -> list[Head]:
    """The heads in a file that was kept elsewhere. Raises LedgerError where it holds none: it compares nothing."""
    mend = "name a copy of heads.jsonl"
    if not path.is_file():
        raise LedgerError("there is no such file", where=str(path), mend=mend)
    found = read_heads(path)
    if not found:
        raise LedgerError("there is no signed head in this file", where=str(path), mend=mend)
    return found


def line_name(path: Path, number: int) -> str:
    """How findings and errors call a line of the exported file."""
    return f"{path.name} line {number}"


def _append(path: Path, lines: bytes) -> None:
    """Append to the exported file in one write; `LedgerError` if not all of it got there."""
    try:
        with path.open("ab", buffering=0) as file:
            complete = file.write(lines) == len(lines)
    except OSError as fault:
        raise LedgerError(f"it cannot be written: {fault.strerror}", where=str(path)) from fault
    if not complete:
        raise LedgerError("it could be written only in part", where=str(path))


def catch_up(path: Path, stored: Callable[[int], Iterator[Head]]) -> None:
    """Export the heads that a crash kept from the file.

    `stored(n)` yields the ledger's heads of size n and more. Raises `LedgerError` where the file ends in
    something that the ledger does not hold: then one of the two was changed.
    """
    last, torn = _tail(path)
    heads = stored(parse_line(last, f"{path.name} last line").size if last else 0)
    if last:
        known = next(heads, None)
        if known is None or known.line() != last:
            raise LedgerError("the last exported head is not in the ledger", where=str(path), mend=_VERIFY)
    missing = b"".join(head.line() for head in heads)
    if not missing.startswith(torn):
        raise LedgerError("the exported heads end in a damaged line", where=str(path), mend=_VERIFY)
    if len(missing) > len(torn):
        _append(path, missing[len(torn) :])


def _tail(path: Path) -> tuple[bytes, bytes]:
    """The last complete line and what follows it, read from the file's end alone."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL))
            before, end, torn = file.read().rpartition(b"\n")
    except OSError as fault:
        raise LedgerError(
            f"the exported heads cannot be read: {fault.strerror}", where=str(path), mend=_RESTORE
        ) from fault
    return before.rpartition(b"\n")[2] + end, torn
