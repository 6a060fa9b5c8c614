"""Shapes: what a learnt term may return, whatever its weights.

In: the unshaped number. Out: the term's value. Every shape is smooth and rises strictly, so that a term's direction in
an argument is that of its unshaped value; each has a neutral value, which an untrained term returns.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value


@dataclass(frozen=True)
class Shape(ABC):
    """What becomes of the unshaped value."""

    @abstractmethod
    def of(self, m: Algebra, raw: Value) -> Value:
        """The shaped value of `raw`."""

    def described(self) -> Mapping[str, Any]:
        """The shape as plain data."""
        return {"kind": type(self).__name__, **asdict(self)}


@dataclass(frozen=True)
class Unbounded(Shape):
    """Any number, `scale` times the unshaped value; neutral: 0."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        _check(self.scale > 0.0, "scale must be above 0")

    def of(self, m: Algebra, raw: Value) -> Value:
        """See `Shape`."""
        return self.scale * raw


@dataclass(frozen=True)
class Positive(Shape):
    """Never negative, neutral: `scale`. Squareplus (Barron 2021, arXiv:2112.11687): softplus without exp and log."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        _check(self.scale > 0.0, "scale must be above 0")

    def of(self, m: Algebra, raw: Value) -> Value:
        """See `Shape`."""
        return (0.5 * self.scale) * (raw + m.sqrt(raw * raw + 4.0))


@dataclass(frozen=True)
class Bounded(Shape):
    """Between `low` and `high`; neutral: the middle."""

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _check(self.low < self.high, "low must lie below high")

    def of(self, m: Algebra, raw: Value) -> Value:
        """See `Shape`."""
        return self.low + (self.high - self.low) * (0.5 + 0.5 * m.tanh(0.5 * raw))


@dataclass(frozen=True)
class Factor(Shape):
    """A correction of a mechanistic rate: between e to the power -`reach` and +`reach`; neutral: 1."""

    reach: float = 1.0

    def __post_init__(self) -> None:
        _check(self.reach > 0.0, "reach must be above 0")

    def of(self, m: Algebra, raw: Value) -> Value:
        """See `Shape`."""
        return m.exp(self.reach * m.tanh(raw))


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise TwinError(what, where="the shape of a learnt term")
