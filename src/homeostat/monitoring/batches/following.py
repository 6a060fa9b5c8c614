"""A whole batch through a monitor, sample by sample, as it would have been live."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.state import Judged, State
from homeostat.monitoring.frozen import Array


@dataclass(frozen=True)
class Trace:
    """What was said at each of n samples: `scores` (n, A), `statistics` (n, 3) T², SPE and newest SPE, `severity` (n,).

    `state` is the one after the last sample.
    """

    judged: tuple[Judged, ...]
    state: State

    @property
    def scores(self) -> Array:
        """The scores (n, A)."""
        return np.array([one.scores for one in self.judged])

    @property
    def statistics(self) -> Array:
        """T², SPE and newest SPE (n, 3)."""
        return np.array([(one.t2, one.spe, one.newest) for one in self.judged])

    @property
    def severity(self) -> Array:
        """The severity (n,)."""
        return np.array([one.severity for one in self.judged])

    def first(self, decision: Literal["alert", "action"]) -> int | None:
        """The first sample, from 1, at which that or worse was decided; None where it never was."""
        enough = ("alert", "action") if decision == "alert" else ("action",)
        return next((one.sample for one in self.judged if one.decision in enough), None)


def follow(monitor: Monitor, rows: Array, known: Array | None = None) -> Trace:
    """The trace of a batch of aligned `rows` (n, J), n <= K, with what was `known` (Z,) at its start."""
    state, found = monitor.start(known), []
    for values in rows:
        state, judged = monitor.step(state, values)
        found.append(judged)
    return Trace(tuple(found), state)
