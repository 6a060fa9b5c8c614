"""Belonging: which containers concern a batch, and which batch a container came from.

what it was split or pooled from <- went into the batch | was filled from the batch -> what it was split or pooled into
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    ContainerFilled,
    ContainerSplit,
    ContainersPooled,
    CustodyBound,
    payload,
)

_TYPES = tuple(one.type for one in (ContainerFilled, ContainerSplit, ContainersPooled, CustodyBound))


@dataclass
class Belonging:
    """The containers that each was filled `out_of`, the batch each `came_from`, and what went `into` each batch."""

    out_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)
    into: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger) -> "Belonging":
        """As the ledger has it; it wants nothing of entries that are not there."""
        found = cls()
        for recorded in ledger.events(types=_TYPES):
            told = payload(recorded.event.type, recorded.event.data)
            if isinstance(told, ContainerSplit):
                found.out_of |= {part.container: (told.container,) for part in told.parts}
            elif isinstance(told, ContainersPooled):
                found.out_of[told.into] = told.containers
            elif isinstance(told, ContainerFilled):
                found.came_from[told.container] = told.batch
            elif isinstance(told, CustodyBound):
                found.into.setdefault(told.batch, []).extend(told.containers)
        return found

    def containers(self, batch: str) -> frozenset[str]:
        """What went into a batch, and what that was taken from; what was filled from it, and what that was put into."""
        return self._led_to(self.into.get(batch, ())) | self.products(batch)

    def products(self, batch: str) -> frozenset[str]:
        """What was filled from a batch, and every container that any of it was split or pooled into."""
        known = {*self.came_from, *self.out_of}
        return frozenset(name for name in known if batch in self.batches(name))

    def batches(self, container: str) -> frozenset[str]:
        """The batches that were filled into a container, or into what it was split or pooled from."""
        before = self._led_to((container,))
        return frozenset(self.came_from[name] for name in before if name in self.came_from)

    def before(self, batch: str) -> frozenset[str]:
        """The batches whose product went into a batch, directly or through others."""
        found, left = set[str](), [batch]
        while left:
            sources = {one for name in self.into.get(left.pop(), ()) for one in self.batches(name)}
            left += sources - found
            found |= sources
        return frozenset(found)

    def _led_to(self, containers: Iterable[str]) -> frozenset[str]:
        """These containers, and all that they were split or pooled from."""
        found, left = set[str](), list(containers)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self.out_of.get(name, ())
        return frozenset(found)
