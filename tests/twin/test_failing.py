"""Where a run ends, and by what: the hour, the state, the jump."""

from typing import Any

import pytest

from homeostat.twin import Jump, Model, Simulator, Status, parameter, simulate, state


class Leak(Model):
    """It runs empty after 25 h."""

    still = state(1.0, "g/L", "what stays")
    left = state(10.0, "g/L", "what runs out", low=0.0, high=12.0)
    rate = parameter(0.4, "g/(L h)", "how fast", low=-9.0, high=9.0)

    def rates(self, m: Any) -> dict[str, Any]:
        return {"left": -self.rate, "still": 0.0 * self.still}


class Blast(Model):
    """It is infinite after 1 h."""

    x = state(1.0, "g/L", "what explodes")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": self.x * self.x}


@pytest.fixture(scope="module")
def leak() -> Simulator:
    return Simulator(Leak)


@pytest.mark.parametrize(("rate", "hour", "bound"), [(0.4, 25.0, 0.0), (-0.1, 20.0, 12.0)])
def test_the_hour_and_the_state_are_found_between_reports(
    leak: Simulator, rate: float, hour: float, bound: float
) -> None:
    made = simulate(leak, {}, (), {"rate": rate}, [0.0, 24.0 if rate > 0.0 else 1.0, 48.0])
    assert (made.status, len(made.time)) == (Status.OUT_OF_BOUNDS, 2)
    assert made.failure is not None
    assert made.failure.after_h == pytest.approx(hour, abs=1e-3)
    assert made.failure.after_h <= made.failure.before_h <= made.failure.after_h + 1e-3
    assert (made.failure.state, made.failure.jump) == ("left", None)
    assert made.failure.value == pytest.approx(bound, abs=1e-3)


def test_a_jump_beyond_a_bound_is_named(leak: Simulator) -> None:
    jump = Jump(3.0, add={"left": 5.0})
    failure = simulate(leak, {}, (), {}, [0.0, 2.0, 4.0], [jump]).failure
    assert failure is not None
    assert (failure.after_h, failure.before_h, failure.jump) == (3.0, 3.0, jump)
    assert (failure.state, failure.value) == ("left", pytest.approx(13.8))


def test_a_start_beyond_a_bound_is_named(leak: Simulator) -> None:
    failure = simulate(leak, {"left": 20.0}, (), {}, [0.0, 1.0]).failure
    assert failure is not None
    assert (failure.after_h, failure.state, failure.value, failure.jump) == (0.0, "left", 20.0, None)


def test_an_explosion_has_its_hour_and_no_state() -> None:
    failure = simulate(Simulator(Blast), {}, (), {}, [0.0, 2.0]).failure
    assert failure is not None
    assert failure.after_h == pytest.approx(1.0, abs=1e-2)
    assert failure.state == ""


def test_a_run_that_comes_to_its_end_has_no_failure(leak: Simulator) -> None:
    assert simulate(leak, {}, (), {}, [0.0, 1.0]).failure is None
