"""The rivals: independent of each other, they find the same optimum of the same task, and say how they ended."""

from importlib.util import find_spec

import numpy as np
import pytest

from homeostat.bench.control.contest import Run, contest
from homeostat.bench.control.plants import batch_bioreactor, cstr
from homeostat.bench.control.rivals.casadi_solver import Shooting, ipopt, sqp
from homeostat.bench.control.rivals.do_mpc_control import INSTALLED, DoMpc
from homeostat.bench.control.scoring import other_moves, worse
from homeostat.bench.control.sequence import Sequence, record, replay
from homeostat.bench.control.solver import Solver
from homeostat.bench.control.task import Task
from homeostat.bench.control.trials import lasting

SHORT = lasting(batch_bioreactor.TASK, 10)
MAKERS = [sqp, ipopt, *([DoMpc] if INSTALLED else [])]


@pytest.fixture(scope="module")
def sequence() -> Sequence:
    return record(SHORT, ipopt(SHORT), 4)


def test_do_mpc_is_a_rival_where_it_is_installed() -> None:
    assert (find_spec("do_mpc") is not None) == INSTALLED


def test_a_sequence_is_the_plants_own_course_under_the_moves(sequence: Sequence) -> None:
    assert len(sequence) == 4
    assert sequence.states[0] == pytest.approx(SHORT.start)
    assert sequence.before[1:] == pytest.approx(sequence.moves[:-1])
    volumes = sequence.states[:, 3]
    assert np.diff(volumes) == pytest.approx(sequence.moves[:-1, 0])  # the feed of an hour


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_every_rival_finds_the_optimum_of_ipopt(make: type[Solver], sequence: Sequence) -> None:
    found, held = contest(SHORT, (make(SHORT), ipopt(SHORT)), sequence, 1)
    assert found.solved.all()
    assert np.abs(worse(found, held)).max() < 1e-3
    assert other_moves(SHORT, found, held).max() < 0.1
    assert found.excess < 1e-6
    assert np.all(found.times > 0.0)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_soft_limit_is_exceeded_where_nothing_else_is_possible(make: type[Solver]) -> None:
    task = lasting(cstr.TASK, 5)
    hot = np.array([0.8, 0.5, 150.0, 130.0])
    answer = make(task).solve(hot, task.before, task.known)
    assert answer.solved
    assert answer.move[1] < -1000.0  # cools


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_what_cannot_be_done_is_not_called_solved(make: type[Solver]) -> None:
    crowded = np.array([5.0, 0.5, 0.0, 120.0])  # more biomass than allowed, and no way to dilute it in time
    assert not make(SHORT).solve(crowded, SHORT.before, SHORT.known).solved


def test_a_warm_solver_needs_fewer_iterations_and_forgets_when_told(sequence: Sequence) -> None:
    solver = sqp(SHORT)
    first, *others = replay(SHORT, solver, sequence)
    assert all(answer.iterations < first.iterations for answer in others)
    assert replay(SHORT, solver, sequence)[0].iterations == first.iterations


def test_a_failed_solution_does_not_begin_the_next(sequence: Sequence) -> None:
    solver = sqp(SHORT)
    solver.solve(np.array([5.0, 0.5, 0.0, 120.0]), SHORT.before, SHORT.known)
    fresh = sqp(SHORT).solve(sequence.states[0], sequence.before[0], SHORT.known)
    again = solver.solve(sequence.states[0], sequence.before[0], SHORT.known)
    assert again.plan == pytest.approx(fresh.plan)
    assert isinstance(solver, Shooting)


def test_rounds_repeat_the_same_plans(sequence: Sequence) -> None:
    (found,) = contest(SHORT, (sqp(SHORT),), sequence, 2)
    assert found.times.shape == (2, 4)
    assert isinstance(found, Run)


def test_uncertain_parameters_are_those_a_solver_is_told() -> None:
    task: Task = SHORT
    for make in MAKERS:
        solver = make(task)
        poor = solver.solve(task.start, task.before, np.array([[0.3, 200.0]])).plan
        solver.forget()
        rich = solver.solve(task.start, task.before, np.array([[0.5, 200.0]])).plan
        assert poor.sum() > rich.sum()  # a poorer yield needs more feed
