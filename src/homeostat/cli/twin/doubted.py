"""What a fit says against itself: impossible measurements, outliers, residuals that the declared errors do not explain.

In: a fit, or runs. Out: sentences for people and for `--json`.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.twin import Model
    from homeostat.twin.fit import Fit, Run
    from homeostat.twin.fit.doubts import Agreement

MOST = 5
"""Sentences of one kind; the others are counted."""


def impossible(model: "type[Model]", runs: "Sequence[Run]") -> list[str]:
    """Measured values that cannot be."""
    from homeostat.twin.fit.doubts import impossible as found

    return list(found(model, runs))


def warnings(fitted: "Fit", agreement: "Agreement", others: "Sequence[Run]" = ()) -> list[str]:
    """Everything that should be known before the fit is believed; `others` are runs that it predicts."""
    found = impossible(fitted.problem.model, [*fitted.problem.runs, *others])
    found += [str(outlier) for outlier in agreement.outliers]
    if agreement.unexplained and agreement.reduced is not None:
        found.append(_too_large(math.sqrt(agreement.reduced)))
    return found


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
