"""A moving horizon is the Kalman filter where nothing binds, keeps its bounds where something does, and never lies."""

import math
from typing import Any

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Model, Simulator, parameter, state
from homeostat.twin.observer import Dose, Doubt, Estimate, Filter, Settings, Signal
from homeostat.twin.observer.moving import Answer, Moving, MovingHorizon
from homeostat.twin.optimal import Settings as Solving
from homeostat.twin.optimal import Status

from .models import Array, Tanks, colony

STEP = 0.5
TANKS = Settings(
    signals=(Signal("level", "second", Doubt(0.0, 0.2)), Signal("sum", "total", Doubt(0.0, 0.3))),
    initial={"first": Doubt(0.0, 0.5), "second": Doubt(0.0, 0.4)},
    elsewhere=Doubt(0.0, 0.1),
    gate=1e3,
)


@pytest.fixture(scope="module")
def tanks() -> Filter:
    return Filter(Simulator(Tanks, rtol=1e-10, atol=1e-12), TANKS, stride=STEP)


@pytest.fixture(scope="module")
def moving(tanks: Filter) -> MovingHorizon:
    return MovingHorizon(tanks, 12, longest=STEP, substeps=4)


def _readings(count: int, seed: int = 3) -> Array:
    """Noisy readings of level and sum; some are missing."""
    random = np.random.default_rng(seed)
    truth = 2.0 + np.cumsum(random.normal(0.0, 0.05, (count, 2)), axis=0) + [[0.0, 3.0]]
    readings = truth + random.normal(0.0, [0.2, 0.3], (count, 2))
    readings[random.random((count, 2)) < 0.2] = math.nan
    return readings


def _matrices() -> tuple[Array, Array, Array]:
    """How an interval moves states, constant feed and constant disturbances: by a Runge-Kutta series in closed form."""
    A, n = np.array([[-0.3, 0.0], [0.3, -0.9]]), 60
    F, G = np.eye(2), np.zeros((2, 2))
    for _ in range(n):
        h, z = STEP / n, np.eye(2)
        step, total = np.eye(2), np.eye(2)
        for k in range(1, 8):
            z = z @ A * h / k
            step, total = step + z, total + z / (k + 1)
        F, G = step @ F, step @ G + h * total
    return F, G @ np.array([1.0, 0.0]), G * 0.1 / math.sqrt(STEP)


def _smoothed(readings: Array) -> Array:
    """Least squares over all states and disturbances at once, dense: what the window's course must be."""
    F, forced, G = _matrices()
    count = len(readings)
    wide = 2 + 2 * count
    state, offset = np.eye(2, wide), np.zeros(2)
    rows = [np.diag([1 / 0.5, 1 / 0.4]) @ state, np.eye(2 * count, wide, 2)]
    right = [np.array([4.0 / 0.5, 1.0 / 0.4]), np.zeros(2 * count)]
    states = [(state, offset)]
    for k, read in enumerate(readings):
        state, offset = F @ state, F @ offset + forced
        state[:, 2 + 2 * k : 4 + 2 * k] += G
        states.append((state, offset))
        for H, sd, value in zip(([0.0, 1.0], [1.0, 1.0]), (0.2, 0.3), read, strict=True):
            if math.isfinite(value):
                rows.append((np.array(H) @ state / sd)[None])
                right.append(np.array([(value - np.array(H) @ offset) / sd]))
    found = np.linalg.lstsq(np.vstack(rows), np.concatenate(right), rcond=None)[0]
    return np.array([state @ found + offset for state, offset in states])


def test_without_constraints_the_window_is_the_smoother(tanks: Filter, moving: MovingHorizon) -> None:
    readings = _readings(12)
    state = moving.begin(tanks.begin((4.0, 1.0), (1.0,)))
    for k, read in enumerate(readings.tolist()):
        state, answer = moving.step(state, (1.0,), STEP * (k + 1), read)
        expected = _smoothed(readings[: k + 1])
        np.testing.assert_allclose(answer.course, expected, atol=2e-5)
        np.testing.assert_allclose(answer.hours, STEP * np.arange(k + 2))
        np.testing.assert_allclose(answer.estimate.mean, expected[-1], atol=2e-5)


