"""Missing values: scores of incomplete rows, and models learned from incomplete tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from homeostat.monitoring.latent import PCA, PLS
from homeostat.monitoring.latent.missing import Plane

Array = NDArray[np.float64]


MIXING = np.random.default_rng(99).standard_normal((3, 10))


def hidden(seed: int, rows: int = 60) -> Array:
    return np.random.default_rng(seed).standard_normal((rows, 3))


def table(seed: int, noise: float = 0.05, rows: int = 60) -> Array:
    random = np.random.default_rng([seed, 1])
    return hidden(seed, rows) @ MIXING + noise * random.standard_normal((rows, 10)) + 3.0


def with_gaps(x: Array, share: float, seed: int = 0) -> Array:
    return np.where(np.random.default_rng(seed).random(x.shape) < share, np.nan, x)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_an_exact_plane_gives_the_same_scores_with_gaps_and_without(seed: int) -> None:
    x = table(seed, noise=0.0)
    model = PCA(3).fit(x)
    gapped = with_gaps(x, 0.2, seed)
    enough = np.isnan(gapped).sum(axis=1) <= 5
    np.testing.assert_allclose(model.transform(gapped[enough]), model.transform(x[enough]), atol=1e-4)


def test_a_row_without_any_value_is_the_mean() -> None:
    x = table(1)
    nothing = np.full((1, 10), np.nan)
    model = PLS(3).fit(x, x[:, 0])
    np.testing.assert_allclose(model.transform(nothing), 0.0, atol=1e-12)
    assert model.predict(nothing)[0] == pytest.approx(x[:, 0].mean())
    assert model.spe(nothing)[0] == 0.0
    assert model.t2(nothing)[0] == pytest.approx(0.0, abs=1e-12)


def test_trimmed_scores_are_better_than_putting_the_mean() -> None:
    x, new = table(2), table(3)
    model = PCA(3).fit(x)
    gapped = with_gaps(new, 0.3)
    put = np.where(np.isnan(gapped), model.scaling_.mean, gapped)
    truth = model.transform(new)
    error = np.mean((model.transform(gapped) - truth) ** 2)
    assert error < 0.2 * np.mean((model.transform(put) - truth) ** 2)


@pytest.mark.parametrize(("gaps", "excess"), [(1, 1e-9), (3, 0.1)])
def test_scores_are_the_regression_on_trimmed_scores_of_many_rows(gaps: int, excess: float) -> None:
    """With one gap the model's own map is that regression; with more, taking residuals as unrelated costs little."""
    x = table(4, noise=0.5, rows=20_000)
    model = PCA(3).fit(x)
    truth, seen = model.transform(x), np.arange(10) >= gaps
    trimmed = model.scaling_.apply(x)[:, seen] @ model.plane_.rotations[seen]
    best = trimmed @ np.linalg.lstsq(trimmed, truth, rcond=None)[0]
    ours = model.transform(np.where(seen, x, np.nan))
    assert np.mean((ours - truth) ** 2) <= (1.0 + excess) * np.mean((best - truth) ** 2)


def test_a_pca_of_a_table_with_gaps_is_near_that_of_the_whole() -> None:
    x = table(5)
    whole, part = PCA(3).fit(x), PCA(3).fit(with_gaps(x, 0.1))
    cosines = np.linalg.svd(whole.components_ @ part.components_.T, compute_uv=False)
    assert cosines.min() > 0.999
    np.testing.assert_allclose(part.scaling_.mean, whole.scaling_.mean, atol=0.1)


def test_a_pls_of_a_table_with_gaps_predicts_nearly_as_well() -> None:
    x, new = table(6), table(7)
    y, truth = hidden(6) @ np.arange(1.0, 4.0), hidden(7) @ np.arange(1.0, 4.0)
    part = PLS(3).fit(with_gaps(x, 0.1), y)
    assert np.std(part.predict(new) - truth) < 0.05 * np.std(truth)
    assert np.std(part.predict(with_gaps(new, 0.1)) - truth) < 0.1 * np.std(truth)


def test_missing_entries_count_as_nothing_in_the_residual() -> None:
    x = table(8)
    model = PCA(2).fit(x)
    gapped = x.copy()
    gapped[:, 3] = np.nan
    assert (model.spe_contributions(gapped)[:, 3] == 0.0).all()
    np.testing.assert_allclose(np.abs(model.spe_contributions(gapped)).sum(axis=1), model.spe(gapped))
    np.testing.assert_allclose(model.t2_contributions(gapped).sum(axis=1), model.t2(gapped), rtol=0.2)


def test_an_exact_plane_with_no_noise_at_all_is_no_trouble() -> None:
    plane = Plane(np.eye(3)[:, :1], np.eye(3)[:, :1], np.ones(1), np.zeros(3))
    np.testing.assert_array_equal(
        plane.scores(np.array([[np.nan, 1.0, 1.0], [2.0, np.nan, 0.0]])), [[0.0], [2.0]]
    )
