"""PCA beside scikit-learn for tables of every shape, and what holds of every PCA."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import decomposition

from homeostat.monitoring.latent import PCA
from homeostat.monitoring.latent.decomposition import leading

Array = NDArray[np.float64]
SHAPES = [(40, 6), (6, 40), (60, 900), (900, 60)]
"""Small ones, a wide and a tall one: each takes another way to the same components."""


def table(seed: int, rows: int, columns: int) -> Array:
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((rows, 5)) * [5.0, 4.0, 3.0, 2.0, 1.5]
    return hidden @ random.standard_normal((5, columns)) + random.standard_normal((rows, columns)) + 10.0


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_components_equal_scikit_learns(rows: int, columns: int) -> None:
    x = table(1, rows, columns)
    ours = PCA(4, scale=False).fit(x)
    peer = decomposition.PCA(4, svd_solver="full").fit(x)
    signs = np.sign(np.sum(ours.components_ * peer.components_, axis=1))
    np.testing.assert_allclose(ours.components_, peer.components_ * signs[:, None], atol=1e-8)
    np.testing.assert_allclose(ours.explained_variance_, peer.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(ours.explained_variance_ratio_, peer.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(ours.transform(x), peer.transform(x) * signs, atol=1e-7)
    np.testing.assert_allclose(
        ours.inverse_transform(ours.transform(x)), peer.inverse_transform(peer.transform(x))
    )


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_sums_of_what_is_left_out_are_those_of_all_variances(rows: int, columns: int) -> None:
    x = table(2, rows, columns)
    centred = x - x.mean(axis=0)
    variances = np.linalg.svd(centred, compute_uv=False)[4:] ** 2 / (rows - 1)
    expected = [np.sum(variances**power) for power in (1, 2, 3)]
    np.testing.assert_allclose(leading(centred, 4).thetas, expected, rtol=1e-8)


@given(seed=st.integers(0, 10_000), size=st.integers(1, 5))
@settings(max_examples=25)
def test_t2_averages_to_the_number_of_components_and_contributions_sum_to_it(seed: int, size: int) -> None:
    x = table(seed, 30, 7)
    model = PCA(size).fit(x)
    assert model.t2(x).mean() == pytest.approx(size * 29 / 30)
    parts = model.t2_contributions(x)
    assert (parts >= 0.0).all()
    np.testing.assert_allclose(parts.sum(axis=1), model.t2(x), rtol=1e-8)
    np.testing.assert_allclose(
        np.abs(model.spe_contributions(x)).sum(axis=1), model.spe(x), rtol=1e-8, atol=1e-12
    )


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_distance_within_and_to_the_plane_make_up_the_whole(seed: int) -> None:
    x = table(seed, 30, 7)
    model = PCA(3).fit(x)
    within = np.sum(model.transform(x) ** 2, axis=1)
    np.testing.assert_allclose(within + model.spe(x), np.sum(model.scaling_.apply(x) ** 2, axis=1), rtol=1e-9)


def test_the_column_that_moved_contributes_most() -> None:
    x = table(3, 200, 7)
    model = PCA(2).fit(x)
    moved = x[:1].copy()
    moved[0, 4] += 20.0 * x[:, 4].std()
    assert np.abs(model.spe_contributions(moved))[0].argmax() == 4
    assert model.spe_contributions(moved)[0, 4] > 0.0


def test_constant_columns_have_no_part_in_the_components() -> None:
    x = np.column_stack([table(4, 30, 5), np.full(30, 0.1), np.zeros(30)])
    model = PCA(3).fit(x)
    np.testing.assert_allclose(model.components_[:, 5:], 0.0, atol=1e-12)
    assert model.scaling_.constant.tolist() == [False] * 5 + [True] * 2
    np.testing.assert_allclose(model.transform(x), PCA(3).fit(x[:, :5]).transform(x[:, :5]), atol=1e-9)


def test_a_table_without_variation_has_no_component() -> None:
    x = np.ones((5, 3))
    model = PCA(2).fit(x)
    assert model.n_components_ == 0
    assert model.transform(x).shape == (5, 0)
    np.testing.assert_array_equal(model.t2(x), np.zeros(5))
    np.testing.assert_array_equal(model.spe(x + 1.0), np.full(5, 3.0))
    assert model.t2_limit() == model.spe_limit() == 0.0


@pytest.mark.parametrize(("rows", "columns", "rank"), [(4, 9, 3), (8, 9_000, 7)])
def test_no_more_components_are_found_than_the_rank(rows: int, columns: int, rank: int) -> None:
    assert PCA(10).fit(table(5, rows, columns)).n_components_ == rank


def test_parametric_limits_hold_on_new_normal_rows() -> None:
    """Where their assumptions are true, the share beyond a 1 % limit is 1 % (here of 20,000 rows)."""
    random = np.random.default_rng(6)
    mixing = random.standard_normal((4, 10))

    def rows(count: int) -> Array:
        return random.standard_normal((count, 4)) @ mixing + 0.5 * random.standard_normal((count, 10))

    model, new = PCA(4, scale=False).fit(rows(2_000)), rows(20_000)
    assert np.mean(model.t2(new) > model.t2_limit(0.99)) == pytest.approx(0.01, abs=0.003)
    assert np.mean(model.spe(new) > model.spe_limit(0.99)) == pytest.approx(0.01, abs=0.003)
