"""The kernel term is a Gaussian process: against the formulas of the textbook, computed independently."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.twin.algebra import ARRAYS
from homeostat.twin.hybrid import Argument, KernelTerm, Unbounded

TERM = KernelTerm({"x": Argument(0.0, 10.0)}, Unbounded(), places=6, length=0.5)
PLACES = np.linspace(-1.0, 1.0, 6)
Array = NDArray[np.float64]


def covariance(a: Array, b: Array) -> Array:
    """Rational quadratic with alpha = 2 and length 0.5: Rasmussen & Williams 2006, eq. 4.19."""
    return np.asarray((1.0 + (a[:, None] - b) ** 2 / (2.0 * 2.0 * 0.5**2)) ** -2.0)


def features(x: Array) -> Array:
    """The derivative (n, p) of the term at `x` with respect to its weights, in which it is linear."""
    unit = np.eye(len(PLACES))
    columns = [TERM.value(ARRAYS, dict(zip(TERM.weights(), row, strict=True)), {"x": x}) for row in unit]
    return np.stack(columns, axis=1)


def test_standard_normal_weights_give_the_prior_of_the_process_at_its_places() -> None:
    phi = features(5.0 * PLACES + 5.0)
    np.testing.assert_allclose(phi @ phi.T, covariance(PLACES, PLACES), atol=1e-7)


def test_the_most_probable_weights_give_the_mean_of_the_subset_of_regressors() -> None:
    """Ridge regression on the weights against Rasmussen & Williams 2006, eq. 8.14a."""
    rng = np.random.default_rng(1)
    x, noise = rng.uniform(0.0, 10.0, 40), 0.1
    y = np.sin(0.6 * x) + noise * rng.standard_normal(40)
    phi, at = features(x), np.linspace(0.0, 10.0, 21)
    weights = np.linalg.solve(phi.T @ phi + noise**2 * np.eye(6), phi.T @ y)
    kmn, kmm = covariance(PLACES, 0.2 * x - 1.0), covariance(PLACES, PLACES)
    mean = covariance(0.2 * at - 1.0, PLACES) @ np.linalg.solve(kmn @ kmn.T + noise**2 * kmm, kmn @ y)
    np.testing.assert_allclose(features(at) @ weights, mean, atol=1e-5)


def test_far_from_its_range_the_process_returns_to_neutral() -> None:
    weights = dict.fromkeys(TERM.weights(), 1.0)
    assert abs(TERM.value(ARRAYS, weights, {"x": 1e4})) < 1e-6


def test_a_grid_spans_every_pair_of_places() -> None:
    plane = KernelTerm({"x": Argument(0.0, 1.0), "y": Argument(0.0, 1.0)}, Unbounded(), places=3)
    assert len(set(plane.grid)) == len(plane.weights()) == 9
    assert (-1.0, 1.0) in plane.grid


def test_the_root_of_the_covariance_is_that_of_an_independent_decomposition() -> None:
    lower = np.linalg.cholesky(covariance(PLACES, PLACES) + 1e-8 * np.eye(6))
    phi = features(5.0 * PLACES + 5.0)
    assert phi == pytest.approx(np.linalg.solve(lower, covariance(PLACES, PLACES)).T, abs=1e-9)
