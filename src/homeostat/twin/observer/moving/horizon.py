"""Moving-horizon estimation with constraints: one constrained least-squares problem over the last readings a call.

In: a filter, what happened since the last call. Out: an estimate that keeps all bounds, or, where the problem could not
be solved, the filter's, and which of the two it is. What lies before the window is told by the filter, which goes
behind it: its mean and covariance there are the arrival cost. Known inputs are never unknowns. Source: Rao, Rawlings &
Mayne 2003.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.observer.cholesky import inverse, square
from homeostat.twin.observer.filter import Estimate, Filter, Vector
from homeostat.twin.observer.jumps import Jump
from homeostat.twin.observer.memory import Shadow, Tracker
from homeostat.twin.observer.moving.arcs import SAME, Arc, Moving, Read
from homeostat.twin.observer.moving.problem import Array, Limits, Posed
from homeostat.twin.optimal import RK4, Guess, Outcome, Settings, Status, Tableau, Tree, compile_solver

CERTAIN = 1e-9
"""Added to the arrival's correlations: what is certain is so within 3e-5 standard deviations."""
SOLVING = Settings(tolerance=1e-6, warm=1e-2)


@dataclass(frozen=True)
class Answer:
    """What is believed now: the window's `estimate`, or the filter's where the window was not `SOLVED`.

    `course` (k + 1, n) is the window's own course at `hours` (k + 1,) up to now; both empty unless solved. The
    covariance of the estimate is always the filter's.
    """

    estimate: Estimate
    status: Status
    iterations: int = 0
    hours: Array = field(repr=False, default_factory=lambda: np.zeros(0))
    course: Array = field(repr=False, default_factory=lambda: np.zeros((0, 0)))

    @property
    def fallback(self) -> bool:
        """Whether the estimate is the filter's, for the window could not be solved."""
        return self.status is not Status.SOLVED


