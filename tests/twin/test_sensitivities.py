"""Forward sensitivities: against closed forms, finite differences of a tight integration, and CasADi's own."""

from collections.abc import Sequence
from typing import Any

import casadi as ca
import numpy as np
import pytest
from tests.marks import in_drills

from homeostat.twin import Ensemble, Jump, Model, Quantity, Segment, model, models, output, parameter, state
from homeostat.twin import input as model_input

TIMES = tuple(float(t) for t in range(0, 49, 3))
COURSE = (Segment(0.0), Segment(10.0), Segment(30.0))


class Tank(Model):
    """A decay in a vessel that is fed: everything about it has a closed form."""

    level = state(2.0, "mmol/L", "decays and is diluted", low=-1.0)
    volume = state(100.0, "mL", "volume", low=1.0, high=1000.0)
    feed = model_input(5.0, "mL/h", "feed without contents", low=0.0, high=100.0)
    rate = parameter(0.3, "1/h", "rate of decay", low=0.0, high=1e3)
    amount = output("umol", "amount in the vessel")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"level": -(self.rate + self.feed / self.volume) * self.level, "volume": self.feed}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"amount": self.level * self.volume}


def test_sensitivities_have_their_closed_form() -> None:
    names = ("rate", "level", "volume", "feed")
    ensemble = Ensemble(
        Tank,
        method="rodas4",
        rtol=1e-10,
        atol=1e-13,
        columns=("level", "volume", "amount"),
        directions=names,
    )
    t = np.linspace(0.0, 8.0, 33)
    done = ensemble.run(t)
    assert done.directions == names
    assert done.sensitivities is not None
    found = done.sensitivities[0]
    volume, decay = 100.0 + 5.0 * t, np.exp(-0.3 * t)
    amount = 200.0 * decay
    expected = np.stack(
        [
            [-t * amount / volume, 0.0 * t, -t * amount],
            [100.0 * decay / volume, 0.0 * t, 100.0 * decay],
            [2.0 * decay / volume - amount / volume**2, 1.0 + 0.0 * t, 2.0 * decay],
            [-amount * t / volume**2, t, 0.0 * t],
        ]
    )
    np.testing.assert_allclose(found, expected.transpose(2, 1, 0), rtol=1e-6, atol=1e-7)


