"""Proofs for many events at once: that they stand in the signed ledger, and that the ledger only grew.

In: the chain hashes of the whole ledger, in order. Out: the nodes a verifier lacks to get from some leaves to the root
(the audit paths of RFC 6962, 2.1.1, laid together: what can be computed from the leaves is left out), and consistency
proofs (2.1.2), both in O(k log n) once the tree stands.
"""

from collections.abc import Iterable, Sequence

from homeostat.ledger.merkle import node_hash


class Nodes:
    """All nodes of a Merkle tree: `_levels[l][i]` covers the leaves from i * 2**l on, 2**l of them or what is left.

    A node without a sibling is passed up as it is, which gives the tree of RFC 6962.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels: list[Sequence[bytes]] = [leaves]
        while len(self._levels[-1]) > 1:
            row = self._levels[-1]
            above = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
            self._levels.append([*above, row[-1]] if len(row) % 2 else above)

    @property
    def root(self) -> bytes:
        """The Merkle root (of at least one leaf)."""
        return self._levels[-1][0]

    def missing(self, leaves: Iterable[int]) -> dict[str, str]:
        """What leads from the leaves at these indices (from 0) to the root: "level/index" -> hash (hex)."""
        known, found = set(leaves), dict[str, str]()
        for level, row in enumerate(self._levels[:-1]):
            for index in sorted(known):
                beside = index ^ 1
                if beside not in known and beside < len(row):
                    found[f"{level}/{beside}"] = row[beside].hex()
            known = {index // 2 for index in known}
        return found

    def consistency(self, old: int) -> list[str]:
        """Proof (hex) that this tree adds to the tree of its first `old` leaves (0 < old <= size)."""
        if not 0 < old <= self.size:
            raise IndexError(f"no tree of {old} leaves within {self.size}")
        return [node.hex() for node in self._subproof(old, 0, self.size, whole=True)]

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        """SUBPROOF of RFC 6962, 2.1.2, over the leaves from `start` to `end`; `old` counts from `start`."""
        if old == end - start:
            return [] if whole else [self._node(start, end)]
        split = 1 << ((end - start - 1).bit_length() - 1)
        if old <= split:
            return [
                *self._subproof(old, start, start + split, whole=whole),
                self._node(start + split, end),
            ]
        return [
            *self._subproof(old - split, start + split, end, whole=False),
            self._node(start, start + split),
        ]

    def _node(self, start: int, end: int) -> bytes:
        """The root over an aligned stretch of leaves."""
        level = (end - start - 1).bit_length()
        return self._levels[level][start >> level]
