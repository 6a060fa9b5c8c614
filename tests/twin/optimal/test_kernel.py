"""The native code: exact derivatives of its integrators, and the same bits on every instruction set."""

from collections.abc import Iterator

import casadi as ca
import numpy as np
import pytest
from llvmlite import binding as llvm

from homeostat.twin import Target
from homeostat.twin.optimal import RK4, SDIRK3, Problem, RungeKutta, Tableau, Tree, compile_solver
from homeostat.twin.optimal.frame import TABLE
from homeostat.twin.optimal.solver import Solver

from .peer import explicit
from .plants import (
    BATCH_PARAMETERS,
    BATCH_START,
    batch,
    polymerisation,
    polymerisation_scenarios,
    polymerisation_start,
)

X, U, P = ca.SX.sym("x", 2), ca.SX.sym("u"), ca.SX.sym("p", 2)
RATES = ca.Function(
    "rates", [X, U, P], [ca.vertcat(P[0] * X[0] * (1 - X[1]) + U * X[1], ca.exp(-X[0]) - P[1] * X[1] ** 2)]
)


def evaluated(
    solver: Solver, x: np.ndarray, u: np.ndarray, p: np.ndarray, lam: np.ndarray
) -> dict[str, np.ndarray]:
    """Next state, its gradient and the Hessian of lam' next by (x, u), of the only arc of a chain of one step."""
    space, s = solver.space, solver.layout
    point = space.points[0]
    point["w"][0, s.nv : s.nw] = np.concatenate([x, u])
    point["lam"][1, : s.nx] = lam
    space.data["p"][:, : len(p)] = p
    solver.kernel.evaluate(space.table(0))
    gain = point["gain"][1].reshape(s.ns, s.lw)[s.nv :, s.nv : s.nw]
    curve = point["curve"][1].reshape(s.nw, s.lw)[s.nv :, s.nv : s.nw]
    return {"f": point["f"][1, : s.nx].copy(), "gain": gain.copy(), "curve": curve.copy()}


def implicit(dynamics: RungeKutta) -> ca.Function:
    """A diagonally implicit step as an MX function: every stage is a root that CasADi differentiates implicitly."""
    nx, nu, size = dynamics.sizes
    x, u, p = ca.MX.sym("x", nx), ca.MX.sym("u", nu), ca.MX.sym("p", size)
    k, base, us, ps = ca.MX.sym("k", nx), ca.MX.sym("base", nx), ca.MX.sym("u", nu), ca.MX.sym("p", size)
    h, method = float(dynamics.hours) / dynamics.substeps, dynamics.tableau
    missed = dynamics.rates(base + h * method.diagonal * k, us, ps) - k
    root = ca.rootfinder(
        "stage", "newton", {"x": k, "p": ca.vertcat(base, us, ps), "g": missed}, {"abstol": 1e-14}
    )
    after = x
    for _ in range(dynamics.substeps):
        slopes: list[ca.MX] = []
        for row in method.a:
            stage = after
            for a, slope in zip(row, slopes, strict=True):
                stage = stage + h * a * slope
            slopes.append(root(x0=0, p=ca.vertcat(stage, u, p))["x"])
        for b, slope in zip(method.b, slopes, strict=True):
            after = after + h * b * slope
    return ca.Function("implicit", [x, u, p], [after])


@pytest.mark.parametrize(("tableau", "substeps"), [(RK4, 1), (RK4, 3), (SDIRK3, 1), (SDIRK3, 2)])
def test_steps_and_their_derivatives_are_those_of_the_formula(tableau: Tableau, substeps: int) -> None:
    dynamics = RungeKutta(RATES, 0.4, substeps, tableau)
    solver = compile_solver(Problem(dynamics, state_scales=(2.0, 0.5), input_scales=(3.0,)), Tree.chain(1))
    scales, unit = np.array([2.0, 0.5, 3.0]), np.array([2.0, 0.5])
    x, u, p, lam = np.array([0.7, 0.3]), np.array([0.2]), np.array([0.8, 0.4]), np.array([1.5, -0.7])
    found = evaluated(solver, x / unit, u / 3.0, p, lam)
    step = explicit(dynamics) if tableau is RK4 else implicit(dynamics)
    w, q = ca.MX.sym("w", 3), ca.MX.sym("q", 2)
    after = step(w[:2] * unit, w[2] * 3.0, q) / unit
    exact = ca.Function("exact", [w, q], [after, ca.jacobian(after, w), ca.hessian(ca.dot(lam, after), w)[0]])
    for name, value in zip(("f", "gain", "curve"), exact(np.concatenate([x, u]) / scales, p), strict=True):
        np.testing.assert_allclose(
            found[name], np.array(value).reshape(found[name].shape), rtol=1e-9, atol=1e-11
        )


