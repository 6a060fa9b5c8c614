"""Plain steps and the projection: what they compute, and how contributions go back through them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homeostat.monitoring.frozen import (
    Array,
    Autoscale,
    Center,
    Impute,
    Project,
    Select,
    Step,
    lead_back,
    run_through,
)

RNG = np.random.default_rng(5)
WIDTH = 6
STEPS: tuple[Step, ...] = (
    Center(mean=RNG.normal(size=WIDTH)),
    Autoscale(mean=RNG.normal(size=WIDTH), deviation=RNG.uniform(0.1, 3, WIDTH)),
    Select(columns=np.array([4, 1, 2])),
    Impute(values=RNG.normal(size=WIDTH)),
    Project(loadings=RNG.normal(size=(WIDTH, 2))),
)
ROWS = arrays(np.float64, (4, WIDTH), elements=st.floats(-1e3, 1e3) | st.just(np.nan))


@given(ROWS)
def test_a_row_alone_among_others_and_as_plain_floats_has_the_same_bits(x: Array) -> None:
    for step in STEPS:
        whole = step.apply(x)
        for row, expected in zip(x, whole, strict=True):
            np.testing.assert_array_equal(step.apply(row[None])[0], expected)
            np.testing.assert_array_equal(np.array(step.row(row.tolist())), expected)
        np.testing.assert_array_equal(step.apply(x[::-1]), whole[::-1])


def test_what_they_compute() -> None:
    x = np.array([[1.0, np.nan, 3.0]])
    np.testing.assert_array_equal(Center(mean=[1.0, 1.0, 1.0]).apply(x), [[0.0, np.nan, 2.0]])
    np.testing.assert_array_equal(
        Autoscale(mean=[1.0, 1.0, 1.0], deviation=[1.0, 1.0, 4.0]).apply(x), [[0.0, np.nan, 0.5]]
    )
    np.testing.assert_array_equal(Select(columns=[2, 0]).apply(x), [[3.0, 1.0]])
    np.testing.assert_array_equal(Impute(values=[7.0, 8.0, 9.0]).apply(x), [[1.0, 8.0, 3.0]])
    np.testing.assert_allclose(Project(loadings=[[1.0], [2.0]]).apply(np.array([[3.0, 4.0]])), [[11.0]])


def test_a_gap_stays_a_gap_in_a_score() -> None:
    assert np.isnan(STEPS[4].apply(np.full((1, WIDTH), np.nan))).all()


def test_contributions_keep_their_sum_on_the_way_back() -> None:
    x = RNG.normal(size=(5, WIDTH))
    stages = run_through((STEPS[1], STEPS[4]), x)
    parts = RNG.normal(size=(5, 2))
    led = lead_back((STEPS[1], STEPS[4]), stages, parts)
    np.testing.assert_allclose(led.sum(axis=1), parts.sum(axis=1), atol=1e-12)


def test_a_column_that_was_not_chosen_contributes_nothing() -> None:
    led = STEPS[2].back(np.ones((1, WIDTH)), np.array([[1.0, 2.0, 3.0]]))
    assert led.tolist() == [[0.0, 2.0, 3.0, 0.0, 1.0, 0.0]]


def test_a_score_without_parts_is_shared_evenly() -> None:
    led = STEPS[4].back(np.zeros((1, WIDTH)), np.array([[6.0, 0.0]]))
    np.testing.assert_allclose(led, np.ones((1, WIDTH)))
