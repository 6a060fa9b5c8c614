"""What a benchmark says: a value with its spread, the bar it must reach, and what rivals did beside it."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Spread:
    """The median of repeated measurements, with the least and the greatest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Rival:
    """Another way to the same end, measured in the same run."""

    what: str
    value: Spread
    unit: str


@dataclass(frozen=True)
class Result:
    """One measured quantity; `better` says on which side of the `bar` it should lie."""

    what: str
    value: Spread
    unit: str
    bar: float | None = None
    better: Literal["more", "less"] = "more"
    rivals: tuple[Rival, ...] = field(default=())

    @property
    def holds(self) -> bool | None:
        """Whether the median reaches the bar; None when there is none."""
        if self.bar is None:
            return None
        return self.value.median >= self.bar if self.better == "more" else self.value.median <= self.bar


def as_object(result: Result) -> dict[str, object]:
    """The result as plain JSON values, medians first, with the spread as [least, greatest]."""
    return {
        "what": result.what,
        **_value(result.value, result.unit),
        "bar": result.bar,
        "holds": result.holds,
        "rivals": [{"what": rival.what, **_value(rival.value, rival.unit)} for rival in result.rivals],
    }


def _value(value: Spread, unit: str) -> dict[str, object]:
    return {"value": value.median, "unit": unit, "spread": [value.low, value.high]}
