"""What is foreseen of each quality attribute: value, doubt, probability, when it would breach its limits, and why.

In: the moments of a walk. Out: `Foreseen` by attribute. Of an attribute that is judged more than once the moment with
the least probability counts.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from homeostat.execution.outlook.traveller import Way
from homeostat.execution.outlook.walk import Moment
from homeostat.execution.plan.foreseeing import AttributePlan, ForeseenPlan
from homeostat.monitoring.panel import within
from homeostat.twin.observer import Filter

TELLING = 0.5
"""A parameter drives a forecast when it moves it by this share of the forecast's own doubt, or more."""
MOST = 3
"""So many drivers are named at most."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A learnt parameter, how far it is from what was declared (relative), and what that does to the attribute."""

    name: str
    shift: float
    effect: float


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An attribute (by position in the plan) as a sample at `time` (µs) will show it, assay included.

    `margin` is how far the nearest end of the specification is from the value, in standard deviations (negative:
    outside); `breach` the first time at which it is expected outside its specification (-1: never).
    """

    attribute: int
    time: int
    value: float
    deviation: float
    probability: float
    margin: float
    breach: int = -1
    drivers: tuple[Driver, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a sample of an attribute is expected to show at a moment, and how everything estimated goes with that."""

    moment: Moment
    value: float
    deviation: float
    reach: list[float]


def foresee(way: Way, moments: Iterable[Moment]) -> tuple[Foreseen, ...]:
    """What is foreseen of each attribute that will be judged, in the order of the plan."""
    met, found = list(moments), dict[int, Foreseen]()
    for each in way.outlook.attributes:
        attribute = way.plan.attributes[each.attribute]
        judged = [m for m in met if attribute.phase == m.phase and attribute.assay in m.assays]
        if judged:
            sights = [_sight(way.filter, each, moment) for moment in judged]
            found[each.attribute] = reduce(_graver, _seen(way.filter, each, attribute, sights))
    return tuple(found[position] for position in sorted(found))


def _graver(one: Foreseen, other: Foreseen) -> Foreseen:
    """The one with less probability, or less margin where both are certain; with the earlier breach of both."""
    graver = other if (other.probability, other.margin) < (one.probability, one.margin) else one
    breaches = [each.breach for each in (one, other) if each.breach >= 0]
    return replace(graver, breach=min(breaches, default=-1))


def _sight(of: Filter, each: ForeseenPlan, moment: Moment) -> _Sight:
    value, gradient = of.expectation(moment.estimate, each.quantity)
    reach = _reach(of, moment, gradient)
    variance = 0.0
    for entry, slope in zip(reach, gradient, strict=True):
        variance += entry * slope
    told = each.slope * value + each.offset
    assay = each.variation * told
    deviation = math.sqrt(max(each.slope * each.slope * variance, 0.0) + assay * assay)
    return _Sight(moment, told, deviation, [each.slope * entry for entry in reach])


def _seen(
    of: Filter, each: ForeseenPlan, attribute: AttributePlan, sights: Sequence[_Sight]
) -> Iterator[Foreseen]:
    """An attribute at every moment at which it is judged."""
    values, deviations = [sight.value for sight in sights], [sight.deviation for sight in sights]
    chances = within(values, deviations, attribute.low, attribute.high)
    for sight, probability in zip(sights, chances, strict=True):
        time, margin = sight.moment.time, _margin(attribute, sight.value, sight.deviation)
        yield Foreseen(
            attribute=each.attribute,
            time=time,
            value=sight.value,
            deviation=sight.deviation,
            probability=probability,
            margin=margin,
            breach=time if margin < 0.0 else -1,
            drivers=_drivers(of, sight.moment, sight.reach, sight.deviation),
        )


def _margin(attribute: AttributePlan, value: float, deviation: float) -> float:
    """How far the nearest end of the specification is, in standard deviations; negative outside."""
    ends = [value - attribute.low] if attribute.low is not None else []
    ends += [attribute.high - value] if attribute.high is not None else []
    nearest = min(ends, default=math.inf)
    return nearest / deviation if deviation > 0.0 else math.copysign(math.inf, nearest)


def _reach(of: Filter, moment: Moment, gradient: Sequence[float]) -> list[float]:
    """The covariance of the quantity with everything that is estimated."""
    steep = [(j, slope) for j, slope in enumerate(gradient) if slope]
    covariance, reach = moment.estimate.covariance, list[float]()
    for row in of.layout.places:
        total = 0.0
        for j, slope in steep:
            total += covariance[row[j]] * slope
        reach.append(total)
    return reach


def _drivers(of: Filter, moment: Moment, reach: list[float], deviation: float) -> tuple[Driver, ...]:
    """The learnt parameters whose distance from what was declared moves the attribute most.

    The effect is linear: the regression of the attribute on the parameter, by the filter's covariance.
    """
    first, estimate = of.layout.states, moment.estimate
    found = []
    for number, place in enumerate(of.layout.learnt):
        position, declared = first + number, of.parameters[place]
        shift = estimate.mean[position] - declared
        variance = estimate.covariance[of.layout.diagonal[position]]
        effect = reach[position] / variance * shift if variance > 0.0 else 0.0
        if declared and abs(effect) >= TELLING * deviation:
            found.append(Driver(of.signature.parameters.names[place], shift / declared, effect))
    return tuple(sorted(found, key=lambda driver: (-abs(driver.effect), driver.name))[:MOST])
