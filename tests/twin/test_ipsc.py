"""Pluripotent aggregates to cardiomyocytes: independent integration, published outcomes, diffusion, balances."""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Jump, Segment, Simulator, Status, Trajectory, simulate
from homeostat.twin.models.ipsc_cardiomyocytes import IpscCardiomyocytes

STATES, OUTPUTS = IpscCardiomyocytes.signature.states, IpscCardiomyocytes.signature.outputs
LIVING = ("pluripotent", "mesoderm", "progenitor", "cardiomyocyte", "other")
EMPTY = {"pluripotent": 0.0, "dead": 0.0, "oxygen": 100.0 * 21.0 / 20.95}
EXCHANGES = [Jump(24.0 * day, assign={"glucose": 11.1, "lactate": 0.5}) for day in (1, 3, 5, 7, 9)]
"""Aggregates settle, their medium is replaced."""
DAYS = np.arange(0.0, 241.0, 24.0)


def _protocol(activator: float = 7.5, inhibitor: float = 5.0, hours: float = 24.0) -> list[Segment]:
    """CHIR99021 for a day, then IWP2 for two, as in stirred tanks; amounts in umol/L."""
    return [
        Segment(0.0, {"wnt_activator": activator}),
        Segment(hours, {"wnt_inhibitor": inhibitor}),
        Segment(hours + 48.0),
    ]


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, STATES.index(name)])


def _output(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.outputs[:, OUTPUTS.index(name)])


@pytest.fixture(scope="module")
def ipsc() -> Simulator:
    return Simulator(IpscCardiomyocytes)


@pytest.fixture(scope="module")
def run(ipsc: Simulator) -> Trajectory:
    return simulate(ipsc, {}, _protocol(), {}, DAYS, EXCHANGES)


def _share(ipsc: Simulator, segments: Sequence[Segment]) -> float:
    """Cardiomyocytes of all viable cells, %, on day 10."""
    done = simulate(ipsc, {}, segments, {}, [0.0, 240.0], EXCHANGES)
    assert done.status is Status.OK
    return float(_output(done, "cardiomyocyte_share")[-1])


def test_the_protocol_gives_the_published_density_of_cardiomyocytes(run: Trajectory) -> None:
    """About 1e6 per mL and 1.3e8 in 150 mL: Halloin et al. 2019."""
    assert run.status is Status.OK
    assert 0.6 < _state(run, "cardiomyocyte")[-1] < 1.5
    assert 0.8e2 < _output(run, "cardiomyocytes")[-1] < 2.2e2
    assert 60.0 < _output(run, "cardiomyocyte_share")[-1] < 95.0
    assert _output(run, "viability")[1:].min() > 75.0


def test_stages_follow_one_another(run: Trajectory) -> None:
    peaks = [int(_state(run, name).argmax()) for name in LIVING[:4]]
    assert peaks == sorted(peaks)
    assert peaks[:3] == [0, 1, 2]
    assert _state(run, "pluripotent")[-1] < 0.05


def test_without_wnt_activation_there_are_no_cardiomyocytes(ipsc: Simulator) -> None:
    assert _share(ipsc, _protocol(activator=0.0)) < 0.1


def test_both_switches_are_needed_each_in_its_time(ipsc: Simulator) -> None:
    best = _share(ipsc, _protocol())
    assert _share(ipsc, _protocol(activator=0.5)) < 0.3 * best
    assert _share(ipsc, _protocol(inhibitor=0.0)) < 0.7 * best
    assert _share(ipsc, _protocol(hours=96.0)) < 0.95 * best
    assert _share(ipsc, _protocol()[:1]) < 0.3 * best


def test_the_inhibitor_does_not_stop_the_activator(ipsc: Simulator) -> None:
    """IWP2 stops the secretion of Wnt; CHIR99021 acts behind the receptor, inside the cell."""
    alone = simulate(ipsc, {}, [Segment(0.0, {"wnt_activator": 7.5})], {}, [0.0, 12.0])
    both = simulate(ipsc, {}, [Segment(0.0, {"wnt_activator": 7.5, "wnt_inhibitor": 5.0})], {}, [0.0, 12.0])
    assert _state(both, "mesoderm")[-1] == pytest.approx(_state(alone, "mesoderm")[-1], rel=0.05)


RECORDED = {
    "cell_density": ("Cell Density", (1, 2, 3, 5, 7)),
    "diameter": ("Aggregate Size", (1, 2, 3, 5, 7)),
    "lactate": ("Lactate Concentration", (1, 3, 5, 7)),
    "glucose": ("Glucose Concentration", (1, 3, 5, 7)),
    "cardiomyocyte_share": ("CM Content", (10,)),
}
"""Names in the record, and the days of differentiation when it was sampled, before the medium's exchange."""


