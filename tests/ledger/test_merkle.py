"""Merkle trees against the published vectors of certificate transparency and a naive recursion."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.ledger import merkle
from homeostat.ledger.merkle import Tree, leaf_hash

VECTORS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
"""Leaf data of the reference tree (google/certificate-transparency, merkletree tests)."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in VECTORS]

INCLUSION = [  # index, size, path
    (0, 1, ()),
    (0, 8, ("96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af")),
    (5, 8, ("bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957")),
    (2, 3, ("fac54203e7cc696c",)),
    (1, 5, ("6e340b9cffb37a98", "5f083f0a1a33ca07", "bc1a0643b12e4d2d")),
]
CONSISTENCY = [  # old, new, proof
    (1, 1, ()),
    (1, 8, ("96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af")),
    (6, 8, ("0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957")),
    (2, 5, ("5f083f0a1a33ca07", "bc1a0643b12e4d2d")),
]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, path: tuple[str, ...]) -> None:
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    assert tuple(node.hex()[:16] for node in proof) == path
    assert merkle.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, path: tuple[str, ...]) -> None:
    proof = merkle.consistency_proof(LEAVES[:new], old)
    assert tuple(node.hex()[:16] for node in proof) == path


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_tree_grown_in_any_steps_has_the_naive_root(steps: list[int]) -> None:
    leaves, tree = numbered(sum(steps)), Tree()
    done = 0
    for step in steps:
        tree.extend(leaves[done : done + step])
        done += step
        assert (tree.size, tree.root()) == (done, naive_root(leaves[:done]))


def test_one_leaf_at_a_time() -> None:
    tree = Tree()
    for size, leaf in enumerate(numbered(70), start=1):
        tree.append(leaf)
        assert tree.root() == naive_root(numbered(size))


def test_a_copy_grows_alone() -> None:
    tree = Tree(numbered(5))
    copy = tree.copy()
    copy.append(b"x" * 32)
    assert (tree.size, tree.root()) == (5, naive_root(numbered(5)))


@settings(max_examples=60)
@given(st.integers(1, 66).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_inclusion_holds_for_its_leaf_place_and_tree_alone(case: tuple[int, int]) -> None:
    size, index = case
    leaves = numbered(size)
    proof, top = merkle.inclusion_proof(leaves, index), naive_root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, top)
    assert not merkle.verify_inclusion(b"other" * 6, index, size, proof, top)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, top], top)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, top)
    for other in set(range(size)) - {index}:
        assert not merkle.verify_inclusion(leaves[index], other, size, proof, top)


@settings(max_examples=60)
@given(st.integers(1, 66).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))))
def test_consistency_holds_for_a_true_prefix_alone(case: tuple[int, int]) -> None:
    new, old = case
    leaves = numbered(new)
    proof = merkle.consistency_proof(leaves, old)
    old_root, new_root = naive_root(leaves[:old]), naive_root(leaves)
    forged = naive_root([*leaves[: old - 1], b"x" * 32])
    assert merkle.verify_consistency(old, new, old_root, new_root, proof)
    assert not merkle.verify_consistency(old, new, forged, new_root, proof)
    assert not merkle.verify_consistency(old, new, old_root, forged, proof)
    assert not merkle.verify_consistency(old, new, old_root, new_root, [*proof, new_root])
    assert not merkle.verify_consistency(new + 1, new, old_root, new_root, proof)


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(IndexError, match="no leaf 3"):
        merkle.inclusion_proof(numbered(3), 3)
    with pytest.raises(IndexError, match="no tree of 0"):
        merkle.consistency_proof(numbered(3), 0)
    assert not merkle.verify_consistency(3, 5, b"", b"", [])
