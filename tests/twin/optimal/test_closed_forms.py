"""Problems whose solution is known in closed form: linear-quadratic control, least squares, active bounds."""

import casadi as ca
import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.twin.optimal import Discrete, Problem, Row, Settings, Tree, compile_solver

from .plants import linear

Array = NDArray[np.float64]
TIGHT = Settings(tolerance=1e-9)
A = np.array([[1.0, 0.2, 0.0], [0.0, 0.9, 0.3], [0.1, 0.0, 0.8]])
B = np.array([[0.0, 0.1], [0.5, 0.0], [0.0, 1.0]])
Q, R = np.diag([2.0, 1.0, 0.5]), np.diag([0.3, 0.7])
START = np.array([1.0, -2.0, 0.5])


def gains(steps: int) -> tuple[list[Array], Array]:
    """Feedback gains of the finite horizon and its value matrix. Bertsekas 2017, section 3.1."""
    P, found = Q, []
    for _ in range(steps):
        K = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
        P = Q + A.T @ P @ (A - B @ K)
        found.append(K)
    return found[::-1], P


def test_without_bounds_it_is_the_linear_quadratic_regulator_in_one_step() -> None:
    tree = Tree.chain(12)
    outcome = compile_solver(linear(A, B, Q, R), tree).solve(START, [0.0, 0.0], [], settings=TIGHT)
    found, P = gains(12)
    assert outcome.usable and outcome.iterations == 1
    x = START
    for n, K in enumerate(found):
        np.testing.assert_allclose(outcome.x[n], x, atol=1e-10)
        np.testing.assert_allclose(outcome.u[n], -K @ x, atol=1e-10)
        x = (A - B @ K) @ x
    assert outcome.objective == pytest.approx(0.5 * START @ P @ START, rel=1e-10)


def test_multipliers_are_the_gradient_of_the_value_function() -> None:
    outcome = compile_solver(linear(A, B, Q, R), Tree.chain(6)).solve(START, [0.0, 0.0], [], settings=TIGHT)
    _, P = gains(5)
    np.testing.assert_allclose(outcome.multipliers[1], P @ outcome.x[1], atol=1e-9)


def test_scales_change_the_variables_of_the_solver_but_not_the_solution() -> None:
    plain = compile_solver(linear(A, B, Q, R), Tree.chain(6)).solve(START, [0.0, 0.0], [], settings=TIGHT)
    scaled = linear(A, B, Q, R, state_scales=(10.0, 0.1, 3.0), input_scales=(5.0, 0.2))
    other = compile_solver(scaled, Tree.chain(6)).solve(START, [0.0, 0.0], [], settings=TIGHT)
    for name in ("x", "u", "multipliers"):
        np.testing.assert_allclose(getattr(other, name), getattr(plain, name), atol=1e-9)


def test_a_terminal_equality_leads_to_the_point_with_least_effort() -> None:
    """Least-norm control to the origin: u = C' (C C')^-1 (-A^N x), C the reachability matrix."""
    steps, x, p = 5, ca.SX.sym("x", 3), ca.SX.sym("p", 0)
    ends = {"ending": ca.Function("end", [x, p], [x]), "ending_rows": [Row(0.0, 0.0)] * 3}
    problem = linear(A, B, np.zeros((3, 3)), np.eye(2), **ends)
    outcome = compile_solver(problem, Tree.chain(steps)).solve(START, [0.0, 0.0], [], settings=TIGHT)
    assert outcome.usable
    powers = [np.linalg.matrix_power(A, steps - 1 - k) @ B for k in range(steps)]
    C = np.hstack(powers)
    u = C.T @ np.linalg.solve(C @ C.T, -np.linalg.matrix_power(A, steps) @ START)
    np.testing.assert_allclose(outcome.u[:-1].ravel(), u, atol=1e-6)
    np.testing.assert_allclose(outcome.x[-1], 0.0, atol=1e-8)


def test_a_free_initial_state_is_the_least_squares_estimate() -> None:
    x, w, v, p, a = (ca.SX.sym(n, k) for n, k in (("x", 3), ("w", 0), ("v", 0), ("p", 1), ("a", 3)))
    step = ca.Function("step", [x, w, p], [ca.DM(A) @ x])
    problem = Problem(
        Discrete(step),
        ca.Function("cost", [x, w, v, p], [0.5 * (x[0] - p) ** 2]),
        ca.Function("terminal", [x, p], [0.5 * (x[0] - p) ** 2]),
        arrival=ca.Function("arrival", [x, a], [0.5 * 0.1 * ca.sumsqr(x - a)]),
        free=(True, True, True),
    )
    rng, prior = np.random.default_rng(5), np.array([0.1, 0.2, 0.3])
    readings = rng.standard_normal(9)
    outcome = compile_solver(problem, Tree.chain(8)).solve(
        prior, [], readings[:, None], arrival=prior, settings=TIGHT
    )
    H = np.array([np.linalg.matrix_power(A, k)[0] for k in range(9)])
    expected = np.linalg.solve(H.T @ H + 0.1 * np.eye(3), H.T @ readings + 0.1 * prior)
    assert outcome.usable
    np.testing.assert_allclose(outcome.x[0], expected, atol=1e-8)


