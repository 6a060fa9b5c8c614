"""Stromal cells on microcarriers: against an independent integration, published behaviour, closed forms, balances."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Jump, Segment, Simulator, Status, Trajectory, simulate
from homeostat.twin.mixing import mix, withdraw
from homeostat.twin.models.msc_microcarriers import MscMicrocarriers

STATES, OUTPUTS = MscMicrocarriers.signature.states, MscMicrocarriers.signature.outputs
FRESH = {"glucose": 5.6, "glutamine": 2.0, "lactate": 0.0, "ammonium": 0.0}
BARE = {"suspended": 0.0, "attached": 0.0}
PERFUSED = [Segment(0.0), Segment(72.0, {"perfusion": 4.0})]
"""Three days of batch, then about a vessel volume of medium a day."""
UNLIMITED = {"glucose_uptake": 0.0, "glutamine_uptake": 0.0, "glutamine_decay": 0.0}
CALM = UNLIMITED | {"detachment": 0.0, "death_attached": 0.0, "starvation": 0.0}


@pytest.fixture(scope="module")
def msc() -> Simulator:
    return Simulator(MscMicrocarriers)


@pytest.fixture(scope="module")
def perfused(msc: Simulator) -> Trajectory:
    return simulate(msc, {}, PERFUSED, {}, np.arange(0.0, 14 * 24 + 1, 12.0))


def _state(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.states[:, STATES.index(name)])


def _output(run: Trajectory, name: str) -> np.ndarray:
    return np.asarray(run.outputs[:, OUTPUTS.index(name)])


def test_two_weeks_reach_the_surface_limit_in_the_range_of_stirred_microcarrier_cultures(
    perfused: Trajectory,
) -> None:
    """Up to 0.4e6 cells/mL are reported for hMSC in small stirred vessels (Teale et al., BioBLU protocol)."""
    assert perfused.status is Status.OK
    viable = _state(perfused, "suspended") + _state(perfused, "attached")
    assert 0.15 < viable[-1] < 0.4
    assert 5.0 < viable[-1] / viable[0] < 15.0
    assert 85.0 < _output(perfused, "confluence")[-1] < 100.0
    assert viable[-1] - viable[-3] < 0.01 * viable[-1]
    assert _output(perfused, "viability").min() > 90.0
    assert _state(perfused, "glucose").min() > 3.0


def test_perfused_culture_agrees_with_an_independent_integration(
    perfused: Trajectory, reference: Callable[..., np.ndarray]
) -> None:
    theirs = reference(MscMicrocarriers, {}, PERFUSED, perfused.time)
    np.testing.assert_allclose(perfused.states, theirs, rtol=1e-5, atol=1e-7)


def test_streams_and_bleed_agree_with_an_independent_integration(
    msc: Simulator, reference: Callable[..., np.ndarray]
) -> None:
    segments = [Segment(0.0, {"medium": 0.5}), Segment(48.0, {"medium": 1.0, "perfusion": 2.0, "bleed": 0.7})]
    times = np.arange(0.0, 10 * 24 + 1, 24.0)
    ours = simulate(msc, {}, segments, {}, times)
    theirs = reference(MscMicrocarriers, {}, segments, times)
    np.testing.assert_allclose(ours.states, theirs, rtol=1e-5, atol=1e-7)


def test_cells_attach_within_a_day_and_none_attach_where_no_surface_is_free(msc: Simulator) -> None:
    run = simulate(msc, {}, [], {}, [0.0, 5.0, 24.0])
    attached = _state(run, "attached") / 0.03
    assert 0.4 < attached[1] < 0.7
    assert _state(run, "suspended")[2] < 0.05 * 0.03
    full = simulate(msc, {"attached": 0.25}, [], CALM | {"growth_max": 0.0}, [0.0, 5.0])
    assert _state(full, "attached")[1] - 0.25 < 0.01 * 0.25
    assert _state(full, "suspended")[1] > 0.9 * 0.03


def test_growth_on_free_surface_is_logistic_up_to_what_the_surface_holds(msc: Simulator) -> None:
    p = CALM | {"free_width": 1e-6, "glucose_half": 1e-3}
    x0 = {"suspended": 0.0, "attached": 0.01, "lactate": 0.0, "ammonium": 0.0}
    run = simulate(msc, x0, [], p, np.arange(0.0, 401.0, 50.0))
    rate, capacity = 0.025 * 5.6 / 5.601, 0.05 * 5.0
    expected = capacity / (1.0 + (capacity / 0.01 - 1.0) * np.exp(-rate * run.time))
    np.testing.assert_allclose(_state(run, "attached"), expected, rtol=1e-4)


@pytest.mark.parametrize("surface", [2.5, 5.0, 10.0])
def test_the_density_reached_goes_with_the_surface_offered(msc: Simulator, surface: float) -> None:
    run = simulate(msc, {"surface": surface}, [], UNLIMITED, [0.0, 600.0])
    assert _state(run, "attached")[-1] / surface == pytest.approx(0.05, rel=0.1)


def test_bare_microcarriers_added_to_a_full_culture_are_colonised(msc: Simulator) -> None:
    start, added = 300.0, 5.0
    times = [0.0, start, start + 240.0]
    alone = simulate(msc, {}, PERFUSED, {}, times)
    joined = simulate(msc, {}, PERFUSED, {}, times, [Jump(start, add={"surface": added})])
    assert _state(joined, "surface").tolist() == [5.0, 10.0, 10.0]
    assert _output(joined, "confluence")[1] == pytest.approx(0.5 * _output(alone, "confluence")[1])
    assert _output(joined, "growth_rate")[1] > 3.0 * _output(alone, "growth_rate")[1]
    assert _state(joined, "attached")[-1] > 1.6 * _state(alone, "attached")[-1]


def test_more_cells_than_room_do_no_harm(msc: Simulator) -> None:
    run = simulate(msc, {"attached": 0.5}, [], {}, [0.0, 48.0], [Jump(1.0, assign={"surface": 2.0})])
    assert run.status is Status.OK
    assert 0.0 <= _output(run, "growth_rate")[-1] < 1e-4


def test_settled_medium_is_exchanged_without_losing_cells_or_microcarriers(msc: Simulator) -> None:
    """Draw 60 mL off what has settled, refill: dissolved states mix, what sits on microcarriers stays."""
    before = simulate(msc, {}, [], {}, [0.0, 96.0]).states[-1]
    drawn = withdraw(MscMicrocarriers, before.tolist(), 60.0, retain=("attached", "surface"))
    after = mix(MscMicrocarriers, drawn, 60.0, FRESH)
    x = dict(zip(STATES.names, before, strict=True))
    y = dict(zip(STATES.names, after, strict=True))
    for name in ("attached", "surface", "volume"):
        assert y[name] == pytest.approx(x[name])
    for name, fresh in FRESH.items():
        assert y[name] == pytest.approx(0.4 * x[name] + 0.6 * fresh)
    jump = Jump(96.0, assign={name: y[name] for name in STATES.names})
    fed = simulate(msc, {}, [], {}, [0.0, 96.0, 240.0], [jump])
    unfed = simulate(msc, {}, [], {}, [0.0, 96.0, 240.0])
    assert _state(fed, "attached")[-1] > 1.05 * _state(unfed, "attached")[-1]


@pytest.mark.parametrize(("name", "level"), [("lactate", 35.4), ("ammonium", 2.4)])
def test_growth_is_halved_at_the_published_inhibiting_level_and_little_below_a_third_of_it(
    msc: Simulator, name: str, level: float
) -> None:
    clean = {"lactate": 0.0, "ammonium": 0.0}
    rates = [
        _output(simulate(msc, clean | {name: share * level}, [], {}, [0.0]), "growth_rate")[0]
        for share in (0.0, 0.3, 1.0)
    ]
    assert rates[1] > 0.9 * rates[0]
    assert rates[2] == pytest.approx(0.5 * rates[0])


def test_full_growth_spends_the_published_glucose_and_makes_twice_the_lactate(msc: Simulator) -> None:
    """9.2 pmol per cell and day, 2 lactate per glucose: Schop et al. 2009."""
    x0 = {
        "suspended": 0.0,
        "attached": 1e-3,
        "glucose": 500.0,
        "glutamine": 0.0,
        "lactate": 0.0,
        "ammonium": 0.0,
    }
    p = CALM | {"glucose_uptake": MscMicrocarriers.signature.parameters["glucose_uptake"].value}
    s = MscMicrocarriers.signature
    rates = MscMicrocarriers.evaluate(s.states.vector(x0), s.inputs.vector(), s.parameters.vector(p))[0]
    glucose = -rates[STATES.index("glucose")] / 1e-3
    assert 24.0 * glucose == pytest.approx(9.2, rel=0.01)
    assert rates[STATES.index("lactate")] == pytest.approx(2.0 * glucose * 1e-3)


def test_every_mole_of_glucose_is_found_as_lactate_and_of_glutamine_as_ammonium(msc: Simulator) -> None:
    run = simulate(msc, {}, [], {}, np.arange(0.0, 241.0, 24.0))
    glucose, lactate = _state(run, "glucose"), _state(run, "lactate")
    np.testing.assert_allclose(lactate - 0.5, 2.0 * (5.6 - glucose), rtol=1e-5, atol=1e-6)
    total = _state(run, "glutamine") + _state(run, "ammonium")
    np.testing.assert_allclose(total, 2.1, rtol=1e-6)
    assert MscMicrocarriers.signature.parameters["lactate_yield"].high == 2.0


def test_every_cell_that_dies_is_counted_as_dead(msc: Simulator) -> None:
    run = simulate(msc, {"attached": 0.1}, [], {"growth_max": 0.0, "lysis": 0.0}, np.arange(0.0, 300.0, 30.0))
    total = sum(_state(run, name) for name in ("suspended", "attached", "dead"))
    np.testing.assert_allclose(total, 0.13, rtol=1e-7)
    assert _state(run, "dead")[-1] > 0.02


def test_medium_dilutes_cells_and_microcarriers_and_brings_moles(msc: Simulator) -> None:
    run = simulate(
        msc,
        BARE | {"dead": 0.02, "lactate": 8.0, "glucose": 1.0},
        [Segment(0.0, {"medium": 3.0})],
        {"lysis": 0.0, "glutamine_decay": 0.0},
        [0.0, 20.0],
    )
    assert _state(run, "volume")[-1] == pytest.approx(160.0)
    for name, start in (("surface", 5.0), ("dead", 0.02), ("lactate", 8.0)):
        assert _state(run, name)[-1] == pytest.approx(start * 100.0 / 160.0, rel=1e-6)
    assert _state(run, "glucose")[-1] == pytest.approx((100.0 + 60.0 * 5.6) / 160.0, rel=1e-6)
    assert _state(run, "glutamine")[-1] == pytest.approx(2.0, rel=1e-9)


def test_perfusion_keeps_microcarriers_and_takes_what_floats(msc: Simulator) -> None:
    p = CALM | {"growth_max": 0.0, "attachment": 0.0, "death_suspended": 0.0, "lysis": 0.0}
    x0 = {"attached": 0.1, "suspended": 0.05, "dead": 0.02, "lactate": 8.0}
    run = simulate(msc, x0, [Segment(0.0, {"perfusion": 5.0})], p, [0.0, 20.0])
    left = math.exp(-1.0)
    for name, start in (("suspended", 0.05), ("dead", 0.02), ("lactate", 8.0)):
        assert _state(run, name)[-1] == pytest.approx(start * left, rel=1e-5)
    for name, start in (("attached", 0.1), ("surface", 5.0), ("volume", 100.0)):
        assert _state(run, name)[-1] == pytest.approx(start, rel=1e-9)


def test_an_emptied_vessel_is_out_of_bounds(msc: Simulator) -> None:
    run = simulate(msc, {}, [Segment(0.0, {"bleed": 50.0})], {}, [0.0, 1.9, 2.1])
    assert run.status is Status.OUT_OF_BOUNDS


@settings(max_examples=25, deadline=None)
@given(
    seeded=st.floats(0.0, 0.5),
    surface=st.floats(0.5, 30.0),
    flows=st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 2.0), st.floats(0.0, 0.3)),
    glucose=st.floats(0.0, 30.0),
)
def test_sane_inputs_never_fail_and_never_go_negative(
    msc: Simulator, seeded: float, surface: float, flows: Sequence[float], glucose: float
) -> None:
    u = dict(zip(("perfusion", "medium", "bleed"), flows, strict=True))
    x0 = {"suspended": seeded, "surface": surface, "glucose": glucose}
    run = simulate(msc, x0, [Segment(0.0, u)], {}, [0.0, 24.0, 288.0])
    assert run.status is Status.OK
    assert (run.states >= 0.0).all()
    assert (_output(run, "viability") <= 100.0).all()
