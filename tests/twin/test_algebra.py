"""The same equations give the same numbers over floats, arrays, CasADi symbols and compiled code."""

import math
from collections.abc import Mapping

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Simulator, model, models
from homeostat.twin.algebra import ARRAYS, FLOATS, SYMBOLS


def _states(name: str, shares: list[float]) -> list[float]:
    """Positive states around their declared values, fractions within 0 and 1."""
    group = model(name).signature.states
    return [
        min(s * 2.0 * max(q.value, 0.1), 0.99 if q.high == 1.0 else math.inf)
        for q, s in zip(group, shares, strict=False)
    ]


@pytest.mark.parametrize("name", sorted(models()))
@settings(max_examples=25, deadline=None)
@given(shares=st.lists(st.floats(0.05, 1.0), min_size=48, max_size=48))
def test_rates_agree_between_floats_arrays_and_symbols(name: str, shares: list[float]) -> None:
    declared = model(name)
    s = declared.signature
    x, u, p = _states(name, shares), s.inputs.vector(), s.parameters.vector()
    floats = declared.evaluate(x, u, p)
    arrays = declared.evaluate([np.full(3, v) for v in x], u, p, ARRAYS)
    symbols = declared.function()(x, u, p)
    for k in (0, 1):
        for i, value in enumerate(floats[k]):
            np.testing.assert_allclose(np.broadcast_to(arrays[k][i], 3), value, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(float(symbols[k][i]), value, rtol=1e-12, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(shares=st.lists(st.floats(0.05, 1.0), min_size=48, max_size=48))
def test_compiled_outputs_agree_with_floats(simulators: Mapping[str, Simulator], shares: list[float]) -> None:
    for name, simulator in simulators.items():
        s = simulator.signature
        x, u, p = _states(name, shares), s.inputs.vector(), s.parameters.vector()
        np.testing.assert_allclose(
            simulator.outputs(x, u, p), simulator.model.evaluate(x, u, p)[1], rtol=1e-13
        )


@given(a=st.floats(-1e3, 1e3), b=st.floats(-1e3, 1e3), width=st.floats(1e-6, 1.0))
def test_smooth_extremes_stay_within_half_a_width_of_the_true_ones(a: float, b: float, width: float) -> None:
    rounding = 1e-12 * (1.0 + abs(a) + abs(b))
    assert -rounding <= FLOATS.maximum(a, b, width) - max(a, b) <= width / 2 + rounding
    assert -rounding <= min(a, b) - FLOATS.minimum(a, b, width) <= width / 2 + rounding


@given(a=st.floats(-1e300, 1e300))
def test_the_logistic_never_overflows(a: float) -> None:
    assert 0.0 <= FLOATS.logistic(a) <= 1.0
    assert FLOATS.logistic(a) + FLOATS.logistic(-a) == pytest.approx(1.0)


@pytest.mark.parametrize("condition", [True, False])
def test_a_choice_means_the_same_everywhere(condition: bool) -> None:
    flag = 1.0 if condition else 0.0
    assert FLOATS.if_else(flag > 0.5, 2.0, 3.0) == (2.0 if condition else 3.0)
    assert ARRAYS.if_else(np.array([flag]) > 0.5, 2.0, 3.0)[0] == (2.0 if condition else 3.0)
    x = ca.SX.sym("x")
    choice = ca.Function("choice", [x], [SYMBOLS.if_else(x > 0.5, 2.0, 3.0)])
    assert float(choice(flag)) == (2.0 if condition else 3.0)
