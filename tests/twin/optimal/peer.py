"""Independent peers: the same problem as one large program for IPOPT, and optimality recomputed by CasADi.

Neither uses the kernel, its scaling or its derivatives; implicit stages are variables of their own here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import casadi as ca
import numpy as np
from numpy.typing import ArrayLike, NDArray

from homeostat.twin.optimal import Discrete, Outcome, Problem, Row, RungeKutta, Tree

Array = NDArray[np.float64]


@dataclass
class _Program:
    """Variables, objective and constraints as they are collected."""

    variables: list[ca.SX] = field(default_factory=list)
    first: list[ca.SX] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    objective: ca.SX = field(default_factory=lambda: ca.SX(0.0))
    rows: list[ca.SX] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def variable(self, rows: Sequence[Row], scales: Sequence[float], first: ca.SX) -> ca.SX:
        z, size = ca.SX.sym("z", len(rows)), ca.DM(list(scales))
        self.variables.append(z)
        self.first.append(first / size)
        for row, scale in zip(rows, scales, strict=True):
            hard = np.isinf(row.linear)
            self.low.append(row.low / scale if hard else -np.inf)
            self.high.append(row.high / scale if hard else np.inf)
        return z * size

    def hold(self, value: ca.SX, row: Row) -> None:
        if np.isfinite(row.linear):
            broken = self.variable([Row(0.0), Row(0.0)], [1.0, 1.0], ca.SX.zeros(2))
            self.objective += row.linear * ca.sum1(broken) + 0.5 * row.quadratic * ca.sumsqr(broken)
            value = value + broken[0] - broken[1]
        self.rows.append(value)
        self.row_low.append(row.low)
        self.row_high.append(row.high)


EQUAL = Row(0.0, 0.0)


@dataclass(frozen=True)
class Found:
    """What IPOPT found."""

    success: bool
    objective: float
    x: Array
    u: Array
    iterations: int


class Peer:
    """`problem` over `tree` for IPOPT."""

    def __init__(self, problem: Problem, tree: Tree) -> None:
        nx, nu, size = problem.dynamics.sizes
        self.problem, self.tree, program = problem, tree, _Program()
        start, before = ca.SX.sym("start", nx), ca.SX.sym("before", nu)
        p, a = ca.SX.sym("p", size, len(tree)), ca.SX.sym("a", problem.arrivals)
        x, u = self._nodes(program, start, before, p)
        if problem.arrival is not None:
            program.objective += tree.weights[0] * problem.arrival(x[0], a)
        z, given = ca.vertcat(*program.variables), ca.vertcat(start, before, ca.vec(p), a)
        options = {
            "ipopt.print_level": 0,
            "print_time": 0,
            "ipopt.sb": "yes",
            "ipopt.tol": 1e-9,
            "ipopt.bound_relax_factor": 0.0,
        }
        nlp = {"x": z, "p": given, "f": program.objective, "g": ca.vertcat(*program.rows)}
        self._solver, self._program = ca.nlpsol("peer", "ipopt", nlp, options), program
        self._first = ca.Function("first", [given], [ca.vertcat(*program.first)])
        results = [ca.horzcat(*x).T, ca.horzcat(*[u[n] for n in tree.inner]).T]
        self._results = ca.Function("results", [z, given], results)

    def solve(self, start: ArrayLike, before: ArrayLike, p: ArrayLike, arrival: ArrayLike = ()) -> Found:
        size = self.problem.dynamics.sizes[2]
        every = np.broadcast_to(np.asarray(p, dtype=float), (len(self.tree), size))
        given = np.concatenate(
            [np.ravel(np.asarray(v, dtype=float)) for v in (start, before, every, arrival)]
        )
        found = self._solver(
            x0=self._first(given),
            p=given,
            lbx=self._program.low,
            ubx=self._program.high,
            lbg=self._program.row_low,
            ubg=self._program.row_high,
        )
        x, u = (np.array(v) for v in self._results(found["x"], given))
        stats = self._solver.stats()
        return Found(bool(stats["success"]), float(found["f"]), x, u, int(stats["iter_count"]))

    def _nodes(
        self, program: _Program, start: ca.SX, before: ca.SX, p: ca.SX
    ) -> tuple[list[ca.SX], list[ca.SX]]:
        problem, tree = self.problem, self.tree
        x: list[ca.SX] = []
        u: list[ca.SX] = []
        for n, parent in enumerate(tree.parents):
            free = problem.free if n == 0 else [True] * start.shape[0]
            rows = [row if f else Row() for row, f in zip(problem.states, free, strict=True)]
            x.append(program.variable(rows, problem.state_scales, start))
            for k, row in enumerate(rows):
                if not free[k]:
                    program.hold(x[n][k] - start[k], EQUAL)
                elif np.isfinite(row.linear):
                    program.hold(x[n][k], row)
            if n:
                self._step(program, (x[parent], u[parent], p[:, n]), x[n])
            u.append(self._input(program, n, u[parent] if n else before, before))
            self._costs(program, n, (x[n], u[n], u[parent] if n else before, p[:, n]))
        return x, u

    def _input(self, program: _Program, n: int, held: ca.SX, before: ca.SX) -> ca.SX:
        problem, tree = self.problem, self.tree
        if n not in tree.inner or tree.blocked[n]:
            return held
        return program.variable(problem.inputs, problem.input_scales, before)

    def _costs(self, program: _Program, n: int, at: tuple[ca.SX, ca.SX, ca.SX, ca.SX]) -> None:
        problem, inner = self.problem, n in self.tree.inner
        arguments = at if inner else (at[0], at[3])
        cost = problem.cost if inner else problem.terminal
        constraints = problem.constraints if inner else problem.ending
        if cost is not None:
            program.objective += self.tree.weights[n] * cost(*arguments)
        if constraints is not None:
            values = constraints(*arguments)
            for k, row in enumerate(problem.rows if inner else problem.ending_rows):
                program.hold(values[k], row)

    def _step(self, program: _Program, at: tuple[ca.SX, ca.SX, ca.SX], after: ca.SX) -> None:
        scales, dynamics = self.problem.state_scales, self.problem.dynamics
        if isinstance(dynamics, Discrete):
            end = dynamics.step(*at)
        elif dynamics.tableau.diagonal == 0.0:
            end = explicit(dynamics)(*at)
        else:
            end = self._implicit(program, dynamics, at)
        for k, scale in enumerate(scales):
            program.hold((end[k] - after[k]) / scale, EQUAL)

    def _implicit(self, program: _Program, dynamics: RungeKutta, at: tuple[ca.SX, ca.SX, ca.SX]) -> ca.SX:
        x, u, p = at
        scales, method, h = self.problem.state_scales, dynamics.tableau, dynamics.length(p)
        for _ in range(dynamics.substeps):
            slopes: list[ca.SX] = []
            for row in method.a:
                slope = program.variable([Row()] * len(scales), scales, ca.SX.zeros(len(scales)))
                terms = [*zip(row, slopes, strict=True), (method.diagonal, slope)]
                stage = x + sum((h * a * k for a, k in terms[1:]), h * terms[0][0] * terms[0][1])
                missed = dynamics.rates(stage, u, p) - slope
                for k, scale in enumerate(scales):
                    program.hold(missed[k] / scale, EQUAL)
                slopes.append(slope)
            x = x + sum(
                (h * b * k for b, k in zip(method.b[1:], slopes[1:], strict=True)),
                h * method.b[0] * slopes[0],
            )
        return x


def explicit(dynamics: RungeKutta) -> ca.Function:
    """An explicit Runge-Kutta step of any tableau as one function (x, u, p) -> x."""
    nx, nu, size = dynamics.sizes
    x, u, p = ca.SX.sym("x", nx), ca.SX.sym("u", nu), ca.SX.sym("p", size)
    h, after = dynamics.length(p), x
    for _ in range(dynamics.substeps):
        slopes: list[ca.SX] = []
        for row in dynamics.tableau.a:
            stage = after
            for a, k in zip(row, slopes, strict=True):
                stage = stage + h * a * k
            slopes.append(dynamics.rates(stage, u, p))
        for b, k in zip(dynamics.tableau.b, slopes, strict=True):
            after = after + h * b * k
    return ca.Function("explicit", [x, u, p], [after])


@dataclass(frozen=True)
class Optimality:
    """Largest violations of the conditions of Karush, Kuhn and Tucker, in the model's units."""

    primal: float
    stationarity: float
    complementarity: float


