"""A solve that begins along a course of the model itself: the same optimum, and a stiff one that is found at all."""

import casadi as ca
import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin.optimal import SDIRK3, Problem, Row, RungeKutta, Settings, Status, Tree, compile_solver

from .plants import BATCH_PARAMETERS, BATCH_START, batch

ONCE = Settings(recover=False)


def test_the_optimum_does_not_depend_on_the_course() -> None:
    solver = compile_solver(batch(), Tree.chain(20))
    plain = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS)
    course = np.tile(BATCH_START, (21, 1)), np.full((21, 1), 0.01)
    along = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS, course=course)
    assert plain.usable
    assert along.objective == pytest.approx(plain.objective, rel=1e-6)
    np.testing.assert_allclose(along.first, plain.first, atol=1e-5)


def fed() -> Problem:
    """A substrate that is eaten within a minute of being fed, by what grows on it: stiff, with a pole at -0.1."""
    x, u, v, p = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p")
    eaten = 50.0 * x[1] / (0.1 + x[1]) * x[0]
    return Problem(
        RungeKutta(
            ca.Function("rates", [x, u, p], [ca.vertcat(0.02 * eaten, 10.0 * u - eaten)]), 1.0, 4, SDIRK3
        ),
        ca.Function("cost", [x, u, v, p], [(u - v) ** 2]),
        ca.Function("terminal", [x, p], [-x[0]]),
        states=[Row(-0.01), Row(-0.01)],
        inputs=[Row(0.0, 2.0)],
    )


def test_a_stiff_problem_is_solved_at_the_first_attempt_along_a_course() -> None:
    """What was fed is eaten and has become biomass, as the balance says."""
    solver = compile_solver(fed(), Tree.chain(10))
    biomass = 1.0 + 0.2 * np.arange(11)
    course = np.column_stack([biomass, 0.1 / (5.0 * biomass - 1.0)]), np.ones((11, 1))
    outcome = solver.solve([1.0, 0.05], [1.0], [0.0], course=course, settings=ONCE)
    assert outcome.status is Status.SOLVED
    eaten = 0.05 + 10.0 * outcome.u[:10, 0].sum() - outcome.x[-1, 1]
    assert outcome.x[-1, 0] == pytest.approx(1.0 + 0.02 * eaten, rel=1e-6)
    assert outcome.x[1:, 1].max() < 0.1


@pytest.mark.parametrize("shapes", [((20, 4), (21, 1)), ((21, 4), (21, 2))])
def test_a_course_of_another_shape_is_refused(shapes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    solver = compile_solver(batch(), Tree.chain(20))
    with pytest.raises(TwinError, match="course has the shape"):
        solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS, course=(np.ones(shapes[0]), np.ones(shapes[1])))
