"""A running process watched by what its recent past tells of its future: canonical variates as frozen numbers.

    memory, values -> less the usual course, scaled -> window of the newest samples -> states, residuals -> their T²
                   -> and a causal average of the residuals' -> each over its unit and the limit -> settled

`mean` and `scale` (K, J) are the course of good batches, one row a sample, or one row for a process that stands still.
Learned by `latent.CVA`; judged as `latent.CanonicalMonitor` does, in plain arithmetic whose order is written down.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.batches.state import Decision
from homeostat.monitoring.batches.watcher import Calm, Memory, Shares, Told, Watcher, farthest, top
from homeostat.monitoring.frozen import Array, Matrix, Vector
from homeostat.monitoring.frozen.strict import dot, project

NAMES = ("T² of the states", "T² of the residuals", "its average")
"""The ratios in words."""
NEEDED = 0.5
"""The share of the newest window's values that must be measured (assumption)."""


class VaryingMemory(NamedTuple):
    """How many samples came, the newest window (lags, J) scaled as bytes, the average, and what is settled."""

    sample: int
    window: bytes
    average: float
    calm: Calm


class VaryingProcess(Watcher):
    """CVA of `lags` samples: `center`, `divisor` (p,) of windows, p = lags * J, newest sample first.

    `states` (a, p), `residuals` (r, p) take a scaled window to what has unit variance; `state_parts`, `residual_parts`
    (p, p) to what each of its columns adds, squared, to T². The average takes each T² of the residuals in with `weight`
    and begins at `start`; `units` (3,) bring the statistics to one measure, `limit` is that measure's; `action` times
    as far is action.
    """

    kind: Literal["varying process"] = "varying process"
    statistics: ClassVar[tuple[str, str, str]] = ("states", "residuals", "average")
    lags: int = Field(ge=1)
    mean: Matrix
    scale: Matrix
    center: Vector
    divisor: Vector
    states: Matrix
    residuals: Matrix
    state_parts: Matrix
    residual_parts: Matrix
    weight: float = Field(gt=0.0, le=1.0)
    start: float = Field(ge=0.0)
    units: Vector
    limit: float = Field(gt=0.0)
    action: float = Field(ge=1.0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        width = self.lags * len(self.tags)
        square = (width, width)
        fits = (
            self.mean.shape == self.scale.shape
            and self.mean.shape[1] == len(self.tags)
            and self.center.shape == self.divisor.shape == (width,)
            and self.states.shape[1] == self.residuals.shape[1] == width
            and self.state_parts.shape == self.residual_parts.shape == square
            and self.units.shape == (3,)
        )
        if not fits:
            raise ValueError("shapes do not fit together")
        if not all((values > 0.0).all() for values in (self.scale, self.divisor, self.units)):
            raise ValueError("scales, divisors and units must be positive")
        return self

    def begin(self) -> Memory:
        """See `Watcher.begin`."""
        return VaryingMemory(0, b"", self.start, Calm())

    def look(self, memory: Memory, phase: str, values: Array) -> tuple[Memory, Told]:
        """See `Watcher.look`. A missing value stands at what the sample before had, less the usual course."""
        before = VaryingMemory(*memory)
        if self._over(before):
            return self._undecided(before, "beyond the end of good batches")
        window = self._window(before, values)
        after = before._replace(sample=before.sample + 1, window=window.tobytes())
        if reason := self._wanting(window, values):
            return self._undecided(after, reason)
        return self._judged(after, self._scaled(window))

    def shares(self, memory: Memory, phase: str, values: Array) -> Shares:
        """See `Watcher.shares`; those of the average are the parts of its newest residual."""
        before = VaryingMemory(*memory)
        if self._over(before):
            return ()
        window = self._window(before, values)
        if self._wanting(window, values):
            return ()
        z = self._scaled(window)
        parts = (self._parts(z, place) for place in range(len(self.statistics)))
        return tuple(tuple(zip(self.tags, each, strict=True)) for each in parts)

    def facts(self) -> Mapping[str, str]:
        """See `Watcher.facts`."""
        course = (
            f"the usual course over {len(self.mean)} samples" if len(self.mean) > 1 else "one usual level"
        )
        limits = (self.units * self.limit).tolist()
        return {
            "held against": f"what the newest {self.lags} samples of good batches told of the next, less {course}",
            "model": f"{len(self.states)} states, {len(self.residuals)} residuals",
            "limits": ", ".join(f"{name} {limit:.4g}" for name, limit in zip(NAMES, limits, strict=True)),
            "action": f"beyond {self.action:.4g} times a limit",
        }

    def _over(self, before: VaryingMemory) -> bool:
        """Whether the batch is longer than what is known of good ones."""
        return len(self.mean) > 1 and before.sample >= len(self.mean)

    def _wanting(self, window: Array, values: Array) -> str:
        """Why nothing can be said of a window and its newest values; "" where it can."""
        if len(window) < self.lags:
            return f"{self.lags} samples are wanted first"
        if float(np.isfinite(values).sum()) < NEEDED * len(self.tags) or not np.isfinite(window).all():
            return "too little was measured"
        return ""

    def _scaled(self, window: Array) -> Array:
        return np.asarray((window.reshape(-1) - self.center) / self.divisor, np.float64)

    def _window(self, before: VaryingMemory, values: Array) -> Array:
        """The newest samples (n, J), n <= lags, newest first, scaled by the usual course."""
        row = before.sample if len(self.mean) > 1 else 0
        scaled = (values - self.mean[row]) / self.scale[row]
        earlier = np.frombuffer(before.window, np.float64).reshape(-1, len(self.tags))
        if len(earlier):
            scaled = np.where(np.isfinite(scaled), scaled, earlier[0])
        return np.concatenate([scaled[None], earlier])[: self.lags]

    def _judged(self, after: VaryingMemory, z: Array) -> tuple[Memory, Told]:
        states, residuals = (project(z[None], directions)[0] for directions in (self.states, self.residuals))
        t2, residual = float(dot(states, states)), float(dot(residuals, residuals))
        average = after.average + self.weight * (residual - after.average)
        measured = np.array([t2, residual, average]) / self.units / self.limit
        ratios: list[float] = measured.tolist()
        place, reason = farthest(NAMES, ratios)
        raw: Decision = "ok"
        if ratios[place] > 1.0:
            raw = "action" if ratios[place] > self.action else "alert"
        calm = self.settle(after.calm, raw)
        drivers = top(self.tags, self._parts(z, place)) if reason else ()
        told = Told(after.sample, tuple(ratios), calm.decision, drivers, reason)
        return after._replace(average=average, calm=calm), told

    def _parts(self, z: Array, place: int) -> list[float]:
        """What each tag adds, over all lags, to the ratio at `place`; of the average, to its newest residual."""
        parts = project(z[None], self.state_parts if place == 0 else self.residual_parts)[0]
        by_lag = (parts * parts).reshape(self.lags, len(self.tags))
        shares = np.add.accumulate(by_lag, axis=0)[-1] / self.units[place] / self.limit
        found: list[float] = shares.tolist()
        return found

    def _undecided(self, memory: VaryingMemory, reason: str) -> tuple[Memory, Told]:
        calm = self.settle(memory.calm, "undecided")
        return memory._replace(calm=calm), Told(memory.sample, (), "undecided", (), reason)
