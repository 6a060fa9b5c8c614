"""Conformity: does a measured value, known with its uncertainty, lie within its specification?

value, standard uncertainty, limits -> probability of conformity -> conforms, does not conform, or undecided
"""

from statistics import NormalDist
from typing import Literal

from homeostat.process.release import Release
from homeostat.quality.model.base import Part

Conformity = Literal["conforms", "does not conform", "undecided"]


class Judged(Part):
    """What a comparison came to: `uncertainty` (standard, in the value's unit) and the `probability` of conformity."""

    conformity: Conformity
    uncertainty: float
    probability: float
    words: str


def probability(value: float, uncertainty: float, low: float | None, high: float | None) -> float:
    """The probability that the true value lies in [low, high], all in one unit, given a measured `value`.

    The knowledge of the true value is taken as normal about the measured one, with standard `uncertainty` (0: exact).
    JCGM 106:2012, 7.3.
    """
    if uncertainty <= 0.0:
        return float((low is None or value >= low) and (high is None or value <= high))
    knowledge = NormalDist(value, uncertainty)
    above = 1.0 if high is None else knowledge.cdf(high)
    below = 0.0 if low is None else knowledge.cdf(low)
    return max(above - below, 0.0)


def judge(value: float, variation: float, limits: tuple[float | None, float | None], rule: Release) -> Judged:
    """Decide by the process's rule on a `value` whose assay has the coefficient of `variation` (a share).

    *simple*: what was measured decides (JCGM 106:2012, 8.2). *guarded*: it conforms from the declared confidence on, it
    does not below one minus that, and is undecided between (8.3, with a guard band at either side of each limit).
    """
    low, high = limits
    uncertainty = abs(value) * variation
    chance = probability(value, uncertainty, low, high)
    within = (low is None or value >= low) and (high is None or value <= high)
    if rule.decision == "simple":
        return Judged(
            conformity="conforms" if within else "does not conform",
            uncertainty=uncertainty,
            probability=chance,
            words=f"{'within' if within else 'outside'} specification as measured",
        )
    wanted = rule.confidence.to("1")
    conformity: Conformity = "undecided"
    if chance >= wanted:
        conformity = "conforms"
    elif chance <= 1.0 - wanted:
        conformity = "does not conform"
    return Judged(
        conformity=conformity,
        uncertainty=uncertainty,
        probability=chance,
        words=f"probability of conformity {chance:.3g}, wanted {wanted:.3g}",
    )