class MovingHorizon:
    """A window of up to `arcs` intervals over the filter `of`; it holds no state of a batch.

    An interval ends with a reading, or where the next would make it longer than `longest` hours. `limits` bound
    states, learnt parameters and biases, by name, more tightly than the model does. Each interval is integrated in
    `substeps` of `tableau`. Results as old as `horizon` hours are placed where they were taken. Raises TwinError for
    impossible limits.
    """

    def __init__(
        self,
        of: Filter,
        arcs: int = 15,
        *,
        limits: Limits | None = None,
        longest: float = 1.0,
        horizon: float = 24.0,
        substeps: int = 2,
        tableau: Tableau = RK4,
        settings: Settings | None = None,
    ) -> None:
        if arcs < 1 or not longest > 0.0:
            raise TwinError("a window has one interval or more, of positive length", where="MovingHorizon")
        self.filter, self.arcs, self.longest = of, arcs, longest
        self._posed = Posed(of, limits or {}, tableau, substeps)
        self._tracker = Tracker(of, horizon=horizon)
        self._solver = compile_solver(self._posed.problem(), Tree.chain(arcs))
        self._settings = settings or SOLVING

    @property
    def fingerprint(self) -> str:
        """What decides the numbers: the filter's fingerprint and the solver's kernel."""
        return (
            f"{self.filter.fingerprint} {self._solver.identity} {self.arcs} {self.longest!r} {self._settings}"
        )

    def begin(self, estimate: Estimate, time: float = 0.0) -> Moving:
        """The start of a batch: nothing but what the filter believes then."""
        shadow = self._tracker.begin(estimate, time)
        return Moving(shadow, shadow)

    def step(
        self,
        moving: Moving,
        inputs: Vector,
        time: float,
        readings: Mapping[int, float] | Sequence[float] = (),
    ) -> tuple[Moving, Answer]:
        """One estimate: `inputs` were held until `time`, when signals (by position) read `readings`; NaN for none."""
        moving = self.advance(moving, inputs, time)
        pairs = readings.items() if isinstance(readings, Mapping) else enumerate(readings)
        for signal, value in pairs:
            moving = self.read(moving, signal, value)
        return self.solve(moving)

    def advance(self, moving: Moving, inputs: Vector, time: float) -> Moving:
        """The window at `time`, `inputs` held since its own."""
        hours, before = time - moving.time, moving.present.estimate
        present = self._tracker.advance(moving.present, inputs, time)
        arc = Arc(hours, inputs, self._posed.scatter(before.mean), present.estimate.mean)
        moving = replace(moving, present=present)
        last = moving.arcs[-1] if moving.arcs else None
        if hours <= SAME:
            return moving
        if last is not None and not last.readings and last.hours + hours <= self.longest + SAME:
            return replace(moving, arcs=(*moving.arcs[:-1], last.joined(arc)))
        return self._fitted(replace(moving, arcs=(*moving.arcs, arc), since=moving.since + 1))

    def read(self, moving: Moving, signal: int, value: float, taken: float | None = None) -> Moving:
        """The window with a reading at the time it was `taken` (now if not given), unless the filter rejects it."""
        at = moving.time if taken is None else min(taken, moving.time)
        before = moving.present
        present = self._tracker.read(before, signal, value, None if at >= moving.time else at)
        moving = replace(moving, present=present)
        start = moving.behind.time
        if not moving.arcs or at <= start + SAME:
            late = None if at >= start else at
            return replace(moving, behind=self._tracker.read(moving.behind, signal, value, late))
        if present.belief.windows[signal].fused <= before.belief.windows[signal].fused:
            return moving
        return self._placed(moving, signal, value, at - start)

    def jump(self, moving: Moving, jump: Jump) -> Moving:
        """The window after a dose or a draw: it begins anew, and the filter tells what was before."""
        behind = moving.behind
        for arc in moving.arcs:
            behind = self._passed(behind, arc)
        return Moving(self._tracker.jump(behind, jump), self._tracker.jump(moving.present, jump))

    def solve(self, moving: Moving) -> tuple[Moving, Answer]:
        """The estimate now. A window that cannot be solved gives the filter's, and never begins the next."""
        own, behind = self.filter.settle(moving.present.estimate), self.filter.settle(moving.behind.estimate)
        if not behind.sound:
            return replace(moving, solved=None, since=0), Answer(own, Status.NOT_FINITE)
        found = self._solver.solve(
            behind.mean,
            np.zeros(len(self._posed.disturbed)),
            self._nodes(moving),
            arrival=self._arrival(behind),
            guess=_guess(moving),
            settings=self._settings,
        )
        if not found.usable:
            return replace(moving, solved=None, since=0), Answer(own, found.status, found.iterations)
        return replace(moving, solved=found, since=0), self._answer(moving, found, own)

    def _answer(self, moving: Moving, found: Outcome, own: Estimate) -> Answer:
        count = len(moving.arcs)
        ends = [moving.behind.time]
        for arc in moving.arcs:
            ends.append(ends[-1] + arc.hours)
        mean = tuple(found.x[-1].tolist())
        start = mean[: self.filter.layout.states]
        estimate = replace(own, mean=mean, start=start, sound=True)
        return Answer(estimate, found.status, found.iterations, np.array(ends), found.x[-1 - count :])

    def _fitted(self, moving: Moving) -> Moving:
        """No more intervals than the window has: the filter behind it goes over the oldest."""
        while len(moving.arcs) > self.arcs:
            behind = self._passed(moving.behind, moving.arcs[0])
            moving = replace(moving, behind=behind, arcs=moving.arcs[1:])
        return moving

    def _passed(self, behind: Shadow, arc: Arc) -> Shadow:
        behind = self._tracker.advance(behind, arc.inputs, behind.time + arc.hours)
        for read in arc.readings:
            behind = self._tracker.read(behind, read.signal, read.value)
        return behind

    def _placed(self, moving: Moving, signal: int, value: float, after: float) -> Moving:
        """With a reading `after` hours from where the window begins; the interval in which it was taken is parted."""
        arcs, before, k = list(moving.arcs), moving.behind.estimate.mean, 0
        while after > arcs[k].hours + SAME and k + 1 < len(arcs):
            after, before, k = after - arcs[k].hours, arcs[k].mean, k + 1
        if after < arcs[k].hours - SAME:
            arcs[k : k + 1] = arcs[k].parted(after, before)
        expected, _ = self.filter.expectation(
            replace(moving.present.estimate, mean=arcs[k].mean, inputs=arcs[k].inputs),
            self.filter.settings.signals[signal].quantity,
        )
        variance = self.filter.settings.signals[signal].noise.variance(expected)
        arcs[k] = replace(arcs[k], readings=(*arcs[k].readings, Read(signal, value, variance)))
        return self._fitted(replace(moving, arcs=tuple(arcs)))

    def _nodes(self, moving: Moving) -> Array:
        """The parameters of all nodes: until the window is full, it begins with intervals of no length."""
        parts, known = self._posed.parts, self.filter.parameters
        nodes = np.zeros((self.arcs + 1, self._posed.width))
        nodes[:, parts["parameters"]] = known
        nodes[:, parts["inputs"]] = moving.arcs[0].inputs if moving.arcs else moving.present.estimate.inputs
        for row, arc in zip(nodes[-len(moving.arcs) :] if moving.arcs else (), moving.arcs, strict=True):
            row[parts["inputs"]] = arc.inputs
            row[parts["hours"]] = arc.hours
            row[parts["scatter"]] = np.array(arc.scatter) / np.sqrt(arc.hours)
            values, weights = row[parts["values"]], row[parts["weights"]]
            for read in arc.readings:  # several readings of one signal count as their weighted mean
                weight = 1.0 / read.variance
                total = weights[read.signal] + weight
                values[read.signal] += (read.value - values[read.signal]) * weight / total
                weights[read.signal] = total
        return nodes

    def _arrival(self, behind: Estimate) -> Array:
        """Mean, and the inverse of the covariance by columns; what has no variance is held next to its mean."""
        P = square(self.filter.layout, behind.covariance)
        sizes = np.sqrt(P.diagonal())
        least = CERTAIN * np.array(self._solver.problem.state_scales)
        sizes = np.where(sizes > least, sizes, least)
        correlations = P / (sizes[:, None] * sizes[None, :])
        n = len(P)
        correlations[np.arange(n), np.arange(n)] = 1.0 + CERTAIN
        information = inverse(correlations) / (sizes[:, None] * sizes[None, :])
        return np.concatenate([np.array(behind.mean), information.ravel()])


def _guess(moving: Moving) -> Guess | None:
    """What the last solve found, moved on by the intervals since; none after a failure."""
    found = moving.solved
    if found is None:
        return None
    guess = found.kept()
    for _ in range(moving.since):
        guess = replace(found, guess=guess).shifted()
    multipliers = guess.point["lam"].copy()
    multipliers[0] = 0.0  # of what leads to the window's beginning: it is free, so nothing does
    return replace(guess, point={**guess.point, "lam": multipliers})
