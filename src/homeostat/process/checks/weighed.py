"""Weights that no solver can bear: scales, amounts, changes and delays far below what they stand beside.

What is weighed is what is wanted, moved or waited for, divided by such a value: one that is lost beside the rest makes
a number beside which nothing else is seen.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from homeostat.process.controllers import Aim, Bound, Controller, Move
from homeostat.process.equipment import Tag
from homeostat.process.issues import Fault, Path
from homeostat.process.units import Quantity, compatible, convert_difference, ratio_compatible

FINEST = 1e-6
"""The least of what weighs 1, as a share of the value it stands beside (assumption)."""
LEAST = 1e-12
"""The same in the unit of the model, where it stands beside no value, or beside zero (assumption)."""
NOISE = 1e-9
"""Relative noise of binary numbers and conversions, which decides nothing (assumption)."""
DIGITS = 3
"""Digits in which a limit is told."""


def scaled(where: Path, each: Aim | Bound, scale: Quantity, unit: str) -> Iterator[Fault]:
    """A fault for a scale (or a weight of it) that makes a weight, its square inverted, out of all proportion.

    `unit` is the model's, for what is aimed at.
    """
    ends = (getattr(each, field, None) for field in ("target", "low", "high"))
    beside = max((abs(end.to(scale.unit)) for end in ends if end is not None), default=0.0)
    least = FINEST * beside if beside > 0.0 else convert_difference(LEAST, unit, scale.unit)
    if _below(scale.value, least):
        what = f"'{scale}' is no deviation that could matter here"
        mend = f"give the difference in which you would speak of it, at least {at_least(least)} {scale.unit}"
        yield Fault((*where, "scale"), what, mend)
    elif isinstance(each, Aim):
        most = max((scale.value / least) ** (1 if each.strive else 2), 1.0)
        if _below(most, each.weight):
            what = f"a weight of {each.weight:g} for '{scale}' leaves nothing else to be seen beside it"
            yield Fault((*where, "weight"), what, f"give at most {at_most(most)}")


def moved(where: Path, move: Move, tag: Tag, horizon: Quantity) -> Iterator[Fault]:
    """The same for the cost and the suppression of a move, beside all that its envelope allows."""
    low, high = (end.to(tag.unit) for end in move.envelope)
    cost, suppression = move.cost, move.suppression
    if cost is not None and cost.value > 0.0 and ratio_compatible(cost.unit, tag.unit, "1/h"):
        all_of_it = max(abs(low), abs(high)) * horizon.to("h")
        yield from _small((*where, "cost"), cost, cost.ratio(tag.unit, "1/h"), all_of_it, "amount")
    if suppression is not None and suppression.value > 0.0 and compatible(suppression.unit, tag.unit):
        change = suppression.difference(tag.unit)
        yield from _small((*where, "suppression"), suppression, change, high - low, "change")


def delayed(path: Path, controller: Controller) -> Iterator[Fault]:
    """The same for the delay of a harvest, beside its last end."""
    harvest = controller.harvest
    if harvest is None or harvest.delay is None or not harvest.delay.value > 0.0:
        return
    delay, last = harvest.delay, harvest.between[1]
    if compatible(delay.unit, "h") and compatible(last.unit, "h"):
        yield from _small((*path, "harvest", "delay"), delay, delay.to("h"), last.to("h"), "delay")


def _small(where: Path, given: Quantity, value: float, beside: float, kind: str) -> Iterator[Fault]:
    least = FINEST * beside
    if _below(value, least):
        what = f"'{given}' is no {kind} that could matter here"
        mend = f"give at least {at_least(given.value * (least / value))} {given.unit}"
        yield Fault(where, what, mend)


def _below(value: float, least: float) -> bool:
    return value < least * (1.0 - NOISE)


def at_least(value: float) -> str:
    """A least `value` above 0 in few digits: rounded up, so that what is told is enough."""
    return _told(value, ROUND_CEILING)


def at_most(value: float) -> str:
    """A greatest `value` above 0 in few digits: rounded down, so that what is told is allowed."""
    return _told(value, ROUND_FLOOR)


def _told(value: float, rounding: str) -> str:
    """Noise in the last binary digits is no reason to round to the next number."""
    plain = Decimal(f"{value:.9e}")
    return f"{float(Context(prec=DIGITS, rounding=rounding).plus(plain)):.{DIGITS}g}"
