"""Where a run ends, and by what: the hour, the state, the jump."""

from typing import Any

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Ensemble, Jump, Model, Simulator, Status, output, parameter, simulate, state
from homeostat.twin.engine.lost import failure_of


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


class Switch(Model):
    """Sugar is eaten at a constant rate until there is none, by a half-saturation that no step sees."""

    sugar = state(20.0, "g/L", "what runs out")
    growth = state(1.0, "1", "how fast", high=3.0)
    half = parameter(1e-9, "g/L", "half-saturation", low=0.0, high=1.0)
    faster = parameter(0.0, "1/h", "of the rate", low=0.0, high=9.0)

    def rates(self, m: Any) -> dict[str, Any]:
        eaten = self.sugar / (self.half + self.sugar) * self.growth
        return {"sugar": -eaten, "growth": self.faster * self.growth}


class Ratios(Leak):
    """Two outputs have no number where nothing is left, one after an hour of its own."""

    share = output("1", "still for each left")
    fill = output("1", "left for each still")
    root = output("1", "of what is above 5")

    def outputs(self, m: Any) -> dict[str, Any]:
        return {
            "share": self.still / (self.left - 6.0),
            "fill": self.left / self.still,
            "root": m.sqrt(self.left - 7.0),
        }


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


def test_outputs_that_are_no_numbers_are_named_with_their_hour() -> None:
    """At 0.4 g/(L h), 7 g/L are left after 7.5 h; with nothing that stays, a quotient has no number at once."""
    simulator = Simulator(Ratios)
    made = simulate(simulator, {}, (), {}, [0.0, 5.0, 9.0, 12.0])
    assert (made.status, made.time.tolist()) == (Status.NON_FINITE, [0.0, 5.0])
    assert made.failure is not None
    assert (made.failure.before_h, made.failure.outputs, made.failure.state) == (9.0, ("root",), "")
    assert "m.maximum" in made.failure.mend
    failure = simulate(simulator, {"still": 0.0, "left": 6.0}, (), {}, [0.0, 1.0]).failure
    assert failure is not None
    assert (failure.after_h, failure.outputs) == (0.0, ("share", "fill", "root"))
    with pytest.raises(TwinError, match="output share, root is not finite"):
        simulator.outputs((1.0, 6.0), (), (0.4,))


def test_a_batch_of_an_ensemble_names_the_output_it_reports() -> None:
    """`fill` is infinite from the start, but nobody asked for it."""
    kernel, states = Ensemble(Ratios, columns=["root", "left"]), np.array([0.0, 10.0])
    found = failure_of(kernel, [0.0, 5.0, 9.0], (), states, np.array([0.4]))
    assert found is not None
    assert (found.before_h, found.outputs) == (9.0, ("root",))


def test_a_run_that_comes_to_its_end_has_no_failure(leak: Simulator) -> None:
    assert simulate(leak, {}, (), {}, [0.0, 1.0]).failure is None


def test_a_state_that_runs_out_within_a_step_is_named_with_what_helps() -> None:
    made = simulate(Simulator(Switch), {}, (), {}, [0.0, 24.0])
    assert made.status is not Status.OK
    assert made.failure is not None
    assert made.failure.state == "sugar"
    assert made.failure.before_h == pytest.approx(20.0, abs=1e-3)
    assert "a half-saturation well above 1e-08 g/L" in made.failure.mend
    assert "declare a smaller size: state(..., scale=...)" in made.failure.mend
    sized = type("Sized", (Switch,), {"sugar": state(20.0, "g/L", "what runs out", scale=1e-2)})
    assert simulate(Simulator(sized), {}, (), {}, [0.0, 24.0]).status is Status.OK
    assert simulate(Simulator(Switch), {}, (), {"half": 1e-6}, [0.0, 24.0]).status is Status.OK


def test_large_amounts_and_a_tiny_half_saturation_end_the_steps_and_name_the_state() -> None:
    """A rate of 50,000 a hour that must end within 1e-6: the step becomes smaller than any that is allowed."""
    large = type("Large", (Switch,), {"sugar": state(1e6, "g/L", "what runs out"), "rates": _fast})
    made = simulate(Simulator(large), {}, (), {"half": 1e-6}, [0.0, 24.0])
    assert made.status is Status.STEP_UNDERFLOW
    assert made.failure is not None
    assert (made.failure.state, "scale=" in made.failure.mend) == ("sugar", True)


def _fast(self: Any, m: Any) -> dict[str, Any]:
    return {"sugar": -5e4 * self.sugar / (self.half + self.sugar), "growth": 0.0 * self.growth}


def test_what_has_run_out_is_not_blamed_for_what_leaves_its_bounds_later() -> None:
    """Sugar falls without end towards 0; the rate of growth reaches 3 at 22 h."""
    made = simulate(Simulator(Switch), {}, (), {"half": 1e-3, "faster": 0.05}, [0.0, *range(1, 25)])
    assert made.failure is not None
    assert (made.failure.state, made.failure.mend) == ("growth", "")
    assert made.failure.after_h == pytest.approx(20.0 * np.log(3.0), abs=1e-2)


def test_a_batch_of_an_ensemble_ends_where_it_does_alone(leak: Simulator) -> None:
    kernel, states = Ensemble(Leak), np.array(Leak.signature.states.vector())
    found = failure_of(kernel, [0.0, 24.0, 48.0], (), states, np.array([0.4]))
    assert found is not None
    assert (found.state, found.after_h) == ("left", pytest.approx(25.0, abs=1e-3))
    jump = Jump(3.0, add={"left": 5.0})
    found = failure_of(kernel, [0.0, 24.0], (), states, np.array([0.4]), [jump])
    assert found is not None
    assert (found.after_h, found.jump, found.state) == (3.0, jump, "left")
    assert failure_of(kernel, [0.0, 24.0], (), states, np.array([0.4])) is None


def test_where_a_batch_does_not_end_alone_the_reports_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeostat.twin.engine.lost.simulate", _whole)
    states = np.array(Leak.signature.states.vector())
    found = failure_of(Ensemble(Leak), [0.0, 24.0, 48.0], (), states, np.array([0.4]))
    assert found is not None
    assert (found.after_h, found.before_h, found.state) == (24.0, 48.0, "")


def _whole(simulator: Simulator, *_: Any, **__: Any) -> Any:
    return simulate(simulator, {}, (), {}, [0.0])
