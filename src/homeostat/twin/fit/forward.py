"""What the model says of each run, with its derivatives: the one place where a fit meets the engine.

In: initial states and parameters of every run, for many candidate points at once. Out: `Predicted`, or `Rejected`.
Runs with the same schedule go through the engine together, on the union of their times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from homeostat.twin.engine import Batches, Ensemble, Status
from homeostat.twin.engine.status import ENDED
from homeostat.twin.fit.ending import MEND
from homeostat.twin.fit.protocol import Array, Rejected
from homeostat.twin.fit.runs import Run
from homeostat.twin.model import Model


@dataclass(frozen=True)
class Tolerance:
    """Of the integration: relative, and absolute in the unit of each state."""

    rtol: float = 1e-6
    atol: float = 1e-8


TOLERANCE = Tolerance()


class Predicted(NamedTuple):
    """Values (n, q) of a run's quantities at its times, and their `slopes` (n, q, d) along the directions."""

    values: Array
    slopes: Array


class Forward:
    """`runs` as simulations of `model`, with sensitivities to `directions` (parameters, initial states)."""

    def __init__(
        self, model: type[Model], runs: Sequence[Run], directions: Sequence[str], tolerance: Tolerance
    ) -> None:
        self.runs = tuple(runs)
        self.ensemble = Ensemble(
            model,
            method="rodas4",
            rtol=tolerance.rtol,
            atol=tolerance.atol,
            columns=_columns(model, runs),
            directions=directions,
        )
        shared: dict[object, list[int]] = {}
        for place, run in enumerate(runs):
            shared.setdefault(_schedule(run), []).append(place)
        self.groups = [_Group(self.ensemble, places, [runs[i] for i in places]) for places in shared.values()]

    def __call__(self, states: Array, parameters: Array) -> list[list[Predicted | Rejected]]:
        """Predict `runs` from `states` (b, runs, nx) and `parameters` (b, runs, np), for each of the b points."""
        found: dict[int, list[Predicted | Rejected]] = {}
        for group in self.groups:
            found |= group.predict(states[:, group.places], parameters[:, group.places])
        return [[found[i][point] for i in range(len(self.runs))] for point in range(len(states))]


def _columns(model: type[Model], runs: Sequence[Run]) -> list[str]:
    """What any run measures, in declared order, so that most runs share one compiled kernel."""
    wanted = {q for run in runs for q in run.quantities}
    return [n for n in (*model.signature.states.names, *model.signature.outputs.names) if n in wanted]


def _schedule(run: Run) -> object:
    """What runs must share to be simulated as neighbours: the times at which something changes, and all jumps."""
    changes = tuple(sorted(segment.start_h for segment in run.segments))
    return run.start_h, changes, repr(run.jumps)


class _Group:
    """Runs of one schedule at `places` among all runs."""

    def __init__(self, ensemble: Ensemble, places: Sequence[int], runs: Sequence[Run]) -> None:
        self.ensemble, self.places, self.runs = ensemble, list(places), list(runs)
        self.grid = np.unique(np.concatenate([run.grid for run in runs]))
        self.segments = sorted(runs[0].segments, key=lambda segment: segment.start_h)
        self.jumps = runs[0].jumps

    @cached_property
    def inputs(self) -> Array:
        """The inputs (runs, segments, nu)."""
        group = self.ensemble.signature.inputs
        return np.array(
            [
                [group.vector(s.values) for s in sorted(run.segments, key=lambda segment: segment.start_h)]
                for run in self.runs
            ]
        ).reshape(len(self.runs), len(self.segments), len(group))

    def predict(self, states: Array, parameters: Array) -> dict[int, list[Predicted | Rejected]]:
        """For each place, what is said of its run at every point; states (b, runs, nx), parameters (b, runs, np)."""
        points = len(states)
        inputs = np.broadcast_to(self.inputs, (points, *self.inputs.shape))
        done = self.ensemble.run(
            self.grid.tolist(),
            self.segments,
            states=states.reshape(-1, states.shape[-1]),
            parameters=parameters.reshape(-1, parameters.shape[-1]),
            inputs=inputs.reshape(points * len(self.runs), *self.inputs.shape[1:]),
            jumps=self.jumps,
        )
        return {
            place: [self._taken(done, run, point * len(self.runs) + column) for point in range(points)]
            for column, (place, run) in enumerate(zip(self.places, self.runs, strict=True))
        }

    def _taken(self, done: Batches, run: Run, batch: int) -> Predicted | Rejected:
        """A run's own times and quantities out of a batch; times beyond a failure of the batch do not concern it."""
        rows = np.searchsorted(self.grid, run.time)
        if done.rows[batch] <= rows.max():
            return Rejected(
                f"the simulation ended at {self._reached(done, batch)}: {ENDED[Status(done.status[batch])]}",
                where=f"run {run.name}",
                mend=MEND,
            )
        columns = np.array([self.ensemble.columns.index(q) for q in run.quantities])
        chosen = np.ix_(rows, columns)
        values = done.values[batch][chosen]
        if done.sensitivities is None:
            return Predicted(values, np.empty((*values.shape, 0)))
        return Predicted(values, done.sensitivities[batch][chosen])

    def _reached(self, done: Batches, batch: int) -> str:
        rows = int(done.rows[batch])
        return f"{self.grid[rows - 1]:g} h" if rows else "the start"
