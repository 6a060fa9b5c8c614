"""Solving an optimal control problem over a tree: attempts in a fixed order, a typed outcome at the end.

In: a problem, a tree, then for every solve the initial state, the input in force and the nodes' parameters. Out:
an `Outcome`. A warm start that fails begins anew. What fails anew looks for a feasible point: one means another
attempt from there, none that the problem is infeasible nearby (the violation is stationary); then other inputs are
tried to begin with. Nothing but its arguments decides the result of a solve, to the last bit, on every machine.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine.native import Target
from homeostat.twin.optimal.frame import HEAD
from homeostat.twin.optimal.interior import Attempt, Ending, Status
from homeostat.twin.optimal.kernel import compile_kernel
from homeostat.twin.optimal.limits import Limits
from homeostat.twin.optimal.outcome import Guess, Outcome
from homeostat.twin.optimal.problem import Problem
from homeostat.twin.optimal.settings import Settings
from homeostat.twin.optimal.start import Beginning, begin, recall, settle
from homeostat.twin.optimal.telling import Teller
from homeostat.twin.optimal.tree import Tree
from homeostat.twin.optimal.workspace import Workspace

Array = NDArray[np.float64]
PROXIMAL = 1e-6
"""Regularisation while a feasible point is looked for: there, inputs have no cost of their own."""
FEASIBLE = 1e-5
"""A violation below this (scaled) counts as none when a feasible point was looked for."""
SHARES = (0.0, 0.5, 1.0)
"""Where between their bounds inputs begin, when beginning with the input in force led nowhere."""
_GAP = HEAD.index("gap")


class Solver:
    """One problem over one tree, compiled; `solve` may be called again and again, by one thread at a time."""

    def __init__(self, problem: Problem, tree: Tree, target: Target) -> None:
        self.problem, self.tree = problem, tree
        self.kernel = compile_kernel(problem, carries=any(tree.blocked), target=target)
        self.space = Workspace(self.kernel, tree)
        s = self.layout = self.kernel.layout
        self._teller = Teller(problem, self.space)
        self.space.data["fixed"][0, : s.nx] = [not free for free in problem.free]
        limits = Limits.of(problem, tree, s)
        self._hard = Beginning(tree, s, limits)
        self._search = Beginning(tree, s, limits.relaxed(slice(s.nx, s.bounded)))
        self._use(self._hard, 1.0)

    @property
    def identity(self) -> str:
        """What decides the kernel: for the record of a solve."""
        return self.kernel.identity

    @property
    def beats(self) -> int:
        """How many iterations were ever begun: a solver at work shows more and more, also to another thread."""
        return self.space.beats

    def solve(
        self,
        start: ArrayLike,
        before: ArrayLike,
        parameters: ArrayLike,
        *,
        arrival: ArrayLike = (),
        guess: Guess | None = None,
        course: tuple[ArrayLike, ArrayLike] | None = None,
        settings: Settings | None = None,
    ) -> Outcome:
        """Solve from `start` (nx) with the input `before` (nu) in force and `parameters` (n, np), or (np,) for all.

        Free components of `start` are where a solve without a guess begins, or all of them along a `course`: x (n, nx)
        and u (n, nu) that the model itself goes through, which a stiff one needs. `arrival` are the parameters of the
        arrival cost. `TwinError` for arrays of the wrong shape or a guess for another tree or problem.
        """
        chosen, (sx, su) = settings or Settings(), self._teller.scales
        x = _column("start", start, self.layout.nx) / sx
        u = _column("before", before, self.layout.nu) / su
        self._give(parameters, arrival)
        if guess is not None and (guess.tree != self.tree or guess.layout != self.layout):
            raise TwinError("the guess belongs to another tree or problem", where="solve")
        given = (x, u, self.space.data["p"], self.space.arrival)
        if not all(bool(np.isfinite(values).all()) for values in given):
            return self._teller.failed(Status.NOT_FINITE, 0)
        spent = 0
        if guess is not None:
            ending = self._warm(x, u, chosen, guess.point)
            spent = ending.iterations
            if ending.status is Status.SOLVED or not chosen.recover:
                return self._teller.ended(ending, spent)
        if course is not None:
            ending = self._cold(self._hard, (x, u, u), chosen, variables=self._along(course))
            spent += ending.iterations
            if ending.status is Status.SOLVED or not chosen.recover:
                return self._teller.ended(ending, spent)
        return self._anew(x, u, chosen, spent)

    def _along(self, course: tuple[ArrayLike, ArrayLike]) -> Array:
        """The variables (as w) of a course."""
        s, (sx, su) = self.layout, self._teller.scales
        w = np.zeros_like(self.space.points[0]["w"])
        w[:, s.nv : s.ns] = _table("course", course[0], (len(w), s.nx)) / sx
        w[:, s.ns : s.nw] = _table("course", course[1], (len(w), s.nu)) / su
        return w

    def _anew(self, x: Array, u: Array, settings: Settings, spent: int) -> Outcome:
        """Begin with one input after the other; what is told of a failure is the least violation that was found."""
        outcomes: list[Outcome] = []
        for held in self._starts(u):
            outcome = self._from(x, u, held, settings, spent)
            spent = outcome.iterations
            if outcome.usable or outcome.status is Status.NOT_FINITE or not settings.recover:
                return outcome
            outcomes.append(outcome)
        best = min(outcomes, key=lambda o: (o.status is not Status.INFEASIBLE, o.violation))
        return self._teller.failed(best.status, spent, best.residuals, best.violation)

    def _starts(self, before: Array) -> list[Array]:
        """The input in force, then those at the lower ends, amid and at the upper ends of their bounds."""
        low, high = (np.array([getattr(row, end) for row in self.problem.inputs]) for end in ("low", "high"))
        bounded = np.isfinite(low) & np.isfinite(high)
        if not bounded.any():
            return [before]
        low, width = np.where(bounded, low, 0.0), np.where(bounded, high - low, 0.0)
        within = [(low + share * width) / self._teller.scales[1] for share in SHARES]
        return [before, *(np.where(bounded, inside, before) for inside in within)]

    def _from(self, x: Array, u: Array, held: Array, settings: Settings, spent: int) -> Outcome:
        """Begin with the inputs `held`; where that fails, look for a point that breaks nothing and begin there."""
        ending = self._cold(self._hard, (x, u, held), settings)
        spent += ending.iterations
        if ending.status in (Status.SOLVED, Status.NOT_FINITE) or not settings.recover:
            return self._teller.ended(ending, spent)
        self._use(self._search, 0.0)
        found = self._cold(self._search, (x, u, held), settings, floor=PROXIMAL)
        self._use(self._hard, 1.0)
        spent += found.iterations
        if found.status is not Status.SOLVED:
            return self._teller.ended(ending, spent)
        point = self.space.points[found.point]
        violation = float(np.maximum(point["el"], point["eu"]).max())
        if violation > FEASIBLE:
            residuals = self._teller.ended(ending, spent).residuals
            return self._teller.failed(Status.INFEASIBLE, spent, residuals, violation)
        ending = self._cold(self._hard, (x, u, held), settings, variables=point["w"].copy())
        return self._teller.ended(ending, spent + ending.iterations)

    def _cold(
        self,
        rows: Beginning,
        given: tuple[Array, Array, Array],
        settings: Settings,
        *,
        floor: float = 0.0,
        variables: Array | None = None,
    ) -> Ending:
        begin(self.space, rows, given, settings.barrier, variables)
        return Attempt(self.space, rows.counts, settings, settings.barrier, floor).run()

    def _warm(self, x: Array, u: Array, settings: Settings, guess: Mapping[str, Array]) -> Ending:
        """Begin from a guess, at a barrier that matches its quality."""
        recall(self.space, self._hard, x, u, guess)
        table = self.space.table(0)
        self.kernel.evaluate(table)
        self.kernel.measure(table)
        gap = float(self.space.head[_GAP]) / self._hard.counts.sides
        mu = max(settings.tolerance, settings.warm * gap) if np.isfinite(gap) else settings.barrier
        settle(self.space, self._hard, u, mu)
        return Attempt(self.space, self._hard.counts, settings, mu).run()

    def _use(self, beginning: Beginning, weight: float) -> None:
        """Let these rows hold, and costs count with this weight."""
        limits, data = beginning.limits, self.space.data
        data["low"][:], data["high"][:] = limits.low, limits.high
        data["linear"][:], data["quadratic"][:] = limits.linear, limits.quadratic
        data["weight"][:, 0] = [weight * w for w in self.tree.weights]

    def _give(self, parameters: ArrayLike, arrival: ArrayLike) -> None:
        s = self.layout
        if s.np:
            values = np.asarray(parameters, dtype=float)
            if values.shape not in ((s.np,), (len(self.tree), s.np)):
                raise TwinError(
                    f"parameters {values.shape} are not ({len(self.tree)}, {s.np})", where="solve"
                )
            self.space.data["p"][:] = values
        self.space.arrival[: s.na] = _column("arrival", arrival, s.na)


def _column(name: str, values: ArrayLike, size: int) -> Array:
    return _table(name, values, (size,))


def _table(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Array:
    table = np.asarray(values, dtype=float)
    if table.shape != shape:
        raise TwinError(f"{name} has the shape {table.shape}, not {shape}", where="solve")
    return table


def compile_solver(problem: Problem, tree: Tree, target: Target | None = None) -> Solver:
    """Return a solver of `problem` over `tree`; its kernel is compiled once and then read from the cache."""
    return Solver(problem, tree, target or Target.host())
