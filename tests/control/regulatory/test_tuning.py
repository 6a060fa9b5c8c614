"""Identification, tuning rules, the relay experiment and measures of a loop, against known plants and closed forms."""

import math

import numpy as np
import pytest

from homeostat.control.regulatory import PidState, Tuning, step
from homeostat.control.regulatory.tuning import (
    Integrating,
    Lagged,
    Model,
    Oscillation,
    Relay,
    harris,
    identify,
    judge_step,
    lambda_tuning,
    oscillation,
    relay_test,
    relay_tuning,
    simc,
)
from homeostat.errors import ControlError

SCAN = 1.0 / 60.0
LAG = Lagged(1.5, 0.4, 0.05)
PURE = Integrating(0.7, 0.11)
MODELS = [LAG, Lagged(-0.3, 0.1, 0.213), Lagged(2.0, 3.0, 0.02), PURE, Integrating(-4.0, 0.0)]


class Plant:
    """A model that is moved scan by scan: the reading after each output."""

    def __init__(self, model: Model) -> None:
        self.model, self.outputs = model, list[float]()

    def __call__(self, output: float) -> float:
        self.outputs.append(output)
        return float(self.model.course(np.array([*self.outputs, 0.0]), SCAN)[-1])


def pulse(scans: int = 240) -> np.ndarray:
    outputs = np.full(scans, 30.0)
    outputs[40:130] += 2.0
    return outputs


@pytest.mark.parametrize("scans", [1, 7, 30])
def test_the_course_of_a_lag_is_its_step_response(scans: int) -> None:
    values = LAG.course(np.ones(scans + 1), SCAN)
    behind = max(scans * SCAN - LAG.delay, 0.0)
    assert values[-1] == pytest.approx(LAG.gain * -math.expm1(-behind / LAG.lag))


