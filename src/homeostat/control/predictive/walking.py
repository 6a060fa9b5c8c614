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


@dataclass(frozen=True, slots=True)
class Path:
    """What is seen at the start and at the end of each step (steps + 1, watched), and the objective."""

    seen: tuple[tuple[float, ...], ...]
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
        x, held, p, cost = list(start), list(before), root, 0.0
        seen = []
        for u, later in zip(moves, rest, strict=True):
            seen.append(tuple(self._seen(*x, *u, *p)))
            cost += self._cost(*x, *u, *held, *p)[0] + _broken(self._rows, self._limits(*x, *u, *held, *p))
            x = self.step(x, u, later)
            held, p = list(u), later
        seen.append(tuple(self._seen(*x, *held, *p)))
        ending = _broken(self._ending, self._last(*x, *held, *p))
        return Path(tuple(seen), cost + self._final(*x, *held, *p)[0] + ending)

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
