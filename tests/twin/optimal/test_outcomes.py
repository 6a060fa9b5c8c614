"""An outcome is typed: what was not solved has no numbers, and starts nothing."""

import math

import casadi as ca
import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin.optimal import (
    Discrete,
    Outcome,
    Problem,
    Row,
    RungeKutta,
    Settings,
    Status,
    Tree,
    compile_solver,
)
from homeostat.twin.optimal.layout import POINT, SLACKS, WORK

from .plants import BATCH_PARAMETERS, BATCH_START, batch


def integrator(**rest: object) -> Problem:
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p")
    step = ca.Function("step", [x, u, p], [p * x + u])
    cost = ca.Function("cost", [x, u, v, p], [x**2 + u**2])
    return Problem(Discrete(step), cost, inputs=[Row(-0.1, 0.1)], **rest)  # type: ignore[arg-type]


def has_no_numbers(outcome: Outcome) -> bool:
    arrays = (outcome.x, outcome.u, outcome.multipliers, outcome.bounds, outcome.constraints, outcome.broken)
    return not outcome.usable and math.isnan(outcome.objective) and all(len(a) == 0 for a in arrays)


def test_what_no_input_can_reach_is_infeasible() -> None:
    x, p = ca.SX.sym("x"), ca.SX.sym("p")
    far = integrator(ending=ca.Function("end", [x, p], [x]), ending_rows=[Row(low=2.0)])
    outcome = compile_solver(far, Tree.chain(5)).solve([0.0], [0.0], [1.0])
    assert outcome.status is Status.INFEASIBLE
    assert outcome.violation == pytest.approx(1.5, abs=1e-3)
    assert has_no_numbers(outcome)


def test_a_state_bound_that_cannot_hold_is_infeasible_and_the_same_bound_with_a_price_is_solved() -> None:
    hard, soft = integrator(states=[Row(-1.0, 1.0)]), integrator(states=[Row(-1.0, 1.0, linear=100.0)])
    tree = Tree.chain(4)
    assert compile_solver(hard, tree).solve([3.0], [0.0], [1.0]).status is Status.INFEASIBLE
    outcome = compile_solver(soft, tree).solve([3.0], [0.0], [1.0])
    assert outcome.usable
    np.testing.assert_allclose(outcome.broken[1:, 0], outcome.x[1:, 0] - 1.0, atol=1e-5)


@pytest.mark.parametrize("place", ["model", "start", "parameter", "before"])
def test_what_is_not_a_number_stays_none(place: str) -> None:
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p")
    step = ca.Function("step", [x, u, p], [x + u + ca.sqrt(p)])
    problem = Problem(Discrete(step), ca.Function("cost", [x, u, v, p], [x**2 + u**2]))
    nan = math.nan
    start, before, parameter = {
        "model": (1.0, 0.0, -1.0),
        "start": (nan, 0.0, 1.0),
        "parameter": (1.0, 0.0, nan),
        "before": (1.0, nan, 1.0),
    }[place]
    outcome = compile_solver(problem, Tree.chain(3)).solve([start], [before], [parameter])
    assert outcome.status is Status.NOT_FINITE
    assert has_no_numbers(outcome)


def test_too_few_iterations_are_told_as_such() -> None:
    solver = compile_solver(batch(), Tree.chain(20))
    settings = Settings(iterations=3, recover=False)
    outcome = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS, settings=settings)
    assert outcome.status is Status.ITERATIONS and outcome.iterations == 3
    assert has_no_numbers(outcome)


def test_only_a_solved_outcome_is_applied_or_starts_another() -> None:
    solver = compile_solver(integrator(states=[Row(-1.0, 1.0)]), Tree.chain(4))
    outcome = solver.solve([3.0], [0.0], [1.0])
    for act in (outcome.shifted, outcome.kept, lambda: outcome.first):
        with pytest.raises(TwinError, match="infeasible"):
            act()


