"""A walk through one future under given moves: what would be seen on the way, and what it would cost."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

import casadi as ca

from homeostat.control.predictive.equations import Equations, width
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
        step = _step(task, traced.rates, substeps(problem))
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
        rest: Sequence[float],
    ) -> Path:
        """The way from `start` under `moves` (steps, inputs); p is `root` at the start and `rest` after it."""
        x, held, p, cost = list(start), list(before), root, 0.0
        seen = []
        for u in moves:
            seen.append(tuple(self._seen(*x, *u, *p)))
            cost += self._cost(*x, *u, *held, *p)[0] + _broken(self._rows, self._limits(*x, *u, *held, *p))
            x = self._step(*x, *u, *rest)
            held, p = list(u), rest
        seen.append(tuple(self._seen(*x, *held, *rest)))
        return Path(
            tuple(seen), cost + self._final(*x, *rest)[0] + _broken(self._ending, self._last(*x, *rest))
        )


def _step(task: Task, rates: ca.Function, substeps: int) -> ca.Function:
    """The classical Runge-Kutta step, `substeps` times over (Hairer, Norsett & Wanner 1993, table II.1.2)."""
    x, u = ca.SX.sym("x", len(task.states)), ca.SX.sym("u", len(task.moved))
    p = ca.SX.sym("p", width(task))
    h, y = p[0] / substeps, x
    for _ in range(substeps):
        k1 = rates(y, u, p)
        k2 = rates(y + 0.5 * h * k1, u, p)
        k3 = rates(y + 0.5 * h * k2, u, p)
        k4 = rates(y + h * k3, u, p)
        y = y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    return ca.Function("step", [x, u, p], [ca.densify(y)])


def substeps(problem: Problem) -> int:
    """How many substeps a step has."""
    count: int = getattr(problem.dynamics, "substeps", 1)
    return count


def _broken(rows: Sequence[Row], values: Sequence[float]) -> float:
    """What breaking soft rows weighs."""
    total = 0.0
    for row, value in zip(rows, values, strict=True):
        miss = max(row.low - value, value - row.high, 0.0)
        if miss > 0.0 and not isinf(row.linear):
            total += row.linear * miss + 0.5 * row.quadratic * miss * miss
    return total
