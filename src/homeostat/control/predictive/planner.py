"""The planner: a question in, an answer out; a pure function, whose last answers are kept: none is worked out twice.

For each end of the phase that is compared a plan is worked out, and the best is taken. What the solver did not finish
is no plan.
"""

import hashlib
import math
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import NamedTuple

from homeostat.control.predictive.futures import Futures
from homeostat.control.predictive.question import Answer, Planned, Question
from homeostat.control.predictive.solving import Solving
from homeostat.control.predictive.task import Task
from homeostat.twin.optimal import Guess, Outcome

KEPT = 2
"""Answers that are kept: the desk works one out, the scan takes it."""


class Planner:
    """Plans for one task, one question at a time; it holds no state of a batch."""

    def __init__(self, task: Task) -> None:
        task.check()
        self._task = task
        self._solving = Solving(task)
        self._kept: dict[Question, Answer] = {}
        self._lock = Lock()

    @property
    def means(self) -> str:
        """SHA-256 of all that a plan comes from but its question: model, aims, limits, settings, solver."""
        return hashlib.sha256(f"{self._task.fingerprint}\n{self._solving.identity}".encode()).hexdigest()

    def answer(self, question: Question) -> Answer:
        """The plan for a question, or why there is none."""
        with self._lock:  # a solver that was given up may still be at work in its thread
            found = self._kept.get(question)
            if found is None:
                found = self._answer(question)
                self._kept = dict([*self._kept.items()][1 - KEPT :]) | {question: found}
            return found

    def _answer(self, question: Question) -> Answer:
        """The plan to the best of the ends; each solve begins from the plan to the end before."""
        best: _Solved | None = None
        guess: Guess | None = None
        tried: list[tuple[float, float]] = []
        failed = Answer("infeasible", reason="nothing is left to plan")
        for end in self._task.ends_from(question.hours):
            futures = Futures.of(self._task, question, end)
            outcome = self._solving.solve(question, futures, guess)
            if not outcome.usable:
                failed = self._solving.refused(outcome)
                continue
            guess = outcome.kept()
            worth = outcome.objective + (self._task.ends.price(end) if self._task.ends else 0.0)
            tried.append((end, worth))
            if best is None or worth < best.worth:
                best = _Solved(end, worth, futures, outcome)
        if best is None:
            return failed
        planned = self._solving.tell(question, best.futures, best.outcome)
        if not _finite(planned):
            return Answer("not finite", reason="what the plan is weighed against is not finite")
        return Answer("solved", replace(planned, end=best.end, ends=tuple(tried)))


def _finite(planned: Planned) -> bool:
    """Whether everything that is told of a plan is a number."""
    told = [planned.value, planned.without, *(value for row in planned.moves for value in row)]
    for each in planned.foretold:
        told += [*each.values, *each.low, *each.high, *each.without]
    return all(map(math.isfinite, told))


class _Solved(NamedTuple):
    end: float
    worth: float
    futures: Futures
    outcome: Outcome


@cache
def planner(task: Task) -> Planner:
    """The planner of a task, compiled once in a process."""
    return Planner(task)