def test_a_failed_solve_leaves_no_trace_in_the_next() -> None:
    solver, fresh = (compile_solver(integrator(states=[Row(-1.0, 1.0)]), Tree.chain(4)) for _ in range(2))
    assert not solver.solve([3.0], [0.0], [1.0]).usable
    assert not solver.solve([0.5], [0.0], [math.nan]).usable
    again, first = solver.solve([0.5], [0.0], [1.0]), fresh.solve([0.5], [0.0], [1.0])
    assert again.usable
    assert again.x.tobytes() == first.x.tobytes() and again.iterations == first.iterations


def test_numbers_that_are_none_in_the_memory_of_a_solver_do_not_come_back() -> None:
    solver, fresh = (compile_solver(batch(), Tree.chain(20)) for _ in range(2))
    for name in ("d_w", *(f"d_{slack}" for slack in SLACKS), *WORK):
        solver.space.data[name].fill(math.nan)
    for point in solver.space.points:
        for name in POINT:
            point[name].fill(math.nan)
    again, first = (s.solve(BATCH_START, [0.0], BATCH_PARAMETERS) for s in (solver, fresh))
    assert again.usable
    assert again.x.tobytes() == first.x.tobytes() and again.iterations == first.iterations


def test_a_misleading_guess_costs_iterations_but_not_the_solution() -> None:
    solver = compile_solver(batch(), Tree.chain(20))
    good = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS)
    far = solver.solve((3.0, 0.1, 1.0, 130.0), [0.1], BATCH_PARAMETERS)
    other = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS, guess=far.shifted())
    assert other.usable
    assert other.objective == pytest.approx(good.objective, rel=1e-4)


def test_wrong_shapes_and_foreign_guesses_are_refused() -> None:
    solver = compile_solver(integrator(), Tree.chain(4))
    with pytest.raises(TwinError, match="start"):
        solver.solve([0.0, 1.0], [0.0], [1.0])
    with pytest.raises(TwinError, match="parameters"):
        solver.solve([0.0], [0.0], np.ones((3, 1)))
    guess = compile_solver(integrator(), Tree.chain(5)).solve([0.0], [0.0], [1.0]).kept()
    with pytest.raises(TwinError, match="guess"):
        solver.solve([0.0], [0.0], [1.0], guess=guess)


def test_contradictory_declarations_are_refused() -> None:
    with pytest.raises(TwinError, match="low <= high"):
        Row(1.0, 0.0)
    with pytest.raises(TwinError, match="linear price"):
        Row(0.0, 1.0, quadratic=1.0)
    with pytest.raises(TwinError, match="hard"):
        Problem(integrator().dynamics, inputs=[Row(0.0, 1.0, linear=1.0)])
    with pytest.raises(TwinError, match="columns"):
        Problem(integrator().dynamics, terminal=integrator().cost)
    with pytest.raises(TwinError, match="entries"):
        integrator(states=[Row(), Row()])


def test_functions_that_no_kernel_can_be_made_of_are_refused() -> None:
    x, u, p = ca.MX.sym("x"), ca.MX.sym("u"), ca.MX.sym("p")
    with pytest.raises(TwinError, match="SX function"):
        Discrete(ca.Function("step", [x, u, p], [x + u]))
    y, w, v, q = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p")
    with pytest.raises(TwinError, match="1 results, not 2"):
        RungeKutta(ca.Function("rates", [y, w, q], [y[0]]), 1.0)
    with pytest.raises(TwinError, match="hours"):
        RungeKutta(ca.Function("rates", [y, w, q], [y]), 0.0)
    with pytest.raises(TwinError, match="cost has 2 results"):
        Problem(Discrete(ca.Function("step", [y, w, q], [y])), ca.Function("cost", [y, w, v, q], [y]))


def test_problems_that_differ_only_in_which_results_are_there_do_not_share_a_kernel() -> None:
    x, u, p = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("p")
    sparse = [ca.SX(2, 1), ca.SX(2, 1)]
    for k, column in enumerate(sparse):
        column[k] = u
    problems = [Problem(Discrete(ca.Function("step", [x, u, p], [column]))) for column in sparse]
    one, two = (compile_solver(problem, Tree.chain(1)).identity for problem in problems)
    assert one != two
