"""A fit, or a population, as rows of residuals about its estimate, from which values can be taken away.

In: a problem and coordinates, or a population. Out: `Rows`, in the order of the runs. Errors that grow with the value
are those at the prediction, so that no outlier brings a wide error of its own.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from homeostat.twin.fit.deletion import Mask, Rows
from homeostat.twin.fit.local import search
from homeostat.twin.fit.population import Population
from homeostat.twin.fit.problem import RunProblem
from homeostat.twin.fit.protocol import Array, Residuals
from homeostat.twin.fit.runs import Run

PASSES = 3
"""Searches in which errors that grow with the value follow the prediction, when values are left out."""
NORMAL = 1.4826
"""The standard deviation of a normal variable over the median of its size."""
LEAST = 1e-3
"""Typical residuals below this share of the estimated error count as this."""


def rows_of(problem: RunProblem, theta: Array, left_out: Mask | None = None) -> Rows:
    """The rows of `problem` at `theta` (k,), an estimate that did not learn from the values `left_out` (m,)."""
    found, believed = _measured(problem.reweighted(theta), theta), problem.beliefs(theta).jacobian
    room = np.stack([problem.lower, problem.upper]) - theta
    return Rows.of(found.r, found.jacobian, believed.T @ believed, room, problem.robust, left_out)


def rows_of_donors(found: Population, runs: Sequence[Run], left_out: Mask | None = None) -> Rows:
    """The rows of `runs`, in order donor by donor, by a population that did not learn from the values `left_out` (m,).

    Coordinates are the common ones (d,), then each donor's distance from them where it has its own: the equations of
    the linear mixed model (Henderson 1975, Biometrics 31:423-447).
    """
    whole, mixed = found.pooled.problem, found.mixed
    random = [whole.names.index(name) for name in found.spread]
    size, count = len(whole.names), len(found.donors)
    parts = []
    for place, (donor, theta) in enumerate(zip(found.donors, mixed.donors, strict=True)):
        at = np.clip(theta, whole.lower, whole.upper)
        own = whole.among([run for run in runs if run.donor == donor.name])
        part = _measured(own.rescaled(found.error_scales).reweighted(at), at)
        slopes = np.zeros((len(part.r), size + count * len(random)))
        slopes[:, :size] = part.jacobian
        begin = size + place * len(random)
        slopes[:, begin : begin + len(random)] = part.jacobian[:, random]
        parts.append(Residuals(part.r, slopes))
    believed = whole.beliefs(np.clip(mixed.centre, whole.lower, whole.upper)).jacobian
    known = np.diag(np.concatenate([np.zeros(size), np.tile(mixed.spread**-2.0, count)]))
    known[:size, :size] = believed.T @ believed
    room = np.stack([whole.lower, whole.upper]) - mixed.centre
    room = np.concatenate([room, *([room[:, random]] * count)], axis=1)
    r, slopes = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Rows.of(r, slopes, known, room, whole.robust, left_out)


def robust_estimate(problem: RunProblem, theta: Array) -> Array:
    """Coordinates (k,) near `theta` (k,) at which a few values, however far off, hardly matter.

    Where the residuals tell the errors, large ones are those beside the typical residual of their quantity.
    """
    for _ in range(PASSES):
        soft = problem.reweighted(theta).robust_too()
        if problem.scales:
            typical = typical_residuals(rows_of(problem, theta), problem.blocks())
            soft = soft.rescaled({q: problem.scales[q] * max(typical[q], LEAST) for q in typical})
        theta = search(soft, theta).theta
    return theta


def typical_residuals(rows: Rows, blocks: Sequence[str]) -> dict[str, float]:
    """The standard deviation of each quantity's residuals by their median size, which a few do not change.

    As many of the smallest as were spent on what was learnt do not count: a fit goes through some of its values.
    """
    found, of, leverage = {}, np.array(blocks), rows.leverage()
    for quantity in dict.fromkeys(blocks):
        mine = of == quantity
        sizes = np.sort(np.abs(rows.r[mine]))
        spent = min(round(float(leverage[mine].sum())), len(sizes) - 1)
        found[quantity] = NORMAL * float(np.median(sizes[spent:]))
    return found


def estimate_without(problem: RunProblem, theta: Array, gone: Mask) -> Array:
    """The coordinates (k,) learnt without the values `gone` (m,), searched from `theta` (k,)."""
    problem = problem.among(without(problem.runs, gone))
    for _ in range(PASSES):
        theta = search(problem.reweighted(theta), theta).theta
    return theta


def without(runs: Sequence[Run], gone: Mask) -> list[Run]:
    """The runs with the values `gone` (m,) missing."""
    found, begin = [], 0
    for run in runs:
        measured, present = run.measured.copy(), run.present
        end = begin + int(present.sum())
        measured[present] = np.where(gone[begin:end], np.nan, measured[present])
        found.append(replace(run, measured=measured))
        begin = end
    return found


def _measured(problem: RunProblem, theta: Array) -> Residuals:
    """Residuals of all measured values (m,), with their Jacobian (m, k), not softened."""
    r, jacobian = [], []
    for run, said in zip(problem.runs, problem.said(theta), strict=True):
        deviations, present = problem.deviations(run), run.present
        r.append(((said.values - run.measured) / deviations)[present])
        jacobian.append((said.slopes / deviations[..., None])[present])
    return Residuals(np.concatenate(r), np.concatenate(jacobian))
