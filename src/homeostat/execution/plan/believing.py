"""The twin in numbers: where its inputs come from, what corrects it, and what materials bring in."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.twin.observer import Settings

HORIZON = 24.0
"""Hours that the observer's memory reaches back: a laboratory result may take as long and still be fused."""


@dataclass(frozen=True, slots=True)
class InputSource:
    """Where a model input comes from: tag index (-1: none), slope and offset to the model's unit, allowed range."""

    tag: int
    slope: float
    offset: float
    low: float
    high: float

    def read(self, usable: Sequence[float], last: float) -> float:
        """The input by the tag's value (NaN: unusable), within its range; `last` where there is none."""
        if self.tag < 0:
            return last
        value = usable[self.tag]
        return self.of(value) if value == value else last

    def of(self, value: float) -> float:
        """The input where the tag shows `value`, within its range."""
        return min(max(value * self.slope + self.offset, self.low), self.high)


@dataclass(frozen=True, slots=True)
class LaboratorySignal:
    """A quantity an assay reports, the filter's signal for it, slope and offset to the model's unit."""

    assay: str
    quantity: str
    signal: int
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class ObserverPlan:
    """What the filter is told, and its readings: first the tags of `sources`, every `every` microseconds.

    `contents` are the relative standard deviations of what doses bring of a state, `volumes` that of doses and draws.
    """

    settings: Settings
    every: int
    sources: tuple[InputSource, ...]
    laboratory: tuple[LaboratorySignal, ...]
    contents: tuple[tuple[str, float], ...]
    volumes: float


@dataclass(frozen=True, slots=True)
class TwinPlan:
    """The model's vectors in declared order, the source of each input, and what each material contains."""

    model: str
    states: tuple[str, ...]
    outputs: tuple[str, ...]
    initial: tuple[float, ...]
    parameters: tuple[float, ...]
    inputs: tuple[InputSource, ...]
    defaults: tuple[float, ...]
    contents: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    observer: ObserverPlan | None = None

    @property
    def learnt(self) -> tuple[str, ...]:
        """The parameters that are estimated."""
        return tuple(learnt.name for learnt in self.observer.settings.learnt) if self.observer else ()

    @property
    def doubted(self) -> tuple[str, ...]:
        """What a standard deviation is told of: states, estimated parameters, outputs."""
        return (*self.states, *self.learnt, *self.outputs) if self.observer else ()
