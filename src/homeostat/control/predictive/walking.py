"""A walk through one future under given moves: what would be seen on the way, and what it would cost."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

from homeostat.control.predictive.equations import Equations
from homeostat.control.predictive.stepping import repeated
from homeostat.control.predictive.task import Task
from homeostat.twin.engine.native import Target, library
from homeostat.twin.engine.straight import Native, emitted
from homeostat.twin.optimal import Problem, Row

Seen = tuple[tuple[float, ...], ...]
"""The watched quantities at the start and at the end of each step (steps + 1, watched)."""


@dataclass(frozen=True, slots=True)
class Path:
    """What is seen on the way, and the objective."""

    seen: Seen
    cost: float

    def column(self, place: int) -> tuple[float, ...]:
        """One watched quantity along the way."""
        return tuple([row[place] for row in self.seen])


class Walking:
    """Walks with the functions of one task, compiled; `identity` names the solver whose steps they repeat."""

    def __init__(self, task: Task, traced: Equations, problem: Problem, identity: str) -> None:
        step, self._times = repeated(problem.dynamics)
        functions = (step, traced.cost, traced.final, traced.limits, traced.last, traced.seen)
        key = hashlib.sha256(f"walking\n{identity}\n{task!r}".encode()).hexdigest()
        code = library(key, lambda: emitted(functions), Target.host())
        self._step, self._cost, self._final, self._limits, self._last, self._seen = [
            Native(code, f.name(), sum(f.numel_in(k) for k in range(f.n_in())), f.numel_out(0))
            for f in functions
        ]
        self._rows, self._ending = tuple(problem.rows), tuple(problem.ending_rows)

    def walk(
        self,
        start: Sequence[float],
        before: Sequence[float],
        moves: Sequence[Sequence[float]],
        root: Sequence[float],
        rest: Sequence[Sequence[float]],
    ) -> Path:
        """The way from `start` under `moves` (steps, inputs); p is `root` at the start, then that of each step."""
        states = self._states(start, moves, rest)
        held, p, cost = before, root, 0.0
        for x, u, later in zip(states, moves, rest, strict=False):
            cost += self._cost(*x, *u, *held, *p)[0] + _broken(self._rows, self._limits(*x, *u, *held, *p))
            held, p = u, later
        last = (*states[-1], *held, *p)
        ending = _broken(self._ending, self._last(*last))
        return Path(self._told(states, moves, root, rest), cost + self._final(*last)[0] + ending)

    def seen(
        self,
        start: Sequence[float],
        moves: Sequence[Sequence[float]],
        root: Sequence[float],
        rest: Sequence[Sequence[float]],
    ) -> Seen:
        """What is seen on the same way: where nobody asks what it costs, half of the work is not done."""
        return self._told(self._states(start, moves, rest), moves, root, rest)

    def _states(
        self, start: Sequence[float], moves: Sequence[Sequence[float]], rest: Sequence[Sequence[float]]
    ) -> list[Sequence[float]]:
        """The states at the start and at the end of each step."""
        states = [start]
        for u, p in zip(moves, rest, strict=True):
            states.append(self.step(states[-1], u, p))
        return states

    def _told(
        self,
        states: Sequence[Sequence[float]],
        moves: Sequence[Sequence[float]],
        root: Sequence[float],
        rest: Sequence[Sequence[float]],
    ) -> Seen:
        """What is seen at `states`; at the end the last move is still the one in force."""
        nodes = zip(states, [*moves, moves[-1]], [root, *rest], strict=True)
        return tuple([tuple(self._seen(*x, *u, *p)) for x, u, p in nodes])

    def step(self, x: Sequence[float], u: Sequence[float], p: Sequence[float]) -> list[float]:
        """The states one step later."""
        after = list(x)
        for _ in range(self._times):
            after = self._step(*after, *u, *p)
        return after


def _broken(rows: Sequence[Row], values: Sequence[float]) -> float:
    """What breaking soft rows weighs."""
    total = 0.0
    for row, value in zip(rows, values, strict=True):
        miss = max(row.low - value, value - row.high, 0.0)
        if miss > 0.0 and not isinf(row.linear):
            total += row.linear * miss + 0.5 * row.quadratic * miss * miss
    return total