@pytest.mark.parametrize("name", RECORDED)
def test_every_day_lies_within_the_42_public_stirred_tank_runs(
    ipsc: Simulator, shared: Path, name: str
) -> None:
    """The start, metabolism and final share were set with the medians of these runs: consistency, no prediction."""
    column, days = RECORDED[name]
    path = shared / "data" / "hpsc_cm_williams2020" / "train.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 42
    before = [24.0 * day - 0.01 for day in days]
    done = simulate(ipsc, {}, _protocol(), {}, [0.0, *before], EXCHANGES)
    ours = (_output if name in OUTPUTS.names else _state)(done, name)[1:]
    for day, value in zip(days, ours, strict=True):
        recorded = [float(row[f"dd{day} {column}"]) for row in rows]
        assert min(recorded) <= value <= max(recorded), f"day {day}"


def test_the_run_agrees_with_an_independent_integration(
    ipsc: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    """Without exchanges, which the reference does not make; perfused instead."""
    segments = [
        Segment(s.start_h, dict(s.values) | {"perfusion": 2.0 * (s.start_h > 0.0)}) for s in _protocol()
    ]
    ours = simulate(ipsc, {}, segments, {}, DAYS)
    theirs = reference(IpscCardiomyocytes, {}, segments, DAYS)
    np.testing.assert_allclose(ours.states, theirs, rtol=1e-5, atol=1e-7)


def test_every_stream_agrees_with_an_independent_integration(
    ipsc: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    u = {"wnt_activator": 2.0, "perfusion": 3.0, "medium": 1.0, "bleed": 0.6, "oxygen_gas": 8.0}
    x0 = {"mesoderm": 2.0, "progenitor": 1.0, "cardiomyocyte": 1.5, "other": 0.3, "aggregates": 0.1}
    ours = simulate(ipsc, x0, [Segment(0.0, u)], {}, [0.0, 20.0, 60.0])
    theirs = reference(IpscCardiomyocytes, x0, [Segment(0.0, u)], ours.time)
    np.testing.assert_allclose(ours.states, theirs, rtol=1e-5, atol=1e-7)


def _effectiveness(thiele: float) -> float:
    """First-order uptake in a sphere, in closed form; `thiele` is R sqrt(k/D). Thiele 1939."""
    return 3.0 / thiele**2 * (thiele / math.tanh(thiele) - 1.0)


@pytest.mark.parametrize("diameter", [20.0, 60.0, 116.0, 200.0, 300.0, 600.0, 1200.0, 2400.0])
def test_oxygen_reaches_an_aggregate_as_in_the_closed_form_of_a_sphere(
    ipsc: Simulator, diameter: float
) -> None:
    number = 0.74 / (1000.0 * math.pi / 6.0 * (diameter / 1000.0) ** 3)
    run = simulate(ipsc, {"aggregates": number, "oxygen": 80.0}, [], {}, [0.0])
    radius = 0.5 * diameter / 1000.0
    thiele = radius * math.sqrt(0.1 * 1000.0 / (5.4 * (0.005 + 0.0021 * 80.0)))
    assert _output(run, "diameter")[0] == pytest.approx(diameter, rel=1e-3)
    assert thiele < 13.0
    assert _output(run, "effectiveness")[0] == pytest.approx(_effectiveness(thiele), rel=0.035)


def test_hypoxia_is_negligible_in_small_aggregates_and_appreciable_in_large_ones(ipsc: Simulator) -> None:
    """Radius below 100 um, and above 300 um: Wu et al. 2014, PLoS ONE, on human embryonic stem cells."""
    number = [0.74 / (1000.0 * 4.0 / 3.0 * math.pi * radius**3) for radius in (0.1, 0.3)]
    small, large = (simulate(ipsc, {"aggregates": n}, [], {}, [0.0, 24.0]) for n in number)
    assert _output(small, "effectiveness")[0] > 0.9
    assert _output(large, "effectiveness")[0] < 0.75
    assert _state(large, "dead")[-1] > 1.5 * _state(small, "dead")[-1]


def test_aggregates_grow_in_size_as_their_cells_do_in_number(ipsc: Simulator) -> None:
    run = simulate(ipsc, {}, [], {}, np.arange(0.0, 49.0, 12.0))
    cells, diameter = _output(run, "cell_density"), _output(run, "diameter")
    np.testing.assert_allclose(diameter / diameter[0], np.cbrt(cells / cells[0]), rtol=1e-5)
    assert diameter[0] == pytest.approx(116.0, abs=1.0)


def test_every_cell_stays_in_some_stage_or_is_counted_as_dead(ipsc: Simulator) -> None:
    p = {f"growth_{name}": 0.0 for name in LIVING} | {"lysis": 0.0}
    run = simulate(ipsc, {}, _protocol(), p, DAYS)
    total = sum(_state(run, name) for name in (*LIVING, "dead"))
    np.testing.assert_allclose(total, 0.76, rtol=1e-6)
    assert _state(run, "cardiomyocyte")[-1] > 0.1


def test_new_cells_are_what_every_stage_grew(ipsc: Simulator) -> None:
    times = np.linspace(0.0, 96.0, 4801)
    run = simulate(ipsc, {}, _protocol(), {"lysis": 0.0}, times)
    p = IpscCardiomyocytes.signature.parameters
    oxygen, glucose = 0.0021 * _state(run, "oxygen"), _state(run, "glucose")
    fed = _output(run, "effectiveness") * oxygen / (0.005 + oxygen) * glucose / (0.5 + glucose)
    grown = sum(p[f"growth_{name}"].value * _state(run, name) for name in LIVING) * fed
    total = sum(_state(run, name) for name in (*LIVING, "dead"))
    assert total[-1] - total[0] == pytest.approx(np.trapezoid(grown, times), rel=1e-5)


def test_every_mole_of_glucose_gives_its_lactate_within_the_carbon(ipsc: Simulator) -> None:
    run = simulate(ipsc, {}, _protocol(), {}, np.arange(0.0, 97.0, 12.0))
    made, used = _state(run, "lactate") - 0.5, 11.1 - _state(run, "glucose")
    assert used[-1] > 8.0
    np.testing.assert_allclose(made, 1.8 * used, rtol=1e-5, atol=1e-6)
    assert IpscCardiomyocytes.signature.parameters["lactate_yield"].high == 2.0


def test_oxygen_settles_where_the_gas_brings_what_the_cells_take(ipsc: Simulator) -> None:
    run = simulate(ipsc, {"pluripotent": 4.0}, [], {"growth_pluripotent": 0.0, "drift": 0.0}, [0.0, 6.0])
    oxygen, cells = _state(run, "oxygen")[-1], _output(run, "cell_density")[-1]
    concentration = 0.0021 * oxygen
    taken = 0.1 * cells * _output(run, "effectiveness")[-1] * concentration / (0.005 + concentration)
    assert taken == pytest.approx(8.0 * 0.0021 * (100.0 * 21.0 / 20.95 - oxygen), rel=0.01)
    assert 60.0 < oxygen < 90.0


def test_medium_dilutes_cells_and_aggregates_and_brings_glucose(ipsc: Simulator) -> None:
    run = simulate(
        ipsc, EMPTY | {"glucose": 2.0, "lactate": 9.0}, [Segment(0.0, {"medium": 5.0})], {}, [0.0, 20.0]
    )
    assert _state(run, "volume")[-1] == pytest.approx(250.0)
    for name, start in (("aggregates", 0.9), ("lactate", 9.0)):
        assert _state(run, name)[-1] == pytest.approx(start * 150.0 / 250.0, rel=1e-6)
    assert _state(run, "glucose")[-1] == pytest.approx((150.0 * 2.0 + 100.0 * 11.1) / 250.0, rel=1e-6)


def test_perfusion_keeps_aggregates_and_exchanges_medium(ipsc: Simulator) -> None:
    run = simulate(
        ipsc, EMPTY | {"lactate": 9.0, "glucose": 2.0}, [Segment(0.0, {"perfusion": 7.5})], {}, [0.0, 20.0]
    )
    left = math.exp(-1.0)
    assert _state(run, "aggregates")[-1] == 0.9
    assert _state(run, "volume")[-1] == 150.0
    assert _state(run, "lactate")[-1] == pytest.approx(9.0 * left, rel=1e-6)
    assert _state(run, "glucose")[-1] == pytest.approx(11.1 + (2.0 - 11.1) * left, rel=1e-6)


def test_an_emptied_vessel_is_out_of_bounds(ipsc: Simulator) -> None:
    run = simulate(ipsc, {}, [Segment(0.0, {"bleed": 75.0})], {}, [0.0, 1.9, 2.1])
    assert run.status is Status.OUT_OF_BOUNDS


@settings(max_examples=25, deadline=None)
@given(
    cells=st.tuples(*[st.floats(0.0, 4.0)] * 5),
    wnt=st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 20.0)),
    flows=st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 2.0), st.floats(0.0, 0.4)),
    gas=st.floats(0.0, 100.0),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    ipsc: Simulator, cells: Sequence[float], wnt: Sequence[float], flows: Sequence[float], gas: float
) -> None:
    names = ("wnt_activator", "wnt_inhibitor", "perfusion", "medium", "bleed", "oxygen_gas")
    u = dict(zip(names, (*wnt, *flows, gas), strict=True))
    run = simulate(ipsc, dict(zip(LIVING, cells, strict=True)), [Segment(0.0, u)], {}, [0.0, 24.0, 288.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()
    assert (_output(run, "cardiomyocyte_share") <= 100.0).all()
