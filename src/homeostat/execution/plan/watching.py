"""A watcher as the scan knows it: a frozen state machine ready to look, and for each of its tags a place to look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeostat.execution.plan.soft import SoftInput

if TYPE_CHECKING:
    from homeostat.monitoring.batches import Watcher


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """A watcher: it looks at `start` and then every `every` µs, at values no older than `patience`.

    `phases` are those it tells apart, by the recipe's nodes in their order.
    """

    name: str
    title: str
    hash: str
    watcher: "Watcher"
    inputs: tuple[SoftInput, ...]
    start: int
    every: int
    patience: int
    phases: tuple[tuple[int, str], ...]
    unit: str = "1"

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what is recorded of it: each statistic over its limit."""
        return tuple(f"watch.{kind}.{self.name}" for kind in self.watcher.statistics)
