"""A contest: whole simulated batches of several processes over the same donors, and what they came to.

In: entries (a process under a name), seeds. Out: every outcome, and for each entry what is typical and how far it
scatters. A seed is a donor with its sensors' noise: entries are compared over the same ones.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

from homeostat.errors import ExecutionError
from homeostat.execution.trial import Outcome, hastened, trial
from homeostat.process import Process, Quantity

RESAMPLES = 2000
"""How often the donors are drawn anew for the interval of a variance ratio (Efron & Tibshirani 1993, chapter 13)."""


@dataclass(frozen=True)
class Entry:
    """A process under a name of its own; `folder` is where the files that it names stand."""

    name: str
    process: Process
    folder: Path = Path()


@dataclass(frozen=True)
class Spread:
    """Where values lie: median, median absolute deviation from it, standard deviation, 5 % and 95 % quantiles."""

    count: int
    median: float
    mad: float
    deviation: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """The spread of `values`; None where there are none."""
        if not values:
            return None
        middle = median(values)
        low, high = np.quantile(values, (0.05, 0.95)).tolist()
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return cls(len(values), middle, median([abs(v - middle) for v in values]), deviation, low, high)


@dataclass(frozen=True)
class Ratio:
    """The variance of an entry by that of the first, with the interval of 90 % from resampled donors."""

    value: float
    low: float
    high: float


def entries_of(
    entries: Sequence[Entry], *, scan: Quantity | None = None, without: Sequence[str] = ()
) -> list[Entry]:
    """The entries as they are run: hastened, and each that has them first without the controllers named.

    "all" names every controller. Raises ExecutionError where no entry has one of the names.
    """
    known = {name for entry in entries for name in entry.process.controllers}
    unknown = [name for name in without if name != "all" and name not in known]
    if unknown:
        raise ExecutionError(
            f"no process has a controller '{unknown[0]}'",
            mend="there is: " + ", ".join(sorted(known)) if known else "leave --without out",
        )
    found: list[Entry] = []
    for entry in entries:
        process = hastened(entry.process, scan or entry.process.scan)
        left = {n: c for n, c in process.controllers.items() if not {"all", n} & set(without)}
        gone = [name for name in process.controllers if name not in left]
        if gone:
            bare = process.model_copy(update={"controllers": left})
            found.append(Entry(f"{entry.name} without {', '.join(gone)}", bare, entry.folder))
        found.append(Entry(entry.name, process, entry.folder))
    return found


def contest(
    entries: Sequence[Entry], seeds: Sequence[int], jobs: int, told: Callable[[str, int], None]
) -> list[list[Outcome]]:
    """The outcomes of every entry, in the order of `seeds`; `told` hears of each entry and seed that is done.

    Raises HomeostatError for a process that cannot be executed.
    """
    with _runner(jobs) as run:
        asked = [[run(entry, seed) for entry in entries] for seed in seeds]
        found: list[list[Outcome]] = [[] for _ in entries]
        for seed, row in zip(seeds, asked, strict=True):
            for k, answer in enumerate(row):
                found[k].append(answer())
                told(entries[k].name, seed)
        return found


@contextmanager
def _runner(jobs: int) -> Iterator[Callable[[Entry, int], Callable[[], Outcome]]]:
    """Runs trials here, one when its outcome is asked for, or in `jobs` processes of their own."""
    if jobs == 1:
        yield lambda entry, seed: lambda: _run(entry, seed)
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield lambda entry, seed: pool.submit(_run, entry, seed).result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _run(entry: Entry, seed: int) -> Outcome:
    return trial(entry.process, seed, folder=entry.folder)


def ratio(first: Sequence[Outcome], other: Sequence[Outcome], attribute: str) -> Ratio | None:
    """How the variances of an attribute compare over the donors that both have values of; None where too few do."""
    pairs = [
        (a.values[attribute], b.values[attribute])
        for a, b in zip(first, other, strict=True)
        if attribute in a.values and attribute in b.values
    ]
    table = np.array(pairs)
    if len(pairs) < 2 or not np.var(table[:, 0]) > 0.0:
        return None
    draws = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
    below, above = np.var(table[draws], axis=1).T
    ratios = above[below > 0.0] / below[below > 0.0]
    low, high = np.quantile(ratios, (0.05, 0.95)).tolist()
    return Ratio(float(np.var(table[:, 1]) / np.var(table[:, 0])), low, high)
