"""What a fitted model says of each run between its samples too, as panels.

In: a fit and runs. Out: a panel for each measured quantity, with the interval where a measurement is expected.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from homeostat.cli.twin.columns import quantities

if TYPE_CHECKING:
    from homeostat.quality.page.study import Panel
    from homeostat.twin.fit import Fit, Prediction, Run

TIMES = 160


def panels(fitted: "Fit", runs: "Sequence[Run]") -> "tuple[Panel, ...]":
    """One panel for each measured quantity of each of `runs`, in order."""
    from homeostat.twin.fit import predict

    known = {run.name for run in fitted.problem.runs}
    dense = predict(fitted, [_dense(run) for run in runs])
    return tuple(
        panel
        for run, told in zip(runs, dense, strict=True)
        for panel in _panels(fitted, run, told, "fitted" if run.name in known else "predicted")
    )


def _dense(run: "Run") -> "Run":
    """The run as if everything were sampled all the time, with errors like those of its samples."""
    import numpy as np

    hours = np.unique([*np.linspace(run.start_h, run.time[-1], TIMES), *run.time])
    virtual = run.virtual(hours, run.quantities, run.noise)
    usual = [
        float(np.median(run.deviations[present, place])) if (present := run.present[:, place]).any() else 1.0
        for place in range(len(run.quantities))
    ]
    return replace(virtual, deviations=np.tile(usual, (len(hours), 1)))


def _panels(fitted: "Fit", run: "Run", told: "Prediction", kind: str) -> "list[Panel]":
    import numpy as np

    from homeostat.quality.page.study import Dots, Panel, Shade

    known, found = quantities(fitted.problem.model), []
    for place, name in enumerate(run.quantities):
        present = run.present[:, place]
        if present.any():
            shade = Shade(np.maximum(told.lower[:, place], known[name].low), told.upper[:, place], "90 %")
            dots = Dots(run.time[present], run.measured[present, place])
            title = f"{name}, run {run.name} ({kind})"
            found.append(
                Panel(title, known[name].unit, told.run.time, told.values[:, place], kind, (shade,), dots)
            )
    return found
