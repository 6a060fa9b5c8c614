"""Roots and inverses of covariances in single elementary operations: the same bits on every machine.

In: symmetric matrices (n, n), positive semidefinite up to rounding. Out: triangular factors, inverses. No LAPACK, whose
rounding depends on the processor. Source: Golub & Van Loan 2013, algorithm 4.2.2 (outer product form).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.observer.layout import Layout

Array = NDArray[np.float64]
NEGLIGIBLE = 1e-14
"""A pivot below this share of its variance is rounding: what is left of that direction is certain."""


def square(layout: Layout, triangle: Sequence[float]) -> Array:
    """The full matrix (n, n) of an upper triangle."""
    matrix: Array = np.array(triangle)[np.array(layout.places)]
    return matrix


def triangle(layout: Layout, matrix: Array) -> tuple[float, ...]:
    """The upper triangle, row by row."""
    rows, columns = zip(*layout.pairs, strict=True)
    return tuple(matrix[rows, columns].tolist())


def root(matrix: Array) -> Array:
    """The lower triangular L (n, n) with L L' = matrix; a direction without variance has a column of zeros."""
    left, least = matrix.copy(), NEGLIGIBLE * matrix.diagonal()
    factor = np.zeros_like(left)
    for k in range(len(left)):
        pivot = left[k, k]
        if pivot > least[k]:
            column = left[k:, k] / np.sqrt(pivot)
            factor[k:, k] = column
            left[k:, k:] -= column[:, None] * column[None, :]
    return factor


def inverse(matrix: Array) -> Array:
    """The inverse (n, n) of a positive definite matrix, by its root."""
    factor = root(matrix)
    n = len(factor)
    halves = np.eye(n)  # becomes the inverse of the root, row by row
    for i in range(n):
        for k in range(i):
            halves[i] -= factor[i, k] * halves[k]
        halves[i] /= factor[i, i]
    total = np.zeros((n, n))
    for row in halves:
        total += row[:, None] * row[None, :]
    return total
