"""A hybrid of an existing model: untrained it is the model, and its balances close for any weights."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Model, model
from homeostat.twin.hybrid import Argument, Bounded, Factor, KernelTerm, NeuralTerm, hybrid, term_weights
from homeostat.twin.models.yeast_fed_batch import BIOMASS, ETHANOL, GLUCOSE, GLYCEROL

Yeast = model("yeast_fed_batch")
PLANE = {"glucose": Argument(0.0, 4.0), "ethanol": Argument(0.0, 7.0)}
Hybrid = hybrid(
    Yeast,
    {
        "uptake_max": NeuralTerm(PLANE, Factor(0.7), units=2),
        "ethanol_formed": KernelTerm(PLANE, Bounded(0.2, 0.45), places=2),
    },
    name="YeastHybrid",
)
CONTENT = {
    "carbon": (12.011 / 44.009, 0.0, lambda compound: compound.carbon),
    "oxygen demand": (0.0, -1.0, lambda compound: compound.demand),
}
"""What is conserved: its share in carbon dioxide and (taken up) in oxygen, g/g, and in a compound."""
STATE = st.tuples(st.floats(0.1, 30.0), st.floats(0.0, 30.0), st.floats(0.0, 10.0), st.floats(0.0, 100.0))


def evaluated(
    kind: type[Model], x: Sequence[float], weights: Sequence[float]
) -> tuple[dict[str, float], dict[str, float]]:
    s = kind.signature
    states = s.states.vector(dict(zip(("biomass", "glucose", "ethanol", "oxygen"), x, strict=True)))
    parameters = s.parameters.vector(dict(zip(term_weights(kind), weights, strict=True)))
    rates, outputs = kind.evaluate(states, s.inputs.values, parameters)
    return dict(zip(s.states.names, rates, strict=True)), dict(zip(s.outputs.names, outputs, strict=True))


@pytest.mark.parametrize("what", CONTENT)
@given(x=STATE, weights=st.lists(st.floats(-10.0, 10.0), min_size=13, max_size=13))
def test_every_balance_closes_for_any_weights(what: str, x: Sequence[float], weights: list[float]) -> None:
    in_gas, taken, of = CONTENT[what]
    rate, out = evaluated(Hybrid, x, weights)
    turned = [
        of(BIOMASS) * rate["biomass"],
        of(GLUCOSE) * rate["glucose"],
        of(ETHANOL) * rate["ethanol"],
        of(GLYCEROL) * out["by_product_rate"],
        in_gas * out["carbon_dioxide_rate"],
        -taken * out["oxygen_rate"],
    ]
    assert sum(turned) == pytest.approx(0.0, abs=1e-9 * sum(map(abs, turned)) + 1e-12)


@given(x=STATE)
def test_untrained_factors_change_nothing(x: Sequence[float]) -> None:
    factors = hybrid(Yeast, {"uptake_max": NeuralTerm(PLANE, Factor(0.7), units=2)})
    ours, theirs = evaluated(factors, x, [0.0] * 9), evaluated(Yeast, x, [])
    for mine, known in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(known, rel=1e-12, abs=1e-12)


def test_a_factor_multiplies_and_another_shape_takes_the_place() -> None:
    """Without weights the bounded yield is the middle of its bounds, whatever the parameter is."""
    x = (5.0, 3.0, 1.0, 90.0)
    ours, _ = evaluated(Hybrid, x, [0.0] * 13)
    s = Yeast.signature
    values = s.parameters.vector({"ethanol_formed": 0.325})
    states = s.states.vector(dict(zip(("biomass", "glucose", "ethanol", "oxygen"), x, strict=True)))
    theirs, _ = Yeast.evaluate(states, s.inputs.values, values)
    assert tuple(ours.values()) == pytest.approx(theirs, rel=1e-12)


def test_the_weights_join_the_parameters_and_the_name_is_as_given() -> None:
    assert Hybrid.__name__ == "YeastHybrid"
    assert set(term_weights(Hybrid)) <= set(Hybrid.signature.parameters.names)
    assert len(term_weights(Hybrid)) == 9 + 4
    assert hybrid(Yeast, {"kla": NeuralTerm(PLANE, Factor())}).__name__ == "HybridYeastFedBatch"


def test_a_hybrid_of_a_hybrid_keeps_both_terms() -> None:
    both = hybrid(
        hybrid(Yeast, {"uptake_max": NeuralTerm(PLANE, Factor(0.7), units=1)}),
        {"adaptation": NeuralTerm(PLANE, Factor(0.7), units=1)},
    )
    names = [*both.signature.parameters.names]
    assert {"uptake_max_term_offset", "adaptation_term_offset"} <= set(names)
    moved, _ = evaluated(both, (5.0, 3.0, 1.0, 90.0), [0.0] * 4 + [1.0] + [0.0] * 4 + [1.0])
    known, _ = evaluated(Yeast, (5.0, 3.0, 1.0, 90.0), [])
    assert moved["glucose"] != known["glucose"]
    assert moved["respiration"] != known["respiration"]


def test_what_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(TwinError, match="uptake_min"):
        hybrid(Yeast, {"uptake_min": NeuralTerm(PLANE, Factor())})
    with pytest.raises(TwinError, match="'sucrose' of the term for uptake_max"):
        hybrid(Yeast, {"uptake_max": NeuralTerm({"sucrose": Argument(0.0, 1.0)}, Factor())})
    with pytest.raises(TwinError, match="uptake_max is learnt already"):
        hybrid(Hybrid, {"uptake_max": NeuralTerm(PLANE, Factor())})
    with pytest.raises(TwinError, match="no parameter is to vary"):
        hybrid(Yeast, {})
