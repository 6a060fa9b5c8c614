"""Verify a site: the ledger against its chain and signatures, the historian against the hashes in the ledger."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from homeostat.errors import LedgerError
from homeostat.historian import Historian, verify_historian
from homeostat.ledger import Finding, Ledger, PublicKey, verify_ledger
from homeostat.ledger.catalogue import PAYLOADS, BatchEnded, ChunksSealed, Payload, TailAnchored, payload
from homeostat.site import Site


@dataclass(frozen=True)
class SiteCheck:
    """What was looked at, and what was found, in words."""

    events: int
    heads: int
    chunks: int
    rows: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_site(site: Site, anchor: Path | None = None) -> SiteCheck:
    """Check everything the site has on record. Damage is a finding, never an error.

    `anchor` is a copy of the exported heads that was kept elsewhere; it takes the place of the site's own file, so
    that a site whose heads were rewritten along with its ledger is found out.
    """
    key, findings = _key(site)
    ledger = verify_ledger(site.ledger_path, public_key=key, heads=anchor or site.heads_file)
    findings += ledger.findings
    vouched, unread = _vouched(site)
    findings += unread
    historian = verify_historian(site.historian_path, vouched.sealed, vouched.finished, heads=vouched.tails)
    findings += tuple(Finding(found.where, found.what) for found in historian.findings)
    if not findings:
        findings += _unfounded(site, vouched.finished)
    return SiteCheck(ledger.events, ledger.heads, historian.chunks, historian.rows, findings)


def _key(site: Site) -> tuple[PublicKey | None, tuple[Finding, ...]]:
    try:
        return PublicKey.load(site.keys), ()
    except LedgerError as error:
        return None, (Finding(error.where or "keys", error.what),)


@dataclass
class _Vouched:
    """What the ledger says about the historian: hashes of sealed chunks, anchored tails, batches that have ended."""

    sealed: dict[tuple[str, str, int], str] = field(default_factory=dict)
    tails: dict[str, tuple[int, str]] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)

    def hear(self, batch: str, content: Payload) -> None:
        """Take in one event."""
        match content:
            case ChunksSealed():
                self.sealed |= {(batch, tag, content.start): sha256 for tag, sha256 in content.chunks.items()}
            case TailAnchored():
                self.tails[batch] = (content.rows, content.head)
            case BatchEnded():
                self.finished.add(batch)
                self.tails.pop(batch, None)
            case _:
                pass


def _vouched(site: Site) -> tuple[_Vouched, tuple[Finding, ...]]:
    """What the ledger vouches for, and what kept it from being read."""
    vouched = _Vouched()
    try:
        with Ledger.open(site.ledger_path, key=None, heads=site.heads_file, clock=str) as ledger:
            for recorded in ledger.events(types=[ChunksSealed.type, TailAnchored.type, BatchEnded.type]):
                event = recorded.event
                vouched.hear(event.batch, payload(event.type, event.data))
    except LedgerError as error:
        return vouched, (Finding(error.where or "ledger", f"cannot be read: {error.what}"),)
    return vouched, ()


def _unfounded(site: Site, finished: Collection[str]) -> tuple[Finding, ...]:
    """Batches that have not ended, with decisions of a later time than their last reading: rows were cut off."""
    if not site.ledger_path.is_file():
        return ()
    with site.reading() as (ledger, historian):
        open_batches = [batch for batch in ledger.batches() if batch not in finished]
        return tuple(found for batch in open_batches for found in _cut_off(ledger, historian, batch))


def _cut_off(ledger: Ledger, historian: Historian, batch: str) -> Iterator[Finding]:
    decided = [
        recorded.event.time
        for recorded in ledger.events(batch=batch)
        if PAYLOADS[recorded.event.type].role == "decision"
    ]
    if decided:
        tag = historian.tags(batch)[0].name
        last = historian.last(batch, tag)
        if last is None or last.time < max(decided):
            yield Finding(
                f"batch {batch}",
                "its last readings are missing: the ledger holds decisions that were taken on them",
            )
