"""What stands whole in the ledger and nobody's proof carries: made-up persons, forged signatures, unsigned orders.

events -> what persons have to have proved -> findings, each of one event, and who settled it where somebody did
What an execution concludes needs no signature: it has to stand where one puts it.
Whoever holds the site's key can add such an event, and cannot take it out again: it counts for nothing, and is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from homeostat.errors import LedgerError
from homeostat.governance.custody import Belonging
from homeostat.governance.custody.proving import Proofs
from homeostat.governance.people import unproved
from homeostat.governance.placed import REGULAR, TOLD, Placing
from homeostat.governance.signing import Judge, Standing
from homeostat.governance.started import founded_gmp
from homeostat.ledger import Finding, Ledger, Named, Recorded
from homeostat.ledger.catalogue import (
    PAYLOADS,
    RecordSigned,
    payload,
)
from homeostat.ledger.readable import unreadable
from homeostat.quality.carried import TYPES as ORDERS
from homeostat.quality.carried import Carried
from homeostat.quality.deviations import disregarded
from homeostat.quality.settlement import settlements
from homeostat.site import Kind

READ = frozenset(PAYLOADS) - REGULAR
"""The types of events that `Unproven` reads."""


@dataclass
class Unproven:
    """The signatures and orders of a site and the places of its events, heard in the order of the ledger."""

    _signatures: list[Recorded] = field(default_factory=list)
    _orders: Carried = field(default_factory=Carried)
    _unread: list[Finding] = field(default_factory=list)
    _misplaced: dict[int, Finding] = field(default_factory=dict)

    def place(self, events: Iterable[Named]) -> None:
        """Take in events by their names, before any is heard: what no execution puts where it is, is a finding."""
        placing = Placing()
        for one in events:
            if words := placing.lacks(one):
                what = f"event {one.seq} ({one.type}) was put by no execution: {words}"
                self._misplaced[one.seq] = _finding(one.seq, one.batch, what)
            elif one.type not in PAYLOADS:
                self._unread.append(_unread(one.seq, one.batch, f"the event type '{one.type}' is unknown"))

    def hear(self, recorded: Recorded) -> None:
        """Take in the next event of `READ`; one that cannot be read counts for nothing, and is a finding."""
        event = recorded.event
        if event.type == RecordSigned.type:
            self._signatures.append(recorded)
            return
        if unread := unreadable(recorded):
            self._unread.append(_unread(recorded.seq, event.batch, unread))
            return
        content = payload(event.type, event.data)
        if event.type in ORDERS and not (self.misplaced(recorded.seq) and content.role == "decision"):
            self._orders.hear(recorded, content)

    def misplaced(self, seq: int) -> bool:
        """Whether no execution puts the event at this place where it stands."""
        return seq in self._misplaced

    def findings(self, ledger: Ledger, kind: Kind) -> tuple[Finding, ...]:
        """Everything at a site that its persons did not prove, with who settled it.

        `kind` is what site.json says of the site; where the ledger was founded as that of a GMP site, it is one.
        """
        given, none = _judged(Judge(ledger), self._signatures)
        orders = self._orders.findings(given, gmp=kind == "gmp" or founded_gmp(ledger))
        custody = Proofs.of(ledger).findings
        acts = (_disregarded(one, why) for one, why in disregarded(ledger))
        told = (*unproved(ledger), *none, *orders, *custody, *self._misplaced.values(), *acts)
        named = {one.event for one in told}
        found = (*(one for one in self._unread if one.event not in named), *told)
        settled = settlements(ledger) if found else {}
        return tuple(replace(one, settled=settled.get(one.event, "")) for one in found)


def _disregarded(one: Recorded, why: str) -> Finding:
    """What two persons may do at once: the act that came second counts for nothing, and nothing was altered."""
    words = f"event {one.seq} ({one.event.type}), as by {one.event.actor}, counts for nothing: {why}"
    return replace(_finding(one.seq, one.event.batch, words), as_recorded=True)


def _unread(seq: int, batch: str, why: str) -> Finding:
    return _finding(seq, batch, f"event {seq} cannot be read: {why}")


def _finding(seq: int, batch: str, words: str) -> Finding:
    return Finding(f"batch {batch}" if batch else "ledger", words, event=seq)


def unproven(ledger: Ledger, kind: Kind) -> tuple[Finding, ...]:
    """The findings of the ledger of a site of this `kind`."""
    heard = Unproven()
    heard.place(ledger.named(REGULAR, TOLD))
    for recorded in ledger.stored(types=READ):
        heard.hear(recorded)
    return heard.findings(ledger, kind)


def touching(ledger: Ledger, findings: Iterable[Finding], batch: str) -> tuple[Finding, ...]:
    """Those of the findings whose event is about a batch: its own, in its name, or of a container of its chain."""
    belonging = Belonging.of(ledger)
    own = {batch, *belonging.containers(batch)}
    return tuple(one for one in findings if one.event and own & _named(ledger, one.event))


def _named(ledger: Ledger, seq: int) -> set[str]:
    """What an event is about: its batch, the batch and container that it names, and what a signature is about."""
    event = next(ledger.stored(after=seq - 1)).event
    subject, terms = str(event.data.get("subject", "")), event.data.get("terms")
    kept = [one for one in terms.values() if isinstance(one, Mapping)] if isinstance(terms, Mapping) else []
    named = [str(one.get(name, "")) for one in (event.data, *kept) for name in ("batch", "container")]
    return {event.batch, subject, subject.partition("/")[0], *named} - {""}


def _judged(judge: Judge, signatures: Iterable[Recorded]) -> tuple[dict[str, Standing], list[Finding]]:
    """How the `signatures` on record stand, by their events; and those that are none."""
    given, none = dict[str, Standing](), list[Finding]()
    for recorded in signatures:
        try:
            found = judge.standing(recorded, None)
        except LedgerError as error:
            words = f"event {recorded.seq} is no signature that can be read: {error.what}"
            none.append(Finding("signatures", words, event=recorded.seq))
            continue
        given[found.event] = found
        if found.state == "invalid":
            words = f"event {recorded.seq}, as by {found.person}: {found.words}"
            none.append(Finding("signatures", words, as_recorded=not found.entitled, event=recorded.seq))
    return given, none
