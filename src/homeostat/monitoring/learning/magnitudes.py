"""Columns whose numbers nothing measures: told, not refused, for they can be computed with.

In: a table and names of its columns of numbers. Out: one sentence where a column's largest value, in amount, is beyond
what has a name in any unit of a laboratory. A slipped exponent or a wrong unit is behind it, as a rule.
"""

from collections.abc import Sequence

import numpy as np

from homeostat.monitoring.learning.table import Table

BELIEVED = (1e-20, 1e20)
"""Between attomoles in mol and virus genomes in a bioreactor, each with two powers of ten to spare (assumption)."""
SHOWN = 3


def unbelievable(table: Table, names: Sequence[str]) -> list[str]:
    """A warning about columns of unbelievable magnitude; nothing where there are none."""
    found = {name: largest for name in names if not _believed(largest := _largest(table, name))}
    if not found:
        return []
    told = ", ".join(f"'{name}' up to {largest:.1e}" for name, largest in list(found.items())[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return [f"WARNING: {told}{more}: nothing measured is of such a size; check unit and cells"]


def _largest(table: Table, name: str) -> float:
    """The largest amount in a column; 0 where it holds no value."""
    return float(np.max(np.nan_to_num(np.abs(table.number(name))), initial=0.0))


def _believed(largest: float) -> bool:
    return largest == 0.0 or BELIEVED[0] <= largest <= BELIEVED[1]
