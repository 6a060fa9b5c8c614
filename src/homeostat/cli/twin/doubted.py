"""What a fit says against itself: impossible measurements, outliers, residuals that the declared errors do not explain.

In: a fit, or runs. Out: sentences for people and for `--json`.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.twin import Model
    from homeostat.twin.engine.scales import Doubt
    from homeostat.twin.fit import Fit, Run
    from homeostat.twin.fit.doubts import Agreement

HOURS = 101
"""Times at which a fitted run is looked at."""
MOST = 5
"""Sentences of one kind; the others are counted."""


def impossible(model: "type[Model]", runs: "Sequence[Run]") -> list[str]:
    """Measured values that cannot be."""
    from homeostat.twin.fit.doubts import impossible as found

    return list(found(model, runs))


def warnings(fitted: "Fit", agreement: "Agreement", others: "Sequence[Run]" = ()) -> list[str]:
    """Everything that should be known before the fit is believed; `others` are runs that it predicts."""
    from homeostat.twin.fit import unforeseen

    found = _unresolved(fitted)
    found += impossible(fitted.problem.model, [*fitted.problem.runs, *others])
    if others:
        found += [str(doubt) for doubt in unforeseen(fitted, others)]
    return [*found, *disagreements(agreement)]


def disagreements(agreement: "Agreement") -> list[str]:
    """Outliers, and whether the residuals are larger than the errors."""
    found = [str(outlier) for outlier in agreement.outliers]
    if agreement.unexplained and agreement.reduced is not None:
        found.append(_too_large(math.sqrt(agreement.reduced)))
    return found


def _unresolved(fitted: "Fit") -> list[str]:
    """States that the runs, as fitted, do not resolve at the tolerances of the fit, each named once."""
    from homeostat.cli.twin.ended import unresolved

    doubts = {doubt.state: doubt for run in fitted.problem.runs for doubt in _doubts(fitted, run)}
    return unresolved(fitted.problem.model, doubts.values())


def _doubts(fitted: "Fit", run: "Run") -> "tuple[Doubt, ...]":
    """What is not resolved in one run, at its measurements and a hundred hours between."""
    import numpy as np

    from homeostat.twin import Simulator, simulate

    problem, s = fitted.problem, fitted.problem.model.signature
    learnt = {one.base: fitted.values[one.name] for one in problem.free if one.concerns(run.name)}
    values = {**problem.fixed, **run.initial, **run.parameters, **learnt}
    x, p = ({n: v for n, v in values.items() if n in group.names} for group in (s.states, s.parameters))
    times = np.unique([*run.grid, *np.linspace(run.start_h, run.grid[-1], HOURS)]).tolist()
    alone = Simulator(problem.model, rtol=problem.tolerance.rtol, atol=problem.tolerance.atol)
    return simulate(alone, x, run.segments, p, times, run.jumps).doubts


def _too_large(times: float) -> str:
    return (
        f"the residuals are {times:.2g} times as large as the declared errors: intervals are too narrow; give "
        "--estimate-errors, larger errors in the map, or a model that explains more"
    )


def shortened(lines: "Sequence[str]") -> list[str]:
    """The same for people: at most `MOST` of what was measured, and the last line as it is."""
    if len(lines) <= MOST + 1:
        return list(lines)
    return [*lines[:MOST], f"{len(lines) - MOST - 1} more of this kind are told by --json", lines[-1]]
