"""Our solver on the plants: the same optimum as an independent solver, and typed failure."""

import numpy as np
import pytest

from homeostat.bench.control.contest import contest
from homeostat.bench.control.ours.controller import Ours, posed
from homeostat.bench.control.plants import batch_bioreactor, cstr, photoproduction, rotating_masses
from homeostat.bench.control.rivals.casadi_solver import ipopt
from homeostat.bench.control.scoring import worse
from homeostat.bench.control.sequence import record
from homeostat.bench.control.task import Task
from homeostat.bench.control.trials import lasting
from homeostat.twin.optimal import RK4, SDIRK3, RungeKutta

TASKS = [batch_bioreactor.TASK, photoproduction.TASK, rotating_masses.TASK]


@pytest.mark.drill
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_ours_finds_the_optimum_of_ipopt(task: Task) -> None:
    short = lasting(task, 10)
    held = ipopt(short)
    ours, other = contest(short, (Ours(short), held), record(short, held, 3), 1)
    assert ours.solved.all()
    assert np.abs(worse(ours, other)).max() < 0.05
    assert ours.excess < 1e-4


def test_a_soft_limit_is_exceeded_where_nothing_else_is_possible() -> None:
    task = lasting(cstr.TASK, 5)
    answer = Ours(task).solve(np.array([0.8, 0.5, 150.0, 130.0]), task.before, task.known)
    assert answer.solved
    assert answer.move[1] < -1000.0


def test_a_plan_that_was_not_found_holds_the_inputs_and_does_not_begin_the_next() -> None:
    task = lasting(batch_bioreactor.TASK, 10)
    solver = Ours(task)
    failed = solver.solve(np.array([5.0, 0.5, 0.0, 120.0]), np.array([0.05]), task.known)
    assert not failed.solved
    assert failed.plan == pytest.approx(np.full((1, 10, 1), 0.05))
    again = solver.solve(task.start, task.before, task.known)
    assert again.plan == pytest.approx(Ours(task).solve(task.start, task.before, task.known).plan)


def test_scenarios_share_their_first_move_and_part_then() -> None:
    task = Task(**{**vars(lasting(batch_bioreactor.TASK, 6)), "scenarios": ((0.5, 200.0), (0.3, 180.0))})
    answer = Ours(task).solve(np.array([2.0, 0.1, 0.0, 120.0]), task.before, task.known)
    assert answer.solved
    assert answer.plan.shape == (2, 6, 1)
    assert answer.plan[0, 0] == pytest.approx(answer.plan[1, 0])
    assert not np.allclose(answer.plan[0, 1:], answer.plan[1, 1:])


def test_a_stiff_task_has_the_implicit_method() -> None:
    stiff = Task(**{**vars(cstr.TASK), "stiff": True})
    implicit, explicit = posed(stiff).dynamics, posed(cstr.TASK).dynamics
    assert isinstance(implicit, RungeKutta)
    assert isinstance(explicit, RungeKutta)
    assert (implicit.tableau, implicit.substeps) == (SDIRK3, cstr.TASK.elements)
    assert (explicit.tableau, explicit.substeps) == (RK4, cstr.TASK.substeps)