def test_a_window_that_has_moved_on_is_still_the_filter(tanks: Filter) -> None:
    """What it forgot is in the arrival cost: a linear problem loses nothing by a short window."""
    short = MovingHorizon(tanks, 4, longest=STEP, substeps=4)
    readings = _readings(40)
    state = short.begin(tanks.begin((4.0, 1.0), (1.0,)))
    for k, read in enumerate(readings.tolist()):
        state, answer = short.step(state, (1.0,), STEP * (k + 1), read)
    assert len(state.arcs) == 4
    assert state.behind.time == pytest.approx(18.0)
    np.testing.assert_allclose(answer.estimate.mean, _smoothed(readings)[-1], atol=5e-3)
    assert answer.estimate.covariance == tanks.settle(state.present.estimate).covariance


class Reaction(Model):
    """2 A <-> B in a gas of constant volume, after Haseltine & Rawlings 2005; A is read, B is not."""

    first = state(3.0, "bar", "partial pressure of A", low=0.0)
    second = state(1.0, "bar", "partial pressure of B", low=0.0)
    forth = parameter(0.16, "1/(bar h)", "rate constant, 2 A to B", low=0.0)
    back = parameter(0.0064, "1/h", "rate constant, B to 2 A", low=0.0)

    def rates(self, m: Any) -> dict[str, Any]:
        net = self.forth * self.first * self.first - self.back * self.second
        return {"first": -2.0 * net, "second": net}


REACTION = Settings(
    signals=(Signal("one", "first", Doubt(0.0, 0.1)),),
    initial={"first": Doubt(0.0, 6.0), "second": Doubt(0.0, 6.0)},
    elsewhere=Doubt(0.0, 0.01),
    gate=50.0,
)


