"""How well what is measured can tell a fault at all: the ideal observer's detectability index, as it grows with time.

    difference of each measurement with and without the fault, its noise, what else could explain it -> d' at any time

For a known signal in Gaussian noise no detector separates the two cases better than by d'^2 = s' C^-1 s (S. M. Kay,
Fundamentals of Statistical Signal Processing II: Detection Theory, 1998, sections 4.3 and 4.4 (paraphrase)). Here s is
the difference, and C = R + J J': R is the instruments' own noise, independent from sample to sample, and each column
of J is what one standard deviation of something else would do to the same measurements (a donor's parameter, a sensor's
drift). In white noise alone that is sum (difference / standard deviation)^2. The inverse goes by Woodbury's identity.

The observer knows which fault to look for, when it would begin and how great it is. No real one does: what it cannot
see, none can; what it sees, a real one may still see later.
"""

from dataclasses import dataclass, replace

import numpy as np

from homeostat.monitoring.frozen import Array

VISIBLE = 5.0
"""The index from which on a fault counts as visible.

Written down before the first figure was computed, and not changed since. With the threshold halfway, such an observer
errs once in 160 looks, either way: a watch that may raise one false alarm in twelve days cannot do with less.
"""
STEP = 0.25
"""Hours between the moments at which the index is looked at."""


@dataclass(frozen=True)
class Evidence:
    """What n measurements have to say of a fault, in order of when they were known.

    `time` (n,) in h; `difference` (n,) with the fault less without; `deviation` (n,) the instruments' standard
    deviations, all above 0; `other` (n, k) what a standard deviation of each of k other things would change.
    """

    time: Array
    difference: Array
    deviation: Array
    other: Array


def detectability(evidence: Evidence, moments: Array) -> Array:
    """The index d' at each of the rising `moments` (m,), in h, from what is known by then: (m,)."""
    signal = evidence.difference / evidence.deviation
    other = evidence.other / evidence.deviation[:, None]
    told = np.cumsum(signal**2)
    shared, sums = np.zeros(other.shape[1]), np.eye(other.shape[1])
    found, begin = [], 0
    for end in np.searchsorted(evidence.time, moments, side="right"):
        new, beside = signal[begin:end], other[begin:end]
        shared, sums = shared + beside.T @ new, sums + beside.T @ beside
        found.append((told[end - 1] if end else 0.0) - shared @ np.linalg.solve(sums, shared))
        begin = end
    return np.sqrt(np.maximum(np.asarray(found, np.float64), 0.0))


def alike(evidence: Evidence) -> Evidence:
    """The evidence were nothing else to explain it: all donors alike, no sensor drifting."""
    return replace(evidence, other=evidence.other[:, :0])


def first_visible(evidence: Evidence, before: float) -> float | None:
    """The hour, to a quarter, from which on the fault is visible; None where it is not `before` that hour."""
    moments = np.arange(0.0, before, STEP)
    seen = detectability(evidence, moments) >= VISIBLE
    return float(moments[seen.argmax()]) if seen.any() else None
