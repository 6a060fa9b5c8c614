"""The yardstick model: its declared equations are those that the rivals solve, and those of the first comparison."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.bench.twin.equations import rates
from homeostat.bench.twin.model import PerfusedTCells

SIGNATURE = PerfusedTCells.signature
FACTORS = st.lists(st.floats(0.2, 5.0), min_size=55, max_size=55)

# States, inputs, factor of the nominal parameters, and the rates of the prototype in which engines were first compared:
# start, growth under perfusion, and a dense culture whose gassing is at its limit.
POINTS = (
    (
        (0.5, 0.02, 0.8, 17.0, 1.0, 4.0, 0.3, 80.0, 25.0, 60.0, 200.0, 0.0),
        (0.0, 0.0, 0.0, 400.0, 50.0, 0.0),
        1.0,
        (
            *(0.011957356238291465, 0.002502025234862863, -0.00668945155355704, -0.028302224559438097),
            *(0.04391133022555244, -0.014704797657862007, 0.013523838126289607, -22.210406037238872),
            *(-0.07236225150375357, 1.6076923076923078, 0.0, 152.0041665387795),
        ),
    ),
    (
        (12.0, 1.5, 0.4, 6.0, 18.0, 1.2, 2.5, 35.0, 21.0, 35.0, 205.0, 11.0),
        (10.625, 0.15, 0.15, 400.0, 50.0, 0.02),
        1.0,
        (
            *(-0.020097423906103577, 0.09121739214441649, 0.008158424549052336, 0.42231596155768136),
            *(-0.6892051056106754, 0.0850390716576685, -0.0662871597651592, 864.4782733614181),
            *(0.3106256391961138, 1.236341463414634, 0.02, 24.0014120464283),
        ),
    ),
    (
        (27.0, 3.0, 0.2, 3.0, 25.0, 0.4, 4.0, 8.0, 18.0, 12.0, 190.0, 75.0),
        (40.0 / 3.0, 0.0, 0.0, 400.0, 50.0, 0.02),
        1.1,
        (
            *(-0.34366102808857235, 0.3276141877389599, 0.008915443857698399, 0.7707822729279266),
            *(-1.4167381326072626, 0.15681850378666165, -0.1720264391217359, 5551.334855001025),
            *(0.931421340552876, 2.8028846233230142, 0.02, -526.4016846298548),
        ),
    ),
)


def test_it_has_twelve_states_and_twelve_parameters_that_differ_between_donors() -> None:
    assert [len(group) for group in SIGNATURE.groups] == [12, 6, 37, 0]
    assert sum(quantity.spread > 0.0 for quantity in SIGNATURE.parameters) == 12
    assert all(quantity.source.startswith("assumption") for quantity in SIGNATURE.parameters)


@pytest.mark.parametrize(("x", "u", "factor", "expected"), POINTS)
def test_its_rates_are_those_of_the_first_comparison(
    x: tuple[float, ...], u: tuple[float, ...], factor: float, expected: tuple[float, ...]
) -> None:
    p = [factor * value for value in SIGNATURE.parameters.values]
    np.testing.assert_allclose(PerfusedTCells.evaluate(x, u, p)[0], expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(rates(x, u, p, math), expected, rtol=1e-9, atol=1e-12)


@given(FACTORS, st.floats(-50.0, 80.0))
@settings(max_examples=200)
def test_declared_and_hand_written_equations_agree_everywhere(factors: list[float], integral: float) -> None:
    nominal = [value for group in SIGNATURE.groups[:3] for value in group.values]
    values = [factor * (value or 1.0) for factor, value in zip(factors, nominal, strict=True)]
    x, u, p = [*values[:11], integral], values[12:18], values[18:]
    by_hand = np.array(rates(x, u, p, math))
    np.testing.assert_allclose(PerfusedTCells.evaluate(x, u, p)[0], by_hand, rtol=1e-7, atol=1e-7)


@given(FACTORS)
def test_perfusion_alone_brings_everything_dissolved_towards_the_medium(factors: list[float]) -> None:
    x = [f * v for f, v in zip(factors, SIGNATURE.states.values, strict=False)]
    p, still = SIGNATURE.parameters.values, [0.0] * 6
    moved = [10.0, *still[1:]]
    gained = np.subtract(PerfusedTCells.evaluate(x, moved, p)[0], PerfusedTCells.evaluate(x, still, p)[0])
    entering = {
        "glucose": 17.0,
        "lactate": 0.0,
        "glutamine": 4.0,
        "ammonium": 0.0,
        "bicarbonate": 26.0,
        "il2": 40.0,
    }
    expected = np.zeros(12)
    for name, medium in entering.items():
        k = SIGNATURE.states.index(name)
        expected[k] = 10.0 / x[SIGNATURE.states.index("volume")] * (medium - x[k])
    np.testing.assert_allclose(gained, expected, rtol=1e-6, atol=1e-8)
