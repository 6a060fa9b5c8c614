"""A recorded run followed by the observer as if it were happening: readings fused one by one, then a forecast.

In: a measured run. Out: what was believed over time, what the readings said of it, and the forecast from an hour on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin import Segment, Simulator
from homeostat.twin.observer import (
    Doubt,
    Estimate,
    Filter,
    Forecast,
    Learnt,
    Settings,
    Signal,
    Window,
    forecast,
)

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from homeostat.twin import Model
    from homeostat.twin.fit import Run

    Array = NDArray[float64]

UNKNOWN_START = 0.1
"""Relative doubt in the initial value of every state but the volume."""
POINTS = 200
"""Times at which the belief is kept."""
WINDOW = 48


@dataclass(frozen=True)
class Followed:
    """What was believed of `quantities`: `value` and `deviation` (1 s.d.), both (nt, q), at `time` (nt,) up to `now`.

    `forecasts` go on from `now`; `windows` and `estimate` are those at the end, when all readings were fused. `lost`
    is the hour after which the model could not follow, None if it could.
    """

    run: "Run"
    filter: Filter
    now: float
    time: "Array"
    value: "Array"
    deviation: "Array"
    forecasts: tuple[Forecast, ...]
    windows: tuple[Window, ...]
    estimate: Estimate
    lost: float | None


def settings(model: "type[Model]", run: "Run", learnt: Sequence[str], wander: float) -> Settings:
    """What the filter of `run` is told: its quantities with their errors, what it refits, how states wander."""
    signals = tuple(Signal(name, name, _noise(run, place)) for place, name in enumerate(run.quantities))
    doubts = {name: Doubt(UNKNOWN_START) for name in model.signature.states.names if name != "volume"}
    sure = {"volume": Doubt()} if "volume" in model.signature.states.names else {}
    readings = int(run.present.sum(axis=0).max())
    return Settings(
        signals,
        tuple(Learnt(name, sd=None if model.signature.parameters[name].spread else 0.2) for name in learnt),
        doubts,
        sure,
        Doubt(wander),
        window=min(WINDOW, max(8, readings)),
    )


def _noise(run: "Run", place: int) -> Doubt:
    """The error of a quantity, with some at 0."""
    name, present = run.quantities[place], run.present[:, place]
    values, deviations = np.abs(run.measured[present, place]), run.deviations[present, place]
    least = 1e-3 * float(values.max(initial=0.0)) or 1e-6
    known = run.noise.get(name)
    if known is None:
        return Doubt(0.0, float(np.median(deviations)) if len(deviations) else least)
    return Doubt(known.relative, max(known.absolute, least))


def follow(model: "type[Model]", run: "Run", told: Settings, now: float, level: float) -> Followed:
    """Follow `run` to its end, and forecast every measured quantity from the hour `now` on."""
    of = Filter(Simulator(model), told, parameters=run.parameters)
    walk = _Walk(of, run)
    grid = np.unique([*np.linspace(run.start_h, now, POINTS), *run.time[run.time <= now]])
    kept = [walk.told(hour) for hour in grid.tolist() if walk.reach(hour)]
    ahead = np.unique([*np.linspace(now, float(run.time[-1]), POINTS // 2), *run.time[run.time > now]]) - now
    forecasts = _forecasts(of, walk, run, ahead.tolist(), level)
    for hour in run.time[run.time > now].tolist():
        walk.reach(hour)
    values = np.array([[v for v, _ in row] for row in kept]).reshape(len(kept), len(run.quantities))
    deviations = np.array([[d for _, d in row] for row in kept]).reshape(values.shape)
    return Followed(
        run,
        of,
        now,
        grid[: len(kept)],
        values,
        deviations,
        forecasts,
        tuple(walk.windows),
        walk.estimate,
        walk.lost,
    )


def _forecasts(
    of: Filter, walk: "_Walk", run: "Run", ahead: Sequence[float], level: float
) -> tuple[Forecast, ...]:
    """From where the walk stands, under the inputs that the run really had; none where the model cannot go on."""
    if walk.lost is not None:
        return ()
    plan = [Segment(s.start_h - walk.hour, _whole(of, s)) for s in run.segments]
    try:
        return tuple(forecast(of, walk.estimate, name, ahead, plan, level=level) for name in run.quantities)
    except TwinError:  # the run goes on with its readings, and may get further
        return ()


def _whole(of: Filter, segment: Segment) -> dict[str, float]:
    """A segment's inputs, the declared ones where it names none."""
    group = of.signature.inputs
    return dict(zip(group.names, group.vector(segment.values), strict=True))


