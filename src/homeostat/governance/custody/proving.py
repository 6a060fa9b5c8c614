"""Proving: which hand-overs and resolutions in the custody book lack the signatures that they name.

ledger -> the book, entry by entry, each compared with its signature as the book stood then -> what lacks, in words
The book itself takes entries as they are: it is read for every act, and signatures are judged here, where it matters.
"""

from dataclasses import dataclass, field

from homeostat.errors import LedgerError
from homeostat.governance.custody.book import ENTRIES, UNFIT, Book, terms
from homeostat.governance.custody.holding import settled
from homeostat.governance.custody.moving import KIND as HAND_OVER
from homeostat.governance.signing import Judge, Subject
from homeostat.ledger import Finding, Ledger, Recorded
from homeostat.ledger.catalogue import (
    Act,
    ContainerFilled,
    ContainerResolved,
    ContainerSplit,
    ContainersPooled,
    HandOverOffered,
    HandOverReceived,
    Meaning,
    RecordSigned,
    payload,
)


@dataclass
class Proofs:
    """The book as it is read with its signatures: `findings`, and of each container in doubt why it is."""

    findings: tuple[Finding, ...] = ()
    doubts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger) -> "Proofs":
        """The proofs of everything in the book."""
        proofs, book, signed = cls(), Book(), _Signed(ledger)
        for recorded in ledger.events(types=ENTRIES):
            try:
                act = payload(recorded.event.type, recorded.event.data)
                proofs._hear(recorded, act, book, signed)
                book.apply(recorded)
            except UNFIT:
                words = f"event {recorded.seq} cannot follow on the entries before it"
                proofs.findings += (Finding("custody", words, event=recorded.seq),)
        return proofs

    def _hear(self, recorded: Recorded, act: object, book: Book, signed: "_Signed") -> None:
        """Compare an entry with its signature; what is made of a container in doubt is in doubt as well."""
        match act:
            case ContainerResolved() | HandOverOffered() | HandOverReceived():
                self._prove(recorded, act, signed.against(recorded, act, book))
            case ContainerSplit():
                self._pass_on((act.container,), [part.container for part in act.parts])
            case ContainersPooled():
                self._pass_on(act.containers, [act.into])
            case ContainerFilled():
                self._pass_on(book.bound[act.batch].containers, [act.container])
            case _:
                pass

    def _prove(
        self, recorded: Recorded, act: ContainerResolved | HandOverOffered | HandOverReceived, against: str
    ) -> None:
        """A resolution that is signed settles what was in doubt before: then quality assurance has looked into it."""
        if against:
            words = f"event {recorded.seq}, {act.type} as by {recorded.event.actor}: {against}"
            self.findings += (Finding(f"container {act.container}", words, event=recorded.seq),)
            self.doubts[act.container] = words
        elif isinstance(act, ContainerResolved):
            self.doubts.pop(act.container, None)

    def _pass_on(self, sources: tuple[str, ...], into: list[str]) -> None:
        words = "; ".join(dict.fromkeys(self.doubts[one] for one in sources if one in self.doubts))
        if words:
            self.doubts |= dict.fromkeys(into, words)


class _Signed:
    """The site's signatures by their events, each for one entry."""

    def __init__(self, ledger: Ledger) -> None:
        self._judge = Judge(ledger)
        self._given = {one.event.id: one for one in ledger.events(batch="", types=(RecordSigned.type,))}
        self._used = dict[str, int]()

    def against(
        self, recorded: Recorded, act: ContainerResolved | HandOverOffered | HandOverReceived, book: Book
    ) -> str:
        """Why the signature that an entry names does not carry it; empty where it does."""
        given = self._given.get(act.signature)
        if given is None or given.seq > recorded.seq:
            return "the signature that it names is not on record before it"
        wanted = _wanted(recorded, act, book)
        if wanted is None:
            return "nothing was held or offered that it could settle"
        person, subject, meaning = wanted
        try:
            standing = self._judge.standing(given, subject.content)
        except LedgerError as error:
            return f"the signature that it names cannot be read: {error.what}"
        if standing.state != "valid":
            return f"the signature that it names is {standing.state}: {standing.words}"
        said = (standing.person, standing.meaning, standing.signed.kind, standing.signed.subject)
        if said != (person, meaning, subject.kind, subject.id) or person != recorded.event.actor:
            return "the signature that it names is another person's, or about something else"
        before = self._used.setdefault(act.signature, recorded.seq)
        return "" if before == recorded.seq else f"its signature has carried event {before} already"


def _wanted(recorded: Recorded, act: Act, book: Book) -> tuple[str, Subject, Meaning] | None:
    """Who has to have signed what, and as what, for an entry on the book as it stands before it; None if nobody can."""
    match act:
        case HandOverOffered():
            return act.giver, Subject(HAND_OVER, act.number, terms(act)), "performed"
        case HandOverReceived():
            offer = book.containers[act.container].offer
            if offer is None or offer.number != act.number:
                return None
            return offer.receiver, Subject(HAND_OVER, offer.number, offer.content), "verified"
        case ContainerResolved():
            held = book.containers[act.container].held
            if held is None:
                return None
            meaning: Meaning = "approved" if act.outcome == "cleared" else "rejected"
            return recorded.event.actor, settled(act.container, held, act.outcome, act.deviation), meaning
        case _:
            return None
