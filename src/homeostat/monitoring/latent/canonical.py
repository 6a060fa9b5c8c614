"""A monitor of a continuous process: CVA, a causal average of its residuals, and limits from held-out operation.

    series -> windows -> T² of the states, T² of the residuals, moving average of the latter
           -> each over its own held-out quantile -> the greatest of the three against one held-out limit

The residuals of a normal process are nearly independent in time, so their T² can be averaged and small lasting faults
show. Its states are slow: averaging them adds memory and no knowledge, and makes false alarms last. The average is the
exponentially weighted one of S. W. Roberts, Technometrics 1 (1959) 239-250; it also keeps an alarm up a little longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, chain, islice

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.cva import CVA
from homeostat.monitoring.latent.limits import HeldOut, held_out

STATISTICS = ("T² of the states", "T² of the residuals", "average T² of the residuals")
_SHARE = 0.99
"""The held-out quantile that brings the statistics to one measure."""


@dataclass(frozen=True)
class CanonicalMonitor:
    """What judges a series: `model`, the average's `weight` and `start`, the statistics' `unit` (3,), and `limit`."""

    model: CVA
    weight: float
    start: float
    unit: Array
    limit: HeldOut

    def statistics(self, series: Array) -> Array:
        """STATISTICS (n - lags + 1, 3) of a `series` (n, p), from its reading number `lags` on."""
        return _statistics(self.model, series, self.weight, self.start)

    def distance(self, series: Array) -> Array:
        """How far each reading is from normal (n - lags + 1,): the greatest statistic in its unit."""
        return np.asarray((self.statistics(series) / self.unit).max(axis=1), np.float64)

    def contributions(self, series: Array) -> Array:
        """What each variable of a `series` adds to the statistic that is farthest out, (n - lags + 1, p), in its unit.

        The average of the residuals' T² is a sum over variables too: of their averaged contributions.
        """
        rows = self.model.windows(series)
        states = self.model.by_variable(self.model.t2_contributions(rows))
        residuals = self.model.by_variable(self.model.residual_t2_contributions(rows))
        smooth = np.stack(
            [_averaged(column, self.weight, self.start / residuals.shape[1]) for column in residuals.T],
            axis=1,
        )
        parts = np.stack([states, residuals, smooth]) / self.unit[:, None, None]
        farthest = (self.statistics(series) / self.unit).argmax(axis=1)
        return np.asarray(parts[farthest, np.arange(len(rows))], np.float64)

    def alarms(self, series: Array) -> NDArray[np.bool_]:
        """Which readings (n - lags + 1,) pass the limit."""
        return self.distance(series) > self.limit.limit


def learn_monitor(
    model: CVA,
    training: Array,
    outputs: Array,
    held_out_series: Array,
    *,
    weight: float = 0.2,
    confidence: float,
) -> CanonicalMonitor:
    """Fit `model` on the `training` series (n, p) and its `outputs` (n, m), and set limits by the held-out series.

    `confidence` is the share of normal readings that stay within the limit. Raises LatentError.
    """
    model.fit(*model.past_and_future(training, outputs))
    start = float(np.mean(model.residual_t2(model.windows(held_out_series))))
    found = _statistics(model, held_out_series, weight, start)
    unit = np.quantile(found, _SHARE, axis=0)
    return CanonicalMonitor(model, weight, start, unit, held_out((found / unit).max(axis=1), confidence))


def average(values: Iterable[float], weight: float, start: float) -> Iterable[float]:
    """The exponentially weighted moving average of `values`, each taken in with `weight` as it comes."""
    steps = accumulate(chain([start], values), lambda last, value: last + weight * (value - last))
    return islice(steps, 1, None)


def _statistics(model: CVA, series: Array, weight: float, start: float) -> Array:
    rows = model.windows(series)
    residual = model.residual_t2(rows)
    return np.stack([model.t2(rows), residual, _averaged(residual, weight, start)], axis=1)


def _averaged(values: Array, weight: float, start: float) -> Array:
    return np.fromiter(average(values.tolist(), weight, start), np.float64, len(values))
