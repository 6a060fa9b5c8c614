"""Stop-watches, repetition and scratch directories for benchmarks."""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from homeostat.bench.result import Spread


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long `work` takes by `clock` (wall time unless another is given)."""
    begin = clock()
    work()
    return clock() - begin


def in_turn(times: int, *measures: Callable[[], float]) -> list[Spread]:
    """Take each measure in turn, several times over, so that all meet the same load of the machine.

    What the benchmark itself holds is set aside from garbage collection: a command that does the same work does not
    have it in memory, and collecting it again and again would be measured along.
    """
    gc.collect()
    gc.freeze()
    rounds = [[measure() for measure in measures] for _ in range(times)]
    gc.unfreeze()
    return [spread(values) for values in zip(*rounds, strict=True)]


def rate(amount: int, work: Callable[[], object]) -> Callable[[], float]:
    """The measure of how much of `amount` a second `work` gets done."""
    return lambda: amount / seconds(work)


def milliseconds(work: Callable[[], object]) -> Callable[[], float]:
    """The measure of how long `work` takes, in ms."""
    return lambda: 1e3 * seconds(work)


def spread(values: Sequence[float]) -> Spread:
    """Median and extremes of what was measured."""
    return Spread(statistics.median(values), min(values), max(values))


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory that vanishes afterwards, on the disk of the system's temporary files (TMPDIR moves it)."""
    with tempfile.TemporaryDirectory(prefix="homeostat-bench-") as folder:
        yield Path(folder)


def new_paths(folder: Path) -> Callable[[], Path]:
    """A function that names another path in `folder` with each call."""
    numbers = count()
    return lambda: folder / f"{next(numbers):06d}"
