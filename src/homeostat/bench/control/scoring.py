"""How one run compares with another: times less CPU time, worse plans, other moves."""

import numpy as np

from homeostat.bench.control.contest import Run
from homeostat.bench.control.task import Array, Task
from homeostat.bench.measuring import spread
from homeostat.bench.result import Spread

SAME = 0.1
"""Percent by which the objective of the same optimum may be worse."""


def times_less(run: Run, other: Run) -> Spread:
    """How many times the median time of `other` is that of `run`, round by round."""
    return spread((np.median(other.times, axis=1) / np.median(run.times, axis=1)).tolist())


def worse(run: Run, other: Run) -> Array:
    """By how many percent each plan costs more than that of `other` (n,); negative where it costs less."""
    return 100.0 * (run.objectives - other.objectives) / np.abs(other.objectives)


def other_moves(task: Task, run: Run, other: Run) -> Array:
    """The largest difference of the first moves in percent of the inputs' ranges (n,)."""
    low, high = task.input_bounds
    share: Array = 100.0 * (np.abs(run.moves - other.moves) / (high - low)).max(axis=1)
    return share


def fair(run: Run, other: Run) -> bool:
    """Whether a bar of speed may be called reached: all steps solved, no plan worse than the same optimum."""
    return bool(run.solved.all() and worse(run, other).max() <= SAME)


def over(values: Array) -> Spread:
    """Median and extremes of an array."""
    return spread(values.tolist())
