"""Low-density polyethylene: a published PLS model, reproduced to the digits that its iteration had reached.

The reference values were iterated (NIPALS) until successive scores agreed to some six digits, and carry the rest as
error from component to component. So they are compared at 5e-5 of the greatest value; the same quantities are compared
at 1e-9 with an iteration here that goes on until nothing changes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.monitoring.latent import PLS

Array = NDArray[np.float64]
PREDICTORS = 14


@dataclass(frozen=True)
class Ldpe:
    """The data (54, 14) and (54, 5), and where the reference values lie."""

    x: Array
    y: Array
    place: Path

    def reference(self, name: str) -> Array:
        return np.loadtxt(self.place / f"{name}.csv", delimiter=",")


@pytest.fixture(scope="module")
def ldpe(shared: Path) -> Ldpe:
    place = shared / "data" / "batch_mspc_nylon_dryer_ldpe" / "LDPE"
    table = np.genfromtxt(place / "LDPE.csv", delimiter=",", skip_header=1)[:, 1:]
    return Ldpe(table[:, :PREDICTORS], table[:, PREDICTORS:], place)


@pytest.fixture(scope="module")
def model(ldpe: Ldpe) -> PLS:
    return PLS(6).fit(ldpe.x, ldpe.y)


def turned(values: Array, like: Array) -> Array:
    """`values` with the sign of each column turned to that of `like`."""
    return values * np.sign(np.sum(values * like, axis=0))


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("T", "x_scores_"),
        ("P", "x_loadings_"),
        ("W", "x_weights_"),
        ("R", "x_rotations_"),
        ("U", "y_scores_"),
        ("C", "y_loadings_"),
    ],
)
def test_the_published_model_is_reproduced(ldpe: Ldpe, model: PLS, name: str, attribute: str) -> None:
    reference, ours = ldpe.reference(name), getattr(model, attribute)
    np.testing.assert_allclose(
        turned(ours, reference), reference, rtol=0, atol=5e-5 * np.abs(reference).max()
    )


def test_the_published_predictions_are_reproduced_to_six_digits(ldpe: Ldpe, model: PLS) -> None:
    np.testing.assert_allclose(model.predict(ldpe.x), ldpe.reference("Yhat_A6"), rtol=1e-6, atol=6e-6)


@pytest.mark.parametrize("size", [3, 6])
def test_the_published_distances_are_reproduced(ldpe: Ldpe, size: int) -> None:
    reference = ldpe.reference(f"Hotellings_T2_A{size}")
    np.testing.assert_allclose(PLS(size).fit(ldpe.x, ldpe.y).t2(ldpe.x), reference, rtol=1e-4)


def test_the_model_is_what_the_iteration_converges_to(ldpe: Ldpe, model: PLS) -> None:
    for number, found in enumerate(nipals(model.scaling_.apply(ldpe.x), model.y_scaling_.apply(ldpe.y), 6)):
        for attribute, vector in zip(
            ("x_weights_", "x_loadings_", "x_scores_", "y_scores_"), found, strict=True
        ):
            ours = getattr(model, attribute)[:, number]
            np.testing.assert_allclose(ours * np.sign(ours @ vector), vector, rtol=0, atol=1e-9)


def nipals(x: Array, y: Array, count: int) -> list[tuple[Array, Array, Array, Array]]:
    """Weight, loading, score and Y score of each component, by Wold's iteration run to the end."""
    found = []
    for _ in range(count):
        u, t = y[:, 0], np.zeros(len(x))
        for _ in range(20_000):
            w = x.T @ u / np.linalg.norm(x.T @ u)
            last, t = t, x @ w
            c = y.T @ t / (t @ t)
            u = y @ c / (c @ c)
            if np.linalg.norm(t - last) <= 1e-14 * np.linalg.norm(t):
                break
        p = x.T @ t / (t @ t)
        x, y = x - np.outer(t, p), y - np.outer(t, c)
        found.append((w, p, t, u))
    return found
