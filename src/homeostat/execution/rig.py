"""What an engine works with, opened for one batch; whom it tells how it goes; and how an execution ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from homeostat.equipment import Driver
from homeostat.execution.clock import Pace
from homeostat.execution.journal import Journal
from homeostat.execution.operator import ScriptedOperator
from homeostat.execution.plan import Plan
from homeostat.execution.stages.belief import Observer
from homeostat.historian import Historian, Recorder
from homeostat.ledger.catalogue import Payload


class Watcher(Protocol):
    """Who looks on: told of the start, of progress and of the end."""

    def started(self, batch: str, total: int | None) -> None:
        """A batch is durable under this id; `total` scans are expected, if that is known."""
        ...

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """`scan` scans are done, at this process time (µs), in this phase."""
        ...

    def ended(self) -> None:
        """Nothing more will come."""
        ...


@dataclass(frozen=True, slots=True)
class Finish:
    """How an execution ended: ISA-88 state, scans on record, process time (µs), cause, and what a person is asked."""

    batch: str
    state: str
    scans: int
    time: int
    reason: str
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rig:
    """What an engine works with, all opened for one batch."""

    batch: str
    plan: Plan
    observer: Observer
    driver: Driver
    operator: ScriptedOperator
    journal: Journal
    recorder: Recorder
    historian: Historian
    pace: Pace
    watcher: Watcher
    sources: Callable[[Mapping[str, str]], Sequence[Payload]] = lambda doubted: ()
