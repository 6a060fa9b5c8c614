"""PLS beside scikit-learn and ikpls, and what holds of every PLS."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.cross_decomposition import PLSRegression

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent import PLS

Array = NDArray[np.float64]


def table(seed: int, rows: int = 30, columns: int = 8, targets: int = 1) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((rows, 3))
    x = hidden @ random.standard_normal((3, columns)) + 0.3 * random.standard_normal((rows, columns))
    y = hidden @ random.standard_normal((3, targets)) + 0.1 * random.standard_normal((rows, targets))
    return x * random.uniform(0.1, 10.0, columns) + random.uniform(-5.0, 5.0, columns), y


@pytest.mark.parametrize("targets", [1, 3])
@pytest.mark.parametrize("scale", [True, False])
def test_predictions_equal_scikit_learns(targets: int, scale: bool) -> None:
    x, y = table(1, targets=targets)
    peer = PLSRegression(5, scale=scale, tol=1e-14, max_iter=50_000).fit(x, y)
    np.testing.assert_allclose(PLS(5, scale=scale).fit(x, y).predict(x), peer.predict(x), atol=1e-7)


@pytest.mark.parametrize(("rows", "columns"), [(30, 8), (12, 300)])
@pytest.mark.parametrize("targets", [1, 3])
def test_predictions_of_every_size_equal_ikpls(rows: int, columns: int, targets: int) -> None:
    ikpls = pytest.importorskip("ikpls.numpy")  # of the extra "bench"
    x, y = table(2, rows, columns, targets)
    peer = ikpls.PLS(algorithm=1, ddof=1)
    peer.fit(x, y, 6)
    np.testing.assert_allclose(PLS(6).fit(x, y).predict_sizes(x), peer.predict(x), rtol=1e-8, atol=1e-8)


@given(seed=st.integers(0, 10_000), targets=st.integers(1, 3), size=st.integers(1, 6))
@settings(max_examples=25)
def test_one_fit_gives_the_predictions_of_every_smaller_size(seed: int, targets: int, size: int) -> None:
    x, y = table(seed, targets=targets)
    all_sizes = PLS(6).fit(x, y).predict_sizes(x)
    np.testing.assert_allclose(all_sizes[size - 1], PLS(size).fit(x, y).predict(x), rtol=1e-8, atol=1e-8)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_scores_are_orthogonal_and_rotations_undo_loadings(seed: int) -> None:
    x, y = table(seed, targets=2)
    model = PLS(5).fit(x, y)
    gram = model.x_scores_.T @ model.x_scores_
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-8)
    np.testing.assert_allclose(model.x_rotations_.T @ model.x_loadings_, np.eye(5), atol=1e-8)
    np.testing.assert_allclose(model.transform(x), model.x_scores_, atol=1e-8)


@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3), shift=st.floats(-1e3, 1e3))
@settings(max_examples=25)
def test_units_do_not_matter(seed: int, factor: float, shift: float) -> None:
    x, y = table(seed)
    other = x.copy()
    other[:, 0] = x[:, 0] * factor + shift
    expected = PLS(3).fit(x, y).predict(x)
    np.testing.assert_allclose(PLS(3).fit(other, y).predict(other), expected, rtol=1e-6, atol=1e-6)


def test_a_great_offset_costs_few_digits() -> None:
    x, y = table(3)
    expected = PLS(4).fit(x, y).predict(x)
    np.testing.assert_allclose(PLS(4).fit(x + 1e6, y).predict(x + 1e6), expected, rtol=1e-7, atol=1e-7)


def test_as_many_components_as_columns_are_least_squares() -> None:
    x, y = table(4)
    design = np.column_stack([np.ones(len(x)), x])
    expected = design @ np.linalg.lstsq(design, y[:, 0], rcond=None)[0]
    np.testing.assert_allclose(PLS(8).fit(x, y[:, 0]).predict(x), expected, atol=1e-8)


def test_coefficients_and_intercept_predict_in_the_columns_own_units() -> None:
    x, y = table(5, targets=2)
    model = PLS(4).fit(x, y)
    np.testing.assert_allclose(x @ model.coef_.T + model.intercept_, model.predict(x), atol=1e-9)


def test_no_more_components_are_found_than_there_are() -> None:
    x, y = table(6, rows=5)
    model = PLS(20).fit(x, y[:, 0])
    assert model.n_components_ <= 4
    sizes = model.predict_sizes(x)
    assert sizes.shape == (20, 5)
    np.testing.assert_array_equal(sizes[model.n_components_ :], sizes[[-1] * (20 - model.n_components_)])


def test_a_constant_target_is_predicted_as_itself() -> None:
    x, _ = table(7)
    model = PLS(2).fit(x, np.full(len(x), 7.5))
    assert model.n_components_ == 0
    np.testing.assert_array_equal(model.predict(x), np.full(len(x), 7.5))
    np.testing.assert_array_equal(model.predict_sizes(x), np.full((2, len(x)), 7.5))
    np.testing.assert_array_equal(model.vip(), np.zeros(8))


def test_a_constant_column_changes_nothing_and_shows_in_the_residual_when_it_moves() -> None:
    x, y = table(8)
    with_constant = np.column_stack([x, np.full(len(x), 1e6 / 3.0)])
    model, plain = PLS(3).fit(with_constant, y), PLS(3).fit(x, y)
    np.testing.assert_allclose(model.predict(with_constant), plain.predict(x), atol=1e-9)
    assert model.coef_[0, -1] == 0.0
    moved = with_constant[:1] + np.eye(9)[-1:]
    assert model.spe(moved)[0] == pytest.approx(model.spe(with_constant[:1])[0] + 1.0)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_importances_have_a_mean_square_of_one(seed: int) -> None:
    x, y = table(seed, targets=2)
    assert np.mean(PLS(3).fit(x, y).vip() ** 2) == pytest.approx(1.0)


def test_what_matters_is_important() -> None:
    random = np.random.default_rng(9)
    x = random.standard_normal((200, 6))
    importance = PLS(2).fit(x, x[:, 2] + 0.1 * random.standard_normal(200)).vip()
    assert importance.argmax() == 2
    assert (np.delete(importance, 2) < 1.0).all()


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([[1.0, np.inf], [2.0, 1.0]], [1.0, 2.0], "row 1, column 2: a value is infinite"),
        ([[1.0, np.nan], [2.0, np.nan]], [1.0, 2.0], "1 of 2 columns hold no value"),
        ([[1.0, 2.0], [2.0, 1.0]], [1.0, np.nan], "Input y contains NaN"),
        ([[1.0, 2.0]], [1.0], "minimum of 2 is required"),
        ([[1.0, 2.0], [2.0, 1.0]], [1.0, 2.0, 3.0], "inconsistent numbers of samples"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(x: list[list[float]], y: list[float], message: str) -> None:
    with pytest.raises(MonitoringError, match=message):
        PLS().fit(x, y)


def test_rows_of_another_width_are_refused() -> None:
    x, y = table(10)
    with pytest.raises(MonitoringError, match="7 features, but PLS is expecting 8"):
        PLS().fit(x, y).predict(x[:, :7])


def test_infinite_rows_are_refused() -> None:
    x, y = table(11)
    with pytest.raises(MonitoringError, match="infinity"):
        PLS().fit(x, y).predict(np.full((1, 8), np.inf))
