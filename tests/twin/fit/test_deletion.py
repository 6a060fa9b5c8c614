"""What a fit would be without some of its values, beside fits that are made without them."""

import numpy as np
import pytest

from homeostat.twin import Model
from homeostat.twin.fit import Noise, Options, Run, fit
from homeostat.twin.fit.deletion import Rows
from homeostat.twin.fit.linearised import estimate_without, rows_of, typical_residuals

from .conftest import Array, MakeRun


def linear(count: int = 9, seed: int = 0) -> tuple[Array, Array]:
    """Slopes (count, 2) and residuals (count,) at the least squares solution of a random linear model."""
    draw = np.random.default_rng(seed)
    slopes, values = draw.standard_normal((count, 2)), draw.standard_normal(count)
    return slopes, slopes @ np.linalg.lstsq(slopes, values, rcond=None)[0] - values


def rows(*, robust: bool = False, left_out: Array | None = None) -> Rows:
    slopes, r = linear()
    wide = np.array([[-1e6, -1e6], [1e6, 1e6]])
    return Rows.of(r, slopes, np.zeros((2, 2)), wide, robust, left_out)


@pytest.mark.parametrize("gone", [[], [3], [0, 5, 7]])
def test_values_look_as_they_do_to_the_least_squares_solution_without_them(gone: list[int]) -> None:
    slopes, r = linear()
    mask = np.isin(np.arange(9), gone)
    seen = rows().without(mask)
    for place in range(9):
        kept = ~mask & (np.arange(9) != place)
        moved = np.linalg.lstsq(slopes[kept], -r[kept], rcond=None)[0]
        own = slopes[place] @ np.linalg.inv(slopes[kept].T @ slopes[kept]) @ slopes[place]
        away = abs(r[place] + slopes[place] @ moved)
        assert seen.distance[place] == pytest.approx(away, rel=1e-6)
        assert seen.surprise[place] == pytest.approx(away / np.sqrt(1.0 + own), rel=1e-6)
    assert seen.freedom.sum() == pytest.approx(9 - len(gone) - 2)


def test_the_way_back_from_a_fit_without_values_is_the_same_as_the_way_there() -> None:
    slopes, r = linear()
    mask = np.isin(np.arange(9), [1, 4])
    moved = np.linalg.lstsq(slopes[~mask], -r[~mask], rcond=None)[0]
    wide = np.array([[-1e6, -1e6], [1e6, 1e6]])
    there = Rows.of(r + slopes @ moved, slopes, np.zeros((2, 2)), wide, False, mask)
    for gone in (np.zeros(9, np.bool_), mask, np.isin(np.arange(9), [1, 8])):
        np.testing.assert_allclose(there.without(gone).residual, rows().without(gone).residual, rtol=1e-6)


def test_no_shift_leaves_the_bounds() -> None:
    slopes, r = linear()
    narrow = np.array([[-1e-3, -1e-3], [1e-3, 1e-3]])
    seen = Rows.of(r, slopes, np.zeros((2, 2)), narrow, False).without(np.isin(np.arange(9), [0, 1, 2]))
    assert np.abs(seen.residual - r).max() <= 1e-3 * np.abs(slopes).sum(axis=1).max()


def test_in_a_robust_fit_a_value_far_off_hardly_counts() -> None:
    slopes, r = linear()
    r[2] = 1e4
    found = Rows.of(r, slopes, np.zeros((2, 2)), np.array([[-1e6, -1e6], [1e6, 1e6]]), True)
    assert found.leverage()[2] < 1e-3
    assert found.pull[2] * r[2] == pytest.approx(1.0, rel=1e-6)


def test_an_estimate_without_values_is_the_fit_of_the_others(decay: type[Model], decay_run: MakeRun) -> None:
    run, options = decay_run(), Options(2, 0)
    gone = np.isin(np.arange(17), [2, 9])
    others = decay_run()
    others.measured[gone] = np.nan
    expected = fit(decay, [others], ["amount", "rate"], options)
    whole = fit(decay, [run], ["amount", "rate"], options)
    np.testing.assert_allclose(estimate_without(whole.problem, whole.theta, gone), expected.theta, atol=1e-6)


def test_typical_residuals_do_not_see_a_few_values_far_off(decay: type[Model], decay_run: MakeRun) -> None:
    found = fit(decay, [decay_run(sigma=0.1)], ["amount", "rate"], Options(2, 0))
    (size,) = typical_residuals(rows_of(found.problem, found.theta), found.problem.blocks()).values()
    run = decay_run(sigma=0.1)
    run.measured[:3] += 50.0
    spoilt = found.problem.among([run])
    (same,) = typical_residuals(rows_of(spoilt, found.theta), spoilt.blocks()).values()
    assert size == pytest.approx(1.0, rel=0.5)
    assert same == pytest.approx(size, rel=0.7)


def test_rows_take_the_error_of_the_prediction_not_of_the_value(decay: type[Model]) -> None:
    run = Run.of("r", [1.0, 2.0], {"amount": [0.6, 3.6]}, {"amount": Noise(0.0, 0.5)})
    found = fit(decay, [run], ["rate"], Options(1, 0))
    said = found.problem.said(found.theta)[0].values[:, 0]
    errors = np.maximum(0.5 * said, 0.1 * 0.5 * run.measured[:, 0])
    np.testing.assert_allclose(rows_of(found.problem, found.theta).r, (said - run.measured[:, 0]) / errors)
