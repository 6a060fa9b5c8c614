"""What several batches say of a parameter of the population: its mean, and how far donors differ.

In: for each batch the estimate at its end with its standard deviation, and the prior it began from. Out: the mean and
the spread between donors. What a batch says by itself is what remains of its estimate once the prior is taken out (both
normal); the spread is the moment estimate of DerSimonian & Laird 1986, Controlled Clinical Trials 7:177-188; the old
mean counts as so many batches, so that a few do not overturn what many have shown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

OLD = 4.0
"""How many batches the version in force counts for (assumption)."""
ENOUGH = 10
"""Batches from which on they decide how far donors differ (assumption): fewer would make it too small too often."""
LEAST_NEWS = 0.2
"""The least share of the prior's variance that a batch must have taken away to say anything of its own."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean and standard deviation from which every batch began."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was believed at the end of a batch, and the prior it began from."""

    batch: str
    mean: float
    deviation: float
    prior: Prior


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mean of the population with its standard error, spread between donors, and how many batches said anything.

    `gain` is by how much the logarithm of the predictive density of a batch left out rises, on average, over that of
    the version in force, `doubt` its standard error: well above 0, the new version would have foreseen the batches
    better. The spread stays that of the version in force until `ENOUGH` batches have said something.
    """

    mean: float
    error: float
    spread: float
    batches: int
    gain: float
    doubt: float


def informed(estimate: Estimate) -> tuple[float, float] | None:
    """What a batch says without its prior, as value and variance; None where it says next to nothing."""
    prior = estimate.prior
    before, after = prior.deviation**2, estimate.deviation**2
    if not (0.0 < after <= (1.0 - LEAST_NEWS) * before):
        return None
    precision = 1.0 / after - 1.0 / before
    return (estimate.mean / after - prior.mean / before) / precision, 1.0 / precision


def pooled(estimates: Sequence[Estimate], prior: Prior) -> Pooled | None:
    """The population by batches and the `prior` in force; None where fewer than three batches say anything."""
    said = [found for each in estimates if (found := informed(each)) is not None]
    if len(said) < 3:
        return None
    mean, error, spread = _population(said, prior)
    gains = []
    for k, (value, variance) in enumerate(said):
        others, _, apart = _population(said[:k] + said[k + 1 :], prior)
        new = _density(value, others, variance + apart**2)
        gains.append(new - _density(value, prior.mean, variance + prior.deviation**2))
    gain = math.fsum(gains) / len(gains)
    doubt = math.sqrt(math.fsum((each - gain) ** 2 for each in gains) / (len(gains) - 1) / len(gains))
    return Pooled(mean, error, spread, len(said), gain, doubt)


def _population(said: Sequence[tuple[float, float]], prior: Prior) -> tuple[float, float, float]:
    """Mean, its standard error, and the spread between donors; the old version counts as `OLD` batches."""
    spread = _spread(said, prior)
    weights = [1.0 / (variance + spread**2) for _, variance in said]
    old = OLD / prior.deviation**2
    total = math.fsum(weights) + old
    mean = (
        math.fsum(w * value for w, (value, _) in zip(weights, said, strict=True)) + old * prior.mean
    ) / total
    return mean, 1.0 / math.sqrt(total), spread


def _spread(said: Sequence[tuple[float, float]], prior: Prior) -> float:
    """Standard deviation between donors, mixed with the old one by their numbers of batches."""
    if len(said) < ENOUGH:
        return prior.deviation
    weights = [1.0 / variance for _, variance in said]
    total = math.fsum(weights)
    mean = math.fsum(w * value for w, (value, _) in zip(weights, said, strict=True)) / total
    q = math.fsum(w * (value - mean) ** 2 for w, (value, _) in zip(weights, said, strict=True))
    scale = total - math.fsum(w * w for w in weights) / total
    between = max(q - (len(said) - 1), 0.0) / scale if scale > 0.0 else 0.0
    n = len(said)
    return math.sqrt((n * between + OLD * prior.deviation**2) / (n + OLD))


def _density(value: float, mean: float, variance: float) -> float:
    """The logarithm of a normal density."""
    return -0.5 * (math.log(2.0 * math.pi * variance) + (value - mean) ** 2 / variance)
