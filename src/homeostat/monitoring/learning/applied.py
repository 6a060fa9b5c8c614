"""Rows from where a model will be used, whose target nobody knows yet: what they say of a choice made without them.

In: a task and a table of such rows. Out: their inputs, sentences on what lies outside the range learnt from, and for
spectra the error to be expected there. A target in that table is never read.

A preparation that is best on its own samples may lean on what the process does not share with them. The error of
samples held out, times leverage and residual of the spectra to come, tells (`spectra.learning`, which has the source).
"""

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.folds import outer_folds
from homeostat.monitoring.learning.preparation import Preparation
from homeostat.monitoring.learning.scoring import given
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.task import Task
from homeostat.monitoring.spectra.learning import Samples, calibrate

SHOWN = 6


def applied_rows(task: Task, table: Table) -> Array:
    """The task's inputs (m, p) in the table. Raises MonitoringError where the table lacks one."""
    found = given(task.names, table.knowing(task.labels))
    return np.stack([found[name] for name in task.names], axis=1)


def outside(task: Task, applied: Array) -> tuple[str, ...]:
    """What of the rows `applied` (m, p) lies outside the range learnt from, the worst first."""
    low, high = np.nanmin(task.x, axis=0), np.nanmax(task.x, axis=0)
    beyond = (applied < low) | (applied > high)  # a gap is neither
    rows = beyond.sum(axis=0)
    if not rows.any():
        return ()
    if task.axis is not None:
        points, spectra = int((rows > 0).sum()), int(beyond.any(axis=1).sum())
        return (
            f"where the model will be applied {spectra} of {len(applied)} spectra leave the range learnt from, "
            f"at {points} of {len(task.names)} points",
        )
    worst = [place for place in np.argsort(-rows, kind="stable").tolist() if rows[place]]
    more = [f"so are {len(worst) - SHOWN} more inputs"] if len(worst) > SHOWN else []
    told = (_told(task.names[place], applied[:, place], low[place], high[place]) for place in worst[:SHOWN])
    return (*told, *more)


def _told(name: str, column: Array, low: float, high: float) -> str:
    count = int(((column < low) | (column > high)).sum())
    return (
        f"where the model will be applied '{name}' is outside {low:.4g} to {high:.4g}, "
        f"the range learnt from, in {count} of {len(column)} rows"
    )


def expected_error(task: Task, preparation: Preparation, components: int, applied: Array) -> float | None:
    """The root mean square error that PLS on spectra so prepared is expected to have on the rows `applied` (m, p).

    None where the samples do not hold so many components.
    """
    steps, prepared = preparation.fit(task.x)
    for step in steps:
        applied = step.apply(applied)
    folds = np.empty(len(task.y), np.int64)
    for number, fold in enumerate(outer_folds(task.groups, task.y, 0, task.same)):
        folds[fold] = number
    places = np.arange(float(prepared.shape[1]))
    try:
        samples = Samples(places, prepared, task.y, tuple(map(str, folds.tolist())))
        found = calibrate(samples, (), components).read(applied)
    except MonitoringError:
        return None
    return float(np.sqrt(np.mean(found.deviation**2)))
