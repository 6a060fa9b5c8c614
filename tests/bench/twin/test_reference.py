"""The reference and the error measured against it."""

import math

import numpy as np
import pytest

from homeostat.bench.twin import reference as module
from homeostat.bench.twin.donors import HELD, HOURS, Array, Donors
from homeostat.bench.twin.reference import largest_error, solve
from homeostat.errors import TwinError


def test_the_error_of_a_decay_sampled_with_a_known_fault() -> None:
    hours = np.linspace(0.0, 5.0, 51)
    truth = np.stack([8.0 * np.exp(-hours), -2.0 * np.exp(-hours)], axis=1)[None]
    values = truth.copy()
    values[0, 30, 0] += 0.004  # of 8 at most
    values[0, 20, 1] -= 0.0009  # of 2 at most
    assert largest_error(values, truth) == pytest.approx(0.004 / 8.0)
    values[0, 20, 1] -= 0.0001
    values[0, 20, 1] -= 0.001
    assert largest_error(values, truth) == pytest.approx(0.002 / 2.0)


def test_the_error_of_explicit_euler_on_a_decay_is_that_of_its_closed_form() -> None:
    steps = np.arange(101)
    truth, euler = np.exp(-0.01 * steps), 0.99**steps
    expected = max(abs(0.99**n - math.exp(-0.01 * n)) for n in range(101))
    assert largest_error(euler[None, :, None], truth[None, :, None]) == pytest.approx(expected)


def test_each_batch_is_held_against_its_own_greatest_value() -> None:
    truth = np.array([[[1.0], [2.0]], [[100.0], [50.0]]])
    assert largest_error(truth + 1.0, truth) == 0.5


def test_a_state_that_stays_at_zero_counts_as_it_stands() -> None:
    zero = np.zeros((1, 3, 1))
    assert largest_error(zero, zero) == 0.0
    assert largest_error(zero + 1e-3, zero) == 1e-3


def test_a_missing_value_is_no_small_error() -> None:
    truth = np.ones((1, 2, 1))
    assert not largest_error(np.array([[[1.0], [math.nan]]]), truth) <= 1.0


def test_another_method_finds_the_same(pair: Donors, truth: Array) -> None:
    one = pair.first(1)
    assert truth.shape == (2, HOURS + 1, 12)
    assert largest_error(solve(one, "Radau", 1e-9, 1e-10), truth[:1]) < 1e-7


def test_volume_is_what_the_pumps_made_it(pair: Donors, truth: Array) -> None:
    net = pair.inputs[:, :, 1] + pair.inputs[:, :, 5] - pair.inputs[:, :, 2]
    expected = pair.states[:, 10:11] + np.cumsum(net, axis=1) * HELD
    np.testing.assert_allclose(truth[:, HELD::HELD, 10], expected, rtol=1e-9)


def test_a_solver_that_gives_up_is_an_error(pair: Donors, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> object:
        return type("Solved", (), {"success": False, "message": "too stiff"})

    monkeypatch.setattr(module, "solve_ivp", failing)
    with pytest.raises(TwinError, match="too stiff"):
        module.reference(pair)
