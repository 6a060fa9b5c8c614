"""The planner: a question in, an answer out; a pure function, whose last answers are kept: none is worked out twice.

For each end of the phase that is compared a plan is worked out, and the best is taken. What the solver did not finish
is no plan.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from threading import Lock
from typing import Literal, NamedTuple

from homeostat.control.predictive.futures import Ends, Futures
from homeostat.control.predictive.question import Answer, Planned, Question
from homeostat.control.predictive.solving import OFF, Solving
from homeostat.control.predictive.task import Task
from homeostat.twin.optimal import Guess, Outcome

PASSES = 2
"""How often a plan is made again with the margins of the one before."""
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

    @property
    def beats(self) -> int:
        """The heartbeat: how many iterations were ever begun. Whoever waits for an answer may look at it."""
        return self._solving.beats

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
        work = _Work(self._solving, question)
        failed = Answer("infeasible", reason="nothing is left to plan")
        for end in self._task.ends_from(question.hours):
            futures = Futures.of(self._task, question, end)
            outcome = work.solve(futures, guess)
            if not outcome.usable:
                failed = self._solving.refused(outcome)
                continue
            guess = outcome.kept()
            worth = outcome.objective + (self._task.ends.price(end) if self._task.ends else 0.0)
            tried.append((end, worth))
            if best is None or worth < best.worth:
                best = _Solved(worth, futures, outcome)
        if best is None:
            return failed
        best, refused = self._wary(work, best)
        hard, unsure = self._unsure(refused)
        if refused is not None and hard:
            return replace(self._solving.refused(refused), reason=f"no chance to keep: {', '.join(hard)}")
        best = self._switched(work, best)
        planned = self._solving.tell(question, best.futures, best.outcome)
        if not _finite(planned):
            return Answer("not finite", reason="what the plan is weighed against is not finite")
        told = replace(planned, ends=tuple(tried), iterations=work.iterations, unsure=unsure)
        return Answer("solved", told)

    def _wary(self, work: "_Work", found: "_Solved") -> "tuple[_Solved, Outcome | None]":
        """The plan that keeps away from limits as the ensemble along it demands.

        Where there is none, the plan as it was, and what the solver said.
        """
        if not self._task.scenarios or not any(limit.sigmas > 0.0 for limit in self._task.limits):
            return found, None
        for _ in range(PASSES):
            margins = self._solving.margins(work.question, found.futures, found.outcome)
            futures = Futures.of(self._task, work.question, found.futures.end, margins)
            outcome = work.solve(futures, found.outcome.kept())
            if not outcome.usable:
                return found, outcome
            found = _Solved(found.worth, futures, outcome, margins)
        return found, None

    def _unsure(self, refused: Outcome | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The limits, hard and soft, whose chance had to be given up when the solver `refused` it."""
        given_up = [limit for limit in self._task.limits if limit.sigmas > 0.0 and refused is not None]
        hard = dict.fromkeys(limit.name for limit in given_up if limit.scale is None)
        return tuple(hard), tuple(dict.fromkeys(limit.name for limit in given_up if limit.scale is not None))

    def _switched(self, work: "_Work", found: "_Solved") -> "_Solved":
        """The plan whose first move leaves no switch between off and its least: each such one is tried both ways."""
        choices = _choices(self._task, found.outcome)
        if choices is None:
            return found
        tried = []
        for now in product(*choices):
            futures = Futures.of(self._task, work.question, found.futures.end, found.margins, now)
            outcome = work.solve(futures, None)
            if outcome.usable:
                tried.append(_Solved(outcome.objective, futures, outcome, found.margins))
        return min(tried, key=lambda each: each.worth, default=found)


Margins = Sequence[Sequence[float]]


class _Work:
    """A question while it is worked out: what every solve took is counted, whatever came of it."""

    def __init__(self, solving: Solving, question: Question) -> None:
        self.question, self.iterations = question, 0
        self._solving = solving

    def solve(self, futures: Futures, guess: Guess | None) -> Outcome:
        """The best moves for these futures."""
        outcome = self._solving.solve(self.question, futures, guess)
        self.iterations += outcome.iterations
        return outcome


def _choices(task: Task, outcome: Outcome) -> list[list[Ends]] | None:
    """For each switch the ends that its first move is tried with; None where every switch is off or on enough."""
    moves = zip(outcome.first.tolist(), task.actuators, strict=True)
    first = [u for u, actuator in moves if actuator.least is not None]
    between = [0.0 < u - a.low < (a.least or 0.0) - a.low for u, a in zip(first, task.switches, strict=True)]
    if not any(between):
        return None
    return [
        [(a.low, a.low + OFF * (a.high - a.low)), (a.least or a.low, a.high)] if half else [(a.low, a.high)]
        for half, a in zip(between, task.switches, strict=True)
    ]


class _Solved(NamedTuple):
    worth: float
    futures: Futures
    outcome: Outcome
    margins: Margins = ()


def _finite(planned: Planned) -> bool:
    """Whether everything that is told of a plan is a number."""
    told = [
        planned.value,
        planned.without,
        planned.skipped,
        *(value for row in planned.moves for value in row),
    ]
    for each in planned.foretold:
        told += [*each.values, *each.low, *each.high, *each.without, *each.skipped]
    return all(map(math.isfinite, told))


@cache
def planner(task: Task, seat: Literal["desk", "outlook"] = "desk") -> Planner:
    """The planner of a task, compiled once in a process for each `seat`: none waits for what hangs at another."""
    return Planner(task)
