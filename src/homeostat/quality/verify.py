"""Verify a site: the ledger against its chain and signatures, historian and kept originals against the ledger's hashes.

What is on record about persons is believed only with their own proof; what lacks it is found too, and so is every
signature that was copied, forged, or made with a key that was not in force.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from homeostat.errors import LedgerError, SiteError
from homeostat.governance.placed import REGULAR
from homeostat.governance.started import founded_gmp
from homeostat.historian import Historian, verify_historian
from homeostat.ledger import Finding, Ledger, LedgerCheck, PublicKey, Recorded, verify_ledger
from homeostat.ledger.catalogue import payload
from homeostat.ledger.readable import readable
from homeostat.quality.originals import NAMING, damaged, strangers
from homeostat.quality.unproven import READ, Unproven
from homeostat.quality.vouched import TYPES, Vouched
from homeostat.site import Site


@dataclass(frozen=True)
class SiteCheck:
    """What was looked at, and what was found, in words. `remarks` are no faults."""

    events: int
    heads: int
    chunks: int
    rows: int
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def altered(self) -> tuple[Finding, ...]:
        """What is not as it was recorded, and not settled; what was wrong already then is told by `findings` alone."""
        return tuple(one for one in self.findings if not (one.as_recorded or one.settled))


def verify_site(site: Site, anchor: Path | None = None) -> SiteCheck:
    """Check everything the site has on record. Damage is a finding, never an error.

    `anchor` is a copy of the exported heads that was kept elsewhere; it takes the place of the site's own file, so
    that a site whose heads were rewritten along with its ledger is found out. Raises SiteError when it holds no head.
    """
    key, findings = _key(site)
    with ThreadPoolExecutor(1) as beside:
        telling = beside.submit(_told, site)
        ledger = verify_ledger(site.ledger_path, public_key=key, heads=anchor or site.heads_file)
    if anchor is not None and ledger.exported == 0:
        raise SiteError(
            "there is no signed head in this file", where=str(anchor), mend="name a copy of heads.jsonl"
        )
    findings += ledger.findings
    if anchor is None:
        findings += _missing_heads(site, ledger)
    told, unread = telling.result()
    vouched = told.vouched
    findings += told.unproved
    if unread:
        return SiteCheck(ledger.events, ledger.heads, 0, 0, findings + unread)
    findings += tuple(damaged(site.root, told.naming))
    historian = verify_historian(site.historian_path, vouched.sealed, vouched.finished, heads=vouched.heads())
    findings += tuple(Finding(found.where, found.what) for found in historian.findings)
    if historian.ok:
        findings += tuple(_unvouched(site, vouched))
    remarks = strangers(site.root, told.naming)
    return SiteCheck(ledger.events, ledger.heads, historian.chunks, historian.rows, findings, remarks)


def _missing_heads(site: Site, ledger: LedgerCheck) -> tuple[Finding, ...]:
    """The exported file may lack the newest head after a crash, which the next commit adds; it never lacks more."""
    missing = ledger.heads - ledger.exported
    if missing <= 1 or not site.heads_file.is_file():
        return ()
    return (
        Finding(
            site.heads_file.name, f"{missing} of the ledger's {ledger.heads} signed heads are missing here"
        ),
    )


def _key(site: Site) -> tuple[PublicKey | None, tuple[Finding, ...]]:
    try:
        return PublicKey.load(site.keys), ()
    except LedgerError as error:
        return None, (Finding(error.where or "keys", error.what),)


@dataclass
class _Told:
    """What the ledger tells: what it vouches for in the historian, the entries, which may name an original, and what
    it holds that no person proved and no execution put there.
    """

    vouched: Vouched = field(default_factory=Vouched)
    naming: list[Recorded] = field(default_factory=list)
    unproved: tuple[Finding, ...] = ()


def _told(site: Site) -> tuple[_Told, tuple[Finding, ...]]:
    """What the ledger vouches for, and what kept it from being read."""
    told, persons, unread = _Told(), Unproven(), list[Finding]()
    try:
        with site.looking() as ledger:
            events = ledger.named(REGULAR, READ)
            ledger.hold(READ, events)
            persons.place(events)
            for recorded in ledger.stored(types=READ):
                event = recorded.event
                persons.hear(recorded)
                if event.type in NAMING:
                    told.naming.append(recorded)
                elif event.type in TYPES and readable(recorded) and not persons.misplaced(recorded.seq):
                    told.vouched.hear(recorded.seq, event.batch, payload(event.type, event.data))
            found = (*persons.findings(ledger, site.kind), *told.vouched.contradicting)
            told.unproved = (*_kind(site, ledger), *found)
    except LedgerError as error:
        unread.append(Finding(error.where or "ledger", f"cannot be read: {error.what}"))
    return told, tuple(unread)


def _kind(site: Site, ledger: Ledger) -> Iterator[Finding]:
    """Whether site.json calls a site what it was not founded as."""
    if site.kind != "gmp" and founded_gmp(ledger):
        yield Finding("site.json", f"it says '{site.kind}', and the site was founded as a GMP site")


def _unvouched(site: Site, vouched: Vouched) -> Iterator[Finding]:
    """Readings that the ledger knows nothing of: of an unknown batch, or after the last ones it was told of.

    While a batch is executed the newest are with the historian before the ledger is told of them.
    """
    with Historian.open(site.historian_path, readonly=True) as historian:
        for batch in historian.batches():
            where = f"batch {batch}"
            if batch not in vouched.begun:
                yield Finding(where, "the historian holds readings of it, but the ledger does not know it")
                continue
            for tag in historian.tags(batch):
                if tag.name not in vouched.begun[batch]:
                    yield Finding(
                        f"{where}, tag {tag.name}", "the ledger does not know this tag of the historian"
                    )
            if batch not in vouched.finished and not site.executing:
                last = historian.last(batch, historian.tags(batch)[0].name)
                if last is not None and last.time > vouched.reach.get(batch, -1):
                    yield Finding(where, _LATE)


_LATE = (
    "it has readings after the last that the ledger vouches for: they were added, or the run broke off between the two "
    "stores (then `homeostat resume` executes and confirms them)"
)
