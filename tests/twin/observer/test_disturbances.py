"""A disturbance in the filter: what no parameter explains is found, with the variance of Riccati's equation."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_discrete_are

from homeostat.twin import Simulator
from homeostat.twin.disturbed import disturbed
from homeostat.twin.observer import Doubt, Filter, Learnt, Settings, Signal, make_filter

from .models import Tanks, square

RATE, WALK, NOISE, STEP = 0.5, 0.05, 0.1, 0.25
OF = disturbed(Tanks, ("first",))
A = np.array([[-0.3, 0.0, 1.0], [0.3, -0.9, 0.0], [0.0, 0.0, 0.0]])


def _filter(kind: str) -> Filter:
    settings = Settings(
        signals=(Signal("second", "second", Doubt(0.0, NOISE)),),
        learnt=(Learnt("first_disturbance", 0.0, absolute=WALK),),
        wander={"first": Doubt(0.0, 0.02), "second": Doubt(0.0, 0.02)},
        kind="ukf" if kind == "ukf" else "ekf",
    )
    return make_filter(Simulator(OF), settings, stride=0.05)


@pytest.mark.parametrize("kind", ["ekf", "ukf"])
def test_it_is_found_with_the_variance_of_the_steady_state(kind: str) -> None:
    of = _filter(kind)
    estimate = of.begin((4.0, 1.0), (1.0,))
    assert square(of, estimate.covariance)[2, 2] == pytest.approx(WALK**2)
    truth, random, found = (4.0, 1.0), np.random.default_rng(1), []
    for step in range(1200):
        truth = of.simulator.advance(truth, (1.0,), (0.3, 0.9, RATE), STEP).x
        for _ in range(5):
            estimate = of.advance(estimate, (1.0,), STEP / 5)
        before = square(of, of.settle(estimate).covariance)
        estimate, _ = of.fuse(estimate, 0, truth[1] + NOISE * random.normal())
        found += [estimate.mean[2]] * (step > 200)
    assert np.mean(found) == pytest.approx(RATE, abs=0.03)
    flow = expm(A * STEP)
    fine = [expm(A * (k + 0.5) * STEP / 50) for k in range(50)]
    gained = sum(f @ np.diag([0.02**2, 0.02**2, WALK**2]) @ f.T for f in fine) * STEP / 50
    exact = solve_discrete_are(flow.T, np.array([[0.0], [1.0], [0.0]]), gained, np.array([[NOISE**2]]))
    np.testing.assert_allclose(before, exact, rtol=5e-3)


def test_a_forecast_holds_it() -> None:
    of = _filter("ekf")
    begun = of.begin((4.0, 1.0), (1.0,))
    estimate = type(begun)((*begun.mean[:2], RATE), begun.covariance, begun.start, begun.driven, begun.inputs)
    later = of.advance(estimate, (1.0,), 200.0)
    assert later.mean[2] == RATE
    assert later.mean[0] == pytest.approx((1.0 + RATE) / 0.3, rel=1e-5)
