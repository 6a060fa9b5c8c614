"""The equations of a task against the model itself, and against the same cost written down a second time in numpy."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given as with_values
from hypothesis import settings
from hypothesis import strategies as st

from homeostat.control.predictive import Term
from homeostat.control.predictive.equations import ROUND, Equations, aim, direct, equations, given, width
from homeostat.control.predictive.formulation import SOFT, formulate
from homeostat.control.predictive.walking import Walking
from homeostat.twin import model
from homeostat.twin.optimal import compile_solver

from .test_task import TASK

SIGNATURE = TASK.signature
X0 = {
    "viable": 3.0,
    "dead": 0.2,
    "activated": 0.9,
    "transduced": 0.3,
    "glucose": 12.0,
    "lactate": 7.0,
    "inhibitor": 20.0,
    "oxygen": 60.0,
    "bicarbonate": 20.0,
    "il2": 80.0,
    "volume": 220.0,
    "memory": 0.5,
    "cd8": 0.4,
}
FULL = tuple(X0.get(q.name, q.value) for q in SIGNATURE.states)
INPUTS = tuple(6.0 if q.name == "perfusion" else q.value for q in SIGNATURE.inputs)
PARAMETERS = tuple(q.value for q in SIGNATURE.parameters)
P = given(4.0, FULL, INPUTS, PARAMETERS, (0.5, 0.0, 0.0))
X = tuple(FULL[SIGNATURE.states.index(name)] for name in TASK.states)


@pytest.fixture(scope="module")
def traced() -> Equations:
    return equations(TASK)


def numbers(value: object) -> list[float]:
    return [float(v) for v in np.asarray(value).ravel()]


def outputs(x: Sequence[float], perfusion: float) -> tuple[list[float], list[float]]:
    """Rates and outputs of the model itself, all its states in declared order."""
    full = list(FULL)
    for name, value in zip(TASK.states, x, strict=True):
        full[SIGNATURE.states.index(name)] = value
    driven = list(INPUTS)
    driven[SIGNATURE.inputs.index("perfusion")] = perfusion
    rates, algebraic = model(TASK.model).function()(full, driven, PARAMETERS)
    return numbers(rates), numbers(algebraic)


def test_the_vector_p_has_the_declared_width() -> None:
    assert len(P) == width(TASK)


@settings(max_examples=20, deadline=None)
@with_values(st.floats(0.2, 2.0), st.floats(0.0, 20.0))
def test_rates_are_those_of_the_model_with_what_is_held_as_it_was(
    traced: Equations, share: float, perfusion: float
) -> None:
    x = [share * value for value in X]
    rates, _ = outputs(x, perfusion)
    wanted = [rates[SIGNATURE.states.index(name)] for name in TASK.states]
    np.testing.assert_allclose(numbers(traced.rates(x, [perfusion], P)), wanted, rtol=1e-12)


def test_only_what_no_state_delays_follows_an_input_at_once() -> None:
    assert direct(TASK.model, ("carbon_dioxide_gas",)) == {"ph"}
    assert direct(TASK.model, ("perfusion",)) == frozenset()


def test_what_is_seen_are_states_and_outputs_by_name(traced: Equations) -> None:
    _, algebraic = outputs(X, 6.0)
    cells = algebraic[SIGNATURE.outputs.index("viable_cells")]
    np.testing.assert_allclose(numbers(traced.seen(X, [6.0], P)), [cells, 7.0, 12.0], rtol=1e-12)


def test_a_limit_with_a_chance_is_drawn_in_by_its_margin_and_changes_follow(traced: Equations) -> None:
    assert numbers(traced.limits(X, [6.0], [2.5], P)) == pytest.approx([7.0 + 0.5, 12.0, 12.0, 3.5])
    assert numbers(traced.last(X, [6.0], P)) == pytest.approx([7.5, 12.0, 12.0])


def test_the_cost_of_a_step_is_the_amount_and_the_change(traced: Equations) -> None:
    wanted = 6.0 * 4.0 / 2000.0 + ((6.0 - 2.5) / 20.0) ** 2
    assert numbers(traced.cost(X, [6.0], [2.5], P)) == pytest.approx([wanted])


def test_the_cost_at_the_end_is_the_aim(traced: Equations) -> None:
    _, algebraic = outputs(X, 6.0)
    cells = algebraic[SIGNATURE.outputs.index("viable_cells")]
    assert numbers(traced.final(X, [6.0], P)) == pytest.approx([((cells - 1000.0) / 100.0) ** 2])


AIMS: list[tuple[str, Callable[[float], float]]] = [
    ("target", lambda away: 2.0 * away**2),
    ("more", lambda away: -2.0 * (away + 5.0)),
    ("less", lambda away: 2.0 * (away + 5.0)),
    ("low", lambda away: 2.0 * max(-away, 0.0) ** 2),
    ("high", lambda away: 2.0 * max(away, 0.0) ** 2),
]


@pytest.mark.parametrize(("kind", "wanted"), AIMS)
@pytest.mark.parametrize("value", [4.0, 9.9, 10.0, 10.1, 16.0])
def test_every_kind_of_aim_weighs_what_it_says(
    kind: str, wanted: Callable[[float], float], value: float
) -> None:
    term = Term("a", "a", kind, 10.0, 2.0, 2.0, throughout=False)  # type: ignore[arg-type]
    away = (value - 10.0) / 2.0
    rounding = 2.0 * (ROUND * abs(away) + ROUND**2) if kind in ("low", "high") else 1e-12
    assert float(aim(term, value)) == pytest.approx(wanted(away), abs=rounding)


def test_a_walk_is_the_classical_runge_kutta_method(traced: Equations) -> None:
    """The same steps by hand, with the model's own rates; and the objective with its soft limits."""
    problem, tree = formulate(TASK, traced)
    walking = Walking(TASK, traced, problem, compile_solver(problem, tree).identity)
    moves = [[6.0], [9.0], [9.0], [4.0]]
    path = walking.walk(X, [2.5], moves, P, [P] * 4)
    assert walking.seen(X, moves, P, [P] * 4) == path.seen
    x, cost, before = np.array(X), 0.0, 2.5

    def rates(state: np.ndarray, perfusion: float) -> np.ndarray:
        found, _ = outputs(state.tolist(), perfusion)
        return np.array([found[SIGNATURE.states.index(name)] for name in TASK.states])

    def broken(seen: tuple[float, ...]) -> float:
        miss = max(seen[1] + 0.5 - 10.0, 0.0)
        return SOFT * miss + 0.5 * SOFT * miss**2

    for (perfusion,), seen in zip(moves, path.seen, strict=False):
        cost += perfusion * 4.0 / 2000.0 + ((perfusion - before) / 20.0) ** 2 + broken(seen)
        before = perfusion
        for _ in range(2):
            h = 2.0
            k1 = rates(x, perfusion)
            k2 = rates(x + 0.5 * h * k1, perfusion)
            k3 = rates(x + 0.5 * h * k2, perfusion)
            k4 = rates(x + h * k3, perfusion)
            x = x + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    _, algebraic = outputs(x.tolist(), 4.0)
    cells = algebraic[SIGNATURE.outputs.index("viable_cells")]
    cost += ((cells - 1000.0) / 100.0) ** 2 + broken(path.seen[-1])
    assert path.seen[-1][0] == pytest.approx(cells, rel=1e-10)
    assert path.cost == pytest.approx(cost, rel=1e-9)
    assert math.isfinite(path.cost)