@pytest.mark.drill
@pytest.mark.parametrize(("tableau", "order"), [(RK4, 4), (SDIRK3, 3)])
def test_methods_have_their_order(tableau: Tableau, order: int) -> None:
    x, u, p = np.array([0.7, 0.3]), np.array([0.2]), np.array([0.8, 0.4])
    ends = []
    for substeps in (4, 8, 64):
        dynamics = RungeKutta(RATES, 2.0, substeps, tableau)
        solver = compile_solver(Problem(dynamics), Tree.chain(1))
        ends.append(evaluated(solver, x, u, p, np.zeros(2))["f"])
    errors = [float(np.abs(end - ends[-1]).max()) for end in ends[:-1]]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.4)


def test_a_method_for_stiff_models_damps_what_is_fast() -> None:
    x, u, p = ca.SX.sym("x"), ca.SX.sym("u"), ca.SX.sym("p", 0)
    dynamics = RungeKutta(ca.Function("rates", [x, u, p], [-1e6 * (x - u)]), 1.0, 1, SDIRK3)
    solver = compile_solver(Problem(dynamics), Tree.chain(1))
    after = evaluated(solver, np.array([5.0]), np.array([2.0]), np.zeros(0), np.zeros(1))["f"][0]
    assert after == pytest.approx(2.0, abs=1e-5)


def test_step_lengths_may_be_parameters() -> None:
    hours = ca.Function("hours", [P], [P[1]])
    rates = ca.Function("rates", [X, U, P], [ca.vertcat(P[0] + 0 * X[0], U)])
    solver = compile_solver(Problem(RungeKutta(rates, hours, 2)), Tree.chain(1))
    found = evaluated(solver, np.zeros(2), np.array([3.0]), np.array([2.0, 0.25]), np.zeros(2))
    np.testing.assert_allclose(found["f"], [0.5, 0.75], rtol=1e-15)


def _targets() -> Iterator[Target]:
    """Processors that this one can stand in for; the first must emulate fused sums."""
    yield Target.host()
    if llvm.get_process_triple().startswith("x86_64"):
        features = llvm.get_host_cpu_features()
        yield Target("x86-64", "")
        if features.get("avx2") and features.get("fma"):
            yield Target("haswell", "+avx2,+fma")
        if features.get("avx512f"):
            yield Target("skylake-avx512", "")


def test_every_instruction_set_gives_the_same_bits() -> None:
    found = set()
    for target in _targets():
        solver = compile_solver(batch(), Tree.chain(20), target)
        first = solver.solve(BATCH_START, [0.0], BATCH_PARAMETERS)
        second = solver.solve(first.x[1], first.first, BATCH_PARAMETERS, guess=first.shifted())
        assert first.usable and second.usable
        found.add(
            b"".join(
                getattr(o, n).tobytes() for o in (first, second) for n in ("x", "u", "multipliers", "bounds")
            )
        )
    assert len(found) == 1


@pytest.mark.drill
def test_every_instruction_set_gives_the_same_bits_over_a_tree_of_stiff_steps() -> None:
    found, tree = set(), Tree.fan(2, 9)
    for target in _targets():
        solver = compile_solver(polymerisation(), tree, target)
        outcome = solver.solve(polymerisation_start(), [0.0, 333.15, 333.15], polymerisation_scenarios(tree))
        assert outcome.usable
        found.add(outcome.x.tobytes() + outcome.u.tobytes())
    assert len(found) == 1


def test_one_kernel_serves_every_tree_of_a_problem() -> None:
    chain, fan = (compile_solver(batch(), tree) for tree in (Tree.chain(5), Tree.fan(9, 4)))
    assert chain.identity == fan.identity
    assert len(set(TABLE)) == len(TABLE)
