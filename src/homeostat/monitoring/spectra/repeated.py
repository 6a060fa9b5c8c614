"""How well laboratory values can be told at all: by the best of many candidates, on samples that did not choose it.

    errors of left-out samples by candidate -> the best without each group of samples -> the error of each sample

A laboratory value errs itself, and so no calibration tells a new one closer than samples that were left out were told.
The least of hundreds of errors is too small for that: so the best is chosen again without each group, from the errors
of all others, and the group is judged by it. The fits behind the errors are not made again: only the choice is, as in
the correction of cross-validation by I. Tsamardinos, E. Greasidou & G. Borboudakis (Machine Learning 107 (2018)
1895-1922), which draws the samples of each choice where this leaves a group out.
"""

from collections.abc import Sequence

import numpy as np

from homeostat.monitoring.frozen import Array


def best_without(errors: Array, folds: Sequence[Array]) -> Array:
    """The errors (n,) of samples, each by the candidate that has the least mean square without its group.

    `errors` (c, n) are those of left-out samples by candidate, `folds` masks (n,) of the groups. Of equals the first.
    """
    found, squares = np.empty(errors.shape[1]), errors**2
    for fold in folds:
        best = int(np.argmin(squares[:, np.logical_not(fold)].mean(axis=1)))
        np.copyto(found, errors[best], where=fold)
    return found


def held_within(errors: Array, coverage: float) -> float:
    """The size that enough of left-out `errors` (n,) stay within for an interval of `coverage` (conformal: Lei et al.
    2018). The greatest where they are too few for it."""
    enough = int(np.ceil((len(errors) + 1) * coverage - 1e-9))
    return float(np.sort(np.abs(errors))[min(enough, len(errors)) - 1])
