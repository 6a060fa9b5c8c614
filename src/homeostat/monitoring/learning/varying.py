"""From good runs to a frozen watcher of what the recent past tells of the future (CVA); limits from runs left out.

    runs -> usual course -> each run left out in turn: CVA of the others, followed live -> units, limits -> CVA of all

A single run is taken for a process that stands still: stretches of it are left out instead, and there is no course.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import VaryingProcess
from homeostat.monitoring.batches.held_out import alerting_run, attainable, check_severity, longest_run
from homeostat.monitoring.batches.unfolding import cube
from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.latent import CVA, Rate, held_out, rate
from homeostat.monitoring.latent.limits import quantile
from homeostat.monitoring.latent.windows import past_and_future

STRETCHES = 10
"""Into so many stretches a single run is cut."""
MOST = 40
"""States that are tried (assumption)."""
CERTAINTY = 0.01
"""A canonical correlation counts as a state where chance gives its like less often (Bartlett's test)."""
FLOOR = 0.1
"""A sample's standard deviation counts as at least this share of its tag's usual one (assumption)."""
WEIGHT = 0.2
"""Of the newest residual in the average: the customary one."""


@dataclass(frozen=True)
class Varying:
    """The watcher, how many samples (of runs left out) it finds beyond its limit, and how many runs alert and act."""

    watcher: VaryingProcess
    samples: Rate
    alerts: Rate
    actions: Rate
    longest: tuple[int, ...]
    """The longest run beyond the limit of each run (or stretch) that was left out."""


@dataclass(frozen=True)
class _Fitted:
    """What is learned of runs, before any limit."""

    mean: Array
    scale: Array
    model: CVA


def learn_varying(
    runs: Sequence[Array],
    tags: Sequence[str],
    lags: int,
    states: int | None,
    confidence: float,
    action: float,
) -> Varying:
    """Learn from good `runs` (n, J), of which those of several batches begin alike and are cut to the shortest.

    Without a number of `states` it is chosen by Bartlett's test on all runs. Raises MonitoringError where the runs are
    too short or too few.
    """
    parts, course = _parts(runs, lags)
    if states is None:
        states = _state_count(_fit(parts, lags, MOST, course=course).model, parts)
    found = [
        _statistics(_fit([*parts[:left], *parts[left + 1 :]], lags, states, course=course), parts[left], tags)
        for left in range(len(parts))
    ]
    groups = np.repeat(np.arange(len(found)), [len(one) for one in found])
    pooled = np.concatenate(found)
    there = ~np.isnan(pooled[:, 0])
    units = np.array([quantile(column[there], confidence) for column in pooled.T])
    distance = (pooled / units).max(axis=1)
    limit = held_out(distance[there], confidence, groups[there].tolist())
    severity = [_severity(distance, groups, number, confidence) for number in range(len(found))]
    check_severity(severity)
    share = attainable(len(found), action)
    longest = [longest_run(one) for one in severity]
    run, alerts = alerting_run(longest)
    acting = held_out(np.array([np.nanmax(one) for one in severity]), share, range(len(severity)))
    whole = _fit(parts, lags, states, course=course)
    start = float(np.nanmean(pooled[:, 1]))
    limits = (units, limit.limit, max(acting.limit, 1.0))
    beyond = np.concatenate(severity)[there] > 1.0
    watcher = _frozen(whole, tags, start, limits).model_copy(update={"run": run})
    return Varying(watcher, rate(beyond, groups[there]), alerts, acting.rate, tuple(longest))


def _parts(runs: Sequence[Array], lags: int) -> tuple[list[Array], bool]:
    """What is left out in turn, and whether there is a usual course."""
    if len(runs) > 1:
        shortest = min(map(len, runs))
        found = list(cube([rows[:shortest] for rows in runs]))
    else:
        found = np.array_split(runs[0], STRETCHES)
    if len(found) < 4 or min(map(len, found)) < 4 * lags:
        raise MonitoringError(
            f"{len(found)} run(s) of {min(map(len, found))} samples teach nothing of {lags} lags",
            mend="bring four or more batches, or one long one; or take fewer lags",
        )
    return found, len(runs) > 1


def _fit(runs: Sequence[Array], lags: int, states: int, *, course: bool) -> _Fitted:
    mean, scale = _course(runs) if course else _level(runs)
    pasts, futures = [], []
    for rows in runs:
        z = _filled((rows - mean) / scale)
        past, future = past_and_future(z, z, lags)
        whole = np.isfinite(past).all(axis=1) & np.isfinite(future).all(axis=1)
        pasts.append(past[whole])
        futures.append(future[whole])
    past, future = np.concatenate(pasts), np.concatenate(futures)
    width = past.shape[1]
    if len(past) <= 2 * width:
        raise MonitoringError(
            f"{len(past)} windows are too few for {width} values in each",
            mend="bring more samples, fewer tags, or fewer lags",
        )
    return _Fitted(mean, scale, CVA(min(states, width - 1), lags=lags).fit(past, future))


def _course(runs: Sequence[Array]) -> tuple[Array, Array]:
    """Mean and standard deviation (K, J) at each sample, the latter smoothed over neighbouring ones."""
    batches = cube(runs)
    if (empty := np.argwhere(np.isnan(batches).all(axis=0))).size:
        raise MonitoringError(
            f"no batch has a value of tag {empty[0][1] + 1} at sample {empty[0][0] + 1}",
            mend="leave the tag out, or begin later",
        )
    mean = np.nanmean(batches, axis=0)
    variance = np.nanmean((batches - mean) ** 2, axis=0)
    half = max(1, len(mean) // 50)
    smooth = np.stack([variance[max(k - half, 0) : k + half + 1].mean(axis=0) for k in range(len(mean))])
    usual = smooth.mean(axis=0)
    scale = np.sqrt(np.maximum(smooth, FLOOR**2 * usual))
    return mean, np.where(scale > 0.0, scale, 1.0)


def _level(runs: Sequence[Array]) -> tuple[Array, Array]:
    rows = np.concatenate(runs)
    scale = np.nanstd(rows, axis=0)
    return np.nanmean(rows, axis=0)[None], np.where(scale > 0.0, scale, 1.0)[None]


def _filled(z: Array) -> Array:
    """Each missing value as the sample before had it, as a running batch fills it."""
    found = z.copy()
    for row in range(1, len(found)):
        found[row] = np.where(np.isfinite(found[row]), found[row], found[row - 1])
    return found


def _state_count(model: CVA, runs: Sequence[Array]) -> int:
    """States by Bartlett's sequential test of the canonical correlations, on as many windows as do not overlap.

    Source: M. S. Bartlett, Mathematical Proceedings of the Cambridge Philosophical Society 34 (1938) 33-40.
    """
    width = len(model.states_)
    rows = sum(map(len, runs)) / model.lags
    logs = np.log(np.maximum(1.0 - np.minimum(model.correlations_, 1.0) ** 2, 1e-12))
    for number in range(len(logs)):
        free = (width - number) ** 2
        statistic = -(rows - 1.0 - 0.5 * (2 * width + 1)) * float(logs[number:].sum())
        if stats.chi2.sf(statistic, free) > CERTAINTY:
            return max(number, 1)
    return len(logs)


def _statistics(fitted: _Fitted, rows: Array, tags: Sequence[str]) -> Array:
    """The three statistics (n, 3) of a run as they would be live, NaN where nothing would be decided."""
    start = float(fitted.model.residuals_.shape[1])
    watcher = _frozen(fitted, tags, start, (np.ones(3), 1.0, 1.0))
    memory, found = watcher.begin(), []
    for values in rows:
        memory, told = watcher.look(memory, "", values)
        found.append(told.ratios or (np.nan,) * 3)
    return np.array(found)


def _frozen(
    fitted: _Fitted, tags: Sequence[str], start: float, limits: tuple[Array, float, float]
) -> VaryingProcess:
    model, (units, limit, action) = fitted.model, limits
    return VaryingProcess(
        tags=tuple(tags),
        lags=model.lags,
        mean=fitted.mean,
        scale=fitted.scale,
        center=model.scaling_.mean,
        divisor=model.scaling_.scale,
        states=model.states_.T,
        residuals=model.residuals_.T,
        state_parts=_root(model.states_),
        residual_parts=_root(model.residuals_),
        weight=WEIGHT,
        start=start,
        units=units,
        limit=limit,
        action=action,
    )


def _root(rotations: Array) -> Array:
    """The symmetric root (p, p) of R R', by which each column's part of T² is told: see `t2_contributions`."""
    left, singular, _ = np.linalg.svd(rotations, full_matrices=False)
    return np.asarray((left * singular) @ left.T, np.float64)


def _severity(distance: Array, groups: Integers, number: int, confidence: float) -> Array:
    """How far out a run's samples are (n,), by a limit that the others set."""
    others = distance[(groups != number) & ~np.isnan(distance)]
    return np.asarray(distance[groups == number] / quantile(others, confidence), np.float64)
