"""DPCA and CVA: what plain PCA cannot see, and canonical correlations beside a closed form."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import eigh

from homeostat.monitoring.latent import CVA, DPCA, PCA

Array = NDArray[np.float64]


def process(seed: int, rows: int, follow: float = 0.9) -> Array:
    """Two variables; the second follows the first one reading later, with little noise."""
    random = np.random.default_rng(seed)
    first = np.zeros(rows)
    for at in range(1, rows):
        first[at] = 0.7 * first[at - 1] + random.standard_normal()
    second = follow * np.roll(first, 1) + 0.05 * random.standard_normal(rows)
    return np.column_stack([first, second])[1:]


def test_dpca_sees_that_a_variable_no_longer_follows() -> None:
    training, broken = process(1, 600), process(2, 300, follow=0.0)
    broken[:, 1] *= process(1, 600)[:, 1].std() / broken[:, 1].std()
    dynamic = DPCA(3, lags=1)
    dynamic.fit(dynamic.windows(training))
    plain = PCA(1).fit(training)
    seen = np.mean(dynamic.spe(dynamic.windows(broken)) > dynamic.spe_limit())
    assert seen > 5.0 * np.mean(plain.spe(broken) > plain.spe_limit())
    assert seen > 0.5


def test_contributions_of_windows_are_told_by_variable() -> None:
    model = DPCA(2, lags=2)
    rows = model.windows(process(3, 100))
    parts = model.fit(rows).t2_contributions(rows)
    assert model.by_variable(parts).shape == (len(rows), 2)
    np.testing.assert_allclose(model.by_variable(parts).sum(axis=1), model.t2(rows))


@pytest.fixture(scope="module")
def learned() -> tuple[CVA, Array, Array]:
    model = CVA(2, lags=2)
    series = process(4, 2_000)
    past, future = model.past_and_future(series, series)
    return model.fit(past, future), past, future


def test_canonical_correlations_are_those_of_the_eigenvalue_problem(
    learned: tuple[CVA, Array, Array],
) -> None:
    """H. Hotelling 1936: squares of the correlations are eigenvalues of Sfp Spp^-1 Spf in the measure of Sff."""
    model, past, future = learned
    p, f = past - past.mean(axis=0), future - future.mean(axis=0)
    values = eigh(f.T @ p @ np.linalg.solve(p.T @ p, p.T @ f), f.T @ f, eigvals_only=True)
    np.testing.assert_allclose(model.correlations_, np.sqrt(values[::-1][:2]), rtol=1e-6)


def test_states_and_residuals_are_uncorrelated_and_of_unit_variance(
    learned: tuple[CVA, Array, Array],
) -> None:
    model, past, _ = learned
    both = np.hstack([model.transform(past), model.remainder(past)])
    np.testing.assert_allclose(np.cov(both.T), np.eye(4), atol=1e-6)
    assert model.t2(past).mean() == pytest.approx(2.0, rel=1e-3)
    assert model.residual_t2(past).mean() == pytest.approx(2.0, rel=1e-3)


def test_contributions_sum_to_their_statistic(learned: tuple[CVA, Array, Array]) -> None:
    model, past, _ = learned
    np.testing.assert_allclose(model.t2_contributions(past).sum(axis=1), model.t2(past))
    np.testing.assert_allclose(model.residual_t2_contributions(past).sum(axis=1), model.residual_t2(past))
    assert model.by_variable(model.t2_contributions(past)).shape == (len(past), 2)


def test_a_constant_variable_changes_no_statistic(learned: tuple[CVA, Array, Array]) -> None:
    model, past, future = learned
    wider = np.column_stack([past, np.full(len(past), 3.3)])
    other = CVA(2, lags=2).fit(wider, future)
    np.testing.assert_allclose(other.t2(wider), model.t2(past), rtol=1e-8)
    np.testing.assert_allclose(other.residual_t2(wider), model.residual_t2(past), rtol=1e-8)
