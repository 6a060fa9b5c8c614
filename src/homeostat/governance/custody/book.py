"""The custody book: every entry about identities, containers and labels, folded into how all stand now.

ledger -> entries in order -> `Book`. It is read anew for each act and stored nowhere.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import singledispatch

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance.custody.state import Bound, Container, Hold, Identity, Offer, Phase, Spell
from homeostat.governance.labels import private
from homeostat.ledger import Ledger, Recorded, canonical
from homeostat.ledger.catalogue import (
    ContainerAdministered,
    ContainerCollected,
    ContainerFilled,
    ContainerResolved,
    ContainersHeld,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    HandOverOffered,
    HandOverReceived,
    IdentityIssued,
    LabelPrinted,
    Vessel,
    payload,
)

ENTRIES = frozenset(
    one.type
    for one in (
        ContainerAdministered,
        ContainerCollected,
        ContainerFilled,
        ContainerResolved,
        ContainerSplit,
        ContainersHeld,
        ContainersPooled,
        CustodyBound,
        HandOverOffered,
        HandOverReceived,
        IdentityIssued,
        LabelPrinted,
    )
)
"""The types of the book's entries."""
UNFIT = (LedgerError, KeyError, TypeError, IndexError)
"""What an entry raises that no act made, of what is not in the book: it counts for nothing, and `Proofs` names it."""


@dataclass
class Book:
    """How identities, containers, donations and batches stand after `size` entries. Only `apply` changes it."""

    size: int = 0
    identities: dict[str, Identity] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    donations: dict[str, str] = field(default_factory=dict)
    bound: dict[str, Bound] = field(default_factory=dict)
    printed: Counter[str] = field(default_factory=Counter)
    last: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, ledger: Ledger) -> "Book":
        """The book as the ledger has it."""
        book = cls()
        for recorded in ledger.events(types=ENTRIES):
            with suppress(*UNFIT):
                book.apply(recorded)
        return book

    def apply(self, recorded: Recorded) -> None:
        """Take in the next entry. Raises one of `UNFIT`, and only counts it, where it cannot follow on the others."""
        self.size += 1
        entered(payload(recorded.event.type, recorded.event.data), self, recorded)

    def identity(self, name: str) -> Identity:
        """The identity of this name. Raises AuthorityError where none was issued."""
        found = self.identities.get(name)
        if found is None:
            raise AuthorityError(
                "this identity was never issued", where=name, mend="issue it before anything is collected"
            )
        return found

    def container(self, name: str) -> Container:
        """The container of this name. Raises AuthorityError where there is none."""
        found = self.containers.get(name)
        if found is None:
            raise AuthorityError("there is no such container", where=name, mend="scan its label")
        return found

    def movable(self, name: str, person: str) -> Container:
        """The container, which `person` has in custody and which nothing keeps where it is; AuthorityError else."""
        found = self.container(name)
        if found.phase != "in custody":
            raise AuthorityError(f"the container is {found.phase}: it holds nothing more", where=name)
        if found.held is not None:
            raise AuthorityError(
                f"the container is HELD: {found.held.finding}",
                where=name,
                mend="quality assurance resolves it",
            )
        if found.custodian != person:
            raise AuthorityError(
                f"the container is in the custody of {found.custodian}, not of {person}",
                where=name,
                mend="it must be handed over first",
            )
        return found

    def next_number(self, site: str, kind: private.Kind, after: int = 0) -> private.Number:
        """The first number of this kind that was never given, `after` any that are about to be."""
        number = private.next_number(site, kind, max(self.last[site, kind], after))
        while (
            number.text in self.identities or number.text in self.containers or number.text in self.donations
        ):
            number = private.next_number(site, kind, number.sequence)
        return number

    def leaves(self) -> tuple[Container, ...]:
        """The containers that are in custody now."""
        return tuple(one for one in self.containers.values() if one.phase == "in custody")

    def _named(self, name: str) -> None:
        """A private number is spent, whoever gave it."""
        number = private.parse(name)
        if number is not None:
            key = (number.site, number.kind)
            self.last[key] = max(self.last[key], number.sequence)

    def _made(self, container: Container) -> None:
        self.containers[container.id] = container
        self._named(container.id)

    def _closed(self, names: Iterable[str], phase: Phase, stamp: str, into: str = "") -> None:
        """These containers hold nothing more."""
        for old in [self.containers[name] for name in names]:
            spells = (*old.spells[:-1], replace(old.spells[-1], until=stamp))
            self.containers[old.id] = replace(
                old, phase=phase, spells=spells, offer=None, held=None, went_into=into
            )


@singledispatch
def entered(act: object, book: Book, recorded: Recorded) -> None:
    """Take one entry into the book."""
    raise TypeError(f"{type(act).__name__} is no entry of the custody book")


