"""Whatever is called solved satisfies the optimality conditions, recomputed by CasADi; the rest has no numbers."""

import casadi as ca
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin.optimal import Discrete, Problem, Row, Settings, Tree, compile_solver
from homeostat.twin.optimal.solver import Solver

from .peer import optimality

NUMBERS = st.floats(-1.0, 1.0, allow_nan=False)


def nonlinear() -> Problem:
    """Two states, one input, products and an exponential; all coefficients are parameters."""
    x, u, v, p = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 6)
    step = ca.vertcat(
        x[0] + 0.3 * (p[0] * x[1] + p[1] * x[0] * x[1] + u),
        x[1] + 0.3 * (p[2] * x[0] - 0.5 * x[1] + p[3] * ca.exp(-(x[0] ** 2)) * u),
    )
    cost = (x[0] - p[4]) ** 2 + 0.1 * x[1] ** 2 + 0.2 * u**2 + 0.3 * (u - v) ** 2 + 0.2 * p[5] * x[0] * u
    g = ca.vertcat(x[0] + x[1] + 0.2 * u**2)
    h = ca.vertcat(x[0] + x[1])
    return Problem(
        Discrete(ca.Function("step", [x, u, p], [step])),
        ca.Function("cost", [x, u, v, p], [cost]),
        ca.Function("terminal", [x, p], [2.0 * ca.sumsqr(x - p[4])]),
        states=[Row(-2.0, 2.0), Row(-1.5, 1.5)],
        inputs=[Row(-1.0, 1.0)],
        constraints=ca.Function("g", [x, u, v, p], [g]),
        rows=[Row(-2.0, 1.8)],
        ending=ca.Function("h", [x, p], [h]),
        ending_rows=[Row(-1.0, 1.5)],
    )


PROBLEM = nonlinear()
TREES = (Tree.chain(6), Tree.fan(5, 3), Tree.fan(4, 2, branching=2, weights=(0.8, 0.2)))
SOLVERS: dict[int, Solver] = {}


def solver(k: int) -> Solver:
    if k not in SOLVERS:
        SOLVERS[k] = compile_solver(PROBLEM, TREES[k])
    return SOLVERS[k]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2), st.lists(NUMBERS, min_size=6, max_size=6), st.tuples(NUMBERS, NUMBERS), NUMBERS)
def test_solved_means_optimal(k: int, p: list[float], start: tuple[float, float], before: float) -> None:
    scenarios = np.array([[*p[:5], p[5] * (1 + 0.3 * max(s, 0))] for s in TREES[k].scenarios])
    outcome = solver(k).solve(start, [before], scenarios, settings=Settings(tolerance=1e-8))
    if not outcome.usable:
        assert len(outcome.x) == 0
        return
    found = optimality(PROBLEM, outcome, [before], scenarios, start)
    assert found.primal < 1e-6
    assert found.stationarity < 1e-6
    assert found.complementarity < 1e-6


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(NUMBERS, min_size=6, max_size=6), st.tuples(NUMBERS, NUMBERS))
def test_a_warm_start_from_the_solution_finds_it_again(p: list[float], start: tuple[float, float]) -> None:
    first = solver(0).solve(start, [0.0], p)
    if not first.usable:
        return
    again = solver(0).solve(start, [0.0], p, guess=first.kept())
    assert again.usable
    np.testing.assert_allclose(again.u, first.u, atol=1e-3)
    assert again.iterations <= max(first.iterations, 4)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(NUMBERS, min_size=6, max_size=6), st.tuples(NUMBERS, NUMBERS))
def test_a_solve_depends_on_nothing_but_its_arguments(p: list[float], start: tuple[float, float]) -> None:
    used, fresh = solver(1), compile_solver(PROBLEM, TREES[1])
    one, two = used.solve(start, [0.0], p), fresh.solve(start, [0.0], p)
    assert one.status is two.status and one.iterations == two.iterations
    assert one.x.tobytes() == two.x.tobytes() and one.u.tobytes() == two.u.tobytes()
