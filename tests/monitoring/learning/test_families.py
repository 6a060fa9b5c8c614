"""Families: a path gives what the frozen model of each size predicts, and known answers are found."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import Ridge as Reference

from homeostat.monitoring.frozen import Array, Kernel
from homeostat.monitoring.learning.families.constant import Constant
from homeostat.monitoring.learning.families.family import Family
from homeostat.monitoring.learning.families.linear import PCR, PENALTIES, PLS, ElasticNet, Ridge
from homeostat.monitoring.learning.families.logistic import LogisticRidge
from homeostat.monitoring.learning.families.process import GaussianProcess
from homeostat.monitoring.learning.families.trees import Boosting, ExtraTrees, RandomForest

FAMILIES: tuple[Family, ...] = (
    Constant(),
    PLS(4),
    PCR(4),
    Ridge(),
    ElasticNet(),
    GaussianProcess(),
    ExtraTrees(10, (5, 2), 0, 0.5),
    RandomForest(10, (2,), 0, 0.5),
    Boosting(2, 0.5, 0),
)


def _rows(seed: int = 0, rows: int = 30) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 6))
    y = x[:, 0] - 2.0 * x[:, 1] + 0.1 * rng.normal(size=rows)
    return x, y, rng.normal(size=(7, 6))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_frozen_model_of_each_size_predicts_what_the_path_told(family: Family) -> None:
    x, y, new = _rows()
    path = family.path(x, y, new)
    assert path.shape == (len(family.sizes), 7)
    for size in (0, len(family.sizes) - 1):
        form = family.freeze(x, y, size)
        np.testing.assert_allclose(form.predict(new), path[size], rtol=1e-9, atol=1e-9)


def test_logistic_ridge_gives_probabilities_and_freezes_them() -> None:
    x, y, new = _rows()
    family, labels = LogisticRidge(), (y > 0).astype(np.float64)
    path = family.path(x, labels, new)
    assert ((path > 0.0) & (path < 1.0)).all()
    np.testing.assert_allclose(family.freeze(x, labels, 3).predict(new), path[3], rtol=1e-9)


def test_pls_is_that_of_scikit_learn_at_every_size() -> None:
    x, y, new = _rows()
    path = PLS(4).path(x, y, new)
    for count in range(1, 5):
        reference = PLSRegression(count, scale=False).fit(x, y).predict(new).ravel()
        np.testing.assert_allclose(path[count - 1], reference, rtol=1e-8)


def test_ridge_is_that_of_scikit_learn() -> None:
    x, y, new = _rows()
    unit = float(np.sum((x - x.mean(axis=0)) ** 2)) / x.shape[1]
    for place in (0, 5, len(PENALTIES) - 1):
        reference = Reference(alpha=PENALTIES[place] * unit).fit(x, y).predict(new)
        np.testing.assert_allclose(Ridge().path(x, y, new)[place], reference, rtol=1e-8)


def test_more_components_than_the_rows_hold_repeat_the_last() -> None:
    x, y, new = _rows(rows=4)
    for family in (PLS(6), PCR(6)):
        path = family.path(x, y, new)
        np.testing.assert_allclose(path[-1], path[2], rtol=1e-6)


def test_a_gaussian_process_follows_a_curve_that_no_line_does() -> None:
    x = np.linspace(-2.0, 2.0, 40)[:, None]
    new = np.array([[-1.1], [0.05], [1.3]])
    path = GaussianProcess().path(x, np.sin(3.0 * x[:, 0]), new)
    assert path.shape == (2, 3)
    np.testing.assert_allclose(path[-1], np.sin(3.0 * new[:, 0]), atol=0.02)


@pytest.mark.parametrize("size", [0, 1])
def test_a_gaussian_process_that_was_stored_gives_the_same_bits(size: int) -> None:
    x, y, new = _rows(rows=60)
    form = GaussianProcess().freeze(x, y + np.sin(3.0 * x[:, 2]), size)
    again = Kernel.model_validate_json(form.model_dump_json())
    assert again.predict(new).tobytes() == form.predict(new).tobytes()
    assert [again.value(row) for row in new.tolist()] == form.predict(new).tolist()
    assert again.contributions(new).tobytes() == form.contributions(new).tobytes()


def test_a_gaussian_process_of_either_size_leaves_scikit_learns_no_better(shared: Path) -> None:
    """On the published table of low-density polyethylene, whose molecular weight bends with few of its 14 inputs."""
    body = np.genfromtxt(
        shared / "data" / "batch_mspc_nylon_dryer_ldpe" / "LDPE" / "LDPE.csv", delimiter=",", skip_header=1
    )
    x, y, errors = body[:, 1:15], body[:, 17], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        known, new = order[13:], order[:13]
        scaled = (x - x[known].mean(axis=0)) / x[known].std(axis=0, ddof=1)
        peer = GaussianProcessRegressor(ConstantKernel() * RBF() + WhiteKernel(0.1), normalize_y=True)
        theirs = peer.fit(scaled[known], y[known]).predict(scaled[new])
        ours = GaussianProcess().path(scaled[known], y[known], scaled[new])
        errors.append([np.mean((one - y[new]) ** 2) for one in (theirs, *ours)])
    theirs, one, each = np.sqrt(np.mean(errors, axis=0))
    assert one <= 1.1 * theirs
    assert each <= theirs


def test_a_gaussian_process_goes_straight_on_beyond_its_rows() -> None:
    x = np.linspace(-2.0, 2.0, 30)[:, None]
    path = GaussianProcess().path(x, 2.0 * x[:, 0], np.array([[3.0], [-4.0]]))
    np.testing.assert_allclose(path[0], [6.0, -8.0], atol=0.3)


def test_families_without_any_signal_fall_back_on_the_mean() -> None:
    x, _, new = _rows()
    flat = np.full(len(x), 3.0)
    for family in (PLS(3), PCR(3), Ridge(), ElasticNet(), GaussianProcess()):
        np.testing.assert_allclose(family.path(x, flat, new), 3.0, rtol=1e-9)
