"""Merkle trees of RFC 6962, section 2: one hash that commits to a whole list, and short proofs about it.

In: leaf hashes in order. Out: roots, inclusion proofs (this event is in the signed list) and consistency
proofs (the later list only added to the earlier one), and their verification as in RFC 9162, 2.1.3.2 and
2.1.4.2. Hashes are SHA-256 digests of 32 bytes throughout.

Run as a script, it reads the sizes asked for and then leaf hashes, and writes the roots (`serve`). It imports
nothing but the standard library, so that such a child starts quickly.
"""

import hashlib
import struct
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

DIGEST = 32
"""Bytes of a hash."""
COUNT = struct.Struct("<q")
"""What stands before each block of a child's input: how many sizes or hashes follow."""
_sha256 = hashlib.sha256
_node = _sha256(b"\1").copy


def leaf_hash(data: bytes) -> bytes:
    """Hash of the leaf that holds `data`; the prefix 0 keeps leaves and inner nodes apart."""
    return _sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of the inner node above `left` and `right`."""
    return _sha256(b"\1" + left + right).digest()


def _above(row: Sequence[bytes]) -> list[bytes]:
    """The nodes above each two of a row; `node_hash` is written out: a hash is copied sooner than begun."""
    nodes, found = iter(row), list[bytes]()
    for left, right in zip(nodes, nodes, strict=False):
        node = _node()
        node.update(left + right)
        found.append(node.digest())
    return found


def _joined(peaks: Iterable[bytes]) -> bytes:
    """The root above the roots of complete subtrees, the smallest first; above none, the hash of nothing."""
    total: bytes | None = None
    for peak in peaks:
        total = peak if total is None else _sha256(b"\1" + peak + total).digest()
    return _sha256().digest() if total is None else total


class Tree:
    """A growing Merkle tree that keeps only the roots of its complete subtrees: O(log n) memory.

    `_peaks[k]` is the root of a complete subtree of 2**k leaves, or None: the digits of a binary counter.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._peaks: list[bytes | None] = []
        self.size = 0
        self.extend(leaves)

    @classmethod
    def of(cls, peaks: Sequence[bytes], size: int) -> "Tree":
        """The tree of `size` leaves whose complete subtrees have these roots, the smallest first.

        Raises ValueError where they are not as many as `size` has, or not hashes.
        """
        tree, roots = cls(), iter(peaks)
        if type(size) is not int or size < 0 or [len(peak) for peak in peaks] != [DIGEST] * size.bit_count():
            raise ValueError(f"these are not the roots of the complete subtrees of {size} leaves")
        tree._peaks = [next(roots) if size >> level & 1 else None for level in range(size.bit_length())]
        tree.size = size
        return tree

    @property
    def peaks(self) -> list[bytes]:
        """The roots of the complete subtrees, the smallest first: the frontier, from which the tree can grow on."""
        return [peak for peak in self._peaks if peak is not None]

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> list[list[bytes]]:
        """Add leaf hashes in order, a level at a time: the fast way to add many.

        Returns a row of nodes for each level, from the leaves up: the root that waited there for a neighbour, if one
        did, and the new nodes.
        """
        row, rows = list(leaves), list[list[bytes]]()
        self.size += len(row)
        while row:
            level = len(rows)
            if level == len(self._peaks):
                self._peaks.append(None)
            waiting = self._peaks[level]
            if waiting is not None:
                row.insert(0, waiting)
            self._peaks[level] = row[-1] if len(row) % 2 else None
            rows.append(row)
            row = _above(row)
        return rows + [[] if peak is None else [peak] for peak in self._peaks[len(rows) :]]

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far; of none, the hash of nothing."""
        return _joined(self.peaks)

    def copy(self) -> "Tree":
        """An independent tree of the same leaves."""
        twin = Tree()
        twin._peaks, twin.size = list(self._peaks), self.size
        return twin


class RootsAt:
    """The roots of a growing tree at the sizes asked for (ascending, from 0)."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._tree = Tree()
        self._found: list[bytes] = []

    def feed(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes, and find the roots at the sizes on the way from the nodes that this took."""
        before = self._tree.size
        rows = self._tree.extend(leaves)
        end = bisect_right(self._sizes, self._tree.size)
        self._found += [_root_on_the_way(size, before, rows) for size in self._sizes[len(self._found) : end]]

    def finish(self) -> list[bytes]:
        """The roots at those of the sizes that were reached."""
        self.feed(())
        return self._found


def _root_on_the_way(size: int, before: int, rows: Sequence[Sequence[bytes]]) -> bytes:
    """The root of the first `size` leaves, by the `rows` of `Tree.extend` as it grew past them from `before`.

    At a level k the complete nodes are numbered from 0: the last one of `size`, (size >> k) - 1, has no neighbour where
    that number is even; a row begins with the last even number that `before` had reached.
    """
    levels = (level for level in range(size.bit_length()) if size >> level & 1)
    return _joined(rows[level][(size >> level) - 1 - (before >> level & ~1)] for level in levels)


def root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of a list of leaf hashes."""
    return Tree(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index` (from 0) in `leaves`, lowest node first. RFC 6962, 2.1.1."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the tree of `leaves` extends the tree of its first `old` leaves. RFC 6962, 2.1.2."""
    if not 0 < old <= len(leaves):
        raise IndexError(f"no tree of {old} leaves within {len(leaves)}")
    return _subproof(leaves, old, whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that leaf hash `leaf` stands at `index` in the tree of `size` with `root`."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node % 2 or node == last:
            computed = node_hash(sibling, computed)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` leaves only adds to the tree of `old` leaves."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    old_sum = new_sum = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old_sum, new_sum = node_hash(sibling, old_sum), node_hash(sibling, new_sum)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            new_sum = node_hash(new_sum, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_sum == old_root and new_sum == new_root


def _split(size: int) -> int:
    """The largest power of two below `size` (size > 1)."""
    return int(1 << ((size - 1).bit_length() - 1))


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2; `whole` says that the verifier already knows this subtree's root."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_subproof(leaves[:split], old, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], old - split, whole=False), root(leaves[:split])]


def serve(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    """Read a block of sizes, then blocks of hashes up to an empty one; write the roots reached."""
    (count,) = COUNT.unpack(read(COUNT.size))
    roots = RootsAt(struct.unpack(f"<{count}q", read(8 * count)))
    while count := COUNT.unpack(read(COUNT.size))[0]:
        roots.feed(struct.unpack(f"{DIGEST}s" * count, read(DIGEST * count)))
    write(b"".join(roots.finish()))


if __name__ == "__main__":
    serve(sys.stdin.buffer.read, sys.stdout.buffer.write)
