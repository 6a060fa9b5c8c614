"""Multi-block PCA and PLS: columns in blocks (sensors, spectra, raw materials), each with the same say.

    blocks -> each scaled to the same total variance -> one model -> super scores, and each block's scores and SPE

The super scores are those of the PCA or PLS of all blocks side by side, each divided by the root of its number of
columns (J. A. Westerhuis, T. Kourti & J. F. MacGregor, Journal of Chemometrics 12 (1998) 301-321), so one fit of that
model gives everything.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.errors import LatentError
from homeostat.monitoring.latent.estimator import Latent
from homeostat.monitoring.latent.pca import PCA
from homeostat.monitoring.latent.pls import PLS
from homeostat.monitoring.latent.scaling import Scaling


class Blocks(Latent, ABC):
    """What the multi-block estimators add. `blocks` are the numbers of columns of each block, in their order."""

    blocks: Sequence[int] | None
    scale: bool

    def block_scores(self, X: Any) -> Array:
        """The scores (blocks, n, a) of each block, from what earlier super scores left of it.

        Super scores are their sum, weighted with `super_weights` (blocks, a).
        """
        z = self._completed(self._scaled(X))
        super_scores, parts = self._scores(z), self._parts()
        scores = np.zeros((len(parts), len(z), super_scores.shape[1]))
        lengths = self.super_weights()
        for number, part in enumerate(parts):
            directions = self._directions()[part]
            taken = np.triu(self.plane_.loadings[part].T @ directions, 1)
            found = z[:, part] @ directions - super_scores @ taken
            scores[number] = found / np.where(lengths[number] > 0.0, lengths[number], 1.0)
        return scores

    def super_weights(self) -> Array:
        """How much each block has to say in each super score, (blocks, a); squares add up to 1 over the blocks."""
        directions = self._directions()
        return np.array([np.sqrt(np.sum(directions[part] ** 2, axis=0)) for part in self._parts()])

    def block_spe(self, X: Any) -> Array:
        """The squared prediction error (n, blocks) of each block."""
        return self._by_block(np.abs(self.spe_contributions(X)))

    def block_t2(self, X: Any) -> Array:
        """What each block adds to T², (n, blocks)."""
        return self._by_block(self.t2_contributions(X))

    @abstractmethod
    def _directions(self) -> Array:
        """The unit directions (p, a) that take what earlier components left of the columns to super scores."""

    def _by_block(self, contributions: Array) -> Array:
        return np.stack([contributions[:, part].sum(axis=1) for part in self._parts()], axis=1)

    def _scaling_of(self, x: Array, *, scale: bool) -> tuple[Scaling, bool]:
        found, gaps = super()._scaling_of(x, scale=scale)
        divisor = found.scale.copy()
        for part in self._parts():
            divisor[part] *= np.sqrt(max(int(np.sum(~found.constant[part])), 1))
        return replace(found, scale=divisor), gaps

    def _parts(self) -> list[slice]:
        """The columns of each block. Raises LatentError when the blocks do not make up all columns."""
        sizes = [self.n_features_in_] if self.blocks is None else list(self.blocks)
        if min(sizes, default=0) < 1 or sum(sizes) != self.n_features_in_:
            raise LatentError(
                f"blocks of {', '.join(map(str, sizes))} columns do not make up {self.n_features_in_} columns",
                mend="give the number of columns of every block",
            )
        return [slice(begin, end) for begin, end in pairwise(np.cumsum([0, *sizes]).tolist())]


class MultiblockPCA(Blocks, PCA):
    """Consensus PCA; without `blocks` all columns are one."""

    def __init__(
        self, n_components: int = 2, *, blocks: Sequence[int] | None = None, scale: bool = True
    ) -> None:
        super().__init__(n_components, scale=scale)
        self.blocks = blocks

    def _directions(self) -> Array:
        return self.plane_.loadings


class MultiblockPLS(Blocks, PLS):
    """Multi-block PLS with super scores; without `blocks` all columns are one."""

    def __init__(
        self, n_components: int = 2, *, blocks: Sequence[int] | None = None, scale: bool = True
    ) -> None:
        super().__init__(n_components, scale=scale)
        self.blocks = blocks

    def _directions(self) -> Array:
        return self.x_weights_
