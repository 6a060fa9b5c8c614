"""How likely it is that a new row is like one of a table in all inputs and the target by chance.

In: inputs (n, p) and targets (n,). Out: the share of new rows expected to match one. It is reckoned in two ways:

- by values, over different rows, so that copies make no match of a new one likelier. Two different rows match in a
  column as often as two drawn from it are equal (Simpson 1949, Nature 163:688), and in all of them as often as columns
  that are independent do (assumption). Inputs that vary together, as those of a lot, are seen where most of the
  different inputs stand in more rows than copies explain, and match then as often as that many inputs of equal shares
  do (assumption);
- by rows, each held against all others, as a new one will be. That sees whatever goes together, a target with the
  inputs that it follows from above all, and takes copies for rows measured twice, but for two kinds: a table that was
  pasted as a whole, and rows that a column tells apart, where every such column is written so finely that no two of
  so many values would be equal by chance.

The second is told where it is clearly more. Whether a table of rows that match is a part of that learnt from or a new
one, how many of it match has to tell (`alike`).
"""

import math
from collections import Counter
from statistics import median

import numpy as np

from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.identical import once, row_keys

LIKELY = 0.05
"""Share of new rows expected to match by chance from which on a match proves nothing (assumption)."""
COPIES = 2
"""How often most rows stand in a table at most where rows were copied (assumption): as in one pasted twice."""
CLEARLY = 2.0
"""Standard errors by which the share of rows that match must be above what their values tell (assumption)."""
FINEST = 12
"""Decimals from which on values count as fine whatever their range."""
EQUAL = 1e-9
"""Relative difference by which a value may miss the decimal that it was written as."""
DIGITS = 6
"""Decimals of the share that is kept."""


def chance(x: Array, y: Array) -> float:
    """The share of new rows expected to be like one of inputs `x` (n, p) and targets `y` (n,); gaps in `y` are none."""
    told = np.isfinite(y)
    x, y = x[told], y[told]
    rows = once(x, y)
    if len(rows) < 2:
        return float(len(y) > COPIES)
    pair = max(_pair(x[rows]), _together(x, len(rows))) * _pair(y[rows, None])
    by_values, (by_rows, held) = float(1.0 - (1.0 - pair) ** len(rows)), _repeated(x, y, rows)
    clear = by_rows - by_values > CLEARLY * spread(by_rows, held)
    return round(by_rows if clear else by_values, DIGITS)


def spread(share: float, rows: int) -> float:
    """The standard error of a share of so many rows, with one row added that matches and one that does not."""
    share = (share * rows + 1.0) / (rows + 2.0)
    return math.sqrt(share * (1.0 - share) / rows)


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


def _repeated(x: Array, y: Array, rows: Integers) -> tuple[float, int]:
    """The share of rows that are like another one, and of how many, less copies; `rows` are the different ones."""
    counts = np.array([*Counter(row_keys(x, y)).values()])
    counts //= np.gcd.reduce(counts)
    share = float(counts[counts > 1].sum() / counts.sum())
    apart = [column for column in np.column_stack([x, y])[rows].T if len(np.unique(column)) == len(column)]
    copied = share > 0.0 and apart and all(_fine(column, len(y)) for column in apart)
    return 0.0 if copied else share, int(counts.sum())


def _fine(column: Array, rows: int) -> bool:
    """Whether values (n,) are written so finely that of `rows` draws hardly two would be equal.

    Of `rows` that fall on equally likely values half a pair is expected to be equal where there are `rows`² of these.
    """
    if not np.isfinite(column).all():
        return False
    for decimals in range(FINEST):
        scaled = (column - column[0]) * 10.0**decimals
        if np.abs(scaled).max() >= 2.0**53:
            break
        whole = np.round(scaled)
        if (np.abs(scaled - whole) <= EQUAL * np.abs(scaled)).all():
            steps = whole.astype(np.int64)
            return bool(np.ptp(steps) // max(1, np.gcd.reduce(steps)) >= rows**2)
    return True


def _together(x: Array, different: int) -> float:
    """The chance that two rows have the same inputs `x` (n, p), where these are too few for copies; else 0.

    Inputs that stand with one target each, as many as there are `different` rows, may be copies (`_repeated`).
    """
    counts = Counter(row_keys(x, np.zeros(len(x)))).values()
    return 1.0 / len(counts) if median(counts) > COPIES and len(counts) < different else 0.0
