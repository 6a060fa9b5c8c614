"""From aligned good batches to a monitor without limits.

cube (N, K, J) -> centred and scaled by sample and tag -> gaps filled -> PCA batch-wise -> trimmed covariances
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.unfolding import batch_wise
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import missing, scaling
from homeostat.monitoring.latent.decomposition import leading
from homeostat.monitoring.latent.size import pca_size

FLOOR = 0.1
"""A sample's standard deviation counts as at least this share of its tag's over the whole batch (assumption).

Where good batches agree to the last digit, a set point say, the least change would otherwise be enormous.
"""
MOST = 8
"""Components that are tried (assumption)."""


@dataclass(frozen=True)
class Scaled:
    """Good batches, `rows` (N, Z + K·J) centred, scaled and filled, with their `mean` and `scale`; Z is `known`."""

    rows: Array
    mean: Array
    scale: Array
    known: int


def prepared(batches: Array, known: Array | None = None, floor: float = FLOOR) -> Scaled:
    """Scale a cube (N, K, J), with what was `known` (N, Z) at each start. Raises LatentError (a MonitoringError)."""
    found, gaps = scaling.learn(batch_wise(batches))
    deviation = np.where(found.constant, 0.0, found.deviation).reshape(batches.shape[1:])
    pooled = np.sqrt(np.mean(deviation**2, axis=0))
    scale = np.maximum(deviation, floor * pooled)
    scale = np.where(scale > 0.0, scale, 1.0).reshape(-1)
    rows, mean = (batch_wise(batches) - found.mean) / scale, found.mean
    if gaps:
        rows, shift = missing.fill(rows, min(MOST, len(rows) - 1))
        mean = mean + shift * scale
    if known is None or not known.shape[1]:
        return Scaled(rows, mean, scale, 0)
    first, _ = scaling.learn(known)
    rows = np.concatenate([first.apply(known), rows], axis=1)
    return Scaled(rows, np.append(first.mean, mean), np.append(first.scale, scale), known.shape[1])


def fit(
    batches: Array,
    tags: Sequence[str],
    components: int,
    known: Array | None = None,
    *,
    floor: float = FLOOR,
) -> Monitor:
    """The monitor of good batches (N, K, J), without limits; with what was `known` (N, Z) when each started.

    Raises MonitoringError when they hold no variation, or fewer batches than it takes.
    """
    scaled = prepared(batches, known, floor)
    first, (_, samples, width) = scaled.known, batches.shape
    found = leading(scaled.rows, components)
    size = len(found.variance)
    if not size or len(tags) != width:
        raise MonitoringError(
            "all batches are alike" if not size else f"{len(tags)} names were given for {width} tags",
            mend="give batches that differ, and one name a tag",
        )
    return Monitor(
        tags=tuple(tags),
        mean=scaled.mean[first:].reshape(samples, width),
        scale=scaled.scale[first:].reshape(samples, width),
        loadings=found.loadings[first:].reshape(samples, width * size),
        variance=found.variance,
        trimmed=_trimmed(scaled, found.loadings, samples),
        start_mean=scaled.mean[:first],
        start_scale=scaled.scale[:first],
        start_loadings=found.loadings[:first].reshape(-1),
    )


def component_count(batches: Array, known: Array | None = None, most: int = MOST) -> int:
    """How many components are worth having, by leaving out batches and, within them, values: see `pca_size`."""
    scaled = prepared(batches, known)
    return pca_size(scaled.rows, most=min(most, len(batches) - 2), scale=False).chosen


def _trimmed(scaled: Scaled, loadings: Array, samples: int) -> Array:
    """The covariance (K, A·A) of the good batches' trimmed scores after each sample."""
    first, count = scaled.known, len(scaled.rows)
    scores = scaled.rows[:, :first] @ loadings[:first]
    width = (scaled.rows.shape[1] - first) // samples
    covariances = []
    for begin in range(first, scaled.rows.shape[1], width):
        scores = scores + scaled.rows[:, begin : begin + width] @ loadings[begin : begin + width]
        covariances.append((scores.T @ scores / (count - 1)).reshape(-1))
    return np.array(covariances)