def test_jumps_carry_their_derivatives() -> None:
    """Draining a fifth, doubling by medium of 3 mmol/L, then half of what is there: all linear in the level."""
    ensemble = Ensemble(Tank, columns=("level", "volume"), directions=("level", "volume"))
    jumps = [
        Jump(1.0, draw=20.0),
        Jump(1.0, bolus=80.0, contents={"level": 3.0}),
        Jump(2.0, scale={"level": 0.5}),
    ]
    done = ensemble.run(
        (0.0, 1.0, 2.0), [Segment(0.0, {"feed": 0.0})], parameters=np.array([0.0]), jumps=jumps
    )
    assert done.sensitivities is not None
    after, last = done.sensitivities[0, 1:]
    # c = (2 (V - 20) + 3 * 80) / (V + 60) at V = 100: dc/dc0 = 80/160, dc/dV = (2 * 160 - 400) / 160**2
    np.testing.assert_allclose(after, [[0.5, -80.0 / 160.0**2], [0.0, 1.0]], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(last, [[0.25, -40.0 / 160.0**2], [0.0, 1.0]], rtol=1e-9, atol=1e-12)


def _directions(declared: type[Model]) -> tuple[str, ...]:
    """Every fourth parameter that is not zero, the first input and the first two states."""
    s = declared.signature
    parameters = [q.name for q in s.parameters if q.value != 0.0][::4]
    return (*parameters, *s.inputs.names[:1], *s.states.names[:2])


LARGE = "raav_hek293"
SMALL = [name for name in models() if name != LARGE]


@pytest.mark.parametrize("name", [*SMALL, *in_drills([LARGE])])
def test_every_model_matches_finite_differences(name: str) -> None:
    """Central differences of a run at rtol 1e-11, extrapolated once (error of order h^4)."""
    declared = model(name)
    names = _directions(declared)
    done = Ensemble(declared, method="rodas4", rtol=1e-8, atol=1e-10, directions=names).run(TIMES, COURSE)
    assert done.sensitivities is not None
    tight = Ensemble(declared, method="rodas4", rtol=1e-11, atol=1e-13)
    for k, direction in enumerate(names):
        expected = _difference(tight, declared, direction)
        per_unit = np.abs(done.values[0]).max(axis=0) / (abs(_quantity(declared, direction).value) or 1.0)
        scale = np.abs(expected).max(axis=0) + 1e-5 * np.abs(expected).max() + 1e-5 * per_unit + 1e-30
        assert np.abs((done.sensitivities[0, :, :, k] - expected) / scale).max() < 2e-3, direction


def _difference(tight: Ensemble, declared: type[Model], direction: str) -> np.ndarray:
    """(4 d(h/2) - d(h)) / 3 of central differences d; one-sided, from three points, where a bound is near."""
    quantity = _quantity(declared, direction)
    h = 1e-3 * abs(quantity.value) or 1e-5 * min(1.0, quantity.high)
    if quantity.low <= quantity.value - h:
        whole, half = (
            (_shifted(tight, direction, s * h) - _shifted(tight, direction, -s * h)) / (2.0 * s * h)
            for s in (1.0, 0.5)
        )
        return (4.0 * half - whole) / 3.0
    values = [_shifted(tight, direction, step * h) for step in range(5)]
    weights = (-25.0, 48.0, -36.0, 16.0, -3.0)  # Fornberg 1988, order 4
    return sum(w * v for w, v in zip(weights, values, strict=True)) / (12.0 * h)


def _quantity(declared: type[Model], name: str) -> Quantity:
    return next(group for group in declared.signature.groups if name in group.names)[name]


def _shifted(ensemble: Ensemble, direction: str, shift: float) -> np.ndarray:
    s = ensemble.signature
    states, parameters = (np.array(group.vector()) for group in (s.states, s.parameters))
    inputs = np.tile(s.inputs.vector(), (1, len(COURSE), 1))
    for group, values in ((s.states, states), (s.parameters, parameters), (s.inputs, inputs)):
        if direction in group.names:
            values[..., group.index(direction)] += shift
    done = ensemble.run(TIMES, COURSE, states=states, parameters=parameters, inputs=inputs)
    assert done.sound.all()
    return done.values[0]


@pytest.mark.parametrize("name", [*SMALL, *in_drills([LARGE])])
def test_every_model_matches_casadi(name: str) -> None:
    """CasADi differentiates its cvodes by the sensitivity equations: another method altogether."""
    declared = model(name)
    names = declared.signature.parameters.names[:4]
    done = Ensemble(declared, method="rodas4", rtol=1e-8, atol=1e-10, directions=names).run((0.0, 6.0))
    assert done.sensitivities is not None
    expected = _casadi(declared, names, 6.0)
    scale = np.abs(expected).max(axis=0) + 1e-6
    assert np.abs((done.sensitivities[0, -1] - expected) / scale).max() < 1e-4


def _casadi(declared: type[Model], names: Sequence[str], hours: float) -> np.ndarray:
    s = declared.signature
    x, p = ca.MX.sym("x", len(s.states)), ca.MX.sym("p", len(s.parameters))
    rates = declared.function()(x, ca.DM(s.inputs.vector()), p)[0]
    options = {"abstol": 1e-11, "reltol": 1e-10}
    integrator = ca.integrator("flow", "cvodes", {"x": x, "p": p, "ode": rates}, 0.0, hours, options)
    free = ca.MX.sym("free", len(s.parameters))
    end = integrator(x0=ca.DM(s.states.vector()), p=free)["xf"]
    jacobian = ca.Function("sensitivity", [free], [ca.jacobian(end, free)])
    columns = [s.parameters.index(name) for name in names]
    return np.array(jacobian(ca.DM(s.parameters.vector())))[:, columns]


def test_sensitivities_do_not_change_the_states() -> None:
    """Steps are controlled by the states alone; only the rounding differs, for products are fused by their uses."""
    plain = Ensemble(model("t_cell_expansion")).run(TIMES, COURSE)
    carried = Ensemble(model("t_cell_expansion"), directions=("growth_max",)).run(TIMES, COURSE)
    assert carried.steps.tolist() == plain.steps.tolist()
    np.testing.assert_allclose(carried.values, plain.values, rtol=1e-9, atol=1e-12)


def test_a_failed_batch_shows_no_derivative() -> None:
    done = Ensemble(Tank, directions=("rate",)).run((0.0, 1.0, 2.0), jumps=[Jump(1.5, draw=300.0)])
    assert done.sensitivities is not None
    assert np.isfinite(done.sensitivities[0, :2]).all()
    assert np.isnan(done.sensitivities[0, 2]).all()
