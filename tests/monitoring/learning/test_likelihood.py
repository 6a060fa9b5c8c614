"""The marginal likelihood: its value against the normal density, its gradient against differences, its top a top."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal, norm

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.families.likelihood import (
    EXPECTED_LENGTH,
    EXPECTED_NOISE,
    EXPECTED_SHARE,
    MOST_ROWS,
    Kernels,
    Likelihood,
    likeliest,
    radial,
)


def _centred(seed: int = 0, rows: int = 25, inputs: int = 3) -> tuple[Array, Array]:
    """Rows a unit apart in the root mean square, of which the first input bends the targets and no other does."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, inputs)) / np.sqrt(2.0 * inputs)
    y = np.sin(6.0 * x[:, 0]) + 0.1 * rng.normal(size=rows)
    return x - x.mean(axis=0), y - y.mean()


def test_the_value_is_the_density_of_the_targets_at_the_best_variance() -> None:
    x, y = _centred()
    found = Kernels(np.array([0.7]), 0.5, 0.1)
    gram = radial(x / 0.7, x / 0.7) + 0.5 * (x / 0.7) @ (x / 0.7).T + 0.1 * np.eye(len(x))
    variance = float(y @ np.linalg.solve(gram, y)) / len(y)
    scale = np.log(np.abs(y).max())
    density = multivariate_normal(np.zeros(len(y)), variance * gram).logpdf(y)
    lost, _ = Likelihood.of(x, y).lost(found.logarithms)
    constant = 0.5 * len(y) * (1.0 + np.log(2.0 * np.pi)) + len(y) * scale
    assert -lost - constant == pytest.approx(density, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3),
    st.floats(-3.0, 3.0),
    st.floats(-5.0, 1.0),
    st.booleans(),
)
def test_the_gradient_is_that_of_the_value(
    lengths: list[float], share: float, noise: float, each: bool
) -> None:
    given_rows = Likelihood.of(*_centred())
    place = np.array([share, noise, *(lengths if each else lengths[:1])])
    _, gradient = given_rows.lost(place)
    differences = approx_fprime(place, lambda at: given_rows.lost(at)[0], 1e-6)
    np.testing.assert_allclose(gradient, differences, rtol=1e-3, atol=1e-3)


def test_nothing_near_what_is_found_is_likelier() -> None:
    x, y = _centred(inputs=2)
    given_rows = Likelihood.of(x, y)
    for found in likeliest(x, y, each=True):
        top, _ = given_rows.doubted(found.logarithms)
        for step in np.random.default_rng(0).normal(scale=0.1, size=(30, len(found.logarithms))):
            assert given_rows.doubted(found.logarithms + step)[0] >= top - 1e-3


def test_the_prior_is_normal_in_the_logarithms() -> None:
    given_rows = Likelihood.of(*_centred())
    place = np.array([0.3, -2.0, 0.1, 0.2, 0.3])
    ends = np.array([EXPECTED_SHARE, EXPECTED_NOISE, *[EXPECTED_LENGTH] * 3])
    prior = norm(ends[:, 0], ends[:, 1])
    added = given_rows.doubted(place)[0] - given_rows.lost(place)[0]
    assert added == pytest.approx(np.sum(prior.logpdf(ends[:, 0]) - prior.logpdf(place)))
    slope = given_rows.doubted(place)[1] - given_rows.lost(place)[1]
    np.testing.assert_allclose(slope, (place - ends[:, 0]) / ends[:, 1] ** 2)


def test_more_lengths_are_no_less_likely_and_an_input_that_says_nothing_gets_a_long_one() -> None:
    x, y = _centred(rows=40)
    one, each = likeliest(x, y, each=True)
    given_rows = Likelihood.of(x, y)
    assert (
        given_rows.doubted(each.logarithms)[0]
        <= given_rows.doubted(np.append(one.logarithms, [one.logarithms[2]] * 2))[0]
    )
    assert len(one.lengths) == 1
    assert each.lengths[1:].min() > 4.0 * each.lengths[0]


def test_the_same_rows_give_the_same_kernels_to_the_last_bit() -> None:
    x, y = _centred()
    first, second = (list(likeliest(x, y, each=True)) for _ in range(2))
    assert [one.logarithms.tolist() for one in first] == [one.logarithms.tolist() for one in second]


@pytest.mark.parametrize("unit", [1e-140, 1e140])
def test_the_unit_of_the_targets_has_no_say(unit: float) -> None:
    x, y = _centred()
    (here,), (there,) = (list(likeliest(x, unit_of * y, each=False)) for unit_of in (1.0, unit))
    np.testing.assert_allclose(there.logarithms, here.logarithms, rtol=1e-3)


def test_of_many_rows_some_stand_for_all() -> None:
    x, y = _centred(rows=3 * MOST_ROWS)
    some = Likelihood.of(x, y)
    assert len(some.x) == len(some.y) == MOST_ROWS
    assert (some.x[0] == x[0]).all()
    assert (some.x[-1] == x[-1]).all()


def test_targets_that_do_not_vary_are_taken_as_they_are() -> None:
    x, _ = _centred()
    for found in likeliest(x, np.zeros(len(x)), each=True):
        assert np.isfinite(found.logarithms).all()
