"""From aligned good batches to a monitor with limits, and how often it would have cried wolf.

    good batches -> each left out in turn, model of the others, followed live -> limits, false alarms -> model of all

Phases form a chain: the scores that a batch ended one phase with are known when the next one starts. This module
imports scikit-learn; what runs live does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.fitting import component_count, fit
from homeostat.monitoring.batches.following import Trace, follow
from homeostat.monitoring.batches.held_out import FalseAlarms, acting, alerting_run, limits_of, longest_run
from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.phases import Phase, Phased
from homeostat.monitoring.batches.unfolding import cube
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import Rate

CONFIDENCE = 0.99
ACTION = 0.95


@dataclass(frozen=True)
class Learned:
    """A monitor with limits, and its false alarms on good batches that were left out."""

    monitor: Monitor
    alarms: FalseAlarms


@dataclass(frozen=True)
class LearnedPhases:
    """A chain of monitors with limits, and each one's false alarms on good batches that were left out.

    So many samples in a `run` beyond a limit are what few good batches have: `alerts` of them had, and `actions` of
    them asked for action in any phase.
    """

    phased: Phased
    alarms: Mapping[str, FalseAlarms]
    run: int
    alerts: Rate
    actions: Rate
    longest: tuple[int, ...]
    """The longest run of each batch, by limits that the others set."""


def learn(
    batches: Sequence[Array],
    tags: Sequence[str],
    components: int | None = None,
    *,
    confidence: float = CONFIDENCE,
    action_confidence: float = ACTION,
) -> Learned:
    """Learn from good, aligned `batches`, each (K, J) with NaN where a value is missing.

    Without a number of `components` it is chosen by leaving out parts of these batches. Raises MonitoringError when
    the batches are too few for the confidences, do not fit together, or do not vary.
    """
    found = learn_phases(
        {"batch": batches},
        tags,
        None if components is None else {"batch": components},
        confidence=confidence,
        action_confidence=action_confidence,
    )
    return Learned(found.phased.phases[0].monitor, found.alarms["batch"])


def learn_phases(
    phases: Mapping[str, Sequence[Array]],
    tags: Sequence[str],
    components: Mapping[str, int] | None = None,
    *,
    confidence: float = CONFIDENCE,
    action_confidence: float = ACTION,
) -> LearnedPhases:
    """Learn one model a phase, in the order given, from the same good batches in each. See `learn`."""
    cubes = [cube(batches) for batches in phases.values()]
    if len({len(one) for one in cubes}) != 1:
        raise MonitoringError(
            "the phases have different numbers of batches", mend="give every phase of each batch"
        )
    sizes = _sizes(cubes, tags) if components is None else [components[name] for name in phases]
    traces = _left_out(cubes, tags, sizes)
    monitors, alarms = [], {}
    for name, monitor, found in zip(phases, _chain(cubes, tags, sizes), traces, strict=True):
        limits, alarms[name] = limits_of(found, confidence, action_confidence)
        monitors.append(Phase(name=name, monitor=monitor.limited(limits)))
    longest = _longest(alarms)
    run, alerts = alerting_run(longest)
    greatest = [np.nanmax(one.severity, axis=1).tolist() for one in alarms.values()]
    actions = acting(greatest, action_confidence)
    return LearnedPhases(Phased(phases=tuple(monitors)), alarms, run, alerts, actions, tuple(longest))


def _longest(alarms: Mapping[str, FalseAlarms]) -> list[int]:
    """The longest run of samples beyond a limit that each batch had in any phase."""
    by_phase = [[longest_run(severity) for severity in one.severity] for one in alarms.values()]
    return [max(runs) for runs in zip(*by_phase, strict=True)]


def _chain(cubes: Sequence[Array], tags: Sequence[str], sizes: Sequence[int]) -> list[Monitor]:
    """A monitor for each phase, without limits; each but the first knows the scores of the one before."""
    monitors: list[Monitor] = []
    known = None
    for batches, size in zip(cubes, sizes, strict=True):
        monitors.append(fit(batches, tags, size, known))
        known = _final(monitors[-1], batches, known)
    return monitors


def _final(monitor: Monitor, batches: Array, known: Array | None) -> Array:
    """The scores (N, A) that each of the batches (N, K, J) ends with."""
    starts = [None] * len(batches) if known is None else list(known)
    traces = [follow(monitor, rows, start) for rows, start in zip(batches, starts, strict=True)]
    return np.array([trace.judged[-1].scores for trace in traces])


def _sizes(cubes: Sequence[Array], tags: Sequence[str]) -> list[int]:
    sizes: list[int] = []
    known = None
    for batches in cubes:
        sizes.append(component_count(batches, known))
        known = _final(fit(batches, tags, sizes[-1], known), batches, known)
    return sizes


def _left_out(cubes: Sequence[Array], tags: Sequence[str], sizes: Sequence[int]) -> list[Array]:
    """The statistics (N, K, 3) of each batch in each phase, by models of the others."""
    found: list[list[Array]] = [[] for _ in cubes]
    for batch in range(len(cubes[0])):
        known = None
        others = [np.delete(batches, batch, axis=0) for batches in cubes]
        for place, monitor in enumerate(_chain(others, tags, sizes)):
            trace = follow(monitor, cubes[place][batch], known)
            found[place].append(_decided(trace))
            known = np.array(trace.judged[-1].scores)
    return [np.array(statistics) for statistics in found]


def _decided(trace: Trace) -> Array:
    """The statistics (K, 3) of a trace, NaN at samples of which nothing would have been decided."""
    undecided = np.array([one.decision == "undecided" for one in trace.judged])
    return np.where(undecided[:, None], np.nan, trace.statistics)
