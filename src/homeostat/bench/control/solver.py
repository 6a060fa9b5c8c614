"""What every solver offers, and how its calls are timed.

A solver is made for one task; it may keep what it found to start from the next time, as its users would let it.
"""

import time
from dataclasses import dataclass
from typing import Protocol

from homeostat.bench.control.task import Array


@dataclass(frozen=True)
class Answer:
    """A plan (s, n, nu) in physical units, whether the solver says it is optimal, its iterations, CPU time in ms."""

    plan: Array
    solved: bool
    iterations: int
    milliseconds: float

    @property
    def move(self) -> Array:
        """What is to be done now (nu,)."""
        first: Array = self.plan[0, 0]
        return first


class Solver(Protocol):
    """Solves one task again and again."""

    @property
    def name(self) -> str:
        """As printed."""

    def solve(self, x: Array, before: Array, known: Array) -> Answer:
        """The plan from states `x` (nx,) after the inputs `before` (nu,), with `known` (s, k) of what is uncertain."""

    def forget(self) -> None:
        """Start the next solution from nothing."""


class Watch:
    """CPU time of this process, all its threads together."""

    def __init__(self) -> None:
        self._begin = time.process_time()

    @property
    def milliseconds(self) -> float:
        """Since the watch was made."""
        return 1e3 * (time.process_time() - self._begin)
