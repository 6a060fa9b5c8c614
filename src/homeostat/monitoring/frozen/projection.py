"""The projection on latent variables: scores of PCA or of PLS."""

from functools import cached_property
from typing import Literal

import numpy as np

from homeostat.monitoring.frozen.arrays import Array, Matrix
from homeostat.monitoring.frozen.piece import Step
from homeostat.monitoring.frozen.strict import project, project_of

_NOTHING = 1e-300  # below, a score has no parts that could share anything


class Project(Step):
    """The scores of centred rows: the products with `loadings` (p, a).

    For PCA give the loadings, for PLS the rotations W (P'W)^-1.
    """

    kind: Literal["project"] = "project"
    loadings: Matrix

    def apply(self, x: Array) -> Array:
        """Scores (n, a) of rows (n, p)."""
        return project(x, self._directions)

    def row(self, values: list[float]) -> list[float]:
        """The scores of one row."""
        return project_of(values, self._lists)

    def back(self, x: Array, parts: Array) -> Array:
        """A score's contribution shared among the columns by the size of their parts in the score.

        Shares by signed parts would be exact for a linear form, but have no bound where the parts cancel. Fold a
        linear form into coefficients on the columns instead: its contributions then need no sharing.
        """
        found = np.zeros(x.shape)
        for part, direction in zip(parts.T, self._directions, strict=True):
            size = np.abs(x * direction)
            whole = project(size, np.ones((1, x.shape[1])))
            found += part[:, None] * np.where(
                whole > _NOTHING, size / np.maximum(whole, _NOTHING), 1.0 / x.shape[1]
            )
        return found

    @cached_property
    def _directions(self) -> Array:
        return np.ascontiguousarray(self.loadings.T)

    @cached_property
    def _lists(self) -> list[list[float]]:
        found: list[list[float]] = self._directions.tolist()
        return found
