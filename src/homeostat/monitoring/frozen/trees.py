"""The trees form: gradient boosting and forests as arrays of nodes, with exact Shapley values."""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.frozen.arrays import Array, Integers, Vector
from homeostat.monitoring.frozen.piece import Form
from homeostat.monitoring.frozen.shapley import Leaves, expected, shapley
from homeostat.monitoring.frozen.strict import fold

BLOCK = 4096
"""Rows that go down the trees together."""


class Trees(Form):
    """`base` plus the value of the leaf that a row reaches in every tree.

    All trees' nodes stand in one list; `roots` are the places where trees begin. A node asks `feature` (-1: it is a
    leaf) and goes `left` where the value is <= `threshold`, or where it is missing and `missing_left` is 1, and
    `right` otherwise; `values` are those of the leaves; children stand behind their parent. `cover` is the number of
    training rows at a node.
    """

    kind: Literal["trees"] = "trees"
    base: float = Field(allow_inf_nan=False)
    roots: Integers
    feature: Integers
    threshold: Vector
    left: Integers
    right: Integers
    missing_left: Integers
    values: Vector
    cover: Vector

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        count = len(self.feature)
        each = (self.threshold, self.left, self.right, self.missing_left, self.values, self.cover)
        if any(len(part) != count for part in each):
            raise ValueError("the parts of the trees differ in length")
        place = np.arange(count)
        inner = self.feature >= 0
        for child in (self.left, self.right):
            if not ((child[inner] > place[inner]) & (child[inner] < count)).all():
                raise ValueError("a child of a tree does not stand behind its parent")
        if len(self.roots) and (self.roots.min() < 0 or self.roots.max() >= count):
            raise ValueError("a tree has no root")
        if not (self.cover > 0.0).all():
            raise ValueError("a node of a tree covers no training row")
        return self

    def predict(self, x: Array) -> Array:
        """The value (n,): the base plus the leaves' values."""
        found = np.empty(len(x))
        for start in range(0, len(x), BLOCK):
            found[start : start + BLOCK] = self.base + fold(
                self.values[self._reached(x[start : start + BLOCK])]
            )
        return found

    def contributions(self, x: Array) -> Array:
        """Shapley values (n, q), path-dependent as in TreeSHAP (Lundberg et al. 2020), by an exact quadrature."""
        return shapley(self._leaves, x)

    @property
    def reference(self) -> float:
        """The mean of the leaves' values by cover, plus the base."""
        return self._reference

    @cached_property
    def _reference(self) -> float:
        return self.base + expected(self._leaves)

    def _reached(self, x: Array) -> Integers:
        """The leaves (n, trees) that rows reach. Leaves lead to themselves, so that every row takes `_depth` steps."""
        feature, left, right = self._looped
        node = np.tile(self.roots, (len(x), 1))
        rows = np.arange(len(x))[:, None]
        for _ in range(self._depth):
            seen = x[rows, feature[node]]
            goes_left = np.where(np.isnan(seen), self.missing_left[node] == 1, seen <= self.threshold[node])
            node = np.where(goes_left, left[node], right[node])
        return node

    @cached_property
    def _looped(self) -> tuple[Integers, Integers, Integers]:
        place, leaf = np.arange(len(self.feature)), self.feature < 0
        return (
            np.where(leaf, 0, self.feature),
            np.where(leaf, place, self.left),
            np.where(leaf, place, self.right),
        )

    @cached_property
    def _depth(self) -> int:
        depth = np.zeros(len(self.feature), np.int64)
        for node in np.flatnonzero(self.feature >= 0).tolist():  # parents come before their children
            depth[self.left[node]] = depth[self.right[node]] = depth[node] + 1
        return int(depth.max(initial=0))

    @cached_property
    def _leaves(self) -> Leaves:
        return Leaves.of(self)
