"""The input space: its statistics against linear algebra, its limits on rows never seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.prediction import InputSpace, learn_space

RNG = np.random.default_rng(4)
MIXING = RNG.normal(size=(2, 6))


def rows(rng: np.random.Generator, donors: int, each: int) -> tuple[Array, Array]:
    """Rows with two latent directions, of which half the variance lies between donors."""
    latent = rng.normal(size=(donors, 1, 2)) + rng.normal(size=(donors, each, 2))
    x = latent.reshape(-1, 2) @ MIXING + 0.3 * rng.normal(size=(donors * each, 6))
    return x * np.array([1, 10, 100, 1, 1, 1]) + 5.0, np.repeat(np.arange(donors), each)


X, DONORS = rows(RNG, 40, 5)
SPACE = learn_space(X, DONORS)


def test_distances_are_those_of_linear_algebra() -> None:
    z = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    _, singular, right = np.linalg.svd(z)
    count = SPACE.loadings.shape[1]
    scores = z @ right[:count].T
    t2, spe = SPACE.distances(X)
    np.testing.assert_allclose(
        t2, np.sum(scores**2 / (singular[:count] ** 2 / (len(X) - 1)), axis=1), rtol=1e-9
    )
    np.testing.assert_allclose(spe, np.sum((z - scores @ right[:count]) ** 2, axis=1), rtol=1e-8, atol=1e-12)


@given(arrays(np.float64, (3, 6), elements=st.floats(-1e4, 1e4) | st.just(np.nan)))
def test_plain_floats_give_the_same_bits_and_json_keeps_them(x: Array) -> None:
    again = InputSpace.model_validate_json(SPACE.model_dump_json())
    t2, spe = SPACE.distances(x)
    for place, row in enumerate(x.tolist()):
        assert SPACE.distances_of(row) == (t2[place], spe[place])
        assert again.distances_of(row) == (t2[place], spe[place])


def test_limits_hold_on_donors_never_seen() -> None:
    shares = []
    for seed in range(12):
        rng = np.random.default_rng([9, seed])
        space = learn_space(*rows(rng, 40, 5), level=0.98)
        t2, spe = space.distances(rows(rng, 200, 5)[0])
        at = [(t2 > limit.t2, spe > limit.spe) for limit in (space.warning, space.limit)]
        shares.append([[statistic.mean() for statistic in pair] for pair in at])
    found = np.mean(shares, axis=0)
    np.testing.assert_allclose(found[0], 0.05, atol=0.02)
    np.testing.assert_allclose(found[1], 0.02, atol=0.012)


def test_few_rows_do_not_make_narrow_limits() -> None:
    """Ten donors of one row cannot show 99 %: the limit is at least their largest distance."""
    x, donors = rows(np.random.default_rng(1), 10, 1)
    space = learn_space(x, donors)
    flagged = []
    for seed in range(5):
        t2, spe = space.distances(rows(np.random.default_rng([2, seed]), 200, 1)[0])
        flagged.append(np.mean((t2 > space.limit.t2) | (spe > space.limit.spe)))
    assert np.mean(flagged) < 0.1


def test_strangers_are_the_inputs_that_moved() -> None:
    strange = X[:1].copy()
    strange[0, 3] += 8.0 * X[:, 3].std()
    t2, spe = SPACE.distances(strange)
    assert t2[0] > SPACE.limit.t2 or spe[0] > SPACE.limit.spe
    assert np.argmax(np.abs(SPACE.strangeness(strange)[0])) == 3


def test_what_adds_to_the_distances_sums_to_them() -> None:
    far = X[:5] + 50.0 * X.std(axis=0) * RNG.normal(size=(5, 6))
    t2, spe = SPACE.distances(far)
    assert ((t2 > SPACE.warning.t2) & (spe > SPACE.warning.spe)).all()
    expected = t2 / SPACE.limit.t2 + spe / SPACE.limit.spe
    np.testing.assert_allclose(SPACE.strangeness(far).sum(axis=1), expected, rtol=1e-9)


def test_a_row_of_gaps_is_the_mean_row() -> None:
    assert SPACE.distances_of([np.nan] * 6) == (0.0, 0.0)


@pytest.mark.parametrize("x", [np.ones((5, 3)), np.tile([[1.0, 2.0]], (9, 1)), np.arange(6.0)[:, None]])
def test_constant_and_single_inputs_have_a_space(x: Array) -> None:
    space = learn_space(x, np.arange(len(x)))
    t2, spe = space.distances(x)
    assert (t2 <= space.limit.t2).all()
    assert (spe <= space.limit.spe).all()


def test_a_constant_input_that_moves_is_noticed() -> None:
    x = np.column_stack([RNG.normal(size=30), np.full(30, 37.0)])
    space = learn_space(x, np.arange(30))
    assert space.distances_of([0.0, 38.0])[1] > space.limit.spe


def test_gaps_in_training_are_left_out() -> None:
    holed = np.where(np.random.default_rng(6).random(X.shape) < 0.05, np.nan, X)
    space = learn_space(holed, DONORS)
    np.testing.assert_allclose(space.mean, np.nanmean(holed, axis=0))


@pytest.mark.parametrize(
    ("x", "told"),
    [(np.ones((2, 3)), "three rows"), (np.ones((5, 0)), "three rows"), (np.full((5, 2), np.inf), "infinite")],
)
def test_what_makes_no_space_is_refused(x: Array, told: str) -> None:
    with pytest.raises(MonitoringError, match=told):
        learn_space(x, np.arange(len(x)))


@pytest.mark.parametrize(
    ("parts", "told"), [({"variance": [1.0]}, "do not fit"), ({"deviation": [0.0] * 6}, "must be positive")]
)
def test_parts_that_do_not_fit_are_refused(parts: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        InputSpace.model_validate(SPACE.model_dump() | parts)
