"""From the calibration's samples to the live process: bias and slope learnt from at-line samples, as few as there are.

    (predicted, measured), ... and what errors are to be expected -> Correction

One to three samples cannot carry an ordinary regression: three samples of one concentration would decide a slope by
their noise. Bias and slope are therefore the mean of a posterior (normal prior, normal noise; Gelman et al. 2013,
chapter 14). The prior of the bias is as wide as the calibration expects to be wrong on the process's spectra, or as
the samples show it to be; that of the slope is the optical path's. With three samples and more, a sample far off the
others counts less (Tukey's biweight from their median): one drawn while the probe was settling must not shift all.
Fewer tell nothing of each other; so one far off what stood waits for the next, which has to be `alike`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

SLOPE = 0.05
"""Prior standard deviation of the relative slope: how much the optical path differs (assumption)."""
FAR = 4.685
"""Tukey's constant: a sample this many scales off the others counts nothing."""
ROUNDS = 20
"""Rounds of reweighting; few samples settle in a handful."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An at-line result: `measured` at `time` (µs), where the live value was `predicted` and expected to err by
    `deviation`."""

    time: int
    predicted: float
    measured: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Correction:
    """value + bias + slope (value - center), with the posterior's variances and covariance."""

    center: float = 0.0
    bias: float = 0.0
    slope: float = 0.0
    bias_variance: float = 0.0
    slope_variance: float = 0.0
    covariance: float = 0.0

    def applied(self, value: float) -> float:
        """The corrected value."""
        return value + self.bias + self.slope * (value - self.center)

    def variance(self, value: float) -> float:
        """The variance that the correction itself has there."""
        distance = value - self.center
        return (
            self.bias_variance + 2.0 * self.covariance * distance + self.slope_variance * distance * distance
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """What samples showed beyond what was expected, variances, and the correction `wide` if that was a gain.

    They were off by `excess` more than the calibration expects: a bias, or a gain error of about `slope`, seen beside
    the value `about`. The newest lie `misfit` off the correction.
    """

    excess: float
    misfit: float
    slope: float
    about: float
    wide: Correction


def correction(samples: Sequence[Sample], center: float, noise: float, slope: float = SLOPE) -> Correction:
    """The correction after `samples`, at least one; `noise` is the standard deviation of a measured difference.

    `center` is where bias and slope are independent beforehand: the calibration's mean. `slope` is the standard
    deviation of the slope's prior.
    """
    prior = expected(samples, noise)
    start = Correction(center, median(sample.measured - sample.predicted for sample in samples))
    if len(samples) < 3:
        return _posterior(samples, [1.0] * len(samples), center, (prior, slope * slope), noise)
    found = start
    for _ in range(ROUNDS):
        off = [sample.measured - found.applied(sample.predicted) for sample in samples]
        scale = max(noise, 1.4826 * median(abs(one) for one in off))
        weights = [(1.0 - min(1.0, (one / (FAR * scale)) ** 2)) ** 2 for one in off]
        found = _posterior(samples, weights, center, (prior, slope * slope), scale)
    return found


def alike(one: float, other: float) -> bool:
    """Whether two results are off to the same side, neither more than twice as far as the other (assumption)."""
    return one * other > 0.0 and 0.5 <= one / other <= 2.0


def expected(samples: Sequence[Sample], noise: float) -> float:
    """The prior variance of the bias: as the calibration expects, or as the samples show where that is more.

    The second is the moment estimate of empirical Bayes: the usual square of what they are off, less the noise's.
    """
    shown = median((sample.measured - sample.predicted) ** 2 for sample in samples)
    return max(promised(samples), shown - noise * noise)


def promised(samples: Sequence[Sample]) -> float:
    """The variance that the calibration itself expects beside the samples."""
    return sum(sample.deviation * sample.deviation for sample in samples) / len(samples)


def _posterior(
    samples: Sequence[Sample],
    weights: Sequence[float],
    center: float,
    priors: tuple[float, float],
    noise: float,
) -> Correction:
    """Two normal equations, solved by hand; `priors` are the variances of bias and slope."""
    precision = 1.0 / (noise * noise)
    a, b, c, u, v = 1.0 / priors[0], 0.0, 1.0 / priors[1], 0.0, 0.0
    for sample, weight in zip(samples, weights, strict=True):
        distance, off = sample.predicted - center, sample.measured - sample.predicted
        told = weight * precision
        a, b, c = a + told, b + told * distance, c + told * distance * distance
        u, v = u + told * off, v + told * distance * off
    whole = a * c - b * b
    return Correction(
        center, (c * u - b * v) / whole, (a * v - b * u) / whole, c / whole, a / whole, -b / whole
    )


def spread(correction: Correction, value: float, own: float, since: float) -> float:
    """The standard deviation of a corrected value: the correction's, the value's `own`, and what has come `since`.

    `own` and `since` are variances.
    """
    return sqrt(max(0.0, correction.variance(value)) + own + since)
