"""The hand-overs of a container with the signatures that stand on each; and what the book knows a scan as."""

from dataclasses import dataclass

from homeostat.governance.custody.book import Book, terms
from homeostat.governance.custody.moving import KIND
from homeostat.governance.labels.reading import Scanned
from homeostat.governance.signing import Standing, signatures
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import HandOverOffered, payload


@dataclass(frozen=True, slots=True)
class HandOver:
    """One hand-over: who gave, who was to receive, and the signatures on exactly those words."""

    number: str
    giver: str
    receiver: str
    signed: tuple[Standing, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The signatures as they are printed."""
        return tuple(one.line for one in self.signed)

    @property
    def whole(self) -> bool:
        """Whether both have signed, and both signatures stand."""
        meant = {(one.person, one.meaning) for one in self.signed if one.state == "valid"}
        return {(self.giver, "performed"), (self.receiver, "verified")} <= meant


def hand_overs(ledger: Ledger, container: str) -> tuple[HandOver, ...]:
    """Every hand-over of `container` that was offered, in order."""
    found = list[HandOver]()
    for recorded in ledger.events(types=(HandOverOffered.type,)):
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, HandOverOffered) and act.container == container:
            signed = signatures(ledger, KIND, act.number, terms(act))
            found.append(HandOver(act.number, act.giver, act.receiver, signed))
    return tuple(found)


def known_as(ledger: Ledger, scanned: Scanned) -> str:
    """What the site knows under the scanned identifier, in words; empty where nothing."""
    book = Book.of(ledger)
    name = scanned.identifier
    if container := book.containers.get(name):
        if scanned.identity not in ("", container.identity):
            return f"The container {name} is of {container.identity}: this label is not its own."
        return f"{container.vessel} of {container.identity}, {container.state}, at {container.place}"
    if identity := book.identities.get(name):
        return f"chain of identity of {identity.patient}, {identity.scope} use"
    if owner := book.donations.get(name):
        return f"donation under the chain of identity {owner}"
    return ""
