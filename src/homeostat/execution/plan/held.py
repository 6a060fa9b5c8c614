"""What is held against what: pairs as indices with their charts' settings, balances that share tags in one group."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.monitoring.signals import Balance, Closing, Measured, Watch


@dataclass(frozen=True, slots=True)
class PairPlan:
    """A tag, by index, and its reference: another tag, or (`twin`) a place among the model's states and outputs.

    `slope` and `offset` take the reference to the tag's unit; the difference is charted each `every` µs.
    """

    watch: Watch
    every: int
    tag: int
    twin: bool
    against: int
    slope: float
    offset: float

    def difference(self, usable: Sequence[float], believed: Sequence[float]) -> float:
        """Reading minus reference; NaN where one of them is not usable."""
        reference = (believed if self.twin else usable)[self.against]
        return usable[self.tag] - (reference * self.slope + self.offset)


@dataclass(frozen=True, slots=True)
class TermPlan:
    """A tag of a balance: name, index, conversion to the balance's unit, scatter of a reading there (1 s.d.).

    `relative` times the reading is added to `noise`.
    """

    name: str
    tag: int
    slope: float
    offset: float
    noise: float
    relative: float

    def measured(self, usable: Sequence[float]) -> Measured:
        """The reading with its standard deviation; missing where it is not usable."""
        value = usable[self.tag] * self.slope + self.offset
        known = value if value - value == 0.0 else None
        return Measured(self.name, known, self.noise + self.relative * abs(known or 0.0))

    def shown(self, value: float) -> float:
        """A value in the balance's unit, in the tag's own."""
        return (value - self.offset) / self.slope


@dataclass(frozen=True, slots=True)
class BalancePlan:
    """Balances that share tags, judged together each `every` µs, and the tags they speak of."""

    closing: Closing
    every: int
    balances: tuple[Balance, ...]
    terms: tuple[TermPlan, ...]


@dataclass(frozen=True, slots=True)
class CrosscheckPlan:
    """Everything that is held against something else; empty where nothing is declared."""

    pairs: tuple[PairPlan, ...] = ()
    balances: tuple[BalancePlan, ...] = ()

    @property
    def reconciled(self) -> tuple[str, ...]:
        """The tags of which a reconciled value is recorded."""
        return tuple([term.name for group in self.balances for term in group.terms])
