"""A ledger that keeps the frontier of its tree opens without reading its events, and believes only the signed one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from homeostat.errors import LedgerError
from homeostat.ledger import store
from homeostat.ledger.frontier import frontier_path, keep_tree, kept_tree
from homeostat.ledger.merkle import Tree, leaf_hash

from .conftest import COMMITS, Place, event

TOTAL = sum(COMMITS)
LEAVES = [leaf_hash(b"%d" % number) for number in range(70)]


@pytest.fixture
def kept(written: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A site whose ledger keeps its frontier after each event more."""
    monkeypatch.setattr(store, "WORTH", 1)
    written.open().close()
    return written


def frontier(place: Place) -> dict[str, object]:
    """What the file says."""
    return dict(json.loads(frontier_path(place.path).read_bytes()))


def test_a_tree_grows_on_from_its_peaks_as_from_its_leaves() -> None:
    for size in range(len(LEAVES)):
        known = Tree(LEAVES[:size])
        again = Tree.of(known.peaks, size)
        assert (again.size, again.root()) == (size, known.root())
        again.extend(LEAVES[size:])
        assert again.root() == Tree(LEAVES).root()


@pytest.mark.parametrize(
    ("peaks", "size"), [([], 1), (LEAVES[:1], 0), (LEAVES[:2], 4), ([b"short"], 2), (LEAVES[:1], -1)]
)
def test_peaks_that_belong_to_no_tree_of_this_size_are_refused(peaks: list[bytes], size: int) -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        Tree.of(peaks, size)


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    tree = Tree(LEAVES)
    keep_tree(tmp_path / "ledger.db", tree)
    again = kept_tree(tmp_path / "ledger.db")
    assert (again.size, again.peaks) == (tree.size, tree.peaks)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.tree"]


def test_a_place_that_takes_no_file_goes_without(tmp_path: Path) -> None:
    frontier_path(tmp_path / "ledger.db").mkdir()
    keep_tree(tmp_path / "ledger.db", Tree(LEAVES))
    assert kept_tree(tmp_path / "ledger.db").size == 0
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.tree"]


def test_a_short_ledger_keeps_none(written: Place) -> None:
    written.open().close()
    assert not frontier_path(written.path).exists()


def test_a_writer_goes_on_from_the_frontier_and_what_came_behind_it(kept: Place) -> None:
    assert frontier(kept)["size"] == TOTAL
    old = frontier_path(kept.path).read_bytes()
    for number in (21, 22):
        with kept.open() as ledger:
            ledger.append(event(number))
            ledger.commit()
        assert frontier(kept)["size"] == number
        frontier_path(kept.path).write_bytes(old)
    assert (kept.verify().events, kept.verify().ok) == (TOTAL + 2, True)


def _of_another(kept: dict[str, object]) -> object:
    return {"size": TOTAL, "peaks": [peak.hex() for peak in Tree(LEAVES[:TOTAL]).peaks]}


FALSE: dict[str, Callable[[dict[str, object]], object]] = {
    "of another ledger": _of_another,
    "of more events than there are": lambda kept: kept | {"size": 2**70 + 2**69},
    "of no events": lambda kept: {"size": 0, "peaks": []},
    "no number": lambda kept: kept | {"size": "20"},
    "a broken number": lambda kept: kept | {"size": 20.0},
    "no hashes": lambda kept: kept | {"peaks": ["zz", "zz"]},
    "a list": lambda kept: [kept],
    "nothing": lambda kept: None,
}


@pytest.mark.parametrize("change", FALSE)
def test_a_frontier_that_does_not_lead_to_the_signed_root_is_made_again(kept: Place, change: str) -> None:
    right = frontier(kept)
    frontier_path(kept.path).write_text(json.dumps(FALSE[change](right)))
    with kept.open() as ledger:
        assert ledger.head is not None
    assert frontier(kept) == right
    with kept.open() as ledger:
        ledger.append(event(21))
        ledger.commit()
    assert kept.verify().ok


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_frontier_is_made_again(kept: Place, content: bytes) -> None:
    right = frontier(kept)
    frontier_path(kept.path).write_bytes(content)
    kept.open().close()
    assert frontier(kept) == right


@pytest.mark.parametrize(
    "statement", ["DELETE FROM event WHERE seq = 20", "UPDATE event SET hash = zeroblob(32) WHERE seq = 20"]
)
def test_an_end_that_was_not_signed_is_not_continued(kept: Place, statement: str) -> None:
    kept.tamper(statement)
    with pytest.raises(LedgerError, match="not those last signed"):
        kept.open()


def test_a_hash_changed_before_the_frontier_is_for_verify_to_find(kept: Place) -> None:
    """As a changed body always was: opening looks at what it goes on from, and `verify` at everything."""
    kept.tamper("UPDATE event SET hash = zeroblob(32) WHERE seq = 3")
    kept.open().close()
    assert "event 3" in kept.words()
    frontier_path(kept.path).unlink()
    with pytest.raises(LedgerError, match="not those last signed"):
        kept.open()
