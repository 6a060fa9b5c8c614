"""The plants: each against its published equations written out anew, and against what they imply."""

import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.bench.control import forms
from homeostat.bench.control.plants import (
    batch_bioreactor,
    cstr,
    photoproduction,
    polymerisation,
    rotating_masses,
)
from homeostat.bench.control.task import Array, Task

PLANTS = [batch_bioreactor, cstr, photoproduction, polymerisation, rotating_masses]
RATES = {plant.TASK.name: forms.rates(plant.TASK) for plant in PLANTS}
EACH = pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.TASK.name)
SHARE = st.floats(0.0, 1.0)
FACTOR = st.floats(0.9, 1.1)


def slopes(task: Task, x: Array, u: Array, known: Array | None = None) -> Array:
    """Rates of a plant by hours."""
    p = task.parameters(task.known[:1] if known is None else known[None])[0]
    return np.array(RATES[task.name](x, u, p)).ravel()


def between(task: Task, share: float) -> Array:
    """Inputs at a share of their ranges."""
    low, high = task.input_bounds
    return low + share * (high - low)


@given(FACTOR, SHARE, st.floats(0.2, 0.8), st.floats(150.0, 250.0))
def test_the_bioreactor_has_the_gallerys_equations(f: float, s: float, y_x: float, s_in: float) -> None:
    task = batch_bioreactor.TASK
    x_s, s_s, p_s, v_s = x = np.array([2.0, 0.5, 1.0, 120.0]) * f
    (inp,) = u = between(task, s)
    mu = 0.02 * s_s / (0.05 + s_s + s_s**2 / 5.0)
    expected = [
        mu * x_s - inp / v_s * x_s,
        -mu * x_s / y_x - 0.004 * x_s / 1.2 + inp / v_s * (s_in - s_s),
        0.004 * x_s - inp / v_s * p_s,
        inp,
    ]
    assert slopes(task, x, u, np.array([y_x, s_in])) == pytest.approx(expected, rel=1e-12)


@given(FACTOR, SHARE)
def test_feed_dilutes_and_takes_nothing_from_the_bioreactor(f: float, s: float) -> None:
    task = batch_bioreactor.TASK
    x, u = np.array([2.0, 0.5, 1.0, 120.0]) * f, between(task, s)
    rates = slopes(task, x, u)
    amount = x[3] * rates + x * rates[3]  # of what is dissolved, by the product rule
    mu = 0.02 * x[1] / (0.05 + x[1] + x[1] ** 2 / 5.0)
    assert amount[0] == pytest.approx(mu * x[0] * x[3])
    assert amount[2] == pytest.approx(0.004 * x[0] * x[3])


@given(FACTOR, SHARE, st.floats(0.95, 1.05), st.floats(0.9, 1.1))
def test_the_stirred_tank_has_the_gallerys_equations(f: float, s: float, alpha: float, beta: float) -> None:
    task = cstr.TASK
    a, b, t_r, t_k = x = np.array([0.8, 0.5, 134.14, 130.0]) * f
    feed, heat = u = between(task, s)
    k_1 = beta * 1.287e12 * math.exp(-9758.3 / (t_r + 273.15))
    k_2 = 1.287e12 * math.exp(-9758.3 / (t_r + 273.15))
    k_3 = 9.043e9 * math.exp(-alpha * 8560.0 / (t_r + 273.15))
    reacting = k_1 * a * 4.2 + k_2 * b * -11.0 + k_3 * a**2 * -41.85
    expected = [
        feed * ((5.7 + 4.5) / 2.0 - a) - k_1 * a - k_3 * a**2,
        -feed * b + k_1 * a - k_2 * b,
        reacting / (-0.9342 * 3.01)
        + feed * (130.0 - t_r)
        + 4032.0 * 0.215 * (t_k - t_r) / (0.9342 * 3.01 * 10.01),
        (heat + 4032.0 * 0.215 * (t_r - t_k)) / (5.0 * 2.0),
    ]
    assert slopes(task, x, u, np.array([alpha, beta])) == pytest.approx(expected, rel=1e-9)


@given(FACTOR, SHARE, st.floats(120.0, 240.0), st.floats(300.0, 600.0), st.floats(250.0, 550.0))
def test_photoproduction_has_pc_gyms_equations(
    f: float, s: float, k_s: float, k_i: float, k_n: float
) -> None:
    task = photoproduction.TASK
    c_x, c_n, c_q = x = np.array([1.5, 200.0, 10.0]) * f
    light, feed = u = between(task, s)
    growth = 0.0572 * light / (light + k_s + light**2 / k_i) * c_x * c_n / (c_n + k_n)
    formed = 0.00016 * light / (light + 23.51 + light**2 / 800.0) * c_x
    product = (
        c_q / 1000.0
    )  # PC-Gym's concentration is in the unit of biomass; here it is a thousandth of that
    expected = [growth, -504.5 * growth + feed, 1000.0 * (formed - 0.281 * product / (c_n + 16.89))]
    assert slopes(task, x, u, np.array([k_s, k_i, k_n])) == pytest.approx(expected, rel=1e-12)


@given(FACTOR, SHARE)
def test_nitrate_is_fed_or_becomes_biomass(f: float, s: float) -> None:
    task = photoproduction.TASK
    x, u = np.array([1.5, 200.0, 10.0]) * f, between(task, s)
    biomass, nitrate, _ = slopes(task, x, u)
    assert nitrate + 504.5 * biomass == pytest.approx(u[1], abs=1e-9)