@entered.register
def _(act: IdentityIssued, book: Book, recorded: Recorded) -> None:
    book.identities[act.identity] = Identity(
        act.identity, act.patient, act.scope, act.system, recorded.recorded
    )
    book._named(act.identity)


@entered.register
def _(act: ContainerCollected, book: Book, recorded: Recorded) -> None:
    identity = book.identities[act.identity]
    if act.donation not in book.donations:
        book.donations[act.donation] = act.identity
        book.identities[act.identity] = replace(identity, donations=(*identity.donations, act.donation))
        book._named(act.donation)
    spell = Spell(recorded.event.actor, act.place, act.logger, recorded.recorded)
    book._made(Container(act.container, act.vessel, act.identity, (act.donation,), (spell,)))


@entered.register
def _(act: ContainerSplit, book: Book, recorded: Recorded) -> None:
    whole = book.containers[act.container]
    book._closed((whole.id,), "split", recorded.recorded)
    for part in act.parts:
        book._made(_out_of(part.container, part.vessel, (whole,), whole.identity, recorded))


@entered.register
def _(act: ContainersPooled, book: Book, recorded: Recorded) -> None:
    sources = tuple(book.containers[name] for name in act.containers)
    book._closed(act.containers, "pooled", recorded.recorded)
    book._made(_out_of(act.into, act.vessel, sources, act.identity, recorded))


def _out_of(
    name: str, vessel: Vessel, sources: tuple[Container, ...], identity: str, recorded: Recorded
) -> Container:
    """A container that was filled from others, where they were."""
    donations = tuple(dict.fromkeys(one for source in sources for one in source.donations))
    spell = Spell(recorded.event.actor, sources[0].place, sources[0].spells[-1].logger, recorded.recorded)
    return Container(name, vessel, identity, donations, (spell,), tuple(one.id for one in sources))


@entered.register
def _(act: HandOverOffered, book: Book, recorded: Recorded) -> None:
    content = terms(act)
    offer = Offer(act.number, act.giver, act.receiver, act.place, act.logger, content)
    book.containers[act.container] = replace(book.containers[act.container], offer=offer)


def terms(act: HandOverOffered) -> bytes:
    """What giver and receiver sign: all the offer says but the giver's own scan and signature."""
    said = act.model_dump(mode="json", exclude={"scanned", "signature", "why", "changes"})
    return canonical(said)


@entered.register
def _(act: HandOverReceived, book: Book, recorded: Recorded) -> None:
    old = book.containers[act.container]
    if old.offer is None:
        raise TypeError(f"entry {recorded.event.id} receives what nobody offered")
    ended = replace(old.spells[-1], until=recorded.recorded)
    begun = Spell(
        recorded.event.actor, old.offer.place, old.offer.logger, recorded.recorded, hand_over=act.number
    )
    book.containers[act.container] = replace(old, spells=(*old.spells[:-1], ended, begun), offer=None)


@entered.register
def _(act: ContainersHeld, book: Book, recorded: Recorded) -> None:
    for old in [book.containers[name] for name in act.containers]:
        finding, by = act.finding, tuple[str, ...]((recorded.event.actor,))
        if old.held is not None:
            finding, by = f"{old.held.finding}; {finding}", (*old.held.by, *by)
        book.containers[old.id] = replace(old, held=Hold(finding, by, recorded.recorded), offer=None)


@entered.register
def _(act: ContainerResolved, book: Book, recorded: Recorded) -> None:
    if act.outcome == "rejected":
        book._closed((act.container,), "rejected", recorded.recorded)
    else:
        book.containers[act.container] = replace(book.containers[act.container], held=None)


@entered.register
def _(act: CustodyBound, book: Book, recorded: Recorded) -> None:
    before = book.bound.get(act.batch)
    containers = (*(before.containers if before else ()), *act.containers)
    book._closed(act.containers, "used", recorded.recorded, into=act.batch)
    book.bound[act.batch] = Bound(act.batch, act.identity, act.patient, containers)


@entered.register
def _(act: ContainerFilled, book: Book, recorded: Recorded) -> None:
    inputs = tuple(book.containers[name] for name in book.bound[act.batch].containers)
    donations = tuple(dict.fromkeys(one for source in inputs for one in source.donations))
    spell = Spell(recorded.event.actor, act.place, act.logger, recorded.recorded)
    book._made(Container(act.container, act.vessel, act.identity, donations, (spell,), came_from=act.batch))


@entered.register
def _(act: ContainerAdministered, book: Book, recorded: Recorded) -> None:
    book._closed((act.container,), "administered", recorded.recorded, into=act.recipient)


@entered.register
def _(act: LabelPrinted, book: Book, recorded: Recorded) -> None:
    book.printed[act.of] += act.copies
