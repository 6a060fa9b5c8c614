"""The number of components: chosen on rows that were left out, group by group."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent import PLS, pca_size, pls_size
from homeostat.monitoring.latent.size import choose, folds

Array = NDArray[np.float64]


def table(seed: int, rows: int = 120) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((rows, 3)) * [3.0, 2.0, 2.0]
    x = hidden @ random.standard_normal((3, 12)) + 0.3 * random.standard_normal((rows, 12))
    return x, hidden.sum(axis=1) + 0.2 * random.standard_normal(rows)


def test_the_least_size_within_a_standard_error_of_the_best_is_chosen() -> None:
    by_fold = np.array([[9.0, 3.0, 2.0, 2.1], [9.0, 2.0, 2.5, 2.3]])
    found = choose(by_fold)
    assert (found.best, found.chosen) == (4, 3)
    np.testing.assert_allclose(found.errors, [9.0, 2.5, 2.25, 2.2])
    np.testing.assert_allclose(found.spread[3], 0.1)


def test_the_number_of_latent_variables_is_found() -> None:
    x, y = table(1)
    assert pca_size(x, most=8).chosen == 3
    found = pls_size(x, y, most=8)
    assert found.chosen in (3, 4)  # three directions foretell y; the noise of x may take a fourth to correct
    assert found.chosen < found.best


def test_errors_are_those_of_a_model_that_did_not_see_the_rows() -> None:
    x, y = table(2, rows=20)
    found = pls_size(x, y, most=2, count=20)
    unit = y.std(ddof=1)
    by_hand = [
        np.mean(
            [
                (PLS(size).fit(np.delete(x, at, 0), np.delete(y, at)).predict(x[[at]])[0] - y[at]) ** 2
                for at in range(20)
            ]
        )
        for size in (1, 2)
    ]
    np.testing.assert_allclose(found.errors, np.array(by_hand) / unit**2)


def test_a_left_out_value_is_the_one_that_least_squares_on_the_others_gives() -> None:
    """The closed form e/(1-h) beside a fit of every value from the other columns of its row."""
    x, _ = table(3, rows=12)
    found = pca_size(x, most=2, count=2, scale=False)
    squares = []
    for out in folds(range(12), 2):
        mean = x[~out].mean(axis=0)
        loadings = np.linalg.svd(x[~out] - mean)[2][:2].T
        errors = [
            (z[j] - loadings[j] @ np.linalg.lstsq(np.delete(loadings, j, 0), np.delete(z, j), rcond=None)[0])
            ** 2
            for z in x[out] - mean
            for j in range(12)
        ]
        squares.append(np.mean(errors))
    assert found.errors[1] == pytest.approx(np.mean(squares))


def test_rows_of_a_group_stay_together() -> None:
    groups = [f"donor {number % 7}" for number in range(40)]
    seen = np.zeros(40)
    for out in folds(groups, 3, seed=5):
        left = {group for group, flag in zip(groups, out, strict=True) if flag}
        kept = {group for group, flag in zip(groups, out, strict=True) if not flag}
        assert not left & kept
        seen += out
    np.testing.assert_array_equal(seen, 1.0)


def test_leakage_between_repeats_is_kept_out_by_groups() -> None:
    """Each row of noise is there four times: repeats foretell each other; groups show that nothing is known."""
    random = np.random.default_rng(6)
    x, y = np.tile(random.standard_normal((12, 40)), (4, 1)), np.tile(random.standard_normal(12), 4)
    groups = np.tile(np.arange(12), 4).tolist()
    assert pls_size(x, y, most=5, count=6).errors.min() < 0.1
    assert pls_size(x, y, groups, most=5, count=6).errors.min() > 0.5


@pytest.mark.parametrize("groups", [["a"] * 9, []])
def test_one_group_leaves_nothing_to_judge_by(groups: list[str]) -> None:
    with pytest.raises(MonitoringError, match="nothing to judge by"):
        list(folds(groups, 5))


def test_gaps_are_refused_where_a_value_is_left_out() -> None:
    x, _ = table(7)
    x[3, 3] = np.nan
    with pytest.raises(MonitoringError, match="complete rows"):
        pca_size(x)
