"""Reconciliation: equal to the textbook's matrices, tests that hold their level, and the guilty sensor found."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from homeostat.errors import MonitoringError
from homeostat.monitoring.signals.closure import (
    LEVEL,
    TOTAL,
    Closing,
    Closure,
    judge,
    rejected,
    suspects,
)
from homeostat.monitoring.signals.reconcile import Balance, Measured, Reconciled, reconcile
from homeostat.monitoring.signals.solve import backward, cholesky, eliminate, forward

MINUTE = 60_000_000
# the classical recycle network: 1 -> (2, 3); 2 -> 4 (a heater); 3 -> 5; (4, 5) -> 6
NODES = {
    "split": {"f1": 1.0, "f2": -1.0, "f3": -1.0},
    "heater": {"f2": 1.0, "f4": -1.0},
    "valve": {"f3": 1.0, "f5": -1.0},
    "join": {"f4": 1.0, "f5": 1.0, "f6": -1.0},
}
NETWORK = [Balance(name, row) for name, row in NODES.items()]
TRUE = {"f1": 100.0, "f2": 64.0, "f3": 36.0, "f4": 64.0, "f5": 36.0, "f6": 100.0}
SD = {"f1": 1.0, "f2": 0.8, "f3": 0.6, "f4": 0.8, "f5": 0.6, "f6": 1.0}


def measured(values: dict[str, float | None]) -> list[Measured]:
    return [Measured(name, values[name], SD[name]) for name in TRUE]


def noisy(seed: int, bias: dict[str, float] | None = None) -> dict[str, float | None]:
    source = np.random.default_rng(seed)
    return {n: TRUE[n] + SD[n] * float(source.standard_normal()) + (bias or {}).get(n, 0.0) for n in TRUE}


def textbook(matrix: np.ndarray, y: np.ndarray, sd: np.ndarray, doubt: np.ndarray) -> tuple[np.ndarray, ...]:
    """x = y - S A' (A S A' + R)^-1 A y, the measurement tests and the global test, by matrices."""
    spread = np.diag(sd**2)
    v = matrix @ spread @ matrix.T + np.diag(doubt**2)
    gain = spread @ matrix.T @ np.linalg.inv(v)
    correction = gain @ (matrix @ y)
    tests = correction / np.sqrt(np.diag(gain @ matrix @ spread))
    return y - correction, tests, (matrix @ y) @ np.linalg.inv(v) @ (matrix @ y)


@pytest.mark.parametrize("doubt", [0.0, 0.5])
def test_it_equals_the_textbooks_matrices(doubt: float) -> None:
    values = noisy(1)
    result = reconcile([Balance(n, row, doubt=doubt) for n, row in NODES.items()], measured(values))
    matrix = np.array([[row.get(name, 0.0) for name in TRUE] for row in NODES.values()])
    y, sd = np.array(list(values.values()), float), np.array(list(SD.values()))
    x, tests, total = textbook(matrix, y, sd, np.full(4, doubt))
    np.testing.assert_allclose([result.values[n] for n in TRUE], x, rtol=1e-11)
    np.testing.assert_allclose([result.tests[n] for n in TRUE], tests, rtol=1e-9)
    assert result.total == pytest.approx(total, rel=1e-10)
    assert result.freedom == 4


def test_reconciled_values_close_every_hard_balance() -> None:
    result = reconcile(NETWORK, measured(noisy(2)))
    for row in NODES.values():
        assert sum(c * result.values[n] for n, c in row.items()) == pytest.approx(0.0, abs=1e-10)


def test_a_soft_balance_binds_less_the_more_it_is_doubted() -> None:
    def gap(doubt: float) -> float:
        balance = Balance("b", {"f1": 1.0, "f6": -1.0}, doubt=doubt)
        result = reconcile([balance], [Measured("f1", 10.0, 1.0), Measured("f6", 12.0, 1.0)])
        return result.values["f6"] - result.values["f1"]

    assert gap(0.0) == pytest.approx(0.0)
    assert 0.0 < gap(1.0) < gap(5.0) < 2.0


def test_reconciled_values_are_surer_than_the_measured_ones() -> None:
    result = reconcile(NETWORK, measured(noisy(3)))
    assert all(result.deviations[n] < SD[n] for n in TRUE)


def test_what_nobody_measures_is_estimated_where_the_balances_determine_it() -> None:
    """Crowe's projection against the solution of the whole least-squares problem with unknowns as free variables."""
    values = noisy(4)
    values["f3"] = values["f5"] = None
    result = reconcile(NETWORK, measured(values))
    assert result.freedom == 2
    assert result.closures["split"] is None
    known = [n for n in TRUE if values[n] is not None]
    names = [*known, "f3", "f5"]
    weights = np.diag([1 / SD[n] ** 2 for n in known] + [0.0, 0.0])
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in NODES.values()])
    kkt = np.block([[weights, matrix.T], [matrix, np.zeros((4, 4))]])
    right = np.concatenate([weights @ np.array([values[n] or 0.0 for n in names]), np.zeros(4)])
    x = np.linalg.solve(kkt, right)[:6]
    np.testing.assert_allclose([result.values[n] for n in names], x, rtol=1e-10)


