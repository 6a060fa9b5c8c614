"""Limits from batches that were left out, and how often good batches that did not set a limit pass it.

    traces of left-out good batches -> their usual level at each sample -> one factor a statistic -> limits
                                    -> greatest severity of each batch -> one factor for action

A limit is the usual level at that sample, times the factor that all left-out samples together stay within; so a few
dozen batches suffice where limits by sample would take hundreds. Every rate is measured on a batch that set neither
level nor factor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.limits import Limits
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import HeldOut, Rate, held_out, rate
from homeostat.monitoring.latent.limits import quantile

NAMES = ("T²", "SPE", "newest SPE")
LEAST = 0.05
"""A usual level counts as at least this share of its mean over the batch (assumption)."""
WINDOW = 50
"""Levels are averaged over a `WINDOW`th of the batch to both sides (assumption)."""

CALM = 0.8
"""The share of good batches that are to pass without an alert (assumption)."""


@dataclass(frozen=True)
class FalseAlarms:
    """How often left-out good batches alarm: samples beyond each limit, beyond any, and batches that ask for action.

    Intervals are Wilson's at 95 %; those of samples allow for samples of one batch resembling each other.
    """

    batches: int
    confidence: float
    action_confidence: float
    each: tuple[Rate, ...]
    alert: Rate
    action: Rate
    severity: Array = field(repr=False)
    """The severity (N, K) of each batch, by limits that the others set; NaN where nothing would be decided."""

    def lines(self) -> list[str]:
        """The rates in words, one a line."""
        told = [
            _line(f"samples beyond the limit of {name} ({self.confidence:.1%})", found)
            for name, found in zip(NAMES, self.each, strict=True)
        ]
        return [
            f"false alarms of {self.batches} good batches, each judged by a model of the others:",
            *told,
            _line("samples beyond any limit (alert)", self.alert),
            _line(f"batches with a sample that asks for action ({self.action_confidence:.1%})", self.action),
        ]


def limits_of(traces: Array, confidence: float, action_confidence: float) -> tuple[Limits, FalseAlarms]:
    """Limits from the statistics (N, K, 3) of N left-out batches: NaN where a batch had no such sample.

    Each statistic stays within its limit at `confidence` of samples; no sample of `action_confidence` of batches asks
    for action. Raises LatentError (a MonitoringError) when there are too few batches for that.
    """
    batches, samples, kinds = traces.shape
    ratios = np.stack([traces[b] / _level(np.delete(traces, b, axis=0)) for b in range(batches)])
    groups = np.repeat(np.arange(batches), samples)
    there = ~np.isnan(ratios[:, :, 0]).reshape(-1)
    found = [held_out(ratios[:, :, k].reshape(-1)[there], confidence, groups[there]) for k in range(kinds)]
    severity = np.stack([_severity(ratios, b, confidence) for b in range(batches)])
    check_severity(list(severity))
    action = held_out(np.nanmax(severity, axis=1), action_confidence, range(batches))
    factors = np.array([one.limit for one in found])
    limits = _level(traces) * factors
    alarms = FalseAlarms(
        batches,
        confidence,
        action_confidence,
        tuple(one.rate for one in found),
        rate(severity.reshape(-1)[there] > 1.0, groups[there]),
        action.rate,
        severity,
    )
    return _frozen(limits, action), alarms


def check_severity(severity: Sequence[Array]) -> None:
    """Raise MonitoringError for the first left-out batch of which nothing can be said, or whose numbers overflow."""
    for number, one in enumerate(severity, 1):
        known = one[~np.isnan(one)]
        if not len(known):
            what = "too little was measured to judge any of its samples"
        elif not np.isfinite(known).all():
            what = "some of its values lie so far from all others that they cannot be compared"
        else:
            continue
        raise MonitoringError(
            what,
            where=f"batch {number} of {len(severity)}",
            mend="correct or leave out the batch, or the tag that is hardly measured",
        )


def longest_run(severity: Array) -> int:
    """How many samples (n,) in a row lay beyond a limit, at most; those of which nothing was decided do not count."""
    longest = now = 0
    for beyond in severity[~np.isnan(severity)] > 1.0:
        now = now + 1 if beyond else 0
        longest = max(longest, now)
    return longest


def alerting_run(longest: Sequence[int]) -> tuple[int, Rate]:
    """How many samples in a row are an alert, so that CALM of good batches have none; and how many have.

    From the `longest` run of each of N left-out batches; the rate is measured by leaving out each in turn.
    """
    confidence = attainable(len(longest), CALM)
    found = held_out(np.array(longest, np.float64), confidence, range(len(longest)))
    return int(found.limit) + 1, found.rate


def acting(greatest: Sequence[Sequence[float]], confidence: float) -> Rate:
    """How many of N left-out batches ask for action in a phase or more, each by limits that the others set.

    `greatest` holds for each phase the greatest severity of each batch.
    """
    table = np.array(greatest, np.float64)
    flags = [
        any(own[batch] > max(quantile(np.delete(own, batch), confidence), 1.0) for own in table)
        for batch in range(table.shape[1])
    ]
    return rate(flags, range(len(flags)))


def attainable(batches: int, wanted: float) -> float:
    """The confidence in `batches` as a whole that so many can give, at most `wanted`."""
    return min(wanted, (batches - 1) / batches)


def _frozen(limits: Array, action: HeldOut) -> Limits:
    t2, spe, newest = limits.T
    return Limits(t2=t2, spe=spe, newest=newest, action=max(action.limit, 1.0))


def _severity(ratios: Array, batch: int, confidence: float) -> Array:
    """The severity (K,) of a batch by factors that the others set."""
    others = np.delete(ratios, batch, axis=0).reshape(-1, ratios.shape[2])
    factors = [quantile(column[~np.isnan(column)], confidence) for column in others.T]
    return np.asarray(np.max(ratios[batch] / np.array(factors), axis=1), np.float64)


def _level(traces: Array) -> Array:
    """The usual level (K, 3) of statistics (N, K, 3): their mean, over neighbouring samples too."""
    mean = np.nanmean(traces, axis=0)
    samples = len(mean)
    half = max(1, samples // WINDOW)
    total = np.concatenate([np.zeros((1, mean.shape[1])), np.cumsum(mean, axis=0)])
    last = np.minimum(np.arange(samples) + half + 1, samples)
    first = np.maximum(np.arange(samples) - half, 0)
    smooth = (total[last] - total[first]) / (last - first)[:, None]
    return np.asarray(np.maximum(smooth, np.maximum(LEAST * mean.mean(axis=0), 1e-12)), np.float64)


def _line(what: str, found: Rate) -> str:
    return (
        f"  {what}: {found.count} of {found.total}, {found.rate:.2%} "
        f"(95 % interval {found.low:.2%} to {found.high:.2%})"
    )
