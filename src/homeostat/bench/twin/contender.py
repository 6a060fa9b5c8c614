"""A rival of the engine, and the setting at which it is timed: the loosest tolerance that errs little enough."""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeostat.bench.measuring import seconds
from homeostat.bench.twin.donors import Array, Donors
from homeostat.bench.twin.reference import largest_error

GOAL = 1e-4
"""The largest relative error that a user of these models needs."""
LADDER = (1e-4, 5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6, 1e-7)
"""Tolerances that a rival may choose from, relative and absolute alike."""

Solve = Callable[[Donors, float], Array]
"""Integrate donors at a tolerance: hourly states (n, 289, 12)."""


@dataclass(frozen=True)
class Contender:
    """A rival: the modules it `needs`, how many `batches` it is given at once, and the `bar` of ours against it."""

    name: str
    needs: tuple[str, ...]
    batches: int
    prepare: Callable[[], Solve]
    bar: float | None = None

    @property
    def installed(self) -> bool:
        """Whether everything it needs can be imported."""
        return all(importlib.util.find_spec(name) is not None for name in self.needs)


@dataclass(frozen=True)
class Settled:
    """An engine at one setting: its largest error, and the work that is timed, `repeats` times in a row."""

    name: str
    error: float
    batches: int
    work: Callable[[], object]
    repeats: int = 1

    @property
    def label(self) -> str:
        """Name, tolerance and error, as printed beside its speed."""
        return f"{self.name}, error {self.error:.1e}"

    def speed(self) -> float:
        """Batches in a second of CPU time, of all threads together."""
        return self.repeats * self.batches / seconds(self._repeated, time.process_time)

    def _repeated(self) -> None:
        for _ in range(self.repeats):
            self.work()


def settle(contender: Contender, many: Donors, truth: Array, ladder: Sequence[float] = LADDER) -> Settled:
    """Take the loosest tolerance of `ladder` that errs by `GOAL` at most, or the tightest if none does.

    `truth` (k, 289, 12) is the reference of the first k of `many`; the rival is given `contender.batches` of these.
    """
    solve, part = contender.prepare(), many.first(contender.batches)
    known = truth[: len(part)]
    for tolerance in ladder:
        error = largest_error(solve(part, tolerance)[: len(known)], known)
        if error <= GOAL:
            break
    return Settled(f"{contender.name} {tolerance:.0e}", error, len(part), lambda: solve(part, tolerance))
