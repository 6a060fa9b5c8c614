"""The Harris index: how near a loop's variance comes to the least that any controller could reach.

What happens within the dead time no controller can change: an autoregression of the record on what was there before it
leaves just that variance (Harris 1989, Can. J. Chem. Eng. 67:856-861; Desborough and Harris 1992, ibid. 70:1186-1197).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.control.regulatory.tuning.models import Array
from homeostat.errors import ControlError

ORDERS = 20
"""The largest order of the autoregression; of the orders up to it Akaike's criterion chooses."""
SHARE = 10
"""There are so many readings, or more, for each coefficient."""


@dataclass(frozen=True, slots=True)
class Harris:
    """`index`: least variance over the variance that there is (1: nothing to be gained, near 0: much).

    `variance` and `least` are in tag units squared, `order` is that of the autoregression, `samples` how many counted.
    """

    index: float
    variance: float
    least: float
    order: int
    samples: int


def harris(errors: Sequence[float], delay: int) -> Harris:
    """The index of a record of control errors, scan by scan (NaN: none), with `delay` scans from output to reading.

    A delay of 1 is that of the scan itself. Raises ControlError for a record that is too short or shows nothing.
    """
    y = np.asarray(errors, float)
    if delay < 1:
        raise ControlError("the delay of a loop is one scan or more", mend="give the number of scans")
    most = min(ORDERS, (len(y) - delay) // (SHARE + 1))
    rows, aims = _lagged(y, delay, most) if most >= 1 else (np.empty((0, 1)), np.empty(0))
    if len(aims) < 3 * SHARE:
        mend = f"record {3 * SHARE + delay + ORDERS} scans or more"
        raise ControlError("the record is too short for a Harris index", mend=mend)
    centred = aims - aims.mean()
    variance = float(centred @ centred) / (len(aims) - 1)
    if variance <= 0.0:
        raise ControlError("the record shows no variation at all", mend="record a loop with its noise")
    fits = [(_criterion(len(aims), order, left), order, left) for order, left in _fits(rows, aims, most)]
    _, order, squares = min(fits)
    least = squares / (len(aims) - order - 1)
    return Harris(min(least / variance, 1.0), variance, least, order, len(aims))


def _lagged(y: Array, delay: int, most: int) -> tuple[Array, Array]:
    """Readings and, for each, those `delay` to `delay + most - 1` scans before it; gaps are left out."""
    first = delay + most - 1
    rows = np.column_stack([y[first - delay - k : len(y) - delay - k] for k in range(most)])
    known = np.isfinite(rows).all(axis=1) & np.isfinite(y[first:])
    return rows[known], y[first:][known]


def _fits(rows: Array, aims: Array, most: int) -> list[tuple[int, float]]:
    """The squared error that each order leaves."""
    found = []
    for order in range(1, most + 1):
        columns = np.column_stack([np.ones(len(aims)), rows[:, :order]])
        solution, *_ = np.linalg.lstsq(columns, aims, rcond=None)
        left = aims - columns @ solution
        found.append((order, float(left @ left)))
    return found


def _criterion(count: int, order: int, squares: float) -> float:
    """Akaike's criterion."""
    return count * math.log(max(squares, 1e-300) / count) + 2.0 * order
