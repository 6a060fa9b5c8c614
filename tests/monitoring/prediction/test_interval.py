"""Frozen intervals: their bounds, one set of bits, and CV+ against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.frozen import Linear
from homeostat.monitoring.prediction import (
    CrossInterval,
    Interval,
    LabelInterval,
    SidedInterval,
    SymmetricInterval,
)

RNG = np.random.default_rng(8)
GIVEN = {"coverage": 0.8, "method": "test", "rows": 9, "groups": 3}
CROSS = CrossInterval.model_validate(
    GIVEN
    | {
        "forms": [Linear(coefficients=[b], center=[0.0], intercept=0.0) for b in (0.9, 1.0, 1.2)],
        "residuals": np.abs(RNG.normal(size=9)),
        "fold": np.arange(9) % 3,
        "weights": np.full(9, 0.1),
    }
)
INTERVALS: tuple[Interval, ...] = (
    SymmetricInterval.model_validate(GIVEN | {"quantile": 1.5}),
    SymmetricInterval.model_validate(
        GIVEN | {"quantile": 1.5, "normalised": True, "floor": 0.0, "ceiling": 2.0}
    ),
    CROSS,
    SidedInterval.model_validate(GIVEN | {"below": 0.5, "above": 2.5, "ceiling": 4.0}),
    LabelInterval.model_validate(GIVEN | {"first": 0.3, "second": 0.4}),
)


@pytest.mark.parametrize("interval", INTERVALS)
@given(value=st.floats(-5, 5), scale=st.floats(0.1, 3))
def test_plain_floats_give_the_same_bits_and_json_keeps_them(
    interval: Interval, value: float, scale: float
) -> None:
    again = type(interval).model_validate_json(interval.model_dump_json())
    low, high = interval.band(np.array([[value]]), np.array([value]), np.array([scale]))
    assert interval.band_of([value], value, scale) == (low[0], high[0])
    assert again.band_of([value], value, scale) == (low[0], high[0])
    assert low[0] <= high[0]


def test_a_scale_widens_a_normalised_interval_within_what_is_possible() -> None:
    bounded = INTERVALS[1]
    assert bounded.uses_scale
    assert not INTERVALS[0].uses_scale
    low, high = bounded.band(np.zeros((3, 1)), np.array([1.0, 1.0, 5.0]), np.array([0.1, 2.0, 0.1]))
    np.testing.assert_allclose(low, [0.85, 0.0, 2.0])
    np.testing.assert_allclose(high, [1.15, 2.0, 2.0])


@given(st.floats(-10, 20), st.floats(0, 10), st.floats(0.1, 5))
def test_what_is_cut_off_holds_no_possible_truth(value: float, truth: float, half: float) -> None:
    """So cutting does not change coverage; a value beyond the end is cut first, which only brings it nearer."""
    free = SymmetricInterval.model_validate(GIVEN | {"quantile": half})
    cut = SymmetricInterval.model_validate(GIVEN | {"quantile": half, "floor": 0.0, "ceiling": 10.0})
    near = min(max(value, 0.0), 10.0)
    (low, high), (least, most) = free.band_of([0.0], near, 1.0), cut.band_of([0.0], near, 1.0)
    assert (low <= truth <= high) == (least <= truth <= most)
    assert 0.0 <= least <= near <= most <= 10.0
    assert abs(near - truth) <= abs(value - truth)


def test_a_sided_interval_has_a_width_for_each_side() -> None:
    assert INTERVALS[3].band_of([1.0], 1.0, 1.0) == (0.5, 3.5)
    assert INTERVALS[3].band_of([3.0], 3.0, 1.0) == (2.5, 4.0)


def test_cv_plus_is_its_definition() -> None:
    """Barber et al. 2021: the ceil((1 - a)(n + 1))-th smallest of prediction plus residual, and so below."""
    x = np.array([[0.5], [-2.0]])
    for row, low, high in zip(x, *CROSS.band(x, np.zeros(2), np.ones(2)), strict=True):
        held = np.array([CROSS.forms[k].predict(row[None])[0] for k in CROSS.fold])
        rank = 8  # ceil(0.8 * 10)
        assert high == np.sort(held + CROSS.residuals)[rank - 1]
        assert low == np.sort(held - CROSS.residuals)[9 - rank]


def test_classes_are_told_apart_only_where_one_is_excluded() -> None:
    labels = INTERVALS[4]
    probability = np.array([0.1, 0.35, 0.9, 0.55])
    low, high = labels.band(np.zeros((4, 1)), probability, np.ones(4))
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1), (0, 1)]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"fold": np.arange(9) % 4}, "has no form"),
        ({"residuals": np.ones(3)}, "differ in number"),
        ({"weights": np.full(9, 0.05)}, "do not reach"),
        ({"coverage": 1.0}, "less than 1"),
        ({"forms": [{"kind": "snail"}]}, "no form of kind"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts: dict[str, object], told: str) -> None:
    good = CROSS.model_dump()
    with pytest.raises(ValueError, match=told):
        CrossInterval.model_validate(good | parts)
