"""Roots by a child process are the roots computed here, and losing the child loses nothing."""

import io
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.ledger import merkle, roots, walk
from homeostat.ledger.merkle import COUNT, RootsAt, leaf_hash, root, serve
from homeostat.ledger.roots import ChildRoots, roots_at, start_child

from .conftest import Place

LEAVES = [leaf_hash(b"%d" % number) for number in range(200)]
SIZES = [1, 2, 7, 64, 65, 150, 200]
ROOTS = [root(LEAVES[:size]) for size in SIZES]

MOVED = (
    "UPDATE event SET hash = CAST((SELECT substr(hash, 32) FROM event WHERE seq = 1) || hash AS BLOB)"
    " WHERE seq = 2",
    "UPDATE event SET hash = substr(hash, 1, 31) WHERE seq = 1",
)

DEEDS = {
    "nothing": ("SELECT 1",),
    "a body": ("UPDATE event SET body = replace(body, '38', '39') WHERE seq = 10",),
    "a column": ("UPDATE event SET batch = 'other' WHERE seq = 7",),
    "a hash": ("UPDATE event SET hash = zeroblob(32) WHERE seq = 10",),
    "a short hash": ("UPDATE event SET hash = x'00' WHERE seq = 10",),
    "an empty hash": ("UPDATE event SET hash = x'' WHERE seq = 20",),
    "a hash moved on by a byte": MOVED,
    "a gap": ("DELETE FROM event WHERE seq = 5",),
    "a place before the first": ("UPDATE event SET seq = -9223372036854775808 WHERE seq = 3",),
    "the furthest place": ("UPDATE event SET seq = 9223372036854775807 WHERE seq = 20",),
    "a lost end": ("DELETE FROM event WHERE seq > 11",),
    "everything": ("DELETE FROM event",),
    "a head": ("UPDATE head SET root = zeroblob(32) WHERE size = 9",),
    "no heads": ("DELETE FROM head",),
}


@contextmanager
def child(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every ledger is large enough for a child, and there are cores enough."""
    with monkeypatch.context() as patch:
        patch.setattr(roots, "CHILD_FROM", 0)
        patch.setattr(roots, "cores", lambda: 2)
        yield


def impostor(code: str) -> subprocess.Popen[bytes]:
    """A child that runs `code` instead of what it should."""
    return subprocess.Popen([sys.executable, "-I", "-S", "-c", code], stdin=-1, stdout=-1, stderr=-3)


def question(sizes: list[int], *blocks: list[bytes]) -> bytes:
    """A child's whole input."""
    parts = [COUNT.pack(len(sizes)), struct.pack(f"<{len(sizes)}q", *sizes)]
    return b"".join(parts + [COUNT.pack(len(block)) + b"".join(block) for block in blocks] + [COUNT.pack(0)])


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), max_size=6), st.sets(st.integers(0, 200), max_size=8))
def test_roots_at_sizes_are_roots_of_prefixes(steps: list[int], chosen: set[int]) -> None:
    found, done = RootsAt(sorted(chosen)), 0
    for step in steps:
        found.feed(LEAVES[done : done + step])
        done = min(done + step, len(LEAVES))
    assert found.finish() == [root(LEAVES[:size]) for size in sorted(chosen) if size <= done]


def test_the_script_answers_with_the_roots_reached() -> None:
    answer = io.BytesIO()
    serve(io.BytesIO(question([*SIZES, 201], LEAVES[:3], LEAVES[3:])).read, answer.write)
    assert answer.getvalue() == b"".join(ROOTS)


def test_the_script_runs_alone() -> None:
    """Outside the package, without site directories, as a child does."""
    command = [sys.executable, "-I", "-S", str(Path(merkle.__file__))]
    run = subprocess.run(command, input=question([2], LEAVES[:2]), capture_output=True, check=True)
    assert (run.stdout, run.stderr) == (root(LEAVES[:2]), b"")


@pytest.mark.parametrize("page", [1, 3, 64, 200])
def test_a_child_finds_the_same_roots(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    with child(monkeypatch), roots_at([*SIZES, 300], len(LEAVES)) as found:
        assert isinstance(found, ChildRoots)
        for place in range(0, len(LEAVES), page):
            found.feed(LEAVES[place : place + page])
        assert found.finish() == ROOTS


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(1)",
        "print('not a root')",
        "import sys; sys.stdin.buffer.read(100); print('early')",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(bytes(32)); sys.exit(1)",
    ],
)
def test_a_child_that_fails_is_lost_without_a_word(code: str) -> None:
    with impostor(code) as process:
        found = ChildRoots(process, [1])
        for _ in range(100):
            found.feed(LEAVES)
        assert found.finish() is None


def test_a_walk_that_ends_early_leaves_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes] | None:
        process = start_child()
        begun.extend([process] if process else [])
        return process

    monkeypatch.setattr(roots, "start_child", begin)
    with child(monkeypatch), pytest.raises(KeyboardInterrupt), roots_at(SIZES, 200) as found:
        found.feed(LEAVES)
        raise KeyboardInterrupt
    assert [process.returncode is not None for process in begun] == [True]


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (sys, "executable", ""),
        (sys, "executable", "/nowhere/python"),
        (sys, "frozen", True),
        (merkle, "__file__", "/nowhere/merkle.py"),
    ],
)
def test_where_no_child_can_be_started_the_tree_grows_here(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, value: object
) -> None:
    monkeypatch.setattr(owner, name, value, raising=False)
    with child(monkeypatch), roots_at(SIZES, len(LEAVES)) as found:
        assert isinstance(found, RootsAt)


@pytest.mark.parametrize(("events", "cores"), [(10, 8), (10**9, 1)])
def test_small_ledgers_and_single_cores_need_no_child(
    monkeypatch: pytest.MonkeyPatch, events: int, cores: int
) -> None:
    monkeypatch.setattr(roots, "cores", lambda: cores)
    with roots_at(SIZES, events) as found:
        assert isinstance(found, RootsAt)


def test_cores_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert roots.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert roots.cores() == 1


@pytest.mark.parametrize("page", [1, 4, 512])
@pytest.mark.parametrize("deed", DEEDS)
def test_every_way_of_verifying_tells_the_same(
    written: Place, monkeypatch: pytest.MonkeyPatch, deed: str, page: int
) -> None:
    """In this process, beside a child, and when the child is lost on the way."""
    written.tamper(*DEEDS[deed])
    here = written.verify()
    monkeypatch.setattr(walk, "_PAGE", page)
    assert written.verify() == here
    assert here.ok is (deed == "nothing")
    with child(monkeypatch):
        assert written.verify() == here
        monkeypatch.setattr(roots, "start_child", lambda: impostor("raise SystemExit(1)"))
        assert written.verify() == here


def test_a_hash_of_another_length_is_never_under_a_signed_root(written: Place) -> None:
    """A byte moved from one hash to the next leaves the bytes of their node alone, but not the root."""
    written.tamper(*MOVED)
    assert "head of 3 events: the first 3 events are not those it signs" in written.words()
