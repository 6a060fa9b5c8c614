"""What a plan is worth: its objective and its excess, against hand calculation and against the parts."""

import numpy as np
import pytest

from homeostat.bench.control.judge import Judge
from homeostat.bench.control.plants import batch_bioreactor, cstr
from homeostat.bench.control.trials import lasting


def test_a_plan_is_worth_the_mean_of_its_scenarios() -> None:
    task = lasting(batch_bioreactor.TASK, 3)
    judge, plan = Judge(task), np.full((1, 3, 1), 0.05)
    scenarios = np.array([[0.5, 200.0], [0.3, 180.0]])
    each = [judge.worth(task.start, task.before, plan, row[None]).objective for row in scenarios]
    both = judge.worth(task.start, task.before, np.repeat(plan, 2, axis=0), scenarios)
    assert both.objective == pytest.approx(np.mean(each))


def test_product_in_the_bioreactor_is_what_counts_and_moves_cost() -> None:
    task = lasting(batch_bioreactor.TASK, 2)
    judge, moves = Judge(task), np.array([[0.1], [0.2]])
    path = judge.path(task.start, moves, task.parameters(task.known)[0])
    expected = -path[:, 2].sum() + 0.1**2 + 0.1**2
    assert judge.cost(path, np.array([0.0]), moves) == pytest.approx(expected)


def test_excess_is_that_beyond_a_bound_in_its_states_scale_and_never_of_the_start() -> None:
    judge, path = Judge(lasting(cstr.TASK, 2)), np.tile([0.8, 0.5, 130.0, 130.0], (3, 1))
    assert judge.excess(path) == 0.0
    path[0, 3] = 400.0
    assert judge.excess(path) == 0.0
    path[2, 3] = 145.0  # 5 above 140, on a scale of 100
    assert judge.excess(path) == pytest.approx(0.05)


def test_a_soft_limit_costs_its_weight_times_the_excess() -> None:
    judge = Judge(lasting(cstr.TASK, 2))
    path, moves = np.tile([0.8, 0.6, 130.0, 130.0], (3, 1)), np.tile(cstr.TASK.before, (2, 1))
    assert judge.cost(path, cstr.TASK.before, moves) == pytest.approx(0.0)
    path[1:, 2] = [141.0, 140.5]
    assert judge.cost(path, cstr.TASK.before, moves) == pytest.approx(100.0 * 1.5)
