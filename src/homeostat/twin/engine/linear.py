"""Sparse LU without pivoting, written out symbolically, with a measure of what it lost.

In: a CasADi SX matrix. Out: a solver of A y = b, and how small a pivot became beside the terms it was formed from.
For a Rosenbrock matrix I/(h g) - J the diagonal grows as the step shrinks, so a step whose pivots cancel is simply
repeated with a smaller one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import casadi as ca
import numpy as np

Rows = list[dict[int, ca.SX]]
PIVOT_QUALITY = 1e-6
"""A step whose elimination lost more than this is repeated with a smaller one."""


@dataclass(frozen=True)
class SparseLU:
    """Factors of one matrix: `rows` hold L, the reciprocal pivots, and U with each row divided by its pivot.

    So an unknown that waits for another one waits for a single multiply-add.
    """

    order: tuple[int, ...]
    rows: Rows
    pivots: tuple[ca.SX, ...]
    terms: tuple[ca.SX, ...]
    """For each pivot, in `order`, the sum of the |terms| that it was formed from."""

    @property
    def quality(self) -> ca.SX:
        """Smallest |pivot| / sum |terms of the pivot|: 1 without cancellation, towards 0 when digits were lost."""
        return _least(ca.fabs(pivot) / terms for pivot, terms in self._pairs())

    def slack(self) -> ca.SX:
        """Return what is not negative exactly if the quality is at least `PIVOT_QUALITY`, without a division."""
        return _least(ca.fabs(pivot) - PIVOT_QUALITY * terms for pivot, terms in self._pairs())

    def _pairs(self) -> Iterator[tuple[ca.SX, ca.SX]]:
        return zip(self.pivots, self.terms, strict=True)

    def solve(self, b: ca.SX) -> ca.SX:
        """Return y with A y = b (n, 1)."""
        y = [b[i] for i in range(len(self.order))]
        for at, k in enumerate(self.order):
            for i in self.order[at + 1 :]:
                if k in self.rows[i]:
                    y[i] = y[i] - self.rows[i][k] * y[k]
        for at in range(len(self.order) - 1, -1, -1):
            k = self.order[at]
            y[k] = y[k] * self.rows[k][k]
            for j in reversed(self.order[at + 1 :]):  # the one that is known last comes last
                if j in self.rows[k]:
                    y[k] = y[k] - self.rows[k][j] * y[j]
        return ca.vertcat(*y)


def factorise(matrix: ca.SX, magnitude: ca.SX) -> SparseLU:
    """Factorise `matrix` (n, n) in Markowitz order; `magnitude` (n, 1) holds the summed |terms| of its diagonal."""
    n = matrix.shape[0]
    sparsity = matrix.sparsity()
    rows: Rows = [{j: matrix[i, j] for j in range(n) if sparsity.has_nz(i, j)} for i in range(n)]
    terms = [magnitude[i] for i in range(n)]
    left, order, pivots = list(range(n)), [], []
    while left:
        k = min(left, key=lambda q: (_markowitz(rows, left, q), q))
        left.remove(k)
        order.append(k)
        pivots.append(rows[k][k])
        rows[k][k] = 1.0 / rows[k][k]
        _eliminate(rows, terms, left, k)
    return SparseLU(tuple(order), rows, tuple(pivots), tuple(terms[k] for k in order))


def _least(values: Iterable[ca.SX]) -> ca.SX:
    least = ca.SX(np.inf)
    for value in values:
        least = ca.fmin(least, value)
    return least


def _markowitz(rows: Rows, left: list[int], k: int) -> int:
    """Fill-in bound of pivot k: (entries of its column - 1)(entries of its row - 1). Markowitz 1957."""
    return (sum(k in rows[i] for i in left) - 1) * (sum(j in rows[k] for j in left) - 1)


def _eliminate(rows: Rows, terms: list[ca.SX], left: list[int], k: int) -> None:
    for i in left:
        if k not in rows[i]:
            continue
        factor = rows[i][k] * rows[k][k]
        rows[i][k] = factor
        for j in left:
            if j in rows[k]:
                change = factor * rows[k][j]
                rows[i][j] = rows[i][j] - change if j in rows[i] else -change
                if i == j:
                    terms[i] = terms[i] + ca.fabs(change)
    for j in left:
        if j in rows[k]:
            rows[k][j] = rows[k][j] * rows[k][k]
