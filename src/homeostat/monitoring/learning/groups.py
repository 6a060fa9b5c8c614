"""What must not be split: the group of each row, or the row itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.learning.task import Task

Labels = NDArray[Any]


def members(task: Task) -> Labels:
    """The group of each row (n,); its number where there are no groups."""
    return np.arange(len(task.y)) if task.groups is None else np.array(task.groups)