def optimality(
    problem: Problem, outcome: Outcome, before: ArrayLike, p: ArrayLike, start: ArrayLike
) -> Optimality:
    """Recompute the conditions at a solved `outcome`: explicit steps, hard rows, no arrival cost."""
    tree, (nx, nu, size) = outcome.tree, problem.dynamics.sizes
    every = np.broadcast_to(np.asarray(p, dtype=float), (len(tree), size))
    X, U = ca.SX.sym("X", nx, len(tree)), ca.SX.sym("U", nu, len(tree))
    step = problem.dynamics.step if isinstance(problem.dynamics, Discrete) else explicit(problem.dynamics)
    lagrangian, missed, products = ca.SX(0.0), [X[:, 0] - np.asarray(start)], []
    values = []
    for n, parent in enumerate(tree.parents):
        inner, held = n in tree.inner, U[:, parent] if n else ca.DM(before)
        arguments = (X[:, n], U[:, n], held, every[n]) if inner else (X[:, n], every[n])
        cost, rows = (problem.cost, problem.constraints) if inner else (problem.terminal, problem.ending)
        if cost is not None:
            lagrangian += tree.weights[n] * cost(*arguments)
        if n:
            missed.append(step(X[:, parent], U[:, parent], every[n]) - X[:, n])
            lagrangian += ca.dot(outcome.multipliers[n], missed[-1])
        asked = list(
            zip(problem.states if n else [], ca.vertsplit(X[:, n]), outcome.bounds[n, :nx], strict=False)
        )
        if inner:
            asked += list(zip(problem.inputs, ca.vertsplit(U[:, n]), outcome.bounds[n, nx:], strict=True))
        if rows is not None:
            g = ca.vertsplit(rows(*arguments))
            asked += list(
                zip(problem.rows if inner else problem.ending_rows, g, outcome.constraints[n], strict=False)
            )
        for row, value, y in asked:
            lagrangian += y * value
            values.append((row, value, y))
    decided = ca.vertcat(ca.vec(X[:, 1:]), *[U[:, n] for n in tree.inner])
    at = ca.Function(
        "at",
        [X, U],
        [ca.gradient(lagrangian, decided), ca.vertcat(*missed), ca.vertcat(*[v for _, v, _ in values])],
    )
    gradient, gaps, numbers = (np.array(t).ravel() for t in at(outcome.x.T, outcome.u.T))
    primal = np.abs(gaps).max()
    for (row, _, y), value in zip(values, numbers, strict=True):
        primal = max(primal, row.low - value, value - row.high)
        distance = row.high - value if y > 0.0 else value - row.low
        products.append(abs(y) * min(abs(distance), 1e6) if row.low < row.high else 0.0)
    return Optimality(float(primal), float(np.abs(gradient).max()), max(products, default=0.0))
