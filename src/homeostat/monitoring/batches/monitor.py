"""A running batch judged sample by sample against good batches: one frozen model, one small state.

    state, sample -> scaled -> trimmed scores -> scores, T², SPE, residuals -> against limits -> state, judgement

A sample never depends on later ones, and a batch replays bit for bit on any machine: there is nothing but + - * / in an
order that is written down, in `kernel` for samples that are complete and here for batches with gaps.
"""

from collections.abc import Sequence
from functools import cached_property
from math import inf, isfinite
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.gaps import Remaining, remaining
from homeostat.monitoring.batches.kernel import Layout, Native
from homeostat.monitoring.batches.limits import Limits
from homeostat.monitoring.batches.operators import blocks, gram, inner, onto, product
from homeostat.monitoring.batches.state import Decision, Judged, Parts, State, doubles
from homeostat.monitoring.frozen import Array, Matrix, Piece, Vector


class Monitor(Piece):
    """A model of good batches: K samples of J `tags`, A components.

    `mean`, `scale` (K, J); `loadings` (K, J·A); `variance` (A,) of the scores; `trimmed` (K, A·A) the covariance of the
    trimmed scores of good batches at each sample. `start_mean`, `start_scale` (Z,) and `start_loadings` (Z·A,) are of
    what is known when a batch starts. Below a share `needed` of measured values nothing is decided.
    """

    kind: Literal["batch monitor"] = "batch monitor"
    tags: tuple[str, ...] = Field(min_length=1)
    mean: Matrix
    scale: Matrix
    loadings: Matrix
    variance: Vector
    trimmed: Matrix
    start_mean: Vector = Field(default_factory=lambda: np.zeros(0))
    start_scale: Vector = Field(default_factory=lambda: np.zeros(0))
    start_loadings: Vector = Field(default_factory=lambda: np.zeros(0))
    limits: Limits | None = None
    needed: float = Field(default=0.7, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        (samples, tags), size, start = self.mean.shape, len(self.variance), len(self.start_mean)
        wanted = {
            "mean": (samples, len(self.tags)),
            "scale": (samples, tags),
            "loadings": (samples, tags * size),
            "trimmed": (samples, size * size),
            "start_scale": (start,),
            "start_loadings": (start * size,),
        }
        wrong = [name for name, shape in wanted.items() if getattr(self, name).shape != shape]
        if wrong or not samples or not size:
            raise ValueError(f"shapes do not fit together: {', '.join(wrong) or 'nothing is modelled'}")
        if not all((values > 0.0).all() for values in (self.scale, self.start_scale, self.variance)):
            raise ValueError("scales and variances must be positive")
        if self.limits is not None and len(self.limits.t2) != samples:
            raise ValueError("limits are wanted for every sample")
        return self

    @property
    def samples(self) -> int:
        """K, how many samples of a batch are modelled."""
        return len(self.mean)

    @property
    def size(self) -> int:
        """A, the number of components."""
        return len(self.variance)

    def limited(self, limits: Limits) -> "Monitor":
        """The same model with `limits`."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Monitor(**{**fields, "limits": limits})

    def start(self, known: Array | None = None) -> State:
        """The state of a batch that starts, with what is `known` (Z,) then. Raises MonitoringError."""
        values = np.zeros(0) if known is None else np.asarray(known, np.float64)
        if values.shape != self.start_mean.shape or not np.isfinite(values).all():
            raise MonitoringError(
                f"{values.size} value(s) were given at the start where {len(self.start_mean)} finite ones are wanted",
                mend="give what the model was learned with",
            )
        z = (values - self.start_mean) / self.start_scale
        before = np.add.reduce(np.concatenate([self._start, z[:, None]], axis=1) * z[:, None], axis=0)
        return State(0, np.zeros((len(self.tags), self.size + 1)).tobytes(), before.tobytes(), b"", 0)

    def step(self, state: State, values: Array) -> tuple[State, Judged]:
        """The next state, and what is said of the batch now that `values` (J,) have come.

        A value that is not finite is missing. Beyond the last sample of the model the state stands still and nothing is
        decided. Raises MonitoringError when there are not J values.
        """
        row = np.asarray(values, np.float64)
        tags = len(self.tags)
        if row.shape != (tags,):
            raise MonitoringError(
                f"a sample of shape {row.shape} came where {tags} tags are watched",
                mend=f"give one value each of {', '.join(self.tags)}",
            )
        if state.sample >= self._native.samples:
            return state, self._beyond(state)
        if state.lost:
            return self._with_gaps(state, row)
        sums, scores, statistics, residuals = self._native.run(state.sample, row, state.before, state.sums)
        if not isfinite(statistics[1]):
            return self._with_gaps(state, row)
        after = State(state.sample + 1, sums, state.before, b"", state.measured + tags)
        return after, self._judge(after, scores, statistics, residuals)

    def parts(self, state: State, judged: Judged) -> Parts:
        """What each tag adds to T² and to the newest sample's SPE; `state` is the one that came with `judged`.

        What was known at the start has a share of T² of its own, which is not among the parts of the tags.
        """
        left = self._remaining(max(state.sample, 1) - 1, state.lost)
        weights = onto(left.precision, self._trimmed_scores(state))
        sums = doubles(state.sums).reshape(len(self.tags), -1)
        residuals = np.array(judged.residuals)
        return Parts(onto(sums[:, : self.size], weights), np.sign(residuals) * residuals**2)

    def spe_parts(self, state: State) -> Array:
        """What each tag adds to SPE (J,), over the batch so far; nearly so where values were missing.

        What was known at the start has a share of its own, as of T².
        """
        known = self._cube[: state.sample]
        grams = np.add.reduce(known[:, :, :, None] * known[:, :, None, :], axis=0)
        sums = doubles(state.sums).reshape(len(self.tags), -1)
        left = self._remaining(max(state.sample, 1) - 1, state.lost)
        scores = onto(left.to_scores, self._trimmed_scores(state))
        fitted = product(grams, scores[:, None])[:, :, 0] - 2.0 * sums[:, : self.size]
        return np.asarray(sums[:, -1] + onto(fitted, scores), np.float64)

    def _judge(
        self,
        after: State,
        scores: tuple[float, ...],
        statistics: tuple[float, float, float],
        residuals: tuple[float, ...],
        missing: tuple[int, ...] = (),
    ) -> Judged:
        """The judgement of T², SPE and the newest SPE against the limits at the sample that led to `after`."""
        (t2, spe, newest), number = statistics, after.sample
        limits = self._limits[number - 1]
        severity = max(t2 / limits[0], spe / limits[1], newest / limits[2])
        share = after.measured / (number * len(residuals))
        decision: Decision = "ok"
        if share < self.needed or len(missing) == len(residuals):
            decision = "undecided"
        elif severity > 1.0:
            decision = "action" if severity > self._action else "alert"
        squared = max(spe, 0.0)  # rounding may leave less than nothing
        return Judged(
            number, scores, t2, squared, newest, *limits, severity, decision, residuals, missing, share
        )

    def _with_gaps(self, state: State, values: Array) -> tuple[State, Judged]:
        """`step` where values are missing, or were."""
        size, number = self.size, state.sample
        there = np.isfinite(values)
        z = np.where(there, np.where(there, values, 0.0) - self.mean[number], 0.0) / self.scale[number]
        loadings = self._cube[number]
        sums = doubles(state.sums).reshape(len(z), -1)
        sums = sums + np.concatenate([loadings, z[:, None]], axis=1) * z[:, None]
        gone = gram(loadings[~there][None], np.zeros((0, size)))[0]
        lost = gone + doubles(state.lost).reshape(size, size) if state.lost else gone
        measured = state.measured + int(there.sum())
        after = State(number + 1, sums.tobytes(), state.before, lost.tobytes(), measured)
        return after, self._judge_with_gaps(after, z, there)

    def _judge_with_gaps(self, after: State, z: Array, there: NDArray[np.bool_]) -> Judged:
        left = self._remaining(after.sample - 1, after.lost)
        trimmed = self._trimmed_scores(after)
        scores = onto(left.to_scores, trimmed)
        residuals = np.where(there, z - onto(self._cube[after.sample - 1], scores), 0.0)
        squares = np.append(doubles(after.sums).reshape(len(z), -1)[:, -1], doubles(after.before)[-1])
        spe = inner(squares, np.ones(len(squares))) + inner(scores, onto(left.gram, scores) - 2.0 * trimmed)
        t2 = inner(trimmed, onto(left.precision, trimmed))
        statistics = (t2, spe, inner(residuals, residuals))
        missing = tuple(np.flatnonzero(~there).tolist())
        return self._judge(after, tuple(scores.tolist()), statistics, tuple(residuals.tolist()), missing)

    def _beyond(self, state: State) -> Judged:
        """What is said where nothing is known of good batches: the last scores, and that nothing is decided."""
        left = self._remaining(self.samples - 1, state.lost)
        scores = onto(left.to_scores, self._trimmed_scores(state))
        share = state.measured / (self.samples * len(self.tags))
        everything, nothing = tuple(range(len(self.tags))), (0.0,) * len(self.tags)
        return Judged(
            state.sample,
            tuple(scores.tolist()),
            *(0.0, 0.0, 0.0),
            *(inf, inf, inf),
            severity=0.0,
            decision="undecided",
            residuals=nothing,
            missing=everything,
            measured=share,
        )

    def _remaining(self, number: int, lost: bytes) -> Remaining:
        square = (self.size, self.size)
        gone = doubles(lost).reshape(square) if lost else np.zeros(square)
        return remaining(self._grams[number], self.trimmed[number].reshape(square), self.variance, gone)

    def _trimmed_scores(self, state: State) -> Array:
        sums = np.concatenate([doubles(state.before)[None], doubles(state.sums).reshape(len(self.tags), -1)])
        return np.asarray(np.add.reduce(sums, axis=0)[: self.size], np.float64)

    @cached_property
    def _action(self) -> float:
        return inf if self.limits is None else self.limits.action

    @cached_property
    def _limits(self) -> Sequence[tuple[float, float, float]]:
        return [(inf, inf, inf)] * self.samples if self.limits is None else self.limits.rows()

    @cached_property
    def _start(self) -> Array:
        return self.start_loadings.reshape(len(self.start_mean), self.size)

    @cached_property
    def _cube(self) -> Array:
        return self.loadings.reshape(*self.mean.shape, self.size)

    @cached_property
    def _grams(self) -> Array:
        return gram(self._cube, self._start)

    @cached_property
    def _native(self) -> Native:
        trimmed = self.trimmed.reshape(-1, self.size, self.size)
        block = blocks(self._cube, self.variance, self._grams, trimmed)
        flat = block.reshape(self.samples, -1)
        records = np.concatenate([self.mean, self.scale, self.loadings, flat], axis=1)
        return Native(Layout(len(self.tags), self.size), records)
