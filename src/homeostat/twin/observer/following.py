"""A recorded run followed as if it were happening: readings fused one by one, then the rest foretold and judged.

In: a filter, a measured run, the hour from which to forecast. Out: what was believed over time, what the readings
said of it, the forecasts, and how they compare with what was measured later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.engine.robust import rms
from homeostat.twin.observer.consistency import Window
from homeostat.twin.observer.course import Course
from homeostat.twin.observer.filter import Estimate, Filter
from homeostat.twin.observer.forecast import Forecast, forecast
from homeostat.twin.observer.recorded import Array, Recorded
from homeostat.twin.observer.walk import Step, Walk

POINTS = 200
"""Times at which the belief is kept; half as many for a forecast."""


@dataclass(frozen=True)
class Score:
    """How a forecast of `quantity` compares with the `count` values measured later.

    `mean_relative_error` is None where all of them are 0; `coverage` is the share inside the interval, widened by the
    errors of measurement.
    """

    quantity: str
    count: int
    rmse: float
    mean_relative_error: float | None
    coverage: float


@dataclass(frozen=True)
class Refit:
    """A learnt parameter: its value `before`, `value` and `deviation` (1 s.d.) at the end, in `unit`."""

    parameter: str
    before: float
    value: float
    deviation: float
    unit: str


@dataclass(frozen=True)
class Followed:
    """What was believed of the run's quantities: `value` and `deviation` (1 s.d.), both (nt, q), at `time` (nt,).

    `forecasts` go on from `now` to `until`, none where the model could not, and `unforetold` then says why; `windows`
    and `estimate` are those at the end, when all readings were fused. `lost` is the hour after which the model could
    not follow, None if it could.
    """

    run: Recorded
    filter: Filter
    now: float
    until: float
    level: float
    time: Array
    value: Array
    deviation: Array
    forecasts: tuple[Forecast, ...]
    windows: tuple[Window, ...]
    estimate: Estimate
    lost: float | None
    unforetold: str = ""

    @property
    def reach(self) -> float:
        """Standard deviations from the middle to an end of a normal interval at `level`."""
        return NormalDist().inv_cdf(0.5 + self.level / 2.0)

    @property
    def left_out(self) -> int:
        """How many readings the forecasts do not know."""
        return int(self.run.present[self.run.time > self.now].sum())

    def scores(self) -> tuple[Score, ...]:
        """Each forecast against what was measured later, as far as it reaches; none of what was not measured."""
        return tuple(
            score for place, each in enumerate(self.forecasts) for score in self._scored(place, each)
        )

    def refitted(self) -> tuple[Refit, ...]:
        """The learnt parameters at the end."""
        of, parameters = self.filter, self.filter.signature.parameters
        spread, first = of.deviations(self.estimate), len(of.signature.states)
        learnt = [parameters[each.name] for each in of.settings.learnt]
        return tuple(
            Refit(q.name, of.parameters[parameters.index(q.name)], self.estimate.mean[k], spread[k], q.unit)
            for k, q in enumerate(learnt, first)
        )

    def _scored(self, place: int, ahead: Forecast) -> Iterator[Score]:
        hours = self.run.time - self.now
        later = (hours > 0.0) & (hours <= ahead.hours[-1] + 1e-9) & self.run.present[:, place]
        if not later.any():
            return
        at = np.searchsorted(ahead.hours, hours[later] - 1e-9)
        measured = self.run.measured[later, place]
        errors, sized = np.abs(ahead.value[at] - measured), measured != 0.0
        relative = float((errors[sized] / np.abs(measured[sized])).mean()) if sized.any() else None
        doubt = np.hypot(ahead.deviation[at], self.run.deviations[later, place])
        inside = float((errors <= self.reach * doubt).mean())
        yield Score(ahead.quantity, int(later.sum()), rms(errors), relative, inside)


def follow(
    of: Filter,
    run: Recorded,
    now: float,
    *,
    ahead: Course | None = None,
    until: float | None = None,
    level: float = 0.9,
) -> Followed:
    """Follow `run` to its end; from the hour `now` on also forecast every measured quantity, with `level` intervals.

    The filter's signals are the run's quantities, in order, as `settings_of` makes them. The forecast ends at `until`
    (the last measurement, if not given). It is told what was done to the run after `now`; or instead what `ahead` says,
    in hours of the run: `Course()` holds the inputs of that hour, and adds nothing. Raises TwinError where `ahead` or
    the run do not fit the model, and for hours in another order.
    """
    end = float(run.time[-1]) if until is None else until
    if not run.start_h <= now <= end:
        what = f"run {run.name} begins at {run.start_h:g} h, and its forecast would end at {end:g} h"
        raise TwinError(what, where=f"forecast from {now:g} h on", mend="forecast from an hour between")
    walk = Walk(of, run)
    course = walk.course.after(now) if ahead is None else ahead
    course.check(of, now)
    grid = np.unique([*np.linspace(run.start_h, now, POINTS), *run.time[run.time <= now]])
    steps = list(walk.along(walk.begin(), grid.tolist()))
    kept = [step for step in steps if step.lost is None]
    hours = np.unique([*np.linspace(now, end, POINTS // 2), *run.time[(run.time > now) & (run.time <= end)]])
    foretold, unforetold = _foretold(of, steps[-1], run, course.since(now), (hours - now).tolist(), level)
    *_, last = (steps[-1], *walk.along(steps[-1], np.unique(run.time[run.time > now]).tolist()))
    value, deviation = _believed(of, kept, run.quantities)
    return Followed(
        run,
        of,
        now,
        end,
        level,
        grid[: len(kept)],
        value,
        deviation,
        foretold,
        last.windows,
        last.estimate,
        last.lost,
        unforetold,
    )


def _believed(of: Filter, steps: list[Step], quantities: tuple[str, ...]) -> tuple[Array, Array]:
    """Value and deviation of each quantity (nt, q)."""
    states, outputs = of.signature.states.names, of.signature.outputs.names
    places = [
        states.index(name) if name in states else of.layout.size + outputs.index(name) for name in quantities
    ]
    spreads = [of.deviations(step.estimate) for step in steps]
    values = [[of.expectation(step.estimate, name)[0] for name in quantities] for step in steps]
    shape = (len(steps), len(quantities))
    return np.array(values).reshape(shape), np.array([[s[k] for k in places] for s in spreads]).reshape(shape)


def _foretold(
    of: Filter, step: Step, run: Recorded, course: Course, hours: list[float], level: float
) -> tuple[tuple[Forecast, ...], str]:
    """Forecasts from where the filter stands; none, and why, where the model cannot go on: the run may get further."""
    if step.lost is not None:
        return (), f"the model could not be followed beyond {step.lost:g} h"
    try:
        foretold = [
            forecast(of, step.estimate, name, hours, course.segments, jumps=course.jumps, level=level)
            for name in run.quantities
        ]
    except TwinError as error:
        return (), str(error)
    return tuple(foretold), ""
