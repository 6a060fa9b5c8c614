"""Families of trees: extra trees, random forest, gradient boosting (scikit-learn learns them, we freeze the arrays).

All are grown one after the other on one thread from a fixed seed, so that the same table gives the same trees.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor

from homeostat.monitoring.frozen import Array, Form
from homeostat.monitoring.prediction.exporting import from_trees

STAGES = (25, 50, 100, 200)
RATE = 0.06


@dataclass(frozen=True)
class Forest(ABC):
    """Trees that are averaged; the sizes are the fewest rows a leaf may hold."""

    trees: int
    leaves: tuple[int, ...]
    seed: int
    share: float
    """Of the columns tried at a split."""

    @property
    def sizes(self) -> tuple[str, ...]:
        """Rows a leaf holds at least, from the most."""
        return tuple(f"leaves of {leaf} or more" for leaf in self.leaves)

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m)."""
        return np.stack([self._grown(x, y, leaf).predict(new) for leaf in self.leaves])

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The trees of one size as arrays."""
        return from_trees(self._grown(x, y, self.leaves[size]))

    def _grown(self, x: Array, y: Array, leaf: int) -> Any:
        model = self._kind()(
            n_estimators=self.trees,
            min_samples_leaf=leaf,
            max_features=self.share,
            random_state=self.seed,
            n_jobs=1,
        )
        return model.fit(x, y)

    @abstractmethod
    def _kind(self) -> Any:
        """The estimator's class."""


@dataclass(frozen=True)
class ExtraTrees(Forest):
    """Extremely randomised trees (Geurts, Ernst & Wehenkel 2006)."""

    name: str = "extra trees"

    def _kind(self) -> Any:
        return ExtraTreesRegressor


@dataclass(frozen=True)
class RandomForest(Forest):
    """Random forest (Breiman 2001)."""

    name: str = "random forest"

    def _kind(self) -> Any:
        return RandomForestRegressor


@dataclass(frozen=True)
class Boosting:
    """Stochastic gradient boosting (Friedman 2002) of trees of `depth`; the sizes are numbers of trees."""

    depth: int
    share: float
    seed: int
    name: str = "gradient boosting"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Numbers of trees."""
        return tuple(f"{count} trees of depth {self.depth}" for count in STAGES)

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m) after each number of trees, from one fit."""
        stages = list(self._grown(x, y, STAGES[-1]).staged_predict(new))
        return np.stack([stages[count - 1] for count in STAGES])

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The trees of one size as arrays."""
        return from_trees(self._grown(x, y, STAGES[size]))

    def _grown(self, x: Array, y: Array, count: int) -> Any:
        model = GradientBoostingRegressor(
            n_estimators=count,
            learning_rate=RATE,
            max_depth=self.depth,
            subsample=0.7,
            max_features=self.share,
            min_samples_leaf=3,
            random_state=self.seed,
        )
        return model.fit(x, y)
