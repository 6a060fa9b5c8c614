"""The same optimum as IPOPT on problems from the literature, cold and warm, over chains and trees."""

import casadi as ca
import numpy as np
import pytest

from homeostat.twin.optimal import Discrete, Problem, Row, Settings, Status, Tree, compile_solver

from .peer import Peer, optimality
from .plants import (
    BATCH_PARAMETERS,
    BATCH_START,
    batch,
    polymerisation,
    polymerisation_scenarios,
    polymerisation_start,
    stirred_tank,
)

TIGHT = Settings(tolerance=1e-8)


def test_the_batch_bioreactor_has_the_optimum_that_ipopt_finds() -> None:
    problem, tree = batch(), Tree.chain(20)
    mine = compile_solver(problem, tree).solve(BATCH_START, [0.0], BATCH_PARAMETERS, settings=TIGHT)
    theirs = Peer(problem, tree).solve(BATCH_START, [0.0], BATCH_PARAMETERS)
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-7)
    np.testing.assert_allclose(mine.u[:-1], theirs.u, atol=1e-4)
    found = optimality(problem, mine, [0.0], BATCH_PARAMETERS, BATCH_START)
    assert max(found.primal, found.stationarity, found.complementarity) < 1e-6


def test_a_warm_start_follows_the_plant_in_a_fraction_of_the_iterations() -> None:
    problem, tree = batch(), Tree.chain(20)
    solver, x, before, guess = compile_solver(problem, tree), np.array(BATCH_START), np.zeros(1), None
    warm, cold = [], []
    for _ in range(15):
        outcome = solver.solve(x, before, BATCH_PARAMETERS, guess=guess)
        cold.append(solver.solve(x, before, BATCH_PARAMETERS).iterations)
        assert outcome.status is Status.SOLVED
        warm.append(outcome.iterations)
        x, before, guess = outcome.x[1], outcome.first, outcome.shifted()
    assert np.median(warm[1:]) <= 0.6 * np.median(cold)


@pytest.mark.drill
def test_nine_scenarios_of_the_stiff_polymerisation_agree_with_ipopt() -> None:
    problem, tree = polymerisation(), Tree.fan(4, 9)
    before, parameters = [0.0, 333.15, 333.15], polymerisation_scenarios(tree)
    mine = compile_solver(problem, tree).solve(polymerisation_start(), before, parameters)
    theirs = Peer(problem, tree).solve(polymerisation_start(), before, parameters)
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-6)
    np.testing.assert_allclose(mine.first, theirs.u[0], rtol=1e-4)


def test_the_stirred_tank_with_a_soft_limit_agrees_with_ipopt() -> None:
    problem, tree, start, before = stirred_tank(), Tree.chain(20), [0.8, 0.5, 134.14, 130.0], [5.0, -8500.0]
    mine = compile_solver(problem, tree).solve(start, before, [1.0, 1.0], settings=TIGHT)
    theirs = Peer(problem, tree).solve(start, before, [1.0, 1.0])
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-5)


@pytest.mark.parametrize("moves", [1, 3])
def test_a_short_control_horizon_holds_the_last_input(moves: int) -> None:
    problem, tree = batch(), Tree.chain(10, moves=moves)
    mine = compile_solver(problem, tree).solve(BATCH_START, [0.05], BATCH_PARAMETERS, settings=TIGHT)
    theirs = Peer(problem, tree).solve(BATCH_START, [0.05], BATCH_PARAMETERS)
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-7)
    assert len({float(u) for u in mine.u[moves - 1 :, 0]}) == 1
    np.testing.assert_allclose(mine.first, theirs.u[0], atol=1e-5)


def test_scenarios_may_part_later_and_be_weighted() -> None:
    problem, tree = batch(), Tree.fan(8, 3, branching=3, weights=(0.5, 0.3, 0.2))
    parameters = np.array([((0.5, 0.4, 0.3)[max(s, 0)], 200.0) for s in tree.scenarios])
    mine = compile_solver(problem, tree).solve(BATCH_START, [0.0], parameters, settings=TIGHT)
    theirs = Peer(problem, tree).solve(BATCH_START, [0.0], parameters)
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-7)


def test_a_soft_bound_that_cannot_hold_is_broken_by_as_much_as_ipopt_breaks_it() -> None:
    x, u, v, p = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 0)
    step = ca.Function("step", [x, u, p], [ca.vertcat(x[0] + 0.5 * x[1], x[1] + 0.5 * u)])
    problem = Problem(
        Discrete(step),
        ca.Function("cost", [x, u, v, p], [ca.sumsqr(x) + 0.1 * u**2]),
        ca.Function("terminal", [x, p], [ca.sumsqr(x)]),
        states=[Row(-0.5, 1.0, linear=50.0, quadratic=10.0), Row()],
        inputs=[Row(-1.0, 1.0)],
    )
    tree = Tree.chain(8)
    mine = compile_solver(problem, tree).solve([0.8, 1.5], [0.0], [], settings=TIGHT)
    theirs = Peer(problem, tree).solve([0.8, 1.5], [0.0], [])
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-7)
    np.testing.assert_allclose(mine.broken[1:, 0], np.maximum(mine.x[1:, 0] - 1.0, 0.0), atol=1e-6)
    assert mine.broken[1:, 0].max() > 0.3


def test_an_estimate_of_past_states_agrees_with_ipopt() -> None:
    """Moving horizon: the initial state is free, noise is the input, measurements are parameters."""
    x, w, v, p, a = (ca.SX.sym(n, k) for n, k in (("x", 2), ("w", 2), ("v", 2), ("p", 1), ("a", 2)))
    step = ca.Function("step", [x, w, p], [ca.vertcat(x[0] + 0.2 * x[0] * (1 - x[0] / x[1]), x[1]) + w])
    seen = 50.0 * (x[0] - p) ** 2
    problem = Problem(
        Discrete(step),
        ca.Function("cost", [x, w, v, p], [seen + 200.0 * ca.sumsqr(w)]),
        ca.Function("terminal", [x, p], [seen]),
        arrival=ca.Function("arrival", [x, a], [ca.sumsqr(x - a)]),
        states=[Row(0.0, 10.0), Row(0.5, 3.0)],
        free=(True, True),
    )
    tree, rng = Tree.chain(15), np.random.default_rng(3)
    truth, readings = np.array([0.3, 2.5]), []
    for _ in range(16):
        readings.append([truth[0] + 0.1 * rng.standard_normal()])
        truth = np.array(step(truth, [0.0, 0.0], [0.0])).ravel()
    prior = [0.5, 2.0]
    mine = compile_solver(problem, tree).solve(prior, [0.0, 0.0], readings, arrival=prior, settings=TIGHT)
    theirs = Peer(problem, tree).solve(prior, [0.0, 0.0], readings, prior)
    assert theirs.success and mine.usable
    assert mine.objective == pytest.approx(theirs.objective, rel=1e-7)
    np.testing.assert_allclose(mine.x, theirs.x, atol=1e-5)
