"""How likely a match by chance is: beside the share of rows that do match, drawn anew, and beside copied rows."""

from collections.abc import Callable

import numpy as np
import pytest

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import LIKELY, chance, likely

Draw = Callable[[np.random.Generator, int], tuple[Array, Array]]
LOTS = np.random.default_rng(5).normal(size=(20, 4))


def levels(count: int, columns: int) -> Draw:
    """Independent inputs of `count` values each, and a result of two."""
    return lambda rng, rows: (
        rng.integers(0, count, (rows, columns)).astype(float),
        rng.integers(0, 2, rows).astype(float),
    )


def rounded(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    return np.round(rng.normal(size=(rows, 2)), 1), rng.integers(0, 2, rows).astype(float)


def lots(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """Inputs that go together: the four properties of a lot."""
    return LOTS[rng.integers(0, len(LOTS), rows)], rng.integers(0, 2, rows).astype(float)


def measured(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    return rng.normal(size=(rows, 4)), rng.integers(0, 2, rows).astype(float)


def matched(draw: Draw, rows: int, seed: int) -> tuple[float, float]:
    """What is expected of a table of so many `rows`, and the share of 2000 new ones that match."""
    rng = np.random.default_rng(seed)
    x, y = draw(rng, rows)
    known = {tuple(row) for row in np.column_stack([x, y]).tolist()}
    new = np.column_stack(draw(rng, 2000)).tolist()
    return chance(x, y), float(np.mean([tuple(row) in known for row in new]))


@pytest.mark.parametrize(
    ("draw", "rows"),
    [(levels(5, 4), 80), (levels(10, 3), 200), (levels(20, 3), 200), (rounded, 60), (rounded, 300)],
)
def test_what_is_expected_of_independent_columns_is_what_is_found(draw: Draw, rows: int) -> None:
    both = np.array([matched(draw, rows, seed) for seed in range(20)])
    assert both[:, 0].mean() == pytest.approx(both[:, 1].mean(), abs=0.015)


@pytest.mark.parametrize(("draw", "rows"), [(levels(2, 3), 80), (levels(3, 4), 80), (lots, 80)])
def test_where_rows_are_few_valued_a_match_is_likely(draw: Draw, rows: int) -> None:
    for seed in range(20):
        expected, found = matched(draw, rows, seed)
        assert likely(expected)
        assert found > LIKELY


def test_the_chance_in_closed_form() -> None:
    """Four different rows of two values in either column: a third of the pairs are alike in each."""
    x, y = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 0.0, 1.0])
    assert chance(x, y) == pytest.approx(1.0 - (8.0 / 9.0) ** 4, abs=1e-6)


def test_inputs_that_always_come_together_match_as_often_as_there_are_such() -> None:
    """Five lots, each three times with either result: a fifth, times 20 of 45 pairs of results, over ten rows."""
    x, y = np.repeat(LOTS[:5], 6, axis=0), np.tile([0.0, 1.0], 15)
    assert chance(x, y) == pytest.approx(1.0 - (1.0 - 0.2 * 20.0 / 45.0) ** 10, abs=1e-6)


def following(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """A dose in whole numbers, and a score that follows it."""
    x = rng.integers(0, 31, rows).astype(float)
    return x[:, None], np.round(x + rng.normal(0.0, 0.3, rows))


def exactly(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    x = rng.integers(0, 21, rows).astype(float)
    return x[:, None], 2.0 * x + 1.0


def computed(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """A target that is reckoned from a whole number, to all its digits."""
    x = rng.integers(0, 40, rows).astype(float)
    return x[:, None], x / 7.0


def readings(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """Optical densities to two decimals, and a concentration to one."""
    x = np.round(rng.uniform(0.0, 2.0, rows), 2)
    return x[:, None], np.round(3.0 * x + rng.normal(0.0, 0.02, rows), 1)


def design(rng: np.random.Generator, rows: int) -> tuple[Array, Array]:
    """Runs of a plan of 27 in five factors of three levels."""
    plan = np.random.default_rng(1).integers(0, 3, (27, 5)).astype(float)[rng.integers(0, 27, rows)]
    return plan, np.round(plan.sum(axis=1) + rng.normal(0.0, 0.3, rows))


@pytest.mark.parametrize("rows", [30, 100, 300])
@pytest.mark.parametrize("draw", [following, exactly, computed, readings, design])
def test_what_is_expected_where_the_target_follows_from_few_values_is_what_is_found(
    draw: Draw, rows: int
) -> None:
    both = np.array([matched(draw, rows, seed) for seed in range(20)])
    assert both[:, 0].mean() == pytest.approx(both[:, 1].mean(), abs=0.2 if rows == 30 else 0.05)


@pytest.mark.parametrize("draw", [measured, rounded, levels(5, 4), levels(2, 3), following, readings])
def test_a_table_pasted_as_a_whole_counts_once(draw: Draw) -> None:
    x, y = draw(np.random.default_rng(1), 60)
    assert chance(np.vstack([x, x]), np.append(y, y)) == chance(x, y)


@pytest.mark.parametrize("times", [1, 3])
def test_measured_rows_that_were_pasted_again_are_no_chance(times: int) -> None:
    x, y = measured(np.random.default_rng(1), 60)
    again = [*range(8)] * times
    assert chance(np.vstack([x, x[again]]), np.append(y, y[again])) == chance(x, y) == 0.0


def test_of_measured_values_no_match_is_chance_even_where_a_copy_tells_another_class() -> None:
    x, y = measured(np.random.default_rng(1), 60)
    assert chance(np.vstack([x, x[:8]]), np.append(y, 1.0 - y[:8])) < LIKELY


@pytest.mark.parametrize("again", [[0, 1, 2, 3] * 30, list(range(59)), [*range(60), *range(60), 7]])
def test_however_many_measured_rows_are_pasted_again_no_match_is_chance(again: list[int]) -> None:
    x, y = measured(np.random.default_rng(1), 60)
    for values in (x, np.round(x, 4), 100.0 * np.round(x, 5), 1e-10 * x):
        assert chance(np.vstack([values, values[again]]), np.append(y, y[again])) < LIKELY


def test_rows_without_a_target_count_for_nothing_and_a_gap_is_like_another() -> None:
    x, y = np.array([[0.0], [0.0], [np.nan], [np.nan]]), np.array([0.0, 1.0, 0.0, 1.0])
    told = chance(x, y)
    assert told == pytest.approx(1.0 - (8.0 / 9.0) ** 4, abs=1e-6)
    assert chance(np.vstack([x, x + 7.0]), np.append(y, np.full(4, np.nan))) == told


@pytest.mark.parametrize(("rows", "found"), [(0, 0.0), (1, 0.0), (2, 0.0), (3, 1.0)])
def test_of_a_single_row_only_more_than_copies_tells(rows: int, found: float) -> None:
    assert chance(np.ones((rows, 2)), np.ones(rows)) == found


def test_what_is_not_known_is_not_likely() -> None:
    assert (likely(None), likely(LIKELY), likely(0.06)) == (False, False, True)
