"""rAAV in HEK293: against the published equations and data, an independent integration, balances, and harvest."""

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from homeostat.twin import Jump, Segment, Simulator, Status, Trajectory, simulate
from homeostat.twin.models.raav_hek293 import PLASMIDS, RaavHek293

SIGNATURE = RaavHek293.signature
AS_PUBLISHED = {"death": 0.0, "toxicity": 0.0}
"""Nguyen et al. have no death."""
NO_PLASMIDS = {f"{kind}_medium": 0.0 for kind in PLASMIDS}
EXCHANGE = (Jump(6.0, assign=NO_PLASMIDS),)
"""The exchange of medium in the experiment takes the complexes away."""
CONSTANTS = (
    "uptake", "escape", "nuclear_entry", "plasmid_degradation", "rep_synthesis", "cap_synthesis", "rep_degradation",
    "cap_degradation", "replication", "repression", "assembly", "capsid_binding", "packaging", "export",
)  # fmt: skip
"""Our names of the published constants, in the order of their table."""
TIMES = (0.0, 6.0, 10.0, 24.0, 34.0, 46.0, 55.0, 72.0)


@pytest.fixture(scope="module")
def raav() -> Simulator:
    return Simulator(RaavHek293)


@pytest.fixture(scope="module")
def published(raav: Simulator) -> Trajectory:
    return simulate(raav, {"dead": 0.0}, [], AS_PUBLISHED, TIMES, EXCHANGE)


@pytest.fixture(scope="module")
def usual(raav: Simulator) -> Trajectory:
    """With the assumed death: what the model does unless told otherwise."""
    return simulate(raav, {}, [], {}, TIMES, EXCHANGE)


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, SIGNATURE.states.index(name)])


def _output(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.outputs[:, SIGNATURE.outputs.index(name)])


def _per_cell(closed: bool) -> Mapping[str, np.ndarray]:
    """The model as Nguyen et al. wrote it, everything per cell and growth a function of time; per 1e9/mL at TIMES.

    `closed` adds the dilution of what Rep has bound, which they leave out and a balance needs.
    """
    k = dict(zip(CONSTANTS, [SIGNATURE.parameters[name].value for name in CONSTANTS], strict=True))
    first, slowing = 49427.9581111241e-6, 0.0112812472592155

    def cells(t: float) -> float:
        return 1.0 + first / slowing * (1.0 - math.exp(-slowing * t))

    def rates(t: float, x: np.ndarray) -> np.ndarray:
        mu = first * math.exp(-slowing * t) / cells(t)
        outside, endosome, cytosol, nucleus = x[:12].reshape(4, 3)
        rep, cap, dna, empty, full, empty_out, full_out, primed = x[12:]
        silenced = k["repression"] * nucleus[0] * rep
        template = nucleus[0] * nucleus[2]
        bound, packed = k["capsid_binding"] * rep * empty, k["packaging"] * primed * dna
        lost = k["plasmid_degradation"] + mu
        moved = np.array(
            [
                -k["uptake"] * outside,
                k["uptake"] * outside - (k["escape"] + lost) * endosome,
                k["escape"] * endosome - (k["nuclear_entry"] + lost) * cytosol,
                k["nuclear_entry"] * cytosol - lost * nucleus - [silenced, 0.0, 0.0],
            ]
        )
        made = [
            k["rep_synthesis"] * template - silenced - bound + packed - (k["rep_degradation"] + mu) * rep,
            k["cap_synthesis"] * template - (60.0 * k["assembly"] + k["cap_degradation"] + mu) * cap,
            k["replication"] * rep * nucleus[1] * nucleus[2] - packed - mu * dna,
            k["assembly"] * cap - bound - (k["export"] + mu) * empty,
            packed - (k["export"] + mu) * full,
            k["export"] * empty - mu * empty_out,
            k["export"] * full - mu * full_out,
            bound - packed - (mu * primed if closed else 0.0),
        ]
        return np.concatenate([moved.ravel(), made])

    x = np.concatenate([np.full(3, 76000.0), np.zeros(17)])
    before = solve_ivp(rates, (0.0, 6.0), x, method="BDF", rtol=1e-9, atol=1e-9).y[:, -1]
    before[:3] = 0.0
    after = solve_ivp(rates, (6.0, 72.0), before, method="BDF", rtol=1e-9, atol=1e-9, t_eval=TIMES[1:])
    density = 1e-3 * np.array([cells(t) for t in TIMES[1:]])
    x = after.y
    return {
        "total_capsids": density * x[15:19].sum(axis=0),
        "full_capsids": density * (x[16] + x[18]),
        "viral_dna": density * (x[4] + x[7] + x[10] + x[14] + x[16] + x[18]),
    }


