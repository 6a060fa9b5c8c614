"""Coverage on groups never seen, by simulation with donor effects: the promise of an interval.

Every case draws many calibration sets and, for each, many new donors, so that the figures below hold to about a
point; the bar is three points from nominal.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Linear
from homeostat.monitoring.prediction import (
    LabelInterval,
    attainable,
    calibrate,
    calibrate_cross,
    calibrate_labels,
    mondrian,
)
from homeostat.monitoring.prediction.calibration import likelier

NOMINAL = 0.9


def donors(rng: np.random.Generator, count: int, rows: int, between: float) -> tuple[Array, Array]:
    """Errors of `rows` rows of each of `count` donors, with a donor effect, and the donors."""
    errors = rng.normal(0.0, between, count)[:, None] + rng.standard_t(5, (count, rows))
    return errors.ravel(), np.repeat(np.arange(count), rows)


def coverage(count: int, rows: int, between: float, *, guaranteed: bool, sets: int = 150) -> float:
    """The share of rows of unseen donors within intervals calibrated on `count` donors."""
    rng = np.random.default_rng([count, rows, int(10 * between)])
    shares = []
    for _ in range(sets):
        errors, groups = donors(rng, count, rows, between)
        interval = calibrate(errors, np.zeros(len(errors)), groups, coverage=NOMINAL, guaranteed=guaranteed)
        new, _ = donors(rng, 300, rows, between)
        shares.append(np.mean(np.abs(new) <= interval.quantile))
    return float(np.mean(shares))


@pytest.mark.parametrize("between", [0.0, 0.7, 2.0])
@pytest.mark.parametrize(("count", "rows"), [(12, 8), (20, 1), (20, 5), (40, 20)])
def test_unseen_donors_are_covered_within_three_points(count: int, rows: int, between: float) -> None:
    assert coverage(count, rows, between, guaranteed=False) == pytest.approx(NOMINAL, abs=0.03)


@pytest.mark.parametrize("between", [0.0, 2.0])
def test_a_guaranteed_interval_does_not_fall_short(between: float) -> None:
    assert coverage(12, 8, between, guaranteed=True) >= NOMINAL - 0.01


def test_rows_taken_as_independent_would_fall_short() -> None:
    """Why groups matter: rows of few, very different donors pretend to be many."""
    rng = np.random.default_rng(1)
    naive, grouped = [], []
    for _ in range(400):
        errors, groups = donors(rng, 5, 30, 3.0)
        new = np.abs(donors(rng, 200, 5, 3.0)[0])
        for found, names in ((naive, np.arange(150)), (grouped, groups)):
            interval = calibrate(errors, np.zeros(150), names, coverage=0.8)
            found.append(np.mean(new <= interval.quantile))
    assert np.mean(naive) < 0.77
    assert np.mean(grouped) == pytest.approx(0.8, abs=0.03)


def test_a_model_keeps_its_coverage_on_unseen_donors_of_every_site() -> None:
    """A ridge model, refitted without each donor: two sites, thirty donors, four rows of each."""
    rng = np.random.default_rng(12)
    slopes, count, rows = rng.normal(size=6), 30, 4

    def draw(donors_in: int) -> tuple[Array, Array, Array]:
        site = np.repeat(np.arange(donors_in) % 2, rows)
        x = rng.normal(size=(donors_in * rows, 6)) + 0.5 * site[:, None]
        return x, x @ slopes + donors(rng, donors_in, rows, 1.0)[0], site

    def fit(x: Array, y: Array) -> Array:
        return np.asarray(np.linalg.solve(x.T @ x + np.eye(6), x.T @ y))

    found = []
    for _ in range(120):
        x, y, _ = draw(count)
        groups = np.repeat(np.arange(count), rows)
        held_out = np.concatenate(
            [x[groups == k] @ fit(x[groups != k], y[groups != k]) for k in range(count)]
        )
        interval = calibrate(y, held_out, groups, coverage=NOMINAL)
        new, truth, site = draw(200)
        inside = np.abs(truth - new @ fit(x, y)) <= interval.quantile
        found.append([inside.mean(), inside[site == 0].mean(), inside[site == 1].mean()])
    np.testing.assert_allclose(np.mean(found, axis=0), NOMINAL, atol=0.03)


def test_a_scale_makes_subgroups_equally_covered() -> None:
    """Rows three times as noisy: without a scale they are covered too rarely, with it as the others."""
    rng = np.random.default_rng(3)
    noisy = rng.random(4000) < 0.5
    scale = np.where(noisy, 3.0, 1.0)
    errors, groups = scale * rng.normal(size=4000), np.arange(4000)
    plain = calibrate(errors, np.zeros(4000), groups)
    scaled = calibrate(errors, np.zeros(4000), groups, scale=scale)
    assert np.mean(np.abs(errors[noisy]) <= plain.quantile) < 0.85
    for some in (noisy, ~noisy):
        assert np.mean(np.abs(errors[some]) <= scaled.quantile * scale[some]) == pytest.approx(0.9, abs=0.03)
    assert scaled.normalised


def test_mondrian_tells_what_each_subgroup_needs() -> None:
    rng = np.random.default_rng(5)
    errors = np.abs(np.concatenate([rng.normal(size=500), 3 * rng.normal(size=500), [1.0]]))
    kinds = np.array(["still"] * 500 + ["stirred"] * 500 + ["new"])
    found = mondrian(errors, kinds, np.arange(1001))
    assert found["still"] == pytest.approx(1.645, abs=0.2)
    assert found["stirred"] == pytest.approx(3 * 1.645, abs=0.6)
    assert found["new"] is None


def test_cv_plus_covers_unseen_donors() -> None:
    """A one-parameter model fitted without each fold of donors; Barber et al. 2021 promise 80 %, and see 90 %."""
    rng = np.random.default_rng(6)
    shares = []
    for _ in range(60):
        count, rows = 20, 4
        x = rng.normal(size=count * rows)
        effects, groups = donors(rng, count, rows, 1.0)
        y = 2.0 * x + effects
        fold = groups % 5
        slopes = [float(x[fold != k] @ y[fold != k] / (x[fold != k] @ x[fold != k])) for k in range(5)]
        forms = [Linear(coefficients=[b], center=[0.0], intercept=0.0) for b in slopes]
        interval = calibrate_cross(forms, fold.tolist(), y, np.array(slopes)[fold] * x, groups)
        new = rng.normal(size=(800, 1))
        truth = 2.0 * new[:, 0] + donors(rng, 200, 4, 1.0)[0]
        low, high = interval.band(new, np.zeros(800), np.ones(800))
        shares.append(np.mean((truth >= low) & (truth <= high)))
    assert 0.88 <= float(np.mean(shares)) <= 0.96


def test_each_class_keeps_its_coverage() -> None:
    """At least: rows strange to both classes are told as either."""
    rng = np.random.default_rng(7)
    truth = (rng.random(3000) < 0.2).astype(float)
    probability = 1 / (1 + np.exp(-(3 * truth - 2 + rng.normal(size=3000))))
    interval = calibrate_labels(truth[:1500], probability[:1500], np.arange(1500))
    low, high = interval.band(np.zeros((1500, 1)), probability[1500:], np.ones(1500))
    for label in (0.0, 1.0):
        mine = truth[1500:] == label
        inside = (low[mine] <= label) & (label <= high[mine])
        assert inside.mean() >= 0.87


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_class_is_told_that_the_probability_calls_the_less_likely(
    first: float, second: float, probability: float
) -> None:
    """And nothing is told that the limits of either class alone would have left open."""
    given_parts = {"coverage": 0.9, "method": "", "rows": 9, "groups": 9}
    plain = LabelInterval.model_validate(given_parts | {"first": first, "second": second})
    told = LabelInterval.model_validate(
        given_parts | dict(zip(("first", "second"), likelier(first, second), strict=True))
    )
    low, high = told.band_of([0.0], probability, 1.0)
    assert low == high == float(probability >= 0.5) or (low, high) == (0.0, 1.0)
    assert (low, high) in {plain.band_of([0.0], probability, 1.0), (0.0, 1.0)}


def test_a_class_with_too_few_groups_is_never_excluded() -> None:
    truth = np.array([0.0] * 30 + [1.0] * 3)
    interval = calibrate_labels(truth, truth * 0.8, np.arange(33))
    assert interval.second == 1.0
    assert interval.first < 1.0


def test_too_few_groups_are_refused_with_what_they_can_give() -> None:
    assert attainable(9) == 0.9
    with pytest.raises(MonitoringError, match=r"4 groups cannot give a coverage of 0\.9") as told:
        calibrate(np.arange(4.0), np.zeros(4), np.arange(4), guaranteed=True)
    assert "at most 0.800" in told.value.mend


@pytest.mark.parametrize(
    ("truth", "groups", "scale", "told"),
    [
        ([1.0, np.nan], [0, 1], None, "not finite"),
        ([1.0, 2.0], [0], None, "as many groups"),
        ([], [], None, "as many groups"),
        ([1.0, 2.0], [0, 1], [1.0, 0.0], "not positive"),
    ],
)
def test_what_cannot_be_calibrated_on_is_refused(
    truth: list[float], groups: list[int], scale: list[float] | None, told: str
) -> None:
    given = None if scale is None else np.array(scale)
    with pytest.raises(MonitoringError, match=told):
        calibrate(np.array(truth), np.zeros(len(truth)), np.array(groups), coverage=0.5, scale=given)


def test_classes_must_be_0_and_1() -> None:
    with pytest.raises(MonitoringError, match="0 and 1"):
        calibrate_labels(np.array([1.0, 2.0]), np.zeros(2), np.arange(2))
