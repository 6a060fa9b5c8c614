"""Proofs for many events at once: that they stand in the signed ledger, and that the ledger only grew.

In: the chain hashes of the whole ledger, in order. Out: the nodes of its Merkle tree (RFC 6962, 2.1) that a verifier
lacks. Together with the leaves of the shown events they cover the ledger without overlap, so that there is one way only
to compute its root from them, and from the first of them the root of every older head that is to be proven.
"""

from collections.abc import Collection, Sequence

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

    def around(self, shown: Collection[int], sizes: Collection[int]) -> list[tuple[int, int, str]]:
        """The highest nodes that cover none of the leaves `shown` (from 0), and end where a head of `sizes` ends.

        Each as first leaf, end (exclusive) and hash (hex), in order. IndexError for a head beyond the tree.
        """
        beyond = next((size for size in sizes if not 0 < size <= self.size), None)
        if beyond is not None:
            raise IndexError(f"no tree of {beyond} leaves within {self.size}")
        levels = [set(shown)]
        for _ in self._levels[1:]:
            levels.append({index // 2 for index in levels[-1]})
        cuts = sorted(set(sizes))
        found = list[tuple[int, int, str]]()
        self._cover(len(self._levels) - 1, 0, levels, cuts, found)
        return found

    def _cover(
        self,
        level: int,
        index: int,
        shown: Sequence[Collection[int]],
        cuts: Sequence[int],
        found: list[tuple[int, int, str]],
    ) -> None:
        """Add the nodes below this one, or itself where it can be taken whole."""
        first, end = index << level, min((index + 1) << level, self.size)
        if index in shown[level] or any(first < cut < end for cut in cuts):
            for child in (2 * index, 2 * index + 1) if level else ():
                if child << (level - 1) < self.size:
                    self._cover(level - 1, child, shown, cuts, found)
        else:
            found.append((first, end, self._levels[level][index].hex()))
