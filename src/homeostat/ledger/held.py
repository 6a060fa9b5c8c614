"""Events of some types, read from a ledger once and held as they are stored.

In: events by their columns. Out: those of a batch, of some of the types, behind a place. Who asks a long ledger for one
rare type after the other goes through all of it each time: there is no index by type, which a verification would have
to check too.
"""

from collections.abc import Collection, Iterator, Sequence

from homeostat.ledger.named import Named


class Held:
    """The stored events of `types` among the `named`, in their order."""

    def __init__(self, types: Collection[str], named: Sequence[Named]) -> None:
        self.types = frozenset(types)
        self._named = [one for one in named if one.body is not None and one.type in self.types]

    def of(self, batch: str | None, types: Collection[str], after: int) -> Iterator[Named]:
        """Those behind place `after`, of one batch if one is named, and of these types."""
        for one in self._named:
            if one.seq > after and one.type in types and batch in {None, one.batch}:
                yield one
