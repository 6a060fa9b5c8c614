"""Watchers in a run: a sample from time to time, held against good batches; every other decision is on record.

A sample is what a soft sensor's inputs would be: the last usable values, missing where they are too old. The memory of
a watcher is part of the scan's, so the record replays it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from homeostat.execution.plan.watching import WatchPlan
from homeostat.execution.state import BatchState, Sensed
from homeostat.ledger.catalogue import WatchChanged
from homeostat.monitoring.alarms import Notice
from homeostat.monitoring.panel import Standing

if TYPE_CHECKING:
    from homeostat.monitoring.batches import Told

ALARMS: tuple[tuple[Standing, Literal["medium", "high"], str], ...] = (
    ("alert", "medium", "Unlike good batches for some time"),
    ("action", "high", "Far from good batches"),
)
"""Which decisions are alarms, with priority and text."""


def look(
    model: WatchPlan, state: BatchState, sensed: Sensed, row: Sequence[float], due: int
) -> "tuple[Sensed, Told]":
    """The memory after a sample of the values in `row`, and what is said of it; the next one is `due`."""
    memory, told = model.watcher.look(sensed.memory, _phase(model, state), np.array(row))
    ratios = told.ratios or (math.nan,) * len(model.outputs)
    return replace(sensed, memory=memory, answer=ratios, decision=told.decision, due=due), told


def changed(
    model: WatchPlan, before: Sensed, after: Sensed, told: "Told", row: Sequence[float]
) -> WatchChanged:
    """The event that tells of the decision."""
    inputs = zip(model.inputs, row, strict=True)
    return WatchChanged(
        model=model.name,
        hash=model.hash,
        before=before.decision,
        decision=after.decision,
        sample=told.sample,
        ratios=dict(zip(model.watcher.statistics, told.ratios, strict=False)),
        drivers=told.drivers,
        missing=tuple(given.name for given, value in inputs if value != value),
        reason=told.reason,
    )


def notices(model: WatchPlan, state: BatchState, after: Sensed, told: "Told") -> Iterator[Notice]:
    """The alarm that belongs to the decision begins, the other one ends."""
    for decision, priority, text in ALARMS:
        alarm, wanted = f"watch.{model.name}.{decision}", after.decision == decision
        if wanted != state.board.life(alarm).active:
            yield Notice(
                alarm, wanted, priority, f"{text}: {model.title}", max(told.ratios, default=None), 1.0, "1"
            )


def _phase(model: WatchPlan, state: BatchState) -> str:
    """The phase that runs, of those the watcher tells apart: the last one of the recipe, "" where none does."""
    running = (name for node, name in model.phases if state.steps[node].status == "running")
    return next(running, "")