def _reacted(limits: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """Errors of the filter and of a window told `limits`, from a start that is far off; B is not read."""
    of = Filter(Simulator(Reaction), REACTION, stride=0.1)
    horizon = MovingHorizon(of, 10, longest=0.1, limits=limits)
    random = np.random.default_rng(7)
    truth, own = (3.0, 1.0), of.begin((0.5, 8.0), ())
    state, wrong = horizon.begin(own), []
    parameters = of.signature.parameters.vector()
    for k in range(40):
        truth = of.simulator.advance(truth, (), parameters, 0.1).x
        read = truth[0] + random.normal(0.0, 0.1)
        own, _ = of.fuse(of.advance(own, (), 0.1), 0, read)
        state, answer = horizon.step(state, (), 0.1 * (k + 1), [read])
        assert not answer.fallback
        assert np.all(answer.course[1:] >= 0.0)
        wrong.append((own.mean[1] - truth[1], answer.estimate.mean[1] - truth[1]))
    filtered, moved = np.sqrt(np.mean(np.square(wrong), axis=0))
    return float(filtered), float(moved)


def test_an_active_constraint_beats_the_filter() -> None:
    """B starts believed at 8 bar; that the vessel cannot hold more than 2.5 bar of it is known."""
    filtered, moved = _reacted({"second": (0.0, 2.5)})
    assert moved < 0.5 * filtered
    free = _reacted({})
    assert free[1] == pytest.approx(free[0], rel=0.3)


def test_parameters_and_biases_stay_within_their_bounds() -> None:
    of = colony()
    horizon = MovingHorizon(of, 8, limits={"growth": (0.07, 0.09), "bias food sensor": (-0.05, 0.05)})
    state = horizon.begin(of.begin((0.5, 10.0, 100.0), ()))
    place, bias = of.names.index("growth"), of.names.index("bias food sensor")
    for hour in range(1, 20):
        state, answer = horizon.step(state, (), float(hour), {0: 9.8 - 0.6 * hour, 2: 0.5 * 1.13**hour})
        assert 0.07 <= answer.estimate.mean[place] <= 0.09
        assert -0.05 <= answer.estimate.mean[bias] <= 0.05
        assert not answer.fallback
    assert answer.estimate.mean[place] == pytest.approx(0.09, abs=1e-4)


def test_a_late_result_counts_from_when_it_was_taken(tanks: Filter, moving: MovingHorizon) -> None:
    """On the ends of intervals, between them, and before the window; as if it had come at once."""
    for taken in (2.0, 1.75, 0.25):
        at_once, late = (_told(tanks, moving, taken, told) for told in (taken, 4.5))
        np.testing.assert_allclose(late.estimate.mean, at_once.estimate.mean, atol=2e-4)
        without = _told(tanks, moving, taken, math.inf)
        assert abs(late.estimate.mean[0] - without.estimate.mean[0]) > 1e-2


def _told(of: Filter, horizon: MovingHorizon, taken: float, told: float) -> Answer:
    """Half-hourly levels for five hours, and one sum of 6 taken at a time and told at another."""
    state, now = horizon.begin(of.begin((4.0, 1.0), (1.0,))), 0.0
    for k in range(1, 11):
        if now < taken < STEP * k and told == taken:
            state = horizon.read(horizon.advance(state, (1.0,), taken), 1, 6.0)
        now = STEP * k
        state = horizon.read(horizon.advance(state, (1.0,), now), 0, 1.3)
        if told == now:
            state = horizon.read(state, 1, 6.0, taken)
    return horizon.solve(state)[1]


def test_intervals_without_readings_are_one(tanks: Filter) -> None:
    horizon = MovingHorizon(tanks, 6, longest=1.0)
    state = horizon.begin(tanks.begin((4.0, 1.0), (1.0,)))
    for k in range(1, 31):
        state = horizon.advance(state, (1.0 + 0.1 * (k % 2),), 0.1 * k)
    assert [arc.hours for arc in state.arcs] == pytest.approx([1.0, 1.0, 1.0])
    assert state.arcs[0].inputs == pytest.approx((1.05,))
    assert not horizon.solve(state)[1].fallback


def test_a_dose_begins_a_new_window() -> None:
    of = colony()
    horizon = MovingHorizon(of, 8)
    state = horizon.begin(of.begin((0.5, 10.0, 100.0), ()))
    for hour in range(1, 6):
        state, _ = horizon.step(state, (), float(hour), [10.0 - 0.1 * hour])
    state = horizon.jump(state, Dose(5.0, (("food", 50.0),)))
    assert state.arcs == ()
    assert state.solved is None
    state, answer = horizon.step(state, (), 6.0, [11.2])
    assert not answer.fallback
    food = of.names.index("food")
    assert answer.estimate.mean[food] == pytest.approx(state.present.estimate.mean[food], abs=0.02)


def test_a_failed_solve_gives_the_filters_estimate_and_begins_nothing(tanks: Filter) -> None:
    horizon = MovingHorizon(tanks, 12, longest=STEP, settings=Solving(iterations=1, recover=False))
    state = horizon.begin(tanks.begin((4.0, 1.0), (1.0,)))
    state, answer = horizon.step(state, (1.0,), STEP, [2.0, 6.0])
    assert answer.fallback
    assert answer.status is Status.ITERATIONS
    assert answer.estimate == tanks.settle(state.present.estimate)
    assert state.solved is None
    assert answer.course.size == 0


def test_a_lost_model_is_said_so(tanks: Filter, moving: MovingHorizon) -> None:
    lost = Estimate((math.nan, 1.0), (0.1, 0.0, 0.1), (math.nan, 1.0), (0.0,), (1.0,))
    _, answer = moving.step(moving.begin(lost), (1.0,), STEP, [1.0])
    assert answer.fallback
    assert not answer.estimate.sound


def test_what_the_gate_rejects_stays_out_of_the_window() -> None:
    of = colony()
    horizon = MovingHorizon(of, 8)
    state = horizon.begin(of.begin((0.5, 10.0, 100.0), ()))
    sound, _ = horizon.step(state, (), 1.0, [9.9])
    absurd, answer = horizon.step(state, (), 1.0, [99.0, math.nan, math.inf])
    assert [len(arc.readings) for arc in sound.arcs] == [1]
    assert [len(arc.readings) for arc in absurd.arcs] == [0]
    assert not answer.fallback


def test_the_same_readings_give_the_same_bits() -> None:
    of = colony()

    def bits() -> bytes:
        horizon = MovingHorizon(of, 6)
        state: Moving = horizon.begin(of.begin((0.5, 10.0, 100.0), ()))
        record = b""
        for hour in range(1, 15):
            state, answer = horizon.step(state, (), float(hour), [10.0 - 0.1 * hour])
            record += answer.course.tobytes()
        return record

    assert bits() == bits()


@pytest.mark.parametrize("limits", [{"bees": (0.0, 1.0)}, {"growth": (1.0, 0.5)}])
def test_limits_that_cannot_be_are_refused(limits: dict[str, tuple[float, float]]) -> None:
    with pytest.raises(TwinError, match="cannot be held"):
        MovingHorizon(colony(), limits=limits)


def test_a_window_has_intervals(tanks: Filter) -> None:
    with pytest.raises(TwinError, match="one interval"):
        MovingHorizon(tanks, 0)
