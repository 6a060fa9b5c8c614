"""Drift against a reference: a two-sided CUSUM on residuals, whitened where they are autocorrelated.

A residual is reading minus reference, where the reference is a redundant sensor, a balance or the twin's belief. For
residuals that follow a first-order autoregression, e(t) = r(t) - phi r(t-1) is independent again, so the chart keeps
the false-alarm rate it was designed for (Alwan and Roberts 1988, J. Bus. Econ. Stat. 6:87-95).
Chart: Page 1954, Biometrika 41:100-115; run lengths: Siegmund's approximation, Montgomery, Statistical Quality
Control, 9.1.
"""

from dataclasses import dataclass, replace
from math import sqrt

from homeostat.monitoring.signals.finding import Change, Finding, spell


@dataclass(frozen=True, slots=True)
class Watch:
    """How a signal is compared with its reference.

    `scale`: standard deviation of a fault-free residual in `unit`; `centre` its mean; `correlation`: lag-1
    autocorrelation phi; `allowance` k and `threshold` h of the chart in standard deviations; `longest`: residuals
    further apart (µs) than this are not compared with each other (the chart goes on, the whitening starts anew).
    """

    tag: str
    title: str
    unit: str
    against: str
    scale: float
    centre: float = 0.0
    correlation: float = 0.0
    allowance: float = 0.5
    threshold: float = 12.0
    longest: int = 6 * 3_600_000_000


@dataclass(frozen=True, slots=True)
class Chart:
    """The sums above and below, since when each has been above zero, the last residual, and the finding that stands."""

    high: float = 0.0
    low: float = 0.0
    high_since: int = 0
    low_since: int = 0
    last: float | None = None
    time: int = 0
    standing: Finding | None = None


def compare(watch: Watch, chart: Chart, time: int, residual: float) -> tuple[Chart, Change | None]:
    """The next chart after a residual at `time`. A residual that is no number, or older than the last, changes nothing.

    The finding stands from the beginning of the run that led to it until both sums are back at zero. A sum is held
    at twice the threshold, so that a fault that is over is also seen to be over.
    """
    if residual - residual != 0.0 or (chart.last is not None and time <= chart.time):
        return chart, None
    r = (residual - watch.centre) / watch.scale
    z = _innovation(watch, chart, time, r)
    top = 2.0 * watch.threshold
    high = min(max(0.0, chart.high + z - watch.allowance), top)
    low = min(max(0.0, chart.low - z - watch.allowance), top)
    high_since = chart.high_since if chart.high > 0.0 else time
    low_since = chart.low_since if chart.low > 0.0 else time
    charted = Chart(high, low, high_since, low_since, r, time, chart.standing)
    return _conclude(watch, charted, residual)


def _conclude(watch: Watch, chart: Chart, residual: float) -> tuple[Chart, Change | None]:
    """Open the finding when a sum passes the threshold, close it when both are back at zero."""
    standing, limit = chart.standing, watch.threshold
    if standing is None and (chart.high > limit or chart.low > limit):
        above = chart.high > chart.low
        since = chart.high_since if above else chart.low_since
        found = _finding(watch, since, chart.time, residual, "above" if above else "below")
        return replace(chart, standing=found), Change(found, True, chart.time)
    if standing is not None and chart.high == 0.0 and chart.low == 0.0:
        return replace(chart, standing=None), Change(standing, False, chart.time)
    return chart, None


def _innovation(watch: Watch, chart: Chart, time: int, r: float) -> float:
    """What a standardised residual adds to what the last one let expect, with unit variance."""
    phi = watch.correlation
    if chart.last is None or phi == 0.0 or time - chart.time > watch.longest:
        return r
    return (r - phi * chart.last) / sqrt(1.0 - phi * phi)


def _finding(watch: Watch, since: int, time: int, residual: float, word: str) -> Finding:
    text = (
        f"{watch.title}: drifts {word} {watch.against}, "
        f"now by {abs(residual - watch.centre):.4g} {watch.unit}, for {spell(max(time - since, 1))}"
    )
    return Finding(watch.tag, "drift", since, residual, text)