def test_the_course_of_an_integrator_is_a_ramp_behind_its_delay() -> None:
    values = PURE.course(np.ones(31), SCAN)
    assert values == pytest.approx(PURE.slope * np.maximum(np.arange(31) * SCAN - PURE.delay, 0.0))


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_record_without_noise_gives_the_model_back(model: Model) -> None:
    drift = 5.0 + 0.3 * SCAN * np.arange(240)
    found = identify(pulse().tolist(), (drift + model.course(pulse() - 30.0, SCAN)).tolist(), SCAN)
    expected = [getattr(model, name) for name in type(model).__slots__]
    assert [getattr(found.model, name) for name in type(model).__slots__] == pytest.approx(
        expected, rel=2e-3, abs=1e-4
    )
    assert found.drift == pytest.approx(0.3, abs=1e-3)
    assert found.explained == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_lost_readings_leave_the_model_near(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = LAG.course(pulse() - 30.0, SCAN) + 0.03 * rng.standard_normal(240)
    values[rng.random(240) < 0.1] = np.nan
    found = identify(pulse().tolist(), values.tolist(), SCAN)
    assert isinstance(found.model, Lagged)
    assert found.model.gain == pytest.approx(LAG.gain, rel=0.05)
    assert found.model.lag == pytest.approx(LAG.lag, rel=0.1)
    assert found.model.delay == pytest.approx(LAG.delay, abs=SCAN)
    assert found.error == pytest.approx(0.03, rel=0.2)


@pytest.mark.parametrize(
    ("outputs", "values", "words"),
    [
        ([0.0] * 8 + [1.0] * 8, [math.nan] * 10 + [1.0] * 6, "fewer than 12"),
        ([1.0] * 60, [1.0] * 60, "never moves"),
        ([0.0] * 30 + [1.0] * 60, np.random.default_rng(3).standard_normal(90).tolist(), "does not follow"),
    ],
)
def test_a_record_that_tells_nothing_is_refused(
    outputs: list[float], values: list[float], words: str
) -> None:
    with pytest.raises(ControlError, match=words):
        identify(outputs, values, SCAN)


def test_simc_gives_the_constants_of_its_paper() -> None:
    """Skogestad 2003 with τc = θ: k = 1, τ = 8, θ = 1 gives Kc = 4 and Ti = 8, an integrator 0.5 and 8."""
    lagged = simc(Lagged(1.0, 8.0, 1.0), scan=1e-9)
    assert (lagged.gain, lagged.integral) == pytest.approx((4.0, 8.0))
    slow = simc(Lagged(1.0, 100.0, 1.0), scan=1e-9)
    assert (slow.gain, slow.integral) == pytest.approx((50.0, 8.0))
    pure = simc(Integrating(1.0, 1.0), scan=1e-9)
    assert (pure.gain, pure.integral) == pytest.approx((0.5, 8.0))


def test_simc_keeps_away_from_the_scan_and_from_the_noise() -> None:
    quick = simc(Lagged(1.0, 1.0, 0.0), scan=SCAN)
    assert quick.closed == pytest.approx(3.0 * SCAN)
    calm = simc(Lagged(1.0, 1.0, 0.0), scan=SCAN, loudest=2.0)
    assert calm.gain == pytest.approx(2.0)


def test_lambda_tuning_of_an_integrator_places_both_poles() -> None:
    """With the dead time as 1 - θ s the loop's polynomial is (λ s + 1)²."""
    model, closed = Integrating(0.7, 0.2), 0.5
    found = lambda_tuning(model, scan=1e-12, closed=closed)
    loop = found.gain * model.slope
    quadratic = found.integral / loop - found.integral * model.delay
    assert (quadratic, found.integral - model.delay) == pytest.approx((closed**2, 2.0 * closed))


def test_lambda_tuning_of_a_lag_cancels_it() -> None:
    found = lambda_tuning(Lagged(2.0, 0.5, 0.1), scan=1e-12, closed=0.4)
    assert (found.gain, found.integral) == pytest.approx((0.5 / (2.0 * 0.5), 0.5))


@pytest.mark.parametrize("rule", [simc, lambda_tuning])
def test_a_closed_loop_needs_a_time(rule: object) -> None:
    with pytest.raises(ControlError, match="above 0"):
        rule(LAG, scan=SCAN, closed=0.0)  # type: ignore[operator]


@pytest.mark.parametrize("model", [LAG, Lagged(2.0, 3.0, 0.02), PURE], ids=str)
def test_a_loop_with_simc_answers_a_step_with_little_overshoot_and_settles(model: Model) -> None:
    found = simc(model, scan=SCAN)
    tuning = Tuning(found.gain, found.integral, 0.0, -1e3, 1e3)
    plant, state, value, values = Plant(model), PidState(0.0, 0.0), 0.0, list[float]()
    for _ in range(400):
        state = step(tuning, state, mode="auto", setpoint=1.0, measurement=value, usable=True, hours=SCAN)
        value = plant(state.output)
        values.append(value)
    answer = judge_step(values, plant.outputs, start=0.0, setpoint=1.0, hours=SCAN)
    assert answer.overshoot <= (0.05 if isinstance(model, Lagged) and model.lag < 1 else 0.35)
    assert answer.settling is not None


def test_a_relay_finds_the_limit_cycle_of_a_lag_in_closed_form() -> None:
    """T = 2 τ ln(2 exp(θ / τ) - 1), a = k d (1 - exp(-θ / τ)), θ with the half scan by which sampling delays."""
    model = Lagged(1.5, 0.4, 0.2)
    relay = Relay(0.0, 0.0, 2.0, 0.0)
    outputs, values = relay_test(Plant(model), relay, first=0.0, longest=600)
    found = oscillation(relay, outputs, values, SCAN)
    delay = model.delay + 0.5 * SCAN
    assert found.period == pytest.approx(
        2 * model.lag * math.log(2 * math.exp(delay / model.lag) - 1), abs=2 * SCAN
    )
    assert found.amplitude == pytest.approx(3.0 * -math.expm1(-delay / model.lag), rel=0.05)
    assert found.ultimate == pytest.approx(8.0 / (math.pi * found.amplitude))


@pytest.mark.parametrize("reverse", [True, False])
def test_a_relay_finds_the_limit_cycle_of_an_integrator(reverse: bool) -> None:
    """T = 4 θ, a = k d θ."""
    model = Integrating(1.0 if reverse else -1.0, 0.3)
    relay = Relay(0.0, 0.0, 1.0, 0.0, reverse)
    outputs, values = relay_test(Plant(model), relay, first=0.0, longest=600)
    found = oscillation(relay, outputs, values, SCAN)
    assert found.period == pytest.approx(4 * (0.3 + 0.5 * SCAN), abs=2 * SCAN)
    assert found.amplitude == pytest.approx(0.3 + 0.5 * SCAN, abs=SCAN)


def test_hysteresis_enters_the_ultimate_gain() -> None:
    relay = Relay(0.0, 0.0, 1.0, 0.05)
    outputs, values = relay_test(Plant(Integrating(1.0, 0.2)), relay, first=0.0, longest=600)
    found = oscillation(relay, outputs, values, SCAN)
    assert found.ultimate == pytest.approx(4.0 / (math.pi * math.sqrt(found.amplitude**2 - 0.05**2)))


def test_a_plant_that_does_not_oscillate_is_told() -> None:
    relay = Relay(0.0, 5.0, 1.0, 0.0)
    outputs, values = relay_test(Plant(Integrating(1.0, 0.1)), relay, first=0.0, longest=100)
    with pytest.raises(ControlError, match="did not oscillate"):
        oscillation(relay, outputs, values, SCAN)


def test_the_relay_rule_is_that_of_tyreus_and_luyben() -> None:
    found = relay_tuning(Oscillation(0.5, 1.0, 6.4))
    assert (found.gain, found.integral) == pytest.approx((2.0, 1.1))


def series(phi: float, count: int = 20000) -> list[float]:
    noise = np.random.default_rng(2).standard_normal(count)
    values = np.zeros(count)
    for k in range(1, count):
        values[k] = phi * values[k - 1] + noise[k]
    return list(values)


@pytest.mark.parametrize("delay", [1, 2, 4])
@pytest.mark.parametrize("phi", [0.5, 0.9])
def test_the_index_of_a_first_order_record_is_known(phi: float, delay: int) -> None:
    """The variance that no controller can change is 1 + φ² + ... + φ^(2(d-1)), all of it 1 / (1 - φ²)."""
    assert harris(series(phi), delay).index == pytest.approx(1.0 - phi ** (2 * delay), abs=0.03)


def test_white_noise_cannot_be_improved() -> None:
    assert harris(series(0.0), 1).index == pytest.approx(1.0, abs=0.01)


def test_a_minimum_variance_controller_has_the_index_1_and_a_lazy_one_less() -> None:
    """y(k+1) = y(k) + u(k) + e: u = -y leaves white noise; u = -0.1 y leaves an autoregression with φ = 0.9."""
    noise = np.random.default_rng(5).standard_normal(8000)
    found = {}
    for share in (1.0, 0.1):
        y = np.zeros(8000)
        for k in range(7999):
            y[k + 1] = y[k] - share * y[k] + noise[k]
        found[share] = harris(list(y), 1).index
    assert found[1.0] > 0.98
    assert found[0.1] == pytest.approx(1 - 0.9**2, abs=0.03)


def test_gaps_in_a_record_are_left_out() -> None:
    values = np.array(series(0.5, 4000))
    values[::50] = np.nan
    found = harris(list(values), 1)
    assert found.samples < 4000 - 80
    assert found.index == pytest.approx(0.75, abs=0.05)


@pytest.mark.parametrize(
    ("values", "delay", "words"),
    [([1.0, 2.0] * 10, 1, "too short"), ([3.0] * 500, 1, "no variation"), ([0.0] * 500, 0, "one scan")],
)
def test_a_record_without_an_index_is_refused(values: list[float], delay: int, words: str) -> None:
    with pytest.raises(ControlError, match=words):
        harris(values, delay)


def test_a_second_order_answer_has_its_known_overshoot_and_settling_time() -> None:
    zeta, omega = 0.4, 10.0
    damped = omega * math.sqrt(1 - zeta**2)
    times = np.arange(2000) * 1e-3
    values = 5.0 + 2.0 * (
        1
        - np.exp(-zeta * omega * times)
        * (np.cos(damped * times) + zeta * omega / damped * np.sin(damped * times))
    )
    found = judge_step(values.tolist(), [0.0, 3.0, 1.0], start=5.0, setpoint=7.0, hours=1e-3)
    assert found.overshoot == pytest.approx(math.exp(-math.pi * zeta / math.sqrt(1 - zeta**2)), rel=1e-3)
    assert found.settling is not None
    last = times[np.abs(values - 7.0) > 0.1].max()
    assert found.settling == pytest.approx(last + 1e-3)
    assert found.travel == 5.0


@pytest.mark.parametrize("values", [[1.0, 1.0, 0.0], [math.nan] * 3])
def test_what_does_not_stay_or_is_not_read_has_not_settled(values: list[float]) -> None:
    assert judge_step(values, [0.0], start=0.0, setpoint=1.0, hours=1.0).settling is None
