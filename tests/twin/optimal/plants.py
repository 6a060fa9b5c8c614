"""Problems from the literature, as data: what solvers of optimal control are compared on."""

import itertools
import math
from collections.abc import Sequence

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from homeostat.twin.optimal import RK4, SDIRK3, Discrete, Problem, Row, RungeKutta, Tree

INF = math.inf


def rows(low: Sequence[float], high: Sequence[float]) -> list[Row]:
    return [Row(a, b) for a, b in zip(low, high, strict=True)]


def batch(substeps: int = 2) -> Problem:
    """Fed-batch bioreactor: the problem of do-mpc's example batch_reactor (Fiedler et al. 2023), discretised by RK4."""
    x, u, v, p = ca.SX.sym("x", 4), ca.SX.sym("u"), ca.SX.sym("v"), ca.SX.sym("p", 2)
    biomass, substrate, product, volume = ca.vertsplit(x)
    growth = 0.02 * substrate / (0.05 + substrate + substrate**2 / 5.0)
    rates = ca.vertcat(
        growth * biomass - u / volume * biomass,
        -growth * biomass / p[0] - 0.004 * biomass / 1.2 + u / volume * (p[1] - substrate),
        0.004 * biomass - u / volume * product,
        u,
    )
    return Problem(
        RungeKutta(ca.Function("rates", [x, u, p], [rates]), 1.0, substeps),
        ca.Function("cost", [x, u, v, p], [-product + (u - v) ** 2]),
        ca.Function("terminal", [x, p], [-product]),
        states=rows([0.0, -0.01, 0.0, 0.0], [3.7, INF, 3.0, INF]),
        inputs=rows([0.0], [0.2]),
    )


BATCH_START, BATCH_PARAMETERS = (1.0, 0.5, 0.0, 120.0), (0.5, 200.0)


def polymerisation() -> Problem:
    """Industrial polymerisation reactor: Lucia et al. 2014, as in do-mpc's example industrial_poly; stiff."""
    x, u, v, p = ca.SX.sym("x", 10), ca.SX.sym("u", 3), ca.SX.sym("v", 3), ca.SX.sym("p", 2)
    water, monomer, polymer, t_r, t_s, t_m, t_ek, t_awt, _, _ = ca.vertsplit(x)
    feed, t_in_m, t_in_ek = ca.vertsplit(u)
    heat, k0 = ca.vertsplit(p)
    area, alpha, flow = 65.0, 5.0 * 20e4 * 3.6, 20000.0
    share, total = polymer / (monomer + polymer), water + monomer + polymer
    activity = 4.0 * (1.0 - share) + 32.0 * share
    inside = k0 * ca.exp(-8500.0 / (8.314 * t_r)) * activity * (monomer - monomer * 200.0 / total)
    outside = k0 * ca.exp(-8500.0 / (8.314 * t_ek)) * activity * monomer / total * 200.0
    k_area = area * (water * 17280.0 + monomer * 3600.0 + polymer * 360.0) / total
    d_water, d_monomer, d_polymer = 0.333 * feed, 0.667 * feed - inside - outside, inside + outside
    d_t_r = (
        feed * 3.0 * (298.15 - t_r) - k_area * (t_r - t_s) - flow * 5.0 * (t_r - t_ek) + heat * inside
    ) / (5.0 * total)
    rates = ca.vertcat(
        d_water,
        d_monomer,
        d_polymer,
        d_t_r,
        (k_area * (t_r - t_s) - k_area * (t_s - t_m)) / (0.47 * 39000.0),
        (3e5 * 4.2 * (t_in_m - t_m) + k_area * (t_s - t_m)) / (4.2 * 5000.0),
        (flow * 5.0 * (t_r - t_ek) - alpha * (t_ek - t_awt) + outside * heat) / (5.0 * 200.0),
        (1e5 * 4.2 * (t_in_ek - t_awt) - alpha * (t_awt - t_ek)) / (4.2 * 1000.0),
        feed,
        heat / (5.0 * total) * d_monomer
        - (d_monomer + d_water + d_polymer) * (monomer * heat / (5.0 * total**2))
        + d_t_r,
    )
    scales = (100.0, 1.0, 1.0)
    moved = [price * ((u[k] - v[k]) / scales[k]) ** 2 for k, price in enumerate((0.002, 0.004, 0.002))]
    return Problem(
        RungeKutta(ca.Function("rates", [x, u, p], [rates]), 50.0 / 3600.0, 1, SDIRK3),
        ca.Function("cost", [x, u, v, p], [-polymer + sum(moved[1:], moved[0])]),
        ca.Function("terminal", [x, p], [-polymer]),
        states=rows(
            [0.0, 0.0, 26.0, 361.15, 298.0, 298.0, 288.0, 288.0, 0.0, -INF],
            [INF, INF, INF, 365.15, 400.0, 400.0, 400.0, 400.0, 30000.0, 382.15],
        ),
        inputs=rows([0.0, 333.15, 333.15], [3e4, 373.15, 373.15]),
        state_scales=(10.0, 10.0, 10.0, 1.0, 1.0, 1.0, 1.0, 1.0, 10.0, 1.0),
        input_scales=scales,
    )


