"""A learnt term keeps sign, bounds and direction for any weights, and is the same over floats, arrays and symbols."""

from collections.abc import Mapping
from typing import Any

import casadi as ca
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Model, parameter, state
from homeostat.twin.algebra import ARRAYS, FLOATS, SYMBOLS
from homeostat.twin.hybrid import (
    Argument,
    Bounded,
    Factor,
    KernelTerm,
    NeuralTerm,
    Positive,
    Shape,
    Term,
    Unbounded,
    term_weights,
    terms,
)
from homeostat.twin.hybrid.term import WEIGHT_BOUND

ARGUMENTS = {"x": Argument(0.0, 4.0), "y": Argument(-1.0, 1.0)}
SHAPES: Mapping[Shape, tuple[float, float, float]] = {
    Unbounded(2.0): (-np.inf, 0.0, np.inf),
    Positive(0.5): (0.0, 0.5, np.inf),
    Bounded(1.0, 3.0): (1.0, 2.0, 3.0),
    Factor(0.5): (np.exp(-0.5), 1.0, np.exp(0.5)),
}
"""The least, the neutral and the greatest value of each shape."""
TERMS = (
    NeuralTerm(ARGUMENTS, Factor(1.0), units=3),
    KernelTerm(ARGUMENTS, Factor(1.0), places=3),
    NeuralTerm({"x": Argument(0.0, 4.0, monotone=1), "y": ARGUMENTS["y"]}, Positive(), units=3),
)
weight = st.floats(-WEIGHT_BOUND, WEIGHT_BOUND)
place = st.floats(-10.0, 10.0)


def draws(term: Term) -> Any:
    return st.lists(weight, min_size=len(term.weights()), max_size=len(term.weights()))


def value(term: Term, drawn: Any, at: tuple[Any, ...], m: Any = FLOATS) -> Any:
    weights = dict(zip(term.weights(), drawn, strict=True))
    return term.value(m, weights, dict(zip(term.arguments, at, strict=True)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [NeuralTerm, KernelTerm])
@given(data=st.data(), at=st.tuples(place, place))
def test_a_term_never_leaves_its_shape(kind: Any, shape: Shape, data: Any, at: tuple[float, float]) -> None:
    term = kind(ARGUMENTS, shape)
    low, _, high = SHAPES[shape]
    said = value(term, data.draw(draws(term)), at)
    assert low - 1e-12 <= said <= high + 1e-12
    assert np.isfinite(said)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [NeuralTerm, KernelTerm])
def test_an_untrained_term_is_neutral(kind: Any, shape: Shape) -> None:
    term = kind(ARGUMENTS, shape)
    assert value(term, [0.0] * len(term.weights()), (1.0, 0.5)) == pytest.approx(SHAPES[shape][1], rel=1e-15)


@pytest.mark.parametrize("direction", [-1, 1])
@given(data=st.data(), x=st.tuples(place, place), y=place)
def test_a_monotone_argument_keeps_its_direction_beside_a_free_one(
    direction: int, data: Any, x: tuple[float, float], y: float
) -> None:
    term = NeuralTerm({"x": Argument(0.0, 4.0, monotone=direction), "y": ARGUMENTS["y"]}, Positive())
    drawn = data.draw(draws(term))
    below, above = (value(term, drawn, (each, y)) for each in sorted(x))
    assert direction * (above - below) >= -1e-12 * (abs(above) + 1.0)


def test_a_free_argument_may_turn() -> None:
    """The constraint on one argument does not spread to the other."""
    term = NeuralTerm({"x": Argument(0.0, 4.0, monotone=1), "y": ARGUMENTS["y"]}, Unbounded(), units=2)
    drawn = {"u1_y": 2.0, "u1_offset": 1.0, "u1_out": 1.0, "u2_y": -2.0, "u2_offset": 1.0, "u2_out": 1.0}
    weights = dict.fromkeys(term.weights(), 0.0) | drawn
    said = [term.value(FLOATS, weights, {"x": 1.0, "y": y}) for y in (-1.0, 0.0, 1.0)]
    assert said[0] < said[1] > said[2]


