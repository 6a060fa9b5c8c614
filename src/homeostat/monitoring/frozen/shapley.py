"""Exact Shapley values of trees, all leaves and rows at once.

A tree is the sum of its leaves: a leaf's value times the product, over the features on its path, of 1 where the row
keeps to the feature's interval and 0 where not. Where a feature is unknown, its factor is the share of training rows
that keep to it (path-dependent expectation: Lundberg et al. 2020, algorithm 1). For a product of d factors that are o
when known and z when not, the Shapley value of feature j is

    (o_j - z_j) times the integral over u from 0 to 1 of the product over i != j of (z_i (1 - u) + o_i u)

since the integral of u^k (1-u)^(d-1-k) is the weight k! (d-1-k)! / d! of coalitions of size k. The integrand is a
polynomial of degree d - 1, for which ceil(d / 2) Gauss-Legendre nodes are exact. The paths are merged by feature.
"""

from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen.arrays import Array, Integers
from homeostat.monitoring.frozen.quadrature import gauss
from homeostat.monitoring.frozen.strict import fold

if TYPE_CHECKING:
    from homeostat.monitoring.frozen.trees import Trees

BLOCK = 1 << 19
"""Numbers (rows x leaves x path) held at a time."""


class _Side(NamedTuple):
    """What a path asks of one feature: above `low`, up to `high`, whether missing passes, and the share `z`."""

    low: float
    high: float
    missing: bool
    z: float


_OPEN = _Side(-np.inf, np.inf, True, 1.0)
_Path = dict[int, _Side]


class Leaves(NamedTuple):
    """Leaves (l,) with what their paths ask (l, d), filled up with features that are always kept to."""

    value: Array
    feature: Integers
    low: Array
    high: Array
    missing: NDArray[np.bool_]
    z: Array

    @classmethod
    def of(cls, trees: "Trees") -> Self:
        """All leaves of `trees`, in the order of their nodes."""
        paths = _paths(trees)
        found = [node for node in sorted(paths) if trees.feature[node] < 0]
        depth = max((len(paths[node]) for node in found), default=0) or 1
        rows = [_filled(paths[node], depth) for node in found]
        features = np.array([[feature for feature, _ in row] for row in rows], np.int64).reshape(
            len(rows), depth
        )
        sides = np.array([[side for _, side in row] for row in rows], np.float64).reshape(len(rows), depth, 4)
        low, high, missing, z = (np.ascontiguousarray(sides[..., part]) for part in range(4))
        return cls(trees.values[found], features, low, high, missing == 1.0, z)


def shapley(leaves: Leaves, x: Array) -> Array:
    """The Shapley values (n, q) of rows `x` (n, q)."""
    found = np.zeros(x.shape)
    flat = leaves.feature.ravel()
    owned = [(feature, np.flatnonzero(flat == feature)) for feature in np.unique(flat).tolist()]
    step = max(1, BLOCK // leaves.z.size)
    for start in range(0, len(x), step):
        parts = _parts(leaves, x[start : start + step])
        for feature, places in owned:
            found[start : start + step, feature] = fold(parts[:, places])
    return found


def expected(leaves: Leaves) -> float:
    """The mean of the leaves' values, each by the share of training rows on its path."""
    return float(fold(leaves.value * _product(leaves.z)))


def _parts(leaves: Leaves, x: Array) -> Array:
    """What each feature on each path adds to each row, (n, l d)."""
    seen = x[:, leaves.feature]
    kept = np.where(np.isnan(seen), leaves.missing, (seen > leaves.low) & (seen <= leaves.high)).astype(
        np.float64
    )
    weight = np.zeros(kept.shape)
    for u, w in zip(*gauss((leaves.z.shape[1] + 1) // 2), strict=True):
        factor = leaves.z * (1.0 - u) + kept * u
        weight += w * _product(factor)[..., None] / factor
    parts = leaves.value[:, None] * (kept - leaves.z) * weight
    return parts.reshape(len(x), -1)


def _product(factors: Array) -> Array:
    found: Array = factors[..., 0].copy()
    for place in range(1, factors.shape[-1]):
        found *= factors[..., place]
    return found


def _paths(trees: "Trees") -> dict[int, _Path]:
    """What the path to every node asks, by node."""
    paths: dict[int, _Path] = {root: {} for root in trees.roots.tolist()}
    feature, left, right = trees.feature.tolist(), trees.left.tolist(), trees.right.tolist()
    threshold, cover = trees.threshold.tolist(), trees.cover.tolist()
    missing_left = (trees.missing_left == 1).tolist()
    for node in range(len(feature)):  # parents come before their children
        if feature[node] < 0 or node not in paths:
            continue
        path, on = paths[node], feature[node]
        low, high, missing, z = path.get(on, _OPEN)
        cut, here = threshold[node], cover[node]
        goes_left = missing and missing_left[node]
        goes_right = missing and not missing_left[node]
        below, above = left[node], right[node]
        paths[below] = {**path, on: _Side(low, min(high, cut), goes_left, z * (cover[below] / here))}
        paths[above] = {**path, on: _Side(max(low, cut), high, goes_right, z * (cover[above] / here))}
    return paths


def _filled(path: _Path, depth: int) -> list[tuple[int, _Side]]:
    return [*path.items(), *[(0, _OPEN)] * (depth - len(path))]