def test_what_the_balances_do_not_determine_is_not_made_up() -> None:
    values: dict[str, float | None] = {**noisy(5), "f2": None, "f3": None, "f4": None, "f5": None}
    result = reconcile(NETWORK, measured(values))
    assert set(result.values) == {"f1", "f6"}
    assert result.freedom == 1


def test_without_a_check_the_measurements_stay_as_they_are() -> None:
    result = reconcile([Balance("b", {"f1": 1.0, "f2": -1.0})], [Measured("f1", 3.0, 0.1)])
    assert result.values == {"f1": 3.0, "f2": 3.0}
    assert (result.freedom, result.tests, result.total) == (0, {}, 0.0)


@pytest.mark.parametrize("deviation", [0.0, -1.0, math.nan, math.inf])
def test_a_deviation_must_be_positive(deviation: float) -> None:
    with pytest.raises(MonitoringError, match="positive standard deviation"):
        reconcile(NETWORK, [Measured("f1", 1.0, deviation)])


def test_balances_that_imply_each_other_are_refused() -> None:
    twice = [Balance("one", {"f1": 1.0, "f6": -1.0}), Balance("two", {"f1": 2.0, "f6": -2.0})]
    with pytest.raises(MonitoringError, match="depend on each other"):
        reconcile(twice, measured(noisy(6)))


def test_the_global_test_holds_its_level_and_the_table_is_chi_squared() -> None:
    np.testing.assert_allclose(TOTAL, stats.chi2.isf(LEVEL, range(1, 13)), rtol=1e-5)
    totals = [reconcile(NETWORK, measured(noisy(seed))).total for seed in range(2000)]
    assert stats.kstest(totals, stats.chi2(4).cdf).pvalue > 0.01
    assert sum(total > TOTAL[3] for total in totals) <= stats.binom.isf(1e-4, 2000, LEVEL)


def test_the_guilty_sensor_is_found() -> None:
    found = [suspects(reconcile(NETWORK, measured(noisy(seed, {"f1": 8.0})))) for seed in range(50)]
    assert sum(names == ("f1",) for names in found) >= 48


def test_where_one_balance_is_all_there_is_every_sensor_in_it_is_suspect() -> None:
    result = reconcile(
        [Balance("b", {"f1": 1.0, "f6": -1.0})], [Measured("f1", 10.0, 1.0), Measured("f6", 20.0, 1.0)]
    )
    assert suspects(result) == ("f1", "f6")


GAS = Closing("gas", "The balance of the gases", patience=3)


def course(totals: list[float]) -> list[tuple[bool, int, int]]:
    closure, seen = Closure(), list[tuple[bool, int, int]]()
    for k, total in enumerate(totals):
        result = Reconciled({}, {}, {"o2": 4.0, "co2": 1.0}, total, 1, {})
        closure, change = judge(GAS, closure, k * MINUTE, result)
        if change is not None:
            seen.append((change.opened, change.finding.since // MINUTE, k))
    return seen


def test_a_finding_needs_several_failures_in_a_row_and_as_many_successes_to_end() -> None:
    assert course([20, 20, 1, 20, 20, 1, 20]) == []
    assert course([1, 20, 20, 20, 1, 1, 20, 1, 1, 1]) == [(True, 1, 3), (False, 1, 9)]


def test_the_suspects_are_named() -> None:
    closure = Closure(2, 0)
    result = Reconciled({}, {}, {"o2": 4.0, "co2": 1.0}, 16.0, 1, {})
    _, change = judge(GAS, closure, MINUTE, result)
    assert change is not None
    assert change.finding.text == "The balance of the gases does not close (test 16); suspected: o2"


def test_what_cannot_be_checked_says_nothing() -> None:
    closure = Closure(2, 0)
    assert judge(GAS, closure, 0, Reconciled({}, {}, {}, 0.0, 0, {}))[0] is closure


def test_too_many_balances_at_once_are_refused_and_a_total_that_is_no_number_rejected() -> None:
    with pytest.raises(MonitoringError, match="judged together"):
        rejected(Reconciled({}, {}, {}, 0.0, 13, {}))
    assert rejected(Reconciled({}, {}, {}, math.nan, 2, {}))


MATRICES = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(st.integers(-9, 9), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(MATRICES)
def test_cholesky_and_its_substitutions_solve_as_numpy_does(rows: list[list[int]]) -> None:
    square = np.array(rows, float)
    matrix = square @ square.T + np.eye(len(rows))
    right = np.arange(1.0, len(rows) + 1)
    lower = cholesky(matrix.tolist())
    np.testing.assert_allclose(np.array(lower), np.linalg.cholesky(matrix), rtol=1e-9, atol=1e-9)
    x = backward(lower, forward(lower, right.tolist()))
    np.testing.assert_allclose(x, np.linalg.solve(matrix, right), rtol=1e-7, atol=1e-9)


@given(MATRICES)
def test_elimination_finds_the_rank_and_keeps_the_row_space(rows: list[list[int]]) -> None:
    matrix = np.array(rows, float)
    assume(abs(matrix).max() > 0)
    reduced, pivots = eliminate(rows, len(rows))
    assert len(pivots) == np.linalg.matrix_rank(matrix)
    for k, pivot in enumerate(pivots):
        assert [row[pivot] for row in reduced] == [float(j == k) for j in range(len(rows))]
    assert np.linalg.matrix_rank(np.vstack([matrix, np.array(reduced)]), tol=1e-6) == len(pivots)
