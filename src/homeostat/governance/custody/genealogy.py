"""What came from what: every fact of the ledger that joins two things, as one arrow from the earlier to the later.

donor -> identity -> donation -> container -> batch -> container -> recipient
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Literal, TypeAlias

from homeostat.governance.custody.book import ENTRIES, Book
from homeostat.governance.materials import scanned
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    BatchStarted,
    ContainerAdministered,
    ContainerCollected,
    ContainerFilled,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    EntryAmended,
    EntryJudged,
    IdentityIssued,
    LotMoved,
    PromptOpened,
    judgement,
    payload,
)

_OF = " of "
"""Between the number of a lot and its material."""

NodeKind: TypeAlias = Literal["donor", "identity", "donation", "container", "lot", "batch", "recipient"]


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A thing that material comes from or goes into; a patient is a donor and a recipient, as two nodes."""

    kind: NodeKind
    id: str

    def is_called(self, name: str) -> bool:
        """Whether this is its name; a lot goes by its number, without its material, as well."""
        return name == self.id or (self.kind == "lot" and name == self.id.partition(_OF)[0])


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` went into, or belongs before, `target`: in which way, when (stamp), by which event."""

    source: Node
    target: Node
    how: str
    when: str
    event: str


Source: TypeAlias = Callable[[Ledger], Iterator[Edge]]
"""A part of the record that tells of such arrows: custody, batches, material lots."""

Pair: TypeAlias = tuple[Node, Node, str]


def of_custody(ledger: Ledger) -> Iterator[Edge]:
    """The arrows of the custody book."""
    book = Book.of(ledger)
    for recorded in ledger.events(types=ENTRIES):
        act = payload(recorded.event.type, recorded.event.data)
        yield from (_edge(pair, recorded) for pair in joined(act, book))


def of_batches(ledger: Ledger) -> Iterator[Edge]:
    """The patient that each batch was started for."""
    for recorded in ledger.events(types=(BatchStarted.type,)):
        started = payload(recorded.event.type, recorded.event.data)
        if isinstance(started, BatchStarted) and started.patient:
            pair = (Node("batch", recorded.event.batch), Node("recipient", started.patient), "started for")
            yield _edge(pair, recorded)


def of_lots(ledger: Ledger) -> Iterator[Edge]:
    """The lots of material that went into batches."""
    for recorded in ledger.events(types=(LotMoved.type,)):
        moved = payload(recorded.event.type, recorded.event.data)
        if isinstance(moved, LotMoved) and moved.how == "used" and moved.batch:
            lot = Node("lot", f"{moved.lot}{_OF}{moved.material}")
            yield _edge((lot, Node("batch", moved.batch), "used in"), recorded)


def of_scans(ledger: Ledger) -> Iterator[Edge]:
    """The lots whose codes were scanned into batches, as answers to what the recipe asks, and count."""
    asked: dict[str, str] = {}
    for recorded in ledger.events(types=(PromptOpened.type, EntryJudged.type, EntryAmended.type)):
        told = payload(recorded.event.type, recorded.event.data)
        if isinstance(told, PromptOpened) and told.asks and told.asks.get("material"):
            asked[f"{recorded.event.batch} {told.prompt}"] = str(told.asks["material"])
        said = judgement(told)
        if said is not None and said.status in ("taken", "verified", "corrected"):
            material = asked.get(f"{recorded.event.batch} {said.prompt}")
            if material is not None:
                lot = Node("lot", f"{scanned(material, said.answer)}{_OF}{material}")
                yield _edge((lot, Node("batch", recorded.event.batch), "scanned into"), recorded)


SOURCES: tuple[Source, ...] = (of_custody, of_batches, of_lots, of_scans)


def _edge(pair: Pair, recorded: Recorded) -> Edge:
    return Edge(*pair, recorded.recorded, recorded.event.id)


@singledispatch
def joined(act: object, book: Book) -> tuple[Pair, ...]:
    """The arrows that one entry tells of; most tell of none."""
    return ()


@joined.register
def _(act: IdentityIssued, book: Book) -> tuple[Pair, ...]:
    return ((Node("donor", act.patient), Node("identity", act.identity), "identified by"),)


@joined.register
def _(act: ContainerCollected, book: Book) -> tuple[Pair, ...]:
    donation = Node("donation", act.donation)
    return (
        (Node("identity", act.identity), donation, "donated"),
        (donation, Node("container", act.container), "collected in"),
    )


@joined.register
def _(act: ContainerSplit, book: Book) -> tuple[Pair, ...]:
    whole = Node("container", act.container)
    return tuple((whole, Node("container", part.container), "split into") for part in act.parts)


@joined.register
def _(act: ContainersPooled, book: Book) -> tuple[Pair, ...]:
    into, product = Node("container", act.into), Node("identity", act.identity)
    pairs = tuple((Node("container", name), into, "pooled into") for name in act.containers)
    if not act.allogeneic:
        return pairs
    donors = dict.fromkeys(book.containers[name].identity for name in act.containers)
    others = tuple((Node("identity", name), product, "pooled into") for name in donors if name != product.id)
    return (*pairs, *others, (product, into, "identity of"))


@joined.register
def _(act: CustodyBound, book: Book) -> tuple[Pair, ...]:
    batch = Node("batch", act.batch)
    return tuple((Node("container", name), batch, "went into") for name in act.containers)


@joined.register
def _(act: ContainerFilled, book: Book) -> tuple[Pair, ...]:
    return ((Node("batch", act.batch), Node("container", act.container), "filled"),)


@joined.register
def _(act: ContainerAdministered, book: Book) -> tuple[Pair, ...]:
    return ((Node("container", act.container), Node("recipient", act.recipient), "given to"),)