@given(st.floats(0.99, 1.01), SHARE, st.floats(0.7, 1.3), st.floats(0.7, 1.3))
def test_polymerisation_has_the_gallerys_equations(f: float, s: float, h: float, k: float) -> None:
    task = polymerisation.TASK
    x = task.start * f
    m_w, m_a, m_p, t_r, t_s, t_m, t_ek, t_awt = x[:8]
    m_f, t_in_m, t_in_awt = u = between(task, s)
    heat, k_0 = 950.0 * h, 7.0 * k
    share, mass = m_p / (m_a + m_p), m_w + m_a + m_p
    k_r1 = k_0 * math.exp(-8500.0 / (8.314 * t_r)) * (4.0 * (1.0 - share) + 32.0 * share)
    k_r2 = k_0 * math.exp(-8500.0 / (8.314 * t_ek)) * (4.0 * (1.0 - share) + 32.0 * share)
    k_k = (m_w * 17280.0 + m_a * 3600.0 + m_p * 360.0) / mass
    inside, outside, alpha = k_r1 * (m_a - m_a * 200.0 / mass), k_r2 * 200.0 * m_a / mass, 5 * 20e4 * 3.6
    expected = [
        m_f * 0.333,
        m_f * 0.667 - inside - outside,
        inside + outside,
        (m_f * 3.0 * (298.15 - t_r) + heat * inside - k_k * 65.0 * (t_r - t_s) - 20e3 * 5.0 * (t_r - t_ek))
        / (5.0 * mass),
        (k_k * 65.0 * (t_r - t_s) - k_k * 65.0 * (t_s - t_m)) / (0.47 * 39e3),
        (300e3 * 4.2 * (t_in_m - t_m) + k_k * 65.0 * (t_s - t_m)) / (4.2 * 5e3),
        (20e3 * 5.0 * (t_r - t_ek) - alpha * (t_ek - t_awt) + outside * heat) / (5.0 * 200.0),
        (100e3 * 4.2 * (t_in_awt - t_awt) - alpha * (t_awt - t_ek)) / (4.2 * 1e3),
        m_f,
    ]
    assert slopes(task, x, u, np.array([heat, k_0]))[:9] == pytest.approx(expected, rel=1e-9)


@given(st.floats(0.99, 1.01), SHARE)
def test_polymerisation_keeps_mass_and_the_adiabatic_temperature_is_what_it_says(f: float, s: float) -> None:
    task = polymerisation.TASK
    x, u = task.start * f, between(task, s)
    rates = slopes(task, x, u)
    assert rates[:3].sum() == pytest.approx(u[0], abs=1e-6)

    def adiabatic(y: Array) -> float:
        return float(y[1] * 950.0 / (y[:3].sum() * 5.0) + y[3])

    step = 1e-6
    ahead, behind = adiabatic(x + step * rates), adiabatic(x - step * rates)
    assert rates[9] == pytest.approx((ahead - behind) / (2.0 * step), rel=1e-5, abs=1e-4)


def test_polymerisation_has_nine_scenarios_of_30_percent() -> None:
    shares = polymerisation.TASK.known / np.array([950.0, 7.0])
    expected = [[a, b] for a in (0.7, 1.0, 1.3) for b in (0.7, 1.0, 1.3)]
    assert np.array(sorted(shares.round(9).tolist())) == pytest.approx(np.array(expected))
    assert shares[0] == pytest.approx([1.0, 1.0])  # the plant's own, the first as do-mpc has it


@given(SHARE, FACTOR)
def test_the_masses_lose_energy_to_friction_alone(s: float, f: float) -> None:
    """The power of springs and inertia together: what the motors give less what friction takes."""
    task = rotating_masses.TASK
    x, u = task.start * f, between(task, s)
    rates = slopes(task, x, u) / 3600.0
    angles, speeds, motors = x[:3], x[3:6], x[6:]
    c_1, c_2, c_3, c_4 = 2.697e-3, 2.66e-3, 3.05e-3, 2.86e-3
    chain = np.concatenate([motors[:1], angles, motors[1:]])
    springs, moving = np.array([c_1, c_2, c_3, c_4]), np.diff(np.concatenate([rates[6:7], speeds, rates[7:]]))
    power = float(springs @ (np.diff(chain) * moving)) + 2.25e-4 * float(speeds @ rates[3:6])
    given_by_motors = c_1 * (motors[0] - angles[0]) * rates[6] + c_4 * (motors[1] - angles[2]) * rates[7]
    friction = float(np.array([6.78e-5, 8.01e-5, 8.82e-5]) @ speeds**2)
    assert power == pytest.approx(given_by_motors - friction, rel=1e-9, abs=1e-12)
    assert rates[:3] == pytest.approx(speeds)
    assert rates[6:] == pytest.approx((u - motors) / 1e-2)


@EACH
def test_a_plant_starts_within_its_bounds_and_names_what_it_has(plant: ModuleType) -> None:
    task: Task = plant.TASK
    low, high = task.state_bounds
    assert np.all(task.start >= low)
    assert np.all(task.start <= high)
    assert set(task.bounds) <= set(task.states.names)
    assert set(task.moves) == set(task.inputs.names)
    assert set(task.scale) <= {*task.states.names, *task.inputs.names}
    assert task.known.shape == (len(task.scenarios), len(task.uncertain))
    assert all(quantity.source or quantity.doc for group in task.model.signature.groups for quantity in group)


@EACH
def test_a_plant_cites_where_its_equations_are_from(plant: ModuleType) -> None:
    assert plant.__doc__ is not None
    assert "https://" in plant.__doc__
