"""What every watcher of a running batch is: a frozen piece that takes samples one by one, and a small memory.

    memory, sample -> how far the sample is beyond what is usual -> settled: not one sample, but several -> memory, told

A watcher says three ratios of a statistic to its limit, and decides calmly: `alert` comes when more samples in a row
lay beyond a limit than in four of five good batches, `action` at once when one lies farther out than hardly any sample
of a good batch; either ends when as many samples in a row lay within.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field, SerializeAsAny

from homeostat.monitoring.batches.state import Decision
from homeostat.monitoring.frozen import Array, Piece
from homeostat.monitoring.frozen.piece import named

Memory = tuple[Any, ...]
"""What a watcher remembers of a running batch: immutable, and its own affair."""
DRIVERS = 5
"""How many contributing tags are told."""
LARGE = 1e4
"""Ratios from which on digits behind the point say nothing."""
Shares = tuple[tuple[tuple[str, float], ...], ...]
"""Of each statistic, the tags and their parts of its ratio to the limit."""


class Calm(NamedTuple):
    """How many samples in a row lay `beyond` a limit or `within` all, and what is decided."""

    beyond: int = 0
    within: int = 0
    decision: Decision = "undecided"


class Told(NamedTuple):
    """What is said of a sample, number `sample` of its phase or batch.

    ratios      of the watcher's three statistics to their limits, 1 is on a limit; empty where nothing can be said
    decision    settled over the last samples
    drivers     tags and their parts of the ratio that is farthest out, the largest first
    reason      why it is undecided, or how far out the sample is
    """

    sample: int
    ratios: tuple[float, ...]
    decision: Decision
    drivers: tuple[tuple[str, float], ...]
    reason: str


class Watcher(Piece):
    """A watcher of `tags`. `run` samples in a row beyond a limit are an alert."""

    statistics: ClassVar[tuple[str, str, str]]
    tags: tuple[str, ...] = Field(min_length=1)
    run: int = Field(default=1, ge=1)

    @property
    def phases(self) -> tuple[str, ...]:
        """The recipe's phases that are told apart; none where a batch is watched as a whole."""
        return ()

    @abstractmethod
    def begin(self) -> Memory:
        """The memory before the first sample."""

    @abstractmethod
    def look(self, memory: Memory, phase: str, values: Array) -> tuple[Memory, Told]:
        """The memory after a sample of `values` (J,), NaN where one is missing, and what is said of it."""

    @abstractmethod
    def shares(self, memory: Memory, phase: str, values: Array) -> Shares:
        """What each tag adds to each ratio that `look` would tell of the same sample, in the order of `statistics`;
        nothing where it would tell none."""

    @abstractmethod
    def facts(self) -> Mapping[str, str]:
        """How it watches, and where its limits lie, in words by what they are about."""

    def settle(self, calm: Calm, raw: Decision) -> Calm:
        """What is decided after a sample that alone would be called `raw`."""
        if raw == "undecided":
            return calm._replace(decision=raw)
        if raw == "ok":
            within = calm.within + 1
            stays = calm.decision in ("alert", "action") and within < self.run
            return Calm(0, within, calm.decision if stays else "ok")
        beyond = calm.beyond + 1
        if raw == "action" or calm.decision == "action":
            return Calm(beyond, 0, "action")
        return Calm(beyond, 0, "alert" if beyond >= self.run or calm.decision == "alert" else "ok")


AnyWatcher = Annotated[SerializeAsAny[Watcher], named(Watcher)]
"""A field that holds any known watcher."""


def top(tags: Sequence[str], parts: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """The tags with the largest parts, the first of equal ones first; those without a part are left out."""
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place]))[:DRIVERS]
    return tuple((tags[place], float(parts[place])) for place in order if parts[place] != 0.0)


def spanning(values: Sequence[float]) -> str:
    """The least and the greatest value in words, or the only one."""
    low, high = min(values), max(values)
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"


def farthest(names: Sequence[str], ratios: Sequence[float]) -> tuple[int, str]:
    """Which ratio is the greatest, and that in words where it is beyond its limit."""
    place = max(range(len(ratios)), key=lambda number: ratios[number])
    return place, f"{names[place]} {_times(ratios[place])} times its limit" if ratios[place] > 1.0 else ""


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < LARGE else f"{ratio:.3g}"
