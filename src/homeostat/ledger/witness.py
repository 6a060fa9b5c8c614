"""The witnesses against a ledger: its signed heads, and the lines that were exported from it.

In: heads from the database, lines from the file, and the marks of a `Walk`. Out: findings about heads that
were changed, removed or not made by the site, and about events that are not those once signed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.ledger.findings import Findings, Kind
from homeostat.ledger.heads import Head, line_name, parse_line
from homeostat.ledger.keys import PublicKey
from homeostat.ledger.vouching import signature_fault
from homeostat.ledger.walk import Walk


@dataclass(frozen=True)
class Export:
    """The exported file as read: complete lines and what follows the last line end."""

    path: Path
    lines: Sequence[bytes]
    torn: bytes


@dataclass(frozen=True)
class Witness:
    """A properly signed head on an exported line that the database does not hold."""

    number: int
    head: Head


def compare_export(
    export: Export, stored: Sequence[bytes], key: PublicKey | None, findings: Findings
) -> list[Witness]:
    """Compare the exported lines with those of the `stored` heads; returns the witnesses still to be heard.

    The file may end early, even within a line: a crash came between commit and export.
    """
    places = {line: place for place, line in enumerate(stored)}
    witnesses: list[Witness] = []
    due = strangers = 0
    for number, line in enumerate(export.lines, start=1):
        place = places.get(line)
        if place is None:
            strangers += 1
            witnesses += _stranger(export.path, number, line, key, findings)
            continue
        if not due <= place <= due + strangers:
            what = "lines before it are missing" if place > due else "it is repeated or out of order"
            findings.add(Kind.EXPORT, number, line_name(export.path, number), what)
        due, strangers = place + 1, 0
    if export.torn and not any(line.startswith(export.torn) for line in stored[due : due + strangers + 1]):
        number = len(export.lines) + 1
        findings.add(Kind.EXPORT, number, line_name(export.path, number), "the last line is damaged")
    return witnesses


def _stranger(
    path: Path, number: int, line: bytes, key: PublicKey | None, findings: Findings
) -> list[Witness]:
    """An exported line that is not in the database: damaged, forged, or a witness."""
    where = line_name(path, number)
    try:
        head = parse_line(line, where)
    except LedgerError as fault:
        findings.add(Kind.EXPORT, number, where, fault.what)
        return []
    fault_in_words = signature_fault(head, key) if key else ""
    if fault_in_words:
        findings.add(Kind.EXPORT, number, where, fault_in_words)
        return []
    return [Witness(number, head)]


def hear(witnesses: Sequence[Witness], export: Export, walk: Walk, findings: Findings) -> None:
    """What each witness says about the events."""
    for witness in witnesses:
        what = _disagreement(witness.head, walk) or "the ledger lacks this signed head: it was removed"
        findings.add(Kind.EXPORT, witness.number, line_name(export.path, witness.number), what)


def check_heads(heads: Sequence[Head], faults: Sequence[str], walk: Walk, findings: Findings) -> None:
    """Each stored head against the events, its predecessor, and its signature (`faults`, one a head)."""
    before = 0
    for head, fault in zip(heads, faults, strict=True):
        where = f"head of {head.size} events"
        gap = "" if head.previous == before else f"the head of {head.previous} events before it is not there"
        for what in (fault, gap, _disagreement(head, walk)):
            if what:
                findings.add(Kind.HEAD, head.size, where, what)
        before = head.size


def check_coverage(
    heads: Sequence[Head], walk: Walk, name_of: Callable[[int], str], findings: Findings
) -> None:
    """Every event must lie under a signed head; `name_of` says how an event is called."""
    covered = heads[-1].size if heads else 0
    if walk.size > covered:
        more = walk.size - covered - 1
        what = "no signed head covers it" + (f", nor the {more} after it" if more else "")
        findings.add(Kind.EVENT, covered + 1, name_of(covered + 1), f"{what}: added without the site's key")


def _disagreement(head: Head, walk: Walk) -> str:
    """What a head and the events disagree about; "" if nothing, or if a gap makes them incomparable."""
    mark = walk.marks.get(head.size)
    if mark == (head.root, head.chain) or (mark is None and walk.broken):
        return ""
    if mark is None:
        return f"it signs {head.size} events, but the ledger holds only {walk.size}: events were removed"
    return (
        f"the first {head.size} events are not those it signs: the ledger was rewritten, or the head changed"
    )
