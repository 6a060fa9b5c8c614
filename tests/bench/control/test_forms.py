"""The parts of a task against independent integration and against hand calculation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from homeostat.bench.control import forms
from homeostat.bench.control.plants import batch_bioreactor, cstr, polymerisation, rotating_masses
from homeostat.bench.control.task import Array, Task

TASKS = [batch_bioreactor.TASK, cstr.TASK, polymerisation.TASK, rotating_masses.TASK]


def reference(task: Task, x: Array, u: Array) -> Array:
    """One interval by LSODA."""
    p, slope = task.parameters(task.known)[0], forms.rates(task)

    def rates(_: float, y: Array) -> Array:
        return np.array(slope(y, u, p)).ravel()

    found: Array = solve_ivp(rates, (0.0, task.hours), x, method="LSODA", rtol=1e-10, atol=1e-10).y
    return found[:, -1]


def middle(task: Task) -> Array:
    """Inputs in the middle of their ranges."""
    low, high = task.input_bounds
    return 0.5 * (low + high)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_exact_plant_is_exact(task: Task) -> None:
    x, u, p = task.start, middle(task), task.parameters(task.known)[0]
    expected = reference(task, x, u)
    assert np.array(forms.plant(task)(x, u, p)).ravel() == pytest.approx(expected, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("task", [t for t in TASKS if not t.stiff], ids=lambda task: task.name)
def test_the_step_that_solvers_take_is_close_to_it(task: Task) -> None:
    x, u, p = task.start, middle(task), task.parameters(task.known)[0]
    coarse = np.array(forms.step(task, task.substeps)(x, u, p)).ravel()
    assert coarse == pytest.approx(reference(task, x, u), rel=1e-2, abs=2e-2)


def test_a_stage_costs_its_states_and_the_scaled_change_of_the_inputs() -> None:
    task = cstr.TASK
    x, u, before = np.array([0.8, 0.5, 134.0, 130.0]), np.array([30.0, -1000.0]), np.array([10.0, 0.0])
    expected = (0.5 - 0.6) ** 2 + 0.1 * (20.0 / 100.0) ** 2 + 1e-3 * (1000.0 / 2000.0) ** 2
    assert float(forms.stage(task)(x, u, before)) == pytest.approx(expected)
    assert float(forms.terminal(task)(x)) == pytest.approx((0.5 - 0.6) ** 2)


def test_parameters_are_the_models_but_for_those_that_are_uncertain() -> None:
    task = batch_bioreactor.TASK
    rows = task.parameters(np.array([[0.4, 180.0], [0.3, 220.0]]))
    names = task.model.signature.parameters.names
    assert rows[:, names.index("growth_yield")].tolist() == [0.4, 0.3]
    assert rows[:, names.index("feed_substrate")].tolist() == [180.0, 220.0]
    assert rows[:, names.index("growth_max")].tolist() == [0.02, 0.02]
