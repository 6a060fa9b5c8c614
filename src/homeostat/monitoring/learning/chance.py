"""How likely it is that a new row is like one of a table in all inputs and the target by chance.

In: inputs (n, p) and targets (n,). Out: the share of new rows expected to match one. What counts is how many values
there are, over different rows: copies of rows make no match of a new one likelier.

Two different rows match in a column as often as two drawn from it are equal (Simpson 1949, Nature 163:688), and in all
of them as often as columns that are independent do (assumption). Inputs that vary together, as those of a lot, match
more often. They are seen where most of the different inputs stand in more rows than copies explain, and match then as
often as that many inputs of equal shares do (assumption); where rows are fewer, they are not seen. A table that holds
nearly all rows there can be is matched still more often than is told, for rarer rows weigh in it as others do.
"""

from collections import Counter
from statistics import median

import numpy as np

from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.identical import once, row_keys

LIKELY = 0.05
"""Share of new rows expected to match by chance from which on a match proves nothing (assumption)."""
COPIES = 2
"""How often most rows stand in a table at most where rows were copied (assumption): as in one pasted twice."""
DIGITS = 6
"""Decimals of the share that is kept."""


def chance(x: Array, y: Array) -> float:
    """The share of new rows expected to be like one of inputs `x` (n, p) and targets `y` (n,); gaps in `y` are none."""
    told = np.isfinite(y)
    x, y = x[told], y[told]
    rows = once(x, y)
    if len(rows) < 2:
        return float(len(y) > COPIES)
    pair = max(_pair(x[rows]), _together(x)) * _pair(y[rows, None])
    return round(float(1.0 - (1.0 - pair) ** len(rows)), DIGITS)


def likely(share: float | None) -> bool:
    """Whether a match proves nothing, where such a share of new rows matches; None where that is not known."""
    return share is not None and share > LIKELY


def _pair(columns: Array) -> float:
    """The chance that two rows of independent `columns` (n, p) are alike in all."""
    counts = (np.unique(column, return_counts=True)[1] for column in columns.T)
    return float(np.prod([_equal(each) for each in counts]))


def _equal(counts: Integers) -> float:
    """The chance that two drawn without putting back are of one kind, given the `counts` of the kinds."""
    total = counts.sum()
    return float((counts * (counts - 1)).sum() / (total * (total - 1)))


def _together(x: Array) -> float:
    """The chance that two rows have the same inputs `x` (n, p), where these are too few for copies; else 0."""
    counts = Counter(row_keys(x, np.zeros(len(x)))).values()
    return 1.0 / len(counts) if median(counts) > COPIES else 0.0
