"""Merkle roots beside the walk: for a large ledger, a child process hashes the tree on another core.

In: chain hashes in order, as the walk meets them, and the sizes that heads signed. Out: the root at each size
reached; the same roots whether a child computed them or this process. The child is `merkle` run as a script,
in 30 ms, since it needs nothing but the standard library; it ends with the block of no hashes that ends its
input, and where none can be started the tree grows here.
"""

import os
import struct
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from homeostat.ledger import merkle
from homeostat.ledger.merkle import COUNT, DIGEST, RootsAt

CHILD_FROM = 50_000
"""Events from which a child is worth its start."""
_BUFFER = 1 << 16  # bytes sent at once: as many as a pipe holds


class Roots(Protocol):
    """What takes leaf hashes (of 32 bytes each) in order and finds the roots."""

    def feed(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes."""

    def finish(self) -> list[bytes] | None:
        """The roots at those of the sizes that were reached; None if they were lost with the child."""


class ChildRoots:
    """Roots that a child process computes; a child that ends early or answers amiss is lost, never trusted."""

    def __init__(self, process: subprocess.Popen[bytes], sizes: Sequence[int]) -> None:
        self._process, self._pipe, self._sizes = process, process.stdin, sizes
        self._fed = 0
        self._send(len(sizes), struct.pack(f"<{len(sizes)}q", *sizes))

    def feed(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes."""
        self._fed += len(leaves)
        self._send(len(leaves), b"".join(leaves))

    def finish(self) -> list[bytes] | None:
        """The roots at those of the sizes that were reached; None if the child was lost."""
        self._send(0, b"")
        answer, _ = self._process.communicate()
        reached = bisect_right(self._sizes, self._fed)
        if self._process.returncode or len(answer) != DIGEST * reached:
            return None
        return [answer[place : place + DIGEST] for place in range(0, len(answer), DIGEST)]

    def _send(self, count: int, block: bytes) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.write(COUNT.pack(count) + block)
        except OSError:
            self._pipe = None


@contextmanager
def roots_at(sizes: Sequence[int], events: int) -> Iterator[Roots]:
    """`Roots` at `sizes` (ascending) of a ledger of about `events` events: a child's if that is worth it."""
    process = start_child() if events >= CHILD_FROM and cores() > 1 else None
    if process is None:
        yield RootsAt(sizes)
        return
    try:
        yield ChildRoots(process, sizes)
    finally:
        with suppress(OSError), process:
            process.kill()


def cores() -> int:
    """Processor cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # Linux alone tells
    return len(usable(0)) if usable else os.cpu_count() or 1


def start_child() -> subprocess.Popen[bytes] | None:
    """`merkle` as a script in an interpreter of its own; None where there is no interpreter to start.

    An application that was frozen into one program has none: its `sys.executable` is the application.
    """
    script = Path(merkle.__file__)
    if not sys.executable or getattr(sys, "frozen", False) or not script.is_file():
        return None
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, and a file of this package
            [sys.executable, "-I", "-S", str(script)],
            bufsize=_BUFFER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None
