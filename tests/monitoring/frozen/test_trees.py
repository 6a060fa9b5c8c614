"""Trees: where rows go, and Shapley values against their definition over all coalitions."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from homeostat.monitoring.frozen import Array, Trees
from homeostat.monitoring.prediction.exporting import from_trees

RNG = np.random.default_rng(11)
WIDTH = 5


@pytest.fixture(scope="module")
def trees() -> Trees:
    """Boosted trees on rows with gaps."""
    x = RNG.normal(size=(150, WIDTH))
    y = x[:, 0] * x[:, 1] + np.abs(x[:, 2]) + x[:, 3]
    x[RNG.random(x.shape) < 0.1] = np.nan
    found = from_trees(HistGradientBoostingRegressor(max_iter=8, max_leaf_nodes=9).fit(x, y))
    assert isinstance(found, Trees)
    return found


def expectation(trees: Trees, node: int, row: Array, known: frozenset[int]) -> float:
    """The value of a subtree when only `known` features are: Lundberg et al. 2020, algorithm 1."""
    feature = int(trees.feature[node])
    if feature < 0:
        return float(trees.values[node])
    left, right = int(trees.left[node]), int(trees.right[node])
    if feature in known:
        seen = row[feature]
        goes_left = bool(trees.missing_left[node]) if np.isnan(seen) else seen <= trees.threshold[node]
        return expectation(trees, left if goes_left else right, row, known)
    a, b = (expectation(trees, child, row, known) for child in (left, right))
    return float((trees.cover[left] * a + trees.cover[right] * b) / trees.cover[node])


def by_definition(trees: Trees, row: Array) -> Array:
    """Shapley values from all coalitions of the features."""

    def worth(known: frozenset[int]) -> float:
        return sum(expectation(trees, root, row, known) for root in trees.roots.tolist())

    found = np.zeros(WIDTH)
    for feature in range(WIDTH):
        others = [other for other in range(WIDTH) if other != feature]
        for size in range(WIDTH):
            weight = 1.0 / (WIDTH * comb(WIDTH - 1, size))
            for some in combinations(others, size):
                known = frozenset(some)
                found[feature] += weight * (worth(known | {feature}) - worth(known))
    return found


def test_contributions_are_shapley_values(trees: Trees) -> None:
    rows = RNG.normal(size=(6, WIDTH))
    rows[0, 2] = rows[3, 0] = np.nan
    for row, parts in zip(rows, trees.contributions(rows), strict=True):
        np.testing.assert_allclose(parts, by_definition(trees, row), atol=1e-13)


def test_the_reference_is_the_expectation_when_nothing_is_known(trees: Trees) -> None:
    nothing = sum(expectation(trees, root, np.zeros(WIDTH), frozenset()) for root in trees.roots.tolist())
    assert trees.reference == pytest.approx(trees.base + nothing, abs=1e-13)


def test_a_row_on_a_threshold_goes_left() -> None:
    step = Trees(
        base=0.0,
        roots=[0],
        feature=[0, -1, -1],
        threshold=[1.0, 0.0, 0.0],
        left=[1, 0, 0],
        right=[2, 0, 0],
        missing_left=[0, 0, 0],
        values=[0.0, -1.0, 1.0],
        cover=[4.0, 1.0, 3.0],
    )
    x = np.array([[1.0], [np.nextafter(1.0, 2.0)], [np.nan], [-1e308], [1e308]])
    assert step.predict(x).tolist() == [-1.0, 1.0, 1.0, -1.0, 1.0]
    assert step.reference == 0.5
    assert step.contributions(x).ravel().tolist() == [-1.5, 0.5, 0.5, -1.5, 0.5]


def test_trees_without_a_question_are_constant() -> None:
    leaf = {"feature": [-1], "threshold": [0.0], "left": [0], "right": [0], "missing_left": [0]}
    form = Trees.model_validate({"base": 1.0, "roots": [0], "values": [2.0], "cover": [1.0], **leaf})
    assert form.predict(np.ones((2, 3))).tolist() == [3.0, 3.0]
    assert form.reference == 3.0
    assert not form.contributions(np.ones((2, 3))).any()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"cover": [4.0, 1.0]}, "differ in length"),
        ({"left": [0, 0, 0]}, "behind its parent"),
        ({"right": [3, 0, 0]}, "behind its parent"),
        ({"roots": [3]}, "no root"),
        ({"cover": [4.0, 0.0, 3.0]}, "no training row"),
    ],
)
def test_trees_that_do_not_hang_together_are_refused(parts: dict[str, object], told: str) -> None:
    good = {
        "base": 0.0,
        "roots": [0],
        "feature": [0, -1, -1],
        "threshold": [1.0, 0.0, 0.0],
        "left": [1, 0, 0],
        "right": [2, 0, 0],
        "missing_left": [0, 0, 0],
        "values": [0.0, -1.0, 1.0],
        "cover": [4.0, 1.0, 3.0],
    }
    with pytest.raises(ValueError, match=told):
        Trees.model_validate(good | parts)
