"""Batches that are made up, seeded: a few latent ways in which they differ, and noise."""

import numpy as np

from homeostat.monitoring.frozen import Array


def batches(count: int, samples: int, tags: int, seed: int = 0, noise: float = 0.3) -> Array:
    """Batches (count, samples, tags) of two latent variables whose effects are smooth in time."""
    random = np.random.default_rng(seed)
    t = np.linspace(0.0, 1.0, samples)[:, None]
    phase = np.arange(tags)
    shapes = np.stack([np.sin(3.0 * t + phase), np.cos(2.0 * t - 0.5 * phase)])
    scores = random.standard_normal((count, 2))
    mean = 5.0 + np.sin(4.0 * t + 0.3 * phase)
    return np.asarray(
        mean
        + np.einsum("na,akj->nkj", scores, shapes)
        + noise * random.standard_normal((count, samples, tags)),
        np.float64,
    )


def names(tags: int) -> list[str]:
    """Names of tags."""
    return [f"tag {place}" for place in range(tags)]
