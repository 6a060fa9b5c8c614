"""From loadings to what each sample needs: small matrices that turn trimmed scores into scores, T² and residuals.

With P the loadings of all samples up to k, x the scaled values up to k, c = P'x the trimmed scores, G = P'P, L the
variances of the scores, M the covariance of the trimmed scores of good batches:

    scores t = L G M⁻¹ c        T² = c'M⁻¹c        SPE = x'x - 2t'c + t'Gt        fitted newest values = P_k t

so that a sample costs products with A x A matrices, however many samples came before. Trimmed-score regression: F.
Arteaga & A. Ferrer, Journal of Chemometrics 16 (2002) 408-418; that the future of a batch can be its missing part: S.
García-Muñoz, T. Kourti & J. F. MacGregor, Industrial & Engineering Chemistry Research 43 (2004) 5929-5941. T² is taken
with the covariance of the estimates at that sample, which is L G M⁻¹ G L: less is known early on.
"""

import numpy as np

from homeostat.monitoring.frozen import Array

SINGULAR = 1e-13
"""A pivot below this share of its diagonal is rounding: the trimmed score adds nothing to those before it."""


def gram(loadings: Array, start: Array) -> Array:
    """G after each sample (K, A, A), from `loadings` (K, J, A) and those (Z, A) of what is known at the `start`."""
    each = np.add.reduce(loadings[:, :, :, None] * loadings[:, :, None, :], axis=1)
    first = np.add.reduce(start[:, :, None] * start[:, None, :], axis=0)
    return np.asarray(np.add.accumulate(np.concatenate([first[None], each]), axis=0)[1:], np.float64)


def product(left: Array, right: Array) -> Array:
    """Matrix products (..., a, c) of (..., a, b) and (..., b, c), summed in the order of b."""
    found = left[..., :, 0, None] * right[..., None, 0, :]
    for place in range(1, left.shape[-1]):
        found = found + left[..., :, place, None] * right[..., None, place, :]
    return np.asarray(found, np.float64)


def onto(matrix: Array, vector: Array) -> Array:
    """The product (b,) of a matrix (b, a) and a vector (a,)."""
    return np.asarray(product(matrix, vector[:, None])[:, 0], np.float64)


def inner(left: Array, right: Array) -> float:
    """The product of two vectors (a,), summed from the first to the last."""
    return float(np.add.accumulate(left * right)[-1])


def inverse(covariance: Array) -> Array:
    """Inverses (..., a, a) of covariances (..., a, a), by sweeping each diagonal entry in turn.

    Where an entry follows from those swept before, it is left out: a generalised inverse, which serves regression as
    well. Source: J. H. Goodnight, The American Statistician 33 (1979) 149-158.
    """
    work = np.array(covariance, np.float64)
    size = work.shape[-1]
    first = np.array(np.diagonal(work, axis1=-2, axis2=-1))
    for place in range(size):
        pivot = work[..., place, place]
        usable = pivot > SINGULAR * first[..., place]
        divisor = np.where(usable, pivot, 1.0)[..., None]
        row = work[..., place, :] / divisor
        column = np.array(work[..., :, place])
        swept = work - column[..., :, None] * row[..., None, :]
        swept[..., place, :] = row
        swept[..., :, place] = -column / divisor
        swept[..., place, place] = 1.0 / divisor[..., 0]
        nothing = np.array(work)
        nothing[..., place, :] = 0.0
        nothing[..., :, place] = 0.0
        work = np.where(usable[..., None, None], swept, nothing)
    return work


def score_map(variance: Array, grams: Array, precision: Array) -> Array:
    """L G M⁻¹ (..., a, a): from trimmed scores to scores."""
    return variance[:, None] * product(grams, precision)


def blocks(loadings: Array, variance: Array, grams: Array, trimmed: Array) -> Array:
    """What multiplies the trimmed scores at each sample (K, 3A+J, A).

    Rows one below the other: for the scores; for (G t - 2c), whose product with t SPE needs; for M⁻¹c, whose product
    with c is T²; for the fitted newest values.
    """
    precision = inverse(trimmed)
    to_scores = score_map(variance, grams, precision)
    excess = product(grams, to_scores) - 2.0 * np.eye(len(variance))
    fitted = product(loadings, to_scores)
    return np.concatenate([to_scores, excess, precision, fitted], axis=1)