@pytest.mark.parametrize("term", TERMS)
@given(data=st.data())
def test_floats_arrays_and_symbols_agree(term: Term, data: Any) -> None:
    drawn, at = data.draw(draws(term)), (np.array([0.0, 1.3, 5.0]), np.array([-1.0, 0.2, 2.0]))
    floats = [value(term, drawn, (x, y)) for x, y in zip(*(each.tolist() for each in at), strict=True)]
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    symbols = ca.Function("term", [x, y], [value(term, drawn, (x, y), SYMBOLS)])
    np.testing.assert_allclose(value(term, drawn, at, ARRAYS), floats, rtol=1e-12)
    np.testing.assert_allclose([float(symbols(*pair)) for pair in zip(*at, strict=True)], floats, rtol=1e-12)


@pytest.mark.parametrize("shape", [Factor, Positive])
def test_the_structure_is_plain_data_and_tells_everything(shape: Any) -> None:
    term = KernelTerm({"x": Argument(0.0, 4.0)}, shape(2.0), places=3, length=0.7)
    number = {"Factor": "reach", "Positive": "scale"}[shape.__name__]
    assert term.described() == {
        "kind": "KernelTerm",
        "arguments": {"x": [0.0, 4.0, 0]},
        "shape": {"kind": shape.__name__, number: 2.0},
        "places": 3,
        "length": 0.7,
    }


class Decay(Model):
    """One state and a learnt rate."""

    level = state(1.0, "g/L", "what decays")
    fast = parameter(0.1, "1/h", "rate", source="test")
    rate = NeuralTerm({"level": Argument(0.0, 1.0)}, Positive(0.2), units=1)

    def rates(self, m: Any) -> dict[str, Any]:
        return {"level": -self.fast * self.rate(m, level=self.level) * self.level}


def test_the_weights_are_parameters_of_the_model() -> None:
    names = ("rate_u1_level", "rate_u1_offset", "rate_u1_out", "rate_offset")
    assert Decay.signature.parameters.names == ("fast", *names)
    assert term_weights(Decay) == names
    assert terms(Decay) == {"rate": Decay.rate}
    assert Decay.evaluate((2.0,), (), (0.1, 0.0, 0.0, 0.0, 0.0))[0] == (pytest.approx(-0.1 * 0.2 * 2.0),)


def test_a_weight_written_in_a_subclass_replaces_the_untrained_one() -> None:
    class Trained(Decay):
        rate_offset = parameter(1.5, "1", "learnt", source="test")

    assert Trained.signature.parameters.names == Decay.signature.parameters.names
    assert Trained.signature.parameters["rate_offset"].value == 1.5
    assert Trained.fingerprint() != Decay.fingerprint()


def test_another_term_in_a_subclass_takes_its_weights_with_it() -> None:
    class Other(Decay):
        rate = KernelTerm({"level": Argument(0.0, 1.0)}, Positive(0.2), places=2)

    assert Other.signature.parameters.names == ("fast", "rate_g1", "rate_g2")


def test_a_term_is_called_with_its_arguments_and_no_others() -> None:
    with pytest.raises(TwinError, match="its arguments are x, y"):
        TERMS[0].value(FLOATS, {}, {"x": 1.0})


def test_one_term_cannot_serve_as_two() -> None:
    shared = NeuralTerm({"level": Argument(0.0, 1.0)}, Positive())
    twice = type("Twice", (Decay,), {"rate": shared, "other": shared})
    with pytest.raises(TwinError, match="rate and other"):
        twice.evaluate((1.0,), (), twice.signature.parameters.values)


@pytest.mark.parametrize(
    "declare",
    [
        lambda: NeuralTerm({}, Positive()),
        lambda: NeuralTerm({"x": Argument(1.0, 1.0)}, Positive()),
        lambda: NeuralTerm({"x": Argument(0.0, float("nan"))}, Positive()),
        lambda: NeuralTerm({"x": Argument(0.0, 1.0, monotone=2)}, Positive()),
        lambda: NeuralTerm(ARGUMENTS, Positive(), units=0),
        lambda: KernelTerm(ARGUMENTS, Positive(), places=9),
        lambda: KernelTerm(ARGUMENTS, Positive(), length=0.0),
        lambda: KernelTerm({"x": Argument(0.0, 1.0, monotone=1)}, Positive()),
        lambda: Positive(0.0),
        lambda: Unbounded(-1.0),
        lambda: Bounded(1.0, 1.0),
        lambda: Factor(float("nan")),
    ],
)
def test_contradictory_declarations_are_refused(declare: Any) -> None:
    with pytest.raises(TwinError):
        declare()