def test_it_is_the_published_model_once_that_closes_its_balances(published: Trajectory) -> None:
    for name, theirs in _per_cell(closed=True).items():
        ours = _output(published, name)[1:]
        if name == "total_capsids":  # the paper does not count those bound by Rep
            ours = ours - 1e-3 * (_state(published, "viable") * _state(published, "primed"))[1:]
        np.testing.assert_allclose(ours, theirs, rtol=3e-3, atol=1e-6)


@pytest.fixture(scope="module")
def as_it_stands() -> Mapping[str, np.ndarray]:
    """The published form, its open balances included."""
    return _per_cell(closed=False)


def test_the_published_form_as_it_stands_differs_by_a_few_per_cent(
    published: Trajectory, as_it_stands: Mapping[str, np.ndarray]
) -> None:
    for name, bound in (("total_capsids", 0.01), ("full_capsids", 0.07), ("viral_dna", 0.003)):
        np.testing.assert_allclose(_output(published, name)[1:], as_it_stands[name], rtol=bound)


def test_the_constants_are_the_published_ones(shared: Path) -> None:
    with (shared / "data/aav_hek293_nguyen2021/published_model_params.csv").open(newline="") as file:
        table = json.loads(next(csv.DictReader(file))["value"])
    ours = [SIGNATURE.parameters[name].value for name in CONSTANTS]
    assert ours == table
    assert SIGNATURE.states["viable"].value == 1.0, "uptake is per 1e6 cell/mL"


def _measured(shared: Path, file: str) -> Mapping[float, float]:
    """Mean of the replicates, in 1e9/mL, by hour."""
    with (shared / "data/aav_hek293_nguyen2021" / file).open(newline="") as lines:
        rows = [[float(v) for v in row] for row in list(csv.reader(lines))[1:]]
    hours = sorted({row[0] for row in rows})
    return {h: 1e-9 * float(np.mean([v for row in rows if row[0] == h for v in row[1:]])) for h in hours}


def _error(curve: np.ndarray, measured: Mapping[float, float], until: float) -> float:
    """Root mean square error of `curve`, given at TIMES, over the mean of what was measured."""
    points = [(TIMES.index(h), v) for h, v in measured.items() if h <= until]
    index, values = [i for i, _ in points], np.array([v for _, v in points])
    return float(np.sqrt(np.mean((curve[index] - values) ** 2)) / values.mean())


CURVES = (
    ("viral_dna", "E3_totalDNA_mL.csv", 100.0, 0.19, 0.28),
    ("full_capsids", "E3_gc_B_mL.csv", 100.0, 0.28, 0.22),
    ("total_capsids", "E3_mL_cap.csv", 60.0, 0.22, 0.22),
    ("total_capsids", "E3_mL_cap.csv", 100.0, 0.53, 0.59),
)
"""Output, file, last hour, and the largest error without and with death.

The published fit leaves the capsids at 72 h out: they doubled after 55 h, which the model does not do.
"""


@pytest.mark.parametrize(("name", "file", "until", "without", "usually"), CURVES)
def test_the_measured_curves_are_reproduced(
    published: Trajectory,
    usual: Trajectory,
    as_it_stands: Mapping[str, np.ndarray],
    shared: Path,
    name: str,
    file: str,
    until: float,
    without: float,
    usually: float,
) -> None:
    measured = _measured(shared, file)
    assert len(measured) >= 3
    ours = _error(_output(published, name), measured, until)
    theirs = _error(np.concatenate([[0.0], as_it_stands[name]]), measured, until)
    assert ours < min(without, theirs + 0.002)
    assert _error(_output(usual, name), measured, until) < usually


