"""Small linear algebra in plain floats: elimination and Cholesky for a handful of balances, the same bits everywhere.

Matrices are tuples of rows. Sums run in the order of the indices; nothing here calls a numerical library.
"""

from collections.abc import Sequence
from math import sqrt

from homeostat.errors import MonitoringError

Row = tuple[float, ...]
Rows = tuple[Row, ...]

SMALL = 1e-10  # a pivot below this share of the largest entry is zero


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """The sum of products, in order."""
    total = 0.0
    for a, b in zip(one, other, strict=True):
        total += a * b
    return total


def eliminate(rows: Sequence[Sequence[float]], columns: int) -> tuple[Rows, tuple[int, ...]]:
    """Gauss-Jordan elimination of the first `columns` columns with row pivoting.

    Returns the rows, those with a pivot first in the order of their columns, and the pivots' columns.
    """
    work, pivots = [list(row) for row in rows], list[int]()
    largest = max((abs(x) for row in rows for x in row[:columns]), default=0.0)
    for column in range(columns):
        top = len(pivots)
        if top == len(work):
            break
        best = max(range(top, len(work)), key=lambda k: (abs(work[k][column]), -k))
        if abs(work[best][column]) <= SMALL * largest:
            continue
        work[top], work[best] = work[best], work[top]
        _sweep(work, top, column)
        pivots.append(column)
    return tuple(tuple(row) for row in work), tuple(pivots)


def _sweep(work: list[list[float]], top: int, column: int) -> None:
    """Make the pivot one and every other entry of its column zero."""
    pivot = work[top][column]
    work[top] = [x / pivot for x in work[top]]
    work[top][column] = 1.0
    for k, row in enumerate(work):
        factor = row[column]
        if k != top and factor != 0.0:
            work[k] = [x - factor * y for x, y in zip(row, work[top], strict=True)]
            work[k][column] = 0.0


def cholesky(matrix: Sequence[Sequence[float]]) -> Rows:
    """The lower triangle L of L L' = matrix. Raises MonitoringError where the matrix is not positive definite."""
    lower: list[list[float]] = []
    for i, row in enumerate(matrix):
        new: list[float] = []
        for j in range(i):
            new.append((row[j] - dot(new[:j], lower[j][:j])) / lower[j][j])
        rest = row[i] - dot(new, new)
        if not rest > SMALL * row[i]:
            raise MonitoringError(
                "the balances depend on each other, or one has no uncertain value in it",
                where=f"balance {i + 1} after elimination",
                mend="leave out the balance that the others imply",
            )
        lower.append([*new, sqrt(rest)])
    return tuple((*row, *(0.0,) * (len(lower) - len(row))) for row in lower)


def forward(lower: Rows, right: Sequence[float]) -> Row:
    """x of L x = right."""
    x: list[float] = []
    for i, value in enumerate(right):
        x.append((value - dot(lower[i][:i], x)) / lower[i][i])
    return tuple(x)


def backward(lower: Rows, right: Sequence[float]) -> Row:
    """x of L' x = right."""
    size = len(right)
    x = [0.0] * size
    for i in reversed(range(size)):
        known = dot([lower[k][i] for k in range(i + 1, size)], x[i + 1 :])
        x[i] = (right[i] - known) / lower[i][i]
    return tuple(x)