def test_only_free_components_of_the_initial_state_move() -> None:
    problem = linear(A, B, Q, R, free=(False, True, False))
    outcome = compile_solver(problem, Tree.chain(6)).solve(START, [0.0, 0.0], [], settings=TIGHT)
    _, P = gains(6)
    best = -(P[1, 0] * START[0] + P[1, 2] * START[2]) / P[1, 1]
    np.testing.assert_allclose(outcome.x[0], [START[0], best, START[2]], atol=1e-8)


def test_state_bounds_hold_at_the_last_step_too() -> None:
    """Terminal reward pulls x to 3; the bound is 1 and must stop it at the last node, with the multiplier that pays."""
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 0)
    problem = Problem(
        Discrete(ca.Function("step", [x, u, p], [x + u])),
        ca.Function("cost", [x, u, v, p], [0.5 * u**2]),
        ca.Function("terminal", [x, p], [5.0 * (x - 3.0) ** 2]),
        states=[Row(-1.0, 1.0)],
    )
    outcome = compile_solver(problem, Tree.chain(4)).solve([0.0], [0.0], [], settings=TIGHT)
    assert outcome.usable
    np.testing.assert_allclose(outcome.x[:, 0], [0.0, 0.25, 0.5, 0.75, 1.0], atol=1e-7)
    assert outcome.x[-1, 0] <= 1.0
    assert outcome.bounds[-1, 0] == pytest.approx(2 * 5.0 * 2.0 - 0.25, rel=1e-5)
    np.testing.assert_allclose(outcome.bounds[:-1, 0], 0.0, atol=1e-6)


def test_a_limit_on_change_counts_from_the_input_in_force() -> None:
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 0)
    problem = Problem(
        Discrete(ca.Function("step", [x, u, p], [x + 0.0 * u])),
        ca.Function("cost", [x, u, v, p], [(u - 1.0) ** 2]),
        constraints=ca.Function("change", [x, u, v, p], [u - v]),
        rows=[Row(-0.3, 0.3)],
    )
    outcome = compile_solver(problem, Tree.chain(5)).solve([0.0], [0.2], [], settings=TIGHT)
    np.testing.assert_allclose(outcome.u[:, 0], [0.5, 0.8, 1.0, 1.0, 1.0, 1.0], atol=1e-4)


@pytest.mark.parametrize("moves", [None, 2])
@pytest.mark.parametrize(("low", "last"), [(None, 1.5), (2.0, 2.0)])
def test_a_leaf_counts_the_last_input(moves: int | None, low: float | None, last: float) -> None:
    """u^2 at every step and (v - 3)^2 at the end, where v is the last input: u = 1.5 there, or at its bound.

    Where the last three steps share a move, 3 u^2 + (u - 3)^2 is least at 0.75.
    """
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 0)
    ending = {} if low is None else {"ending": ca.Function("h", [x, v, p], [v]), "ending_rows": [Row(low)]}
    problem = Problem(
        Discrete(ca.Function("step", [x, u, p], [0.9 * x])),
        ca.Function("cost", [x, u, v, p], [u**2]),
        terminal=ca.Function("terminal", [x, v, p], [(v - 3.0) ** 2]),
        input_scales=[4.0],
        **ending,
    )
    outcome = compile_solver(problem, Tree.chain(4, moves=moves)).solve([1.0], [7.0], [], settings=TIGHT)
    assert outcome.usable
    together = 3 if moves else 1
    found = 3.0 / (1.0 + together) if low is None else last
    wanted = [0.0] * (4 - together) + [found] * together
    np.testing.assert_allclose(outcome.u[:4, 0], wanted, atol=1e-6)
    assert outcome.objective == pytest.approx(together * found**2 + (found - 3.0) ** 2, abs=1e-6)


def test_a_leaf_of_a_fan_counts_the_last_input_of_its_own_branch() -> None:
    x, u, v, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p")
    problem = Problem(
        Discrete(ca.Function("step", [x, u, p], [x])),
        ca.Function("cost", [x, u, v, p], [0.0 * u]),
        terminal=ca.Function("terminal", [x, v, p], [(v - p) ** 2]),
    )
    tree = Tree.fan(2, 3)
    wanted = [0.0 if s < 0 else float(s + 1) for s in tree.scenarios]
    outcome = compile_solver(problem, tree).solve([1.0], [7.0], [[w] for w in wanted], settings=TIGHT)
    assert outcome.usable
    for leaf in tree.leaves:
        assert outcome.u[tree.parents[leaf], 0] == pytest.approx(wanted[leaf], abs=1e-6)
