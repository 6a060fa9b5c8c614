"""What is to be learnt: a named quantity with bounds, scale and perhaps a prior.

In: a model and names. Out: `Free`, which maps the optimiser's coordinate to the quantity's own unit and back.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from homeostat.errors import TwinError
from homeostat.twin.declare import Quantity
from homeostat.twin.model import Model

LN10 = math.log(10.0)
FACTOR = 100.0
"""Bounds that the model does not declare lie this factor below and above the declared value."""


class Scale(StrEnum):
    """The coordinate an optimiser sees."""

    LINEAR = "linear"
    LOG10 = "log10"


@dataclass(frozen=True)
class Normal:
    """A belief before the data: `mean` and standard `deviation`, in the quantity's unit."""

    mean: float
    deviation: float

    def residual(self, value: float) -> tuple[float, float]:
        """Distance of `value` from the mean in standard deviations, and its slope."""
        return (value - self.mean) / self.deviation, 1.0 / self.deviation


@dataclass(frozen=True)
class LogNormal:
    """A belief before the data: `median`, and standard `deviation` of the natural logarithm."""

    median: float
    deviation: float

    def residual(self, value: float) -> tuple[float, float]:
        """Distance of ln `value` from ln median in standard deviations, and its slope. `value` > 0."""
        return math.log(value / self.median) / self.deviation, 1.0 / (value * self.deviation)


Prior = Normal | LogNormal


@dataclass(frozen=True)
class Free:
    """One quantity to learn, between `lower` and `upper` in its unit, searched on `scale`.

    `name` is a parameter, or a state (its initial value); "glucose@run4" is that of one run alone.
    """

    name: str
    lower: float
    upper: float
    scale: Scale = Scale.LINEAR
    prior: Prior | None = None
    start: float | None = None
    unit: str = ""

    @property
    def base(self) -> str:
        """The name within the model."""
        return self.name.partition("@")[0]

    def concerns(self, run: str) -> bool:
        """Whether the quantity enters the run of this name."""
        return self.name.partition("@")[2] in {"", run}

    def coordinate(self, value: float) -> float:
        """The optimiser's coordinate of `value`."""
        return math.log10(value) if self.scale is Scale.LOG10 else value

    def value(self, coordinate: float) -> float:
        """The value at a `coordinate`, never outside the bounds by rounding."""
        value = 10.0**coordinate if self.scale is Scale.LOG10 else coordinate
        return min(max(value, self.lower), self.upper)

    def slope(self, value: float) -> float:
        """The derivative of the value with respect to the coordinate."""
        return value * LN10 if self.scale is Scale.LOG10 else 1.0


def free(
    model: type[Model],
    name: str,
    *,
    lower: float | None = None,
    upper: float | None = None,
    scale: Scale | None = None,
    prior: Prior | None = None,
    start: float | None = None,
) -> Free:
    """A parameter or initial state of `model` to learn; what is not given comes from its declaration.

    Missing bounds are those declared, drawn in to a factor of 100 about the declared value; the scale is log10 where
    the lower bound is above 0. Raises `TwinError` for unknown names and for bounds that have to be given.
    """
    declared = _declared(model, name)
    low, high = _bounds(declared, lower, upper, name)
    chosen = scale or (Scale.LOG10 if low > 0.0 else Scale.LINEAR)
    if chosen is Scale.LOG10 and low <= 0.0:
        raise TwinError(
            f"{name} cannot be searched by its logarithm from {low:g} on", mend="give a lower bound above 0"
        )
    if isinstance(prior, LogNormal) and low <= 0.0:
        raise TwinError(f"a log-normal belief in {name} needs a lower bound above 0", mend="give `lower`")
    begin = declared.value if start is None else start
    return Free(name, low, high, chosen, prior, min(max(begin, low), high), declared.unit)


def frees(model: type[Model], wanted: Sequence[str | Free]) -> tuple[Free, ...]:
    """`wanted` with every bare name completed by `free`. Raises `TwinError` for a name given twice, and for none."""
    found = tuple(each if isinstance(each, Free) else free(model, each) for each in wanted)
    names = [each.name for each in found]
    if not found:
        raise TwinError("there is nothing to learn", mend="name at least one parameter or state")
    for each in found:
        _declared(model, each.name)
        twice = names.count(each.name) > 1 or (each.name != each.base and each.base in names)
        if twice:
            raise TwinError(f"{each.name} is to be learnt twice", mend="name it once")
        if not (math.isfinite(each.lower) and math.isfinite(each.upper) and each.lower < each.upper):
            raise TwinError(f"the bounds [{each.lower:g}, {each.upper:g}] of {each.name} leave no room")
    return found


def _declared(model: type[Model], name: str) -> Quantity:
    base = name.partition("@")[0]
    s = model.signature
    for group in (s.parameters, s.states):
        if base in group.names:
            return group[base]
    known = ", ".join((*s.parameters.names, *s.states.names))
    raise TwinError(
        f"no parameter or state is called {base!r}", where=model.__name__, mend=f"it has: {known}"
    )


def _bounds(declared: Quantity, lower: float | None, upper: float | None, name: str) -> tuple[float, float]:
    positive = declared.value > 0.0 and declared.low >= 0.0
    low = max(declared.low, declared.value / FACTOR) if positive else declared.low
    high = min(declared.high, declared.value * FACTOR) if positive else declared.high
    low, high = low if lower is None else lower, high if upper is None else upper
    if not (math.isfinite(low) and math.isfinite(high) and declared.low <= low < high <= declared.high):
        raise TwinError(
            f"the bounds [{low:g}, {high:g}] of {name} are not finite and within the declared "
            f"[{declared.low:g}, {declared.high:g}]",
            mend="give `lower` and `upper`",
        )
    return low, high