def _started(of: Filter, run: "Run") -> dict[str, float]:
    """The initial states that are known, or were measured at the start."""
    first = run.measured[0] if run.time[0] == run.start_h else []
    pairs = zip(run.quantities, first, strict=False)
    seen = {name: float(v) for name, v in pairs if name in of.signature.states.names and math.isfinite(v)}
    return {**seen, **run.initial}


class _Walk:
    """The filter on its way through a run: an effect at the edge, made of pure steps."""

    def __init__(self, of: Filter, run: "Run") -> None:
        self.of, self.run, self.hour = of, run, run.start_h
        self.windows, self.lost = [Window()] * len(run.quantities), None if run.time.size else run.start_h
        states = of.signature.states.vector(_started(of, run))
        self.estimate = of.begin(states, self._inputs(run.start_h))
        self._read(-math.inf, run.start_h)

    def reach(self, hour: float) -> bool:
        """Go on to `hour` and fuse what was read until then; False once the model cannot follow."""
        changes = [s.start_h for s in self.run.segments] + [j.time_h for j in self.run.jumps]
        stops = sorted({at for at in (*changes, *self.run.time.tolist()) if self.hour < at < hour})
        for a, b in pairwise([self.hour, *stops, hour]):
            self._advance(a, b)
        if not self.estimate.sound and self.lost is None:
            self.lost = self.hour
        self.hour = hour
        return self.lost is None

    def told(self, hour: float) -> list[tuple[float, float]]:
        """Value and deviation of each measured quantity."""
        estimate = self.estimate = self.of.settle(self.estimate)
        spread = self.of.deviations(estimate)
        states, outputs = self.of.signature.states.names, self.of.signature.outputs.names
        places = [
            states.index(name) if name in states else len(estimate.mean) + outputs.index(name)
            for name in self.run.quantities
        ]
        return [
            (float(self.of.expectation(estimate, name)[0]), float(spread[place]))
            for name, place in zip(self.run.quantities, places, strict=True)
        ]

    def _advance(self, start: float, end: float) -> None:
        pieces = max(1, math.ceil((end - start) / self.of.stride - 1e-9))
        inputs = self._inputs(start)
        for _ in range(pieces if end > start else 0):
            self.estimate = self.of.advance(self.estimate, inputs, (end - start) / pieces)
        self._add(start, end)
        self._read(start, end)

    def _add(self, after: float, until: float) -> None:
        names = self.of.signature.states.names
        for jump in self.run.jumps:
            if after < jump.time_h <= until:
                settled = self.of.settle(self.estimate)
                mean = list(settled.mean)
                for name, value in jump.add.items():
                    mean[names.index(name)] += value
                self.estimate = replace(settled, mean=tuple(mean), start=tuple(mean[: len(names)]))

    def _read(self, after: float, until: float) -> None:
        for row in np.flatnonzero((self.run.time > after) & (self.run.time <= until)).tolist():
            for place in np.flatnonzero(self.run.present[row]).tolist():
                self.estimate, innovation = self.of.fuse(
                    self.estimate, place, float(self.run.measured[row, place])
                )
                self.windows[place] = self.windows[place].after(innovation, self.of.settings.window)

    def _inputs(self, hour: float) -> tuple[float, ...]:
        values = next((s.values for s in reversed(self.run.segments) if s.start_h <= hour), {})
        return self.of.signature.inputs.vector(values)
