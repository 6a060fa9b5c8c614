"""Trace both ways: all that a thing came from, and all that it went into, from donor to patient.

identifier -> its nodes -> backward to the donors, forward to the recipients -> `Trace`
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from homeostat.errors import AuthorityError
from homeostat.governance.custody.genealogy import SOURCES, Edge, Node, NodeKind, Source
from homeostat.governance.labels.reading import read
from homeostat.ledger import Ledger

Beside: TypeAlias = Mapping[Node, Sequence[Edge]]
"""The arrows at each node, in the order of the ledger."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What was found: `starts` are the things of that name, `edges` all arrows that lead to or from them."""

    identifier: str
    starts: tuple[Node, ...]
    backward: tuple[Edge, ...]
    forward: tuple[Edge, ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All arrows, each once."""
        return tuple(dict.fromkeys((*self.backward, *self.forward)))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All things, each once."""
        return tuple(
            dict.fromkeys(
                (*self.starts, *(node for edge in self.edges for node in (edge.source, edge.target)))
            )
        )

    def named(self, kind: NodeKind) -> tuple[str, ...]:
        """The names of all things of one kind: `named("donor")`, `named("recipient")`."""
        return tuple(node.id for node in self.nodes if node.kind == kind)


def trace(ledger: Ledger, identifier: str, sources: tuple[Source, ...] = SOURCES) -> Trace:
    """Follow a patient's code, identity, donation, container, lot or batch, or the scan of a label, both ways.

    Raises AuthorityError where nothing at this site has that name.
    """
    edges = tuple(edge for source in sources for edge in source(ledger))
    known = dict.fromkeys(node for edge in edges for node in (edge.source, edge.target))
    names = (identifier, read(identifier).identifier)
    starts = tuple(node for node in known if any(node.is_called(name) for name in names))
    if not starts:
        raise AuthorityError(
            "nothing came of it, and nothing went into it, at this site",
            where=identifier,
            mend="scan its label; batches are listed by homeostat batches, containers by homeostat custody show, "
            "lots by homeostat material list",
        )
    backward = _reached(starts, _at(edges, lambda edge: edge.target), lambda edge: edge.source)
    forward = _reached(starts, _at(edges, lambda edge: edge.source), lambda edge: edge.target)
    return Trace(identifier, starts, backward, forward)


def _at(edges: Iterable[Edge], end: Callable[[Edge], Node]) -> Beside:
    found: dict[Node, list[Edge]] = {}
    for edge in edges:
        found.setdefault(end(edge), []).append(edge)
    return found


def _reached(starts: tuple[Node, ...], beside: Beside, other: Callable[[Edge], Node]) -> tuple[Edge, ...]:
    """Every arrow that is met on the way from `starts`, nearest first."""
    seen, waiting, met = set(starts), list(starts), dict[Edge, None]()
    for node in waiting:  # it grows while it is walked
        for edge in beside.get(node, ()):
            met[edge] = None
            if other(edge) not in seen:
                seen.add(other(edge))
                waiting.append(other(edge))
    return tuple(met)
