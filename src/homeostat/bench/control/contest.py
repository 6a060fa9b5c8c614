"""Several solvers on the same situations, in turn, and what each made of them.

    sequence -> [every solver: all situations in order, from nothing] x rounds -> times ; plans -> judged exactly

Rounds alternate between the solvers, so that all meet the same load of the machine. The plans of the first round are
judged: those of the others are the same.
"""

import gc
from collections.abc import Sequence as Several
from dataclasses import dataclass

import numpy as np

from homeostat.bench.control.judge import Judge, Worth
from homeostat.bench.control.sequence import Sequence, replay
from homeostat.bench.control.solver import Answer, Solver
from homeostat.bench.control.task import Array, Task
from homeostat.bench.measuring import spread
from homeostat.bench.result import Spread


@dataclass(frozen=True)
class Run:
    """Of one solver: CPU times in ms (rounds, n), and for every situation the answer and what it is worth."""

    name: str
    times: Array
    answers: tuple[Answer, ...]
    worths: tuple[Worth, ...]

    @property
    def objectives(self) -> Array:
        """What the plans cost (n,)."""
        return np.array([worth.objective for worth in self.worths])

    @property
    def moves(self) -> Array:
        """First moves (n, nu)."""
        return np.array([answer.move for answer in self.answers])

    @property
    def solved(self) -> Array:
        """Whether the solver said so (n,), as 0 or 1."""
        return np.array([float(answer.solved) for answer in self.answers])

    @property
    def median(self) -> Spread:
        """Of the times of a round, over rounds."""
        return spread(np.median(self.times, axis=1).tolist())

    @property
    def slow(self) -> Spread:
        """The 95th percentile of the times of a round, over rounds."""
        return spread(np.percentile(self.times, 95, axis=1).tolist())

    @property
    def iterations(self) -> Spread:
        """Over situations."""
        return spread([float(answer.iterations) for answer in self.answers])

    @property
    def excess(self) -> float:
        """By how much the plans break a bound at most."""
        return max(worth.excess for worth in self.worths)


def contest(task: Task, solvers: Several[Solver], sequence: Sequence, rounds: int) -> list[Run]:
    """Set all of `sequence` to every solver, `rounds` times over."""
    gc.collect()
    gc.freeze()
    played = [[replay(task, solver, sequence) for solver in solvers] for _ in range(rounds)]
    gc.unfreeze()
    judge = Judge(task)
    return [
        _run(task, judge, sequence, solver.name, [turn[k] for turn in played])
        for k, solver in enumerate(solvers)
    ]


def _run(task: Task, judge: Judge, sequence: Sequence, name: str, turns: list[list[Answer]]) -> Run:
    times = np.array([[answer.milliseconds for answer in turn] for turn in turns])
    situations = zip(sequence.states, sequence.before, turns[0], strict=True)
    worths = tuple(judge.worth(x, before, answer.plan, task.known) for x, before, answer in situations)
    return Run(name, times, tuple(turns[0]), worths)
