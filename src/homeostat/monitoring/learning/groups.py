"""What must not be split: the group of each row, or the row itself with those that repeat it; and counting by it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.task import Task

Labels = NDArray[Any]
FEW_GROUPS = 8
"""Groups below which they are too few to tell a standard error by."""


def members(task: Task) -> Labels:
    """The group of each row (n,); where there are no groups, its number or that of the row that it repeats."""
    if task.groups is not None:
        return np.array(task.groups)
    return np.arange(len(task.y)) if task.same is None else task.same


def clearly_above_zero(gain: Array, labels: Labels, sure: float = 1.0) -> bool:
    """Whether the mean of `gain` (n,) is above 0 by more than `sure` standard errors, over groups if they are many."""
    names, member = np.unique(labels, return_inverse=True)
    if FEW_GROUPS <= len(names) < len(gain):
        gain = np.bincount(member, gain) / np.bincount(member)
    return bool(gain.mean() > sure * gain.std(ddof=1) / np.sqrt(len(gain)))
