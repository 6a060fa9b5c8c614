"""Fitted scikit-learn estimators and the forms made of them: the same predictions, gaps included."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, Matern, WhiteKernel
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Linear, Trees
from homeostat.monitoring.prediction.exporting import from_gaussian_process, from_linear, from_trees

RNG = np.random.default_rng(2)
X = RNG.normal(size=(120, 5))
Y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]
CLASSES = np.where(Y > 0, "high", "low")
NEW = RNG.normal(size=(200, 5))


def gaps(x: np.ndarray) -> np.ndarray:
    """Rows of which a tenth of the values is missing."""
    return np.where(np.random.default_rng(4).random(x.shape) < 0.1, np.nan, x)


@pytest.mark.parametrize(
    ("estimator", "missing"),
    [
        (HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=8), True),
        (HistGradientBoostingRegressor(max_iter=20, loss="absolute_error"), False),
        (GradientBoostingRegressor(n_estimators=20, random_state=1), False),
        (GradientBoostingRegressor(n_estimators=5, init="zero", random_state=1), False),
        (RandomForestRegressor(15, random_state=1), True),
        (ExtraTreesRegressor(15, random_state=1), False),
    ],
)
def test_trees_predict_as_the_estimator(estimator: Any, missing: bool) -> None:
    x, new = (gaps(X), gaps(NEW)) if missing else (X, NEW)
    form = from_trees(estimator.fit(x, Y))
    np.testing.assert_allclose(form.predict(new), estimator.predict(new), atol=1e-13)


@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=8),
        GradientBoostingClassifier(n_estimators=15, random_state=1),
        RandomForestClassifier(15, random_state=1),
    ],
)
def test_classifiers_give_the_probability_of_the_second_class(estimator: Any) -> None:
    form = from_trees(estimator.fit(X, CLASSES))
    np.testing.assert_allclose(form.predict(NEW), estimator.predict_proba(NEW)[:, 1], atol=1e-13)


def test_rows_that_single_precision_puts_on_the_other_side_go_there_here_too() -> None:
    x = np.float64(np.random.default_rng(3).normal(size=(60, 1)).astype(np.float32))
    estimator = RandomForestRegressor(10, random_state=1).fit(x, np.arange(60.0))
    form = from_trees(estimator)
    cuts = np.unique(np.concatenate([tree.tree_.threshold for tree in estimator.estimators_]))
    near = np.concatenate([cuts + step * np.abs(cuts) * 2.0**-25 for step in np.linspace(-2, 2, 17)])[:, None]
    np.testing.assert_allclose(form.predict(near), estimator.predict(near), atol=1e-12)


def test_missing_values_go_with_the_larger_side_where_training_had_none() -> None:
    form = from_trees(ExtraTreesRegressor(3, random_state=1).fit(X, Y))
    assert isinstance(form, Trees)
    inner = form.feature >= 0
    larger = form.cover[form.left[inner]] > form.cover[form.right[inner]]
    assert form.missing_left[inner].tolist() == larger.astype(int).tolist()


@pytest.mark.parametrize(
    "estimator", [LinearRegression(), Ridge(), PLSRegression(2), PLSRegression(1, scale=False)]
)
def test_linear_models_predict_as_the_estimator(estimator: Any) -> None:
    form = from_linear(estimator.fit(X, Y), X.mean(axis=0))
    np.testing.assert_allclose(form.predict(NEW), estimator.predict(NEW).ravel(), atol=1e-12)
    assert form.reference == pytest.approx(Y.mean())


def test_logistic_regression_gives_the_probability() -> None:
    estimator = LogisticRegression().fit(X, CLASSES)
    np.testing.assert_allclose(
        from_linear(estimator).predict(NEW), estimator.predict_proba(NEW)[:, 1], atol=1e-13
    )


@pytest.mark.parametrize(
    "kernel",
    [
        ConstantKernel(2.0) * RBF([1.0, 2.0, 3.0, 1.0, 2.0]) + WhiteKernel(0.1),
        ConstantKernel(0.5) * Matern(2.0, nu=2.5) + WhiteKernel(0.01),
        RBF(2.0),
    ],
)
@pytest.mark.parametrize("normalise", [True, False])
def test_gaussian_processes_predict_as_the_estimator(kernel: Any, normalise: bool) -> None:
    estimator = GaussianProcessRegressor(kernel, alpha=1e-4, optimizer=None, normalize_y=normalise).fit(X, Y)
    mean, deviation = estimator.predict(NEW, return_std=True)
    form = from_gaussian_process(estimator, X.mean(axis=0))
    np.testing.assert_allclose(form.predict(NEW), mean, atol=1e-8)
    np.testing.assert_allclose(form.scale(NEW), deviation, rtol=1e-6)


def test_a_gaussian_process_on_what_a_line_leaves_over() -> None:
    line = from_linear(LinearRegression().fit(X, Y), X.mean(axis=0))
    assert isinstance(line, Linear)
    kernel = ConstantKernel(1.0) * RBF(1.0) + WhiteKernel(0.1)
    estimator = GaussianProcessRegressor(kernel, optimizer=None).fit(X, Y - line.predict(X))
    form = from_gaussian_process(estimator, np.zeros(5), trend=line)
    np.testing.assert_allclose(form.predict(NEW), line.predict(NEW) + estimator.predict(NEW), atol=1e-10)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: from_trees(KNeighborsRegressor().fit(X, Y)), "none of HistGradient"),
        (lambda: from_trees(HistGradientBoostingRegressor(loss="poisson").fit(X, np.abs(Y))), "logarithmic"),
        (
            lambda: from_trees(HistGradientBoostingRegressor(categorical_features=[0]).fit(abs(X) // 1, Y)),
            "categorical",
        ),
        (
            lambda: from_trees(HistGradientBoostingClassifier(max_iter=2).fit(X, np.arange(120) % 3)),
            "two classes",
        ),
        (
            lambda: from_trees(GradientBoostingClassifier(n_estimators=2).fit(X, np.arange(120) % 3)),
            "two classes",
        ),
        (lambda: from_linear(LinearRegression().fit(X, X[:, :2])), "more than one target"),
        (lambda: process(DotProduct()), "its kernel holds DotProduct"),
        (lambda: process(WhiteKernel()), "no RBF or Matérn"),
        (lambda: process(RBF() + RBF()), "its kernel is"),
        (lambda: process(Matern(nu=1.5)), "its kernel holds"),
    ],
)
def test_what_cannot_be_frozen_is_refused(make: Any, told: str) -> None:
    with warnings.catch_warnings(), pytest.raises(MonitoringError, match=told):
        warnings.simplefilter("ignore")  # the estimators' own complaints are not this test's matter
        make()


def process(kernel: Any) -> Any:
    """A fitted Gaussian process with this kernel, exported."""
    return from_gaussian_process(
        GaussianProcessRegressor(kernel, alpha=1e-3, optimizer=None).fit(X, Y), np.zeros(5)
    )