def polymerisation_start() -> NDArray[np.float64]:
    x = np.array([10000.0, 853.0, 26.5, 363.15, 363.15, 363.15, 308.15, 308.15, 300.0, 0.0])
    x[9] = x[1] * 950.0 / (5.0 * (x[0] + x[1] + x[2])) + x[3]
    return x


def polymerisation_scenarios(tree: Tree) -> NDArray[np.float64]:
    """Reaction enthalpy and rate +- 30 %: nine combinations, the nominal one where the future is shared."""
    cases = list(itertools.product((950.0, 950.0 * 1.3, 950.0 * 0.7), (7.0, 7.0 * 1.3, 7.0 * 0.7)))
    return np.array([cases[max(s, 0)] for s in tree.scenarios])


def stirred_tank() -> Problem:
    """Klatt-Engell reactor: Klatt & Engell 1998, as in do-mpc's example CSTR; tracks C_b = 0.6 under a soft T limit."""
    x, u, v, p = ca.SX.sym("x", 4), ca.SX.sym("u", 2), ca.SX.sym("v", 2), ca.SX.sym("p", 2)
    c_a, c_b, t_r, t_k = ca.vertsplit(x)
    feed, cooling = ca.vertsplit(u)
    kelvin = t_r + 273.15
    k1, k2 = p[1] * 1.287e12 * ca.exp(-9758.3 / kelvin), 1.287e12 * ca.exp(-9758.3 / kelvin)
    k3, wall = 9.043e9 * ca.exp(-p[0] * 8560.0 / kelvin), 4032.0 * 0.215
    heat = k1 * c_a * 4.2 - k2 * c_b * 11.0 - k3 * c_a**2 * 41.85
    rates = ca.vertcat(
        feed * (5.1 - c_a) - k1 * c_a - k3 * c_a**2,
        -feed * c_b + k1 * c_a - k2 * c_b,
        -heat / (0.9342 * 3.01) + feed * (130.0 - t_r) - wall * (t_r - t_k) / (0.9342 * 3.01 * 10.01),
        (cooling + wall * (t_r - t_k)) / (5.0 * 2.0),
    )
    moved = 0.1 * ((u[0] - v[0]) / 100.0) ** 2 + 1e-3 * ((u[1] - v[1]) / 2000.0) ** 2
    limit = Row(high=140.0, linear=1e2, quadratic=1.0)
    return Problem(
        RungeKutta(ca.Function("rates", [x, u, p], [rates]), 0.005, 2, RK4),
        ca.Function("cost", [x, u, v, p], [(c_b - 0.6) ** 2 + moved]),
        ca.Function("terminal", [x, p], [(c_b - 0.6) ** 2]),
        states=rows([0.1, 0.1, 50.0, 50.0], [2.0, 2.0, 180.0, 180.0]),
        inputs=rows([5.0, -8500.0], [100.0, 0.0]),
        constraints=ca.Function("limit", [x, u, v, p], [t_r]),
        rows=[limit],
        ending=ca.Function("limit_end", [x, p], [t_r]),
        ending_rows=[limit],
        state_scales=(1.0, 1.0, 100.0, 100.0),
        input_scales=(100.0, 2000.0),
    )


def linear(
    A: NDArray[np.float64],
    B: NDArray[np.float64],
    Q: NDArray[np.float64],
    R: NDArray[np.float64],
    **rest: object,
) -> Problem:
    """x' = A x + B u with half the quadratic cost x' Q x + u' R u, Q at the end as well."""
    nx, nu = B.shape
    x, u, v, p = ca.SX.sym("x", nx), ca.SX.sym("u", nu), ca.SX.sym("v", nu), ca.SX.sym("p", 0)
    step = ca.Function("step", [x, u, p], [ca.DM(A) @ x + ca.DM(B) @ u])
    cost = 0.5 * (ca.bilin(ca.DM(Q), x, x) + ca.bilin(ca.DM(R), u, u))
    terminal = ca.Function("terminal", [x, p], [0.5 * ca.bilin(ca.DM(Q), x, x)])
    chosen = {"terminal": terminal, **rest}
    return Problem(Discrete(step), ca.Function("cost", [x, u, v, p], [cost]), **chosen)  # type: ignore[arg-type]
