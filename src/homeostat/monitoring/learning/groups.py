"""What must not be split: the group of each row, or the row itself with those that repeat it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.learning.task import Task

Labels = NDArray[Any]


def members(task: Task) -> Labels:
    """The group of each row (n,); where there are no groups, its number or that of the row that it repeats."""
    if task.groups is not None:
        return np.array(task.groups)
    return np.arange(len(task.y)) if task.same is None else task.same
