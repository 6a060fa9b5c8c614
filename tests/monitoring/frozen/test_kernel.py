"""The kernel form against linear algebra written down again, and its gradients against finite differences."""

import numpy as np
import pytest
from scipy.linalg import cho_factor, cho_solve

from homeostat.monitoring.frozen import Array, Kernel

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(25, 3))
TRUTH = np.sin(ROWS[:, 0]) + ROWS[:, 1] ** 2
LENGTHS = np.array([1.0, 2.0, 1.5])
AMPLITUDE, NOISE = 2.0, 0.05


def covariance(shape: str, a: Array, b: Array) -> Array:
    """The kernel between rows, from its textbook formula."""
    r = np.sqrt((((a[:, None] - b[None]) / LENGTHS) ** 2).sum(axis=2))
    if shape == "rbf":
        return np.asarray(AMPLITUDE * np.exp(-(r**2) / 2))
    s = np.sqrt(5) * r
    return np.asarray(AMPLITUDE * (1 + s + s**2 / 3) * np.exp(-s))


def form(shape: str, **parts: object) -> Kernel:
    """The Gaussian process fitted to `TRUTH`."""
    whole = covariance(shape, ROWS, ROWS) + NOISE * np.eye(len(ROWS))
    given = {
        "shape": shape,
        "rows": ROWS,
        "alpha": np.linalg.solve(whole, TRUTH),
        "lengths": LENGTHS,
        "amplitude": AMPLITUDE,
        "center": ROWS.mean(axis=0),
        "slopes": np.zeros(3),
        "intercept": 0.0,
        "noise": NOISE,
        "whitener": np.linalg.inv(np.linalg.cholesky(whole)),
    }
    return Kernel.model_validate(given | parts)


@pytest.mark.parametrize("shape", ["rbf", "matern52"])
def test_mean_and_deviation_are_the_textbooks(shape: str) -> None:
    x = RNG.normal(size=(40, 3)) * 2
    whole = covariance(shape, ROWS, ROWS) + NOISE * np.eye(len(ROWS))
    cross = covariance(shape, x, ROWS)
    factor = cho_factor(whole)
    np.testing.assert_allclose(form(shape).predict(x), cross @ cho_solve(factor, TRUTH), atol=1e-10)
    variance = AMPLITUDE + NOISE - np.sum(cross * cho_solve(factor, cross.T).T, axis=1)
    np.testing.assert_allclose(form(shape).scale(x), np.sqrt(variance), rtol=1e-9)


def test_far_from_all_rows_only_the_trend_is_left() -> None:
    found = form("rbf", slopes=[1.0, 0.0, 0.0], intercept=5.0, center=[1.0, 0.0, 0.0])
    far = np.array([[1e6, 0.0, 0.0]])
    assert found.predict(far) == pytest.approx(5.0 + 1e6 - 1.0)
    assert found.scale(far) == pytest.approx(np.sqrt(AMPLITUDE + NOISE))


@pytest.mark.parametrize("shape", ["rbf", "matern52"])
def test_contributions_are_gradients_integrated_on_the_way_from_the_centre(shape: str) -> None:
    found = form(shape, slopes=[0.5, 0.0, -0.2])
    x = RNG.normal(size=(4, 3))
    steps, h = x - found.center, 1e-5
    integral = np.zeros(x.shape)
    for share in (np.arange(400) + 0.5) / 400:  # the midpoint rule, on central differences
        at = found.center + share * steps
        for column in range(3):
            shift = h * np.eye(3)[column]
            integral[:, column] += (found.predict(at + shift) - found.predict(at - shift)) / (2 * h) / 400
    np.testing.assert_allclose(found.contributions(x), steps * integral, atol=2e-5)


def test_at_the_centre_nothing_contributes() -> None:
    found = form("rbf")
    assert np.abs(found.contributions(found.center[None])).max() < 1e-15


def test_without_a_whitener_all_rows_are_equally_uncertain() -> None:
    assert form("rbf", whitener=None).scale(ROWS).tolist() == [1.0] * len(ROWS)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"alpha": [1.0]}, "differ in size"),
        ({"lengths": [1.0, 0.0, 1.0]}, "not positive"),
        ({"whitener": [[1.0]]}, "another size"),
        ({"amplitude": 0.0}, "greater than 0"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        form("rbf", **parts)