@pytest.mark.drill
def test_a_whole_process_agrees_with_an_independent_integration(
    raav: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    recipe = [
        Segment(0.0),
        Segment(6.0, {"perfusion": 400.0}),
        Segment(12.0, {"bleed": 2.0}),
        Segment(60.0, {"detergent": 1.0}),
        Segment(61.0, {"detergent": 0.2, "nuclease": 1.0}),
    ]
    times = [0.0, 6.0, 12.0, 36.0, 60.0, 61.0, 63.0]
    ours = simulate(raav, {}, recipe, {}, times)
    theirs = reference(RaavHek293, {}, recipe, times)
    assert ours.status is Status.OK
    np.testing.assert_allclose(ours.states, theirs, rtol=2e-5, atol=1e-6)


def test_the_culture_grows_as_published(published: Trajectory) -> None:
    first, slowing = 49427.9581111241e-6, 0.0112812472592155
    expected = 1.0 + first / slowing * (1.0 - np.exp(-slowing * published.time))
    np.testing.assert_allclose(_state(published, "viable"), expected, rtol=1e-5)


def _sum(run: Trajectory, per_cell: Sequence[str], outside: Sequence[str]) -> np.ndarray:
    """1e6 per mL: contents of the viable cells and what is outside them."""
    inside = np.sum([_state(run, name) for name in per_cell], axis=0)
    return np.asarray(_state(run, "viable") * inside + np.sum([_state(run, n) for n in outside], axis=0))


IN_CELLS = [f"{kind}_{place}" for kind in PLASMIDS for place in ("endosome", "cytosol", "nucleus")]
EMPTY = ["empty_nucleus", "primed", "empty_cytosol"]
FULL = ["full_nucleus", "full_cytosol"]


def test_no_plasmid_is_lost_but_by_degradation(raav: Simulator) -> None:
    run = simulate(
        raav, {}, [Segment(0.0), Segment(40.0, {"detergent": 0.5})], {"plasmid_degradation": 0.0}, TIMES
    )
    outside = [*NO_PLASMIDS, "plasmids_released"]
    total = _sum(run, [*IN_CELLS, "packaging_silenced"], outside)
    np.testing.assert_allclose(total, 3 * 76000.0, rtol=1e-7)
    assert _state(run, "plasmids_released")[-1] > 1000.0


def test_capsids_are_empty_or_full_and_the_outputs_add_up(usual: Trajectory) -> None:
    empty, full = _sum(usual, EMPTY, ["empty_released"]), _sum(usual, FULL, ["full_released"])
    np.testing.assert_allclose(_output(usual, "total_capsids"), 1e-3 * (empty + full), rtol=1e-12)
    np.testing.assert_allclose(_output(usual, "full_capsids"), 1e-3 * full, rtol=1e-12)
    share = 100.0 * full[1:] / (empty + full)[1:]
    np.testing.assert_allclose(_output(usual, "full_percentage")[1:], share, rtol=1e-9)
    np.testing.assert_allclose(_output(usual, "full_yield"), 1e-6 * full * 1000.0, rtol=1e-12)


def test_packaging_moves_genomes_and_capsids_but_makes_and_loses_none(raav: Simulator) -> None:
    start = NO_PLASMIDS | {"genomes": 300.0, "empty_cytosol": 5000.0, "empty_nucleus": 400.0, "rep": 2e4}
    run = simulate(
        raav, start, [Segment(0.0), Segment(20.0, {"detergent": 0.5})], {}, [0.0, 1.0, 8.0, 20.0, 24.0]
    )
    capsids = _sum(run, EMPTY + FULL, ["empty_released", "full_released"])
    genomes = _sum(run, ["genomes", *FULL], ["genomes_released", "full_released"])
    np.testing.assert_allclose(capsids, 5400.0, rtol=1e-6)
    np.testing.assert_allclose(genomes, 300.0, rtol=1e-6)
    assert _output(run, "full_capsids")[-1] > 0.0
    np.testing.assert_allclose(_output(run, "viral_dna"), 1e-3 * genomes, rtol=1e-9)


def test_sixty_proteins_make_a_capsid_and_rep_is_only_bound_or_free(raav: Simulator) -> None:
    p = AS_PUBLISHED | {
        "rep_synthesis": 0.0,
        "rep_degradation": 0.0,
        "cap_synthesis": 0.0,
        "cap_degradation": 0.0,
    }
    start = NO_PLASMIDS | {"cap": 6e4, "rep": 5e3, "packaging_nucleus": 40.0, "genomes": 30.0}
    run = simulate(raav, start, [], p, [0.0, 0.5, 12.0, 48.0])
    proteins = _sum(run, ["cap"], []) + 60.0 * _sum(run, EMPTY + FULL, [])
    np.testing.assert_allclose(proteins, 6e4, rtol=1e-5)
    off = {"plasmid_degradation": 0.0}
    run = simulate(raav, start, [], p | off, [0.0, 0.5, 12.0, 48.0])
    np.testing.assert_allclose(_sum(run, ["rep", "packaging_silenced", "primed"], []), 5e3, rtol=1e-5)


def test_protein_and_chromosomes_of_dead_cells_are_found_outside(raav: Simulator) -> None:
    run = simulate(
        raav,
        {"viable": 3.0, "growth": 0.0, "dead": 0.0},
        [Segment(0.0), Segment(48.0, {"detergent": 1.0})],
        {},
        [0.0, 24.0, 48.0, 50.0],
    )
    viable, dead = _state(run, "viable"), _state(run, "dead")
    np.testing.assert_allclose(150.0 * (viable + 0.7 * dead) + _state(run, "host_protein"), 450.0, rtol=1e-7)
    np.testing.assert_allclose(9.0 * (viable + dead) + _state(run, "host_dna"), 27.0, rtol=1e-7)
    assert _state(run, "host_protein")[-1] == pytest.approx(450.0, rel=1e-6)


def test_detergent_sets_capsids_free_and_nuclease_spares_them(raav: Simulator) -> None:
    harvest = [
        Segment(0.0),
        Segment(60.0, {"detergent": 1.0}),
        Segment(62.0, {"detergent": 1.0, "nuclease": 1.0}),
    ]
    run = simulate(raav, {}, harvest, {}, [0.0, 60.0, 62.0, 66.0], EXCHANGE)
    full, dna = _output(run, "full_capsids"), _output(run, "residual_dna")
    assert full[2] == pytest.approx(full[1], rel=0.01)
    assert full[3] == pytest.approx(full[2], rel=1e-4)
    assert _state(run, "full_released")[2] * 1e-3 == pytest.approx(full[2], rel=1e-6)
    assert dna[2] > 2.0 * dna[1]
    assert dna[3] < 0.01 * dna[2]
    assert _state(run, "viable")[2] < 1e-6


def test_exchanging_medium_washes_out_what_is_outside(raav: Simulator) -> None:
    start = {"viable": 0.0, "dead": 0.0, "host_protein": 20.0, "host_dna": 2.0, "full_released": 50.0}
    run = simulate(raav, start, [Segment(0.0, {"perfusion": 500.0})], {}, [0.0, 4.0])
    for name in (*NO_PLASMIDS, "host_protein", "host_dna", "full_released"):
        assert _state(run, name)[1] == pytest.approx(_state(run, name)[0] * math.exp(-2.0), rel=1e-6)


def test_every_plasmid_is_needed_for_what_it_carries(raav: Simulator) -> None:
    def end(*missing: str) -> dict[str, float]:
        start = {f"{kind}_medium": 0.0 for kind in missing}
        run = simulate(raav, start, [], {}, [0.0, 60.0], EXCHANGE)
        return {name: float(_output(run, name)[-1]) for name in SIGNATURE.outputs.names}

    assert end("vector")["full_capsids"] == 0.0
    assert end("vector")["total_capsids"] > 10.0
    assert end("packaging")["total_capsids"] == 0.0
    assert end("helper")["total_capsids"] == 0.0
    assert end("helper")["viability"] > 95.0
    assert 80.0 < end()["viability"] < 92.0


def test_half_the_complexes_without_an_exchange_of_medium_still_enter_as_cells_are_there(
    raav: Simulator,
) -> None:
    """Complexes disappear at the rate uptake x cell density: its integral over time is in closed form here."""
    run = simulate(raav, {"growth": 0.0, "viable": 2.0}, [], AS_PUBLISHED | {"uptake": 0.1}, [0.0, 5.0])
    assert _state(run, "vector_medium")[1] == pytest.approx(76000.0 * math.exp(-0.1 * 2.0 * 5.0), rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    viable=st.floats(0.0, 20.0),
    dose=st.tuples(*[st.floats(0.0, 1e6)] * 3),
    flows=st.tuples(st.floats(0.0, 200.0), st.floats(0.0, 5.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    raav: Simulator, viable: float, dose: Sequence[float], flows: Sequence[float]
) -> None:
    u = dict(zip(("perfusion", "bleed", "detergent", "nuclease"), flows, strict=True))
    x0 = dict(zip(NO_PLASMIDS, dose, strict=True)) | {"viable": viable}
    run = simulate(raav, x0, [Segment(0.0, u)], {}, [0.0, 24.0, 96.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()
    assert (_output(run, "full_percentage") <= 100.0).all()
