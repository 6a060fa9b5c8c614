"""Yeast fed-batch: against an independent integration, balances, closed forms, and the public runs."""

import csv
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Segment, Simulator, Status, Trajectory, model, simulate
from homeostat.twin.models.yeast_fed_batch import BIOMASS, ETHANOL, GLUCOSE, GLYCEROL, Compound

STATES = model("yeast_fed_batch").signature.states
FED = [Segment(0.0), Segment(0.4, {"feed": 0.0069}), Segment(5.0, {"feed": 0.0069, "stirrer": 1000.0})]


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, STATES.index(name)])


def _output(run: Trajectory, simulator: Simulator, name: str) -> np.ndarray:
    return np.asarray(run.outputs[:, simulator.signature.outputs.index(name)])


def test_a_fed_batch_agrees_with_an_independent_integration(
    yeast: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    times = [0.0, 0.4, 1.0, 3.0, 5.0, 8.0, 12.0, 24.0]
    ours = simulate(yeast, {"glucose": 10.0}, FED, {}, times)
    theirs = reference(yeast.model, {"glucose": 10.0}, FED, times)
    np.testing.assert_allclose(ours.states, theirs, rtol=1e-5, atol=1e-6)


def test_the_volume_is_what_was_fed(yeast: Simulator) -> None:
    run = simulate(yeast, {}, FED, {}, [0.0, 20.4])
    assert _state(run, "volume")[-1] == pytest.approx(0.5 + 0.0069 * 20.0)


def test_the_content_of_compounds_agrees_with_tables() -> None:
    """Stoichiometric oxygen demand of glucose, ethanol and glycerol, and carbon; g/g, as textbooks round them."""
    assert [c.demand for c in (GLUCOSE, ETHANOL, GLYCEROL)] == pytest.approx([1.067, 2.087, 1.217], rel=2e-3)
    assert [c.carbon for c in (GLUCOSE, ETHANOL, GLYCEROL)] == pytest.approx([0.400, 0.521, 0.391], abs=5e-4)


def test_ash_takes_its_share_of_the_dry_mass() -> None:
    bare = Compound(1.0, 1.8, 0.5, 0.2)
    assert bare.mass == pytest.approx(24.63, abs=0.01)
    assert bare.demand == pytest.approx(1.364, abs=5e-4)
    assert BIOMASS.demand == pytest.approx(0.95 * bare.demand)
    assert BIOMASS.carbon == pytest.approx(0.95 * bare.carbon)


CONTENT = {
    "carbon": (12.011 / 44.009, 0.0, lambda compound: compound.carbon),
    "oxygen demand": (0.0, -1.0, lambda compound: compound.demand),
}
"""What is conserved: its share in carbon dioxide and (taken up) in oxygen, g/g, and in a compound."""


@pytest.mark.parametrize("what", CONTENT)
def test_what_is_fed_is_found_again_in_culture_gas_and_by_products(yeast: Simulator, what: str) -> None:
    """Gas and by-products are outputs, so integrating them and adding the states closes the balance, or not."""
    in_gas, taken, of = CONTENT[what]
    times = np.linspace(0.0, 12.0, 12_001)
    run = simulate(yeast, {"glucose": 10.0}, [Segment(0.0, {"feed": 0.0069})], {}, times)
    volume = _state(run, "volume")
    left = (
        in_gas * _output(run, yeast, "carbon_dioxide_rate")
        - taken * _output(run, yeast, "oxygen_rate")
        + of(GLYCEROL) * _output(run, yeast, "by_product_rate")
    ) * volume
    content = (
        of(BIOMASS) * _state(run, "biomass")
        + of(GLUCOSE) * _state(run, "glucose")
        + of(ETHANOL) * _state(run, "ethanol")
    ) * volume
    fed = of(GLUCOSE) * 200.0 * 0.0069 * times[-1]
    assert content[-1] + np.trapezoid(left, times) == pytest.approx(content[0] + fed, rel=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    x=st.tuples(st.floats(0.1, 30.0), st.floats(0.0, 30.0), st.floats(0.0, 10.0), st.floats(0.0, 100.0)),
    yields=st.tuples(st.floats(0.3, 0.6), st.floats(0.0, 0.2), st.floats(0.2, 0.5), st.floats(0.4, 0.8)),
)
@pytest.mark.parametrize("what", CONTENT)
def test_every_balance_closes_at_every_moment_for_any_yields(
    yeast: Simulator, what: str, x: Sequence[float], yields: Sequence[float]
) -> None:
    in_gas, taken, of = CONTENT[what]
    names = ("yield_respired", "yield_fermented", "ethanol_formed", "yield_ethanol")
    rate, out = _evaluate(
        yeast,
        dict(zip(("biomass", "glucose", "ethanol", "oxygen"), x, strict=True)),
        dict(zip(names, yields, strict=True)),
    )
    turned = [
        of(BIOMASS) * rate["biomass"],
        of(GLUCOSE) * rate["glucose"],
        of(ETHANOL) * rate["ethanol"],
        of(GLYCEROL) * out["by_product_rate"],
        in_gas * out["carbon_dioxide_rate"],
        -taken * out["oxygen_rate"],
    ]
    assert sum(turned) == pytest.approx(0.0, abs=1e-9 * sum(map(abs, turned)) + 1e-12)


def _evaluate(
    yeast: Simulator, x: dict[str, float], p: dict[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Rates and outputs at one moment, by name, unfed."""
    s = yeast.signature
    rates, outputs = yeast.model.evaluate(s.states.vector(x), s.inputs.vector(), s.parameters.vector(p))
    return dict(zip(s.states.names, rates, strict=True)), dict(zip(s.outputs.names, outputs, strict=True))


LEAN = {"biomass": 1.0, "respiration": 1.0, "oxygen": 100.0}
"""Respiration far from its limit."""


@pytest.mark.parametrize("grown", [0.0, 0.4, 0.57])
def test_the_respiratory_quotient_of_glucose_is_that_of_its_degree_of_reduction(
    yeast: Simulator, grown: float
) -> None:
    """Per C-mol glucose (degree of reduction 4) to y C-mol biomass (4.2): (1 - y) of CO2 over (4 - 4.2 y) / 4 of O2."""
    _, out = _evaluate(yeast, LEAN | {"glucose": 1e-3}, {"yield_respired": grown, "maintenance": 0.0})
    y = grown * 0.95 / 24.626 * 180.156 / 6.0
    quotient = (out["carbon_dioxide_rate"] / 44.009) / (out["oxygen_rate"] / 31.998)
    assert quotient == pytest.approx((1.0 - y) / (1.0 - 4.2 / 4.0 * y), rel=2e-3)


def test_ethanol_burns_with_two_thirds_of_its_oxygen_as_carbon_dioxide(yeast: Simulator) -> None:
    """C2H6O + 3 O2 -> 2 CO2 + 3 H2O."""
    p = {"yield_ethanol": 0.0, "maintenance": 0.0}
    _, out = _evaluate(yeast, LEAN | {"glucose": 0.0, "ethanol": 1e-3}, p)
    quotient = (out["carbon_dioxide_rate"] / 44.009) / (out["oxygen_rate"] / 31.998)
    assert quotient == pytest.approx(2.0 / 3.0, rel=1e-3)


def test_fermentation_yields_by_products_and_the_carbon_dioxide_of_ethanol(yeast: Simulator) -> None:
    """Without biomass, C6H12O6 -> 2 C2H6O + 2 CO2 leaves nothing over; with the shipped yields something is left."""
    sealed = {"oxygen": 0.0, "glucose": 10.0}
    full = 2.0 * 46.069 / 180.156
    bound = yeast.signature.parameters["ethanol_formed"].high
    _, ideal = _evaluate(yeast, sealed, {"yield_fermented": 0.0, "ethanol_formed": bound})
    uptake = ideal["carbon_dioxide_rate"] / (2.0 * 44.009 / 180.156)
    assert bound == pytest.approx(full, rel=1e-3)
    assert ideal["by_product_rate"] == pytest.approx(0.0, abs=1e-3 * uptake)
    _, shipped = _evaluate(yeast, sealed, {})
    assert 0.02 < shipped["by_product_rate"] / uptake < 0.15


def test_off_gas_of_dead_air_is_air_and_a_breathing_culture_changes_both_gases(yeast: Simulator) -> None:
    _, air = _evaluate(yeast, {"biomass": 0.0}, {})
    assert air["carbon_dioxide_gas"] == pytest.approx(0.04, rel=1e-3)
    _, out = _evaluate(yeast, {"biomass": 2.0, "glucose": 0.05, "volume": 0.5}, {})
    moles = 0.5 * 60.0 / 24.05
    made, taken = (
        out[name] * 0.5 / m for name, m in (("carbon_dioxide_rate", 44.009), ("oxygen_rate", 31.998))
    )
    share = (0.0004 * moles + made) / (moles + made - taken)
    assert out["carbon_dioxide_gas"] == pytest.approx(100.0 * share, rel=1e-4)


def test_growth_is_exponential_while_glucose_and_oxygen_abound(yeast: Simulator) -> None:
    plenty = {"glucose_half": 1e-4, "kla": 5e3, "repressed": 1.0}
    x0 = {"biomass": 0.01, "glucose": 50.0, "respiration": 1.0, "oxygen": 100.0}
    run = simulate(yeast, x0, [], plenty, np.linspace(0.0, 4.0, 5))
    s = yeast.signature
    rate = (
        yeast.model.evaluate(s.states.vector(x0), s.inputs.vector(), s.parameters.vector(plenty))[0][0] / 0.01
    )
    np.testing.assert_allclose(
        _state(run, "biomass"), 0.01 * np.exp(rate * run.time), rtol=5e-3
    )  # the bottleneck's corner is round
    assert 0.3 < rate < 0.7


def test_scarce_glucose_is_respired_and_plenty_overflows_to_ethanol(yeast: Simulator) -> None:
    x0 = {"respiration": 1.0, "biomass": 5.0}
    lean = simulate(yeast, x0 | {"glucose": 0.0}, [Segment(0.0, {"feed": 0.002})], {}, [0.0, 3.0])
    rich = simulate(yeast, x0 | {"glucose": 10.0}, [], {}, [0.0, 1.0])
    assert _state(lean, "ethanol")[-1] < 0.03
    assert _state(rich, "ethanol")[-1] > 1.0


def test_without_air_everything_is_fermented(yeast: Simulator) -> None:
    run = simulate(yeast, {"oxygen": 0.0, "glucose": 10.0}, [Segment(0.0, {"aeration": 0.0})], {}, [0.0, 2.0])
    assert run.status is Status.OK
    used = 10.0 - _state(run, "glucose")[-1]
    formed = yeast.signature.parameters["ethanol_formed"].value
    assert _state(run, "ethanol")[-1] == pytest.approx(formed * used, rel=1e-3)
    assert _output(run, yeast, "oxygen_rate")[-1] == pytest.approx(0.0, abs=1e-4)


def test_without_cells_oxygen_rises_to_saturation_by_its_transfer_coefficient(yeast: Simulator) -> None:
    run = simulate(yeast, {"biomass": 0.0, "oxygen": 20.0}, [], {"kla": 60.0}, [0.0, 0.01, 0.1])
    np.testing.assert_allclose(_state(run, "oxygen"), 100.0 - 80.0 * np.exp(-60.0 * run.time), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    x=st.tuples(st.floats(0.1, 20.0), st.floats(0.0, 30.0), st.floats(0.0, 10.0)),
    u=st.tuples(st.floats(0.0, 0.05), st.floats(0.0, 2.0), st.floats(0.0, 1500.0)),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    yeast: Simulator, x: Sequence[float], u: Sequence[float]
) -> None:
    x0 = dict(zip(("biomass", "glucose", "ethanol"), x, strict=True))
    segment = Segment(0.0, dict(zip(("feed", "aeration", "stirrer"), u, strict=True)))
    run = simulate(yeast, x0, [segment], {}, [0.0, 1.0, 48.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()


HELD_OUT = 7
"""The run that was not used in the fit: inoculated more heavily than the others."""
START = "09.12.2020 09:39:00"


def _log(folder: Path) -> list[Segment]:
    """What the plant did: stirrer speed and air flow as logged, feed from 0.3 h on (metadata.xlsx)."""
    rows = (folder / "online" / f"online_{HELD_OUT}.CSV").read_text(encoding="latin-1").splitlines()[3:]
    cells = [row.replace(",", ".").split(";") for row in rows]
    at = [(_moment(c[0]) - _moment(START)).total_seconds() / 3600.0 for c in cells]
    logged = [(t, float(c[4]), float(c[7])) for t, c in zip(at, cells, strict=True) if c[4] and t > 0.3]
    first = [Segment(0.0), Segment(0.3, {"feed": 0.0069})]
    return first + [Segment(t, {"feed": 0.0069, "stirrer": n, "aeration": q}) for t, n, q in logged]


def _moment(stamp: str) -> datetime:
    """The log keeps one local time throughout; which one does not matter for differences."""
    return datetime.strptime(stamp, "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC)


def _samples(folder: Path) -> np.ndarray:
    """Offline samples (n, 4): hours, biomass, glucose, ethanol; not-a-number where not measured."""
    with (folder / "offline" / f"offline_{HELD_OUT}.csv").open(encoding="utf-8") as file:
        rows = [[row[k] for k in ("t", "cX", "cS", "cE")] for row in csv.DictReader(file, delimiter=";")]
    return np.array([[math.nan if v == "NA" else float(v) for v in row] for row in rows])


def test_the_run_left_out_of_the_fit_is_predicted(yeast: Simulator, shared: Path) -> None:
    folder = shared / "data" / "yeast_fedbatch_senck"
    samples = _samples(folder)
    x0 = {"biomass": 3.4 * 0.268874 / 0.5, "glucose": 2.0}
    run = simulate(yeast, x0, _log(folder), {}, samples[:, 0])
    errors = np.sqrt(np.nanmean((run.states[:, :3] - samples[:, 1:]) ** 2, axis=0))
    assert errors[0] < 2.0  # of 30 g/L, the last samples themselves scatter from 23 to 32
    assert errors[1] < 0.25
    assert errors[2] < 0.6
