"""Training: several descents from seeded starts, judged on held-out runs at every step, stopped when those get worse.

In: a model with learnt terms, runs to learn from, runs held out. Out: `Training`, every point on the way with the error
of every run, and the one chosen: the lowest error of the held-out runs (early stopping: Prechelt 1998, Early Stopping -
But When?, LNCS 1524:55-69). Without held-out runs the lowest cost is chosen. Weights have normal priors, which is ridge
regularisation of a `NeuralTerm` and the process prior of a `KernelTerm`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.fit import Free, Normal, Progress, Rejected, Run, Scale, Tolerance, free
from homeostat.twin.fit.forward import TOLERANCE
from homeostat.twin.fit.free import frees
from homeostat.twin.fit.protocol import Array
from homeostat.twin.hybrid.descent import Descent
from homeostat.twin.hybrid.objective import Judged, Objective
from homeostat.twin.hybrid.term import term_weights
from homeostat.twin.model import Model


@dataclass(frozen=True)
class Options:
    """How to train: `starts` descents from `seed`, of at most `moves` steps each.

    `deviation` is the prior's standard deviation of every weight: smaller stays closer to the mechanistic model. A
    descent stops early after `patience` steps without a lower held-out error. From the second start on, quantities
    with a prior begin within `scatter` of its deviations about their start. Weights begin as draws from the share
    `awake` of their prior's width: at 0 there is no slope to follow, and a small share begins near the mechanistic
    model, from which stopping early then departs no further than the held-out runs bear out. `judged` and `soft`: see
    `Objective`.
    """

    starts: int = 4
    seed: int = 0
    moves: int = 40
    patience: int = 8
    deviation: float = 1.0
    scatter: float = 0.0
    awake: float = 0.5
    judged: tuple[str, ...] = ()
    soft: bool = False
    tolerance: Tolerance = TOLERANCE


@dataclass(frozen=True, eq=False)
class Point:
    """Where the descent `start` stood after `moves` steps: `cost` with priors, and each run's error by name."""

    start: int
    moves: int
    theta: Array
    cost: float
    errors: dict[str, float]

    def error(self, runs: Sequence[str]) -> float:
        """The root mean square error over `runs`, each counting alike."""
        return float(np.sqrt(np.mean([self.errors[name] ** 2 for name in runs])))


@dataclass(frozen=True, eq=False)
class Training:
    """All `points` of all descents in order, and the one `chosen`; `runs` were learnt from, `held_out` were not."""

    objective: Objective
    options: Options
    runs: tuple[Run, ...]
    held_out: tuple[Run, ...]
    points: tuple[Point, ...]

    @property
    def model(self) -> type[Model]:
        """The model as it was before training."""
        return self.objective.problem.model

    @property
    def chosen(self) -> Point:
        """The point of lowest held-out error; of lowest cost when nothing was held out."""
        names = [run.name for run in self.held_out]
        return min(self.points, key=lambda p: (p.error(names) if names else p.cost, p.start, p.moves))

    def values(self, point: Point | None = None) -> dict[str, float]:
        """What was learnt, by name, at `point` (at the chosen one, if not given)."""
        return self.objective.problem.values((point or self.chosen).theta)


DEFAULTS = Options()


def train(
    model: type[Model],
    runs: Sequence[Run],
    held_out: Sequence[Run] = (),
    learn: Sequence[str | Free] = (),
    options: Options = DEFAULTS,
    progress: Callable[[Progress], None] | None = None,
) -> Training:
    """Learn the weights of all terms of `model`, and `learn` beside them, from `runs`; stop early on `held_out`.

    The same call gives the same result. Raises `TwinError` for unknown names and when no start can be simulated.
    """
    wanted = frees(model, [*learn, *weights(model, options.deviation)])
    objective = Objective(
        model, runs, held_out, wanted, judged=options.judged, soft=options.soft, tolerance=options.tolerance
    )
    begins = start_points(wanted, len(wanted) - len(term_weights(model)), options)
    points = _descend(objective, begins, [run.name for run in held_out], options, progress)
    return Training(objective, options, tuple(runs), tuple(held_out), tuple(points))


def weights(model: type[Model], deviation: float = 1.0) -> list[Free]:
    """The weights of all learnt terms of `model`, with their prior."""
    return [
        free(model, name, scale=Scale.LINEAR, prior=Normal(0.0, deviation)) for name in term_weights(model)
    ]


def start_points(wanted: Sequence[Free], kinetic: int, options: Options) -> Array:
    """Where descents begin (starts, k): the first `kinetic` quantities scattered about their start, weights drawn."""
    rng = np.random.default_rng(options.seed)
    drawn = rng.standard_normal((options.starts, len(wanted))).clip(-2.0, 2.0)
    drawn[0, :kinetic] = 0.0
    begins = np.array([each.coordinate(each.lower if each.start is None else each.start) for each in wanted])
    widths = np.array([_width(each) for each in wanted])
    shares = np.where(np.arange(len(wanted)) < kinetic, options.scatter, options.awake)
    lower, upper = (np.array([each.coordinate(b) for each, b in _bounds(wanted, k)]) for k in range(2))
    return np.asarray(np.clip(begins + drawn * shares * widths, lower, upper), np.float64)


def _bounds(wanted: Sequence[Free], side: int) -> list[tuple[Free, float]]:
    return [(each, (each.lower, each.upper)[side]) for each in wanted]


def _width(each: Free) -> float:
    """One standard deviation of the prior as a change of the coordinate; 0 without a prior."""
    if each.prior is None:
        return 0.0
    value = each.lower if each.start is None else each.start
    return 1.0 / abs(each.prior.residual(value)[1] * each.slope(value))


def _descend(
    objective: Objective,
    begins: Array,
    judges: Sequence[str],
    options: Options,
    progress: Callable[[Progress], None] | None,
) -> list[Point]:
    """All descents in step with each other, in the order of their starts; every point that any of them reached."""
    running: dict[int, Descent] = {}
    points: list[Point] = []
    for start, (begin, found) in enumerate(zip(begins, objective.at(begins), strict=True)):
        if isinstance(found, Judged):
            problem = objective.problem
            running[start] = Descent(begin, problem.lower, problem.upper, found.residuals)
            points.append(Point(start, 0, begin, found.residuals.cost, dict(found.errors)))
    if not running:
        raise TwinError("no start of the training could be simulated", mend="start from other values")
    while running:
        running = _round(objective, running, points)
        running = {n: d for n, d in running.items() if _goes_on(n, d, points, judges, options)}
        if progress:
            progress(Progress(len(begins) - len(running), len(begins), min(p.cost for p in points)))
    return sorted(points, key=lambda point: (point.start, point.moves))


def _round(objective: Objective, running: dict[int, Descent], points: list[Point]) -> dict[int, Descent]:
    """Evaluate what every running descent proposes, at once."""
    proposals = np.stack([descent.proposal() for descent in running.values()])
    after: dict[int, Descent] = {}
    for (start, descent), at, found in zip(running.items(), proposals, objective.at(proposals), strict=True):
        told = descent.told(at, found if isinstance(found, Rejected) else found.residuals)
        after[start] = told
        if isinstance(found, Judged) and told.moves > descent.moves:
            points.append(Point(start, told.moves, told.theta, found.residuals.cost, dict(found.errors)))
    return after


def _goes_on(
    start: int, descent: Descent, points: Sequence[Point], judges: Sequence[str], options: Options
) -> bool:
    """Whether a descent may take another step: it has not arrived, and held-out runs still get better."""
    if descent.arrived or descent.moves >= options.moves:
        return False
    if not judges:
        return True
    mine = [point.error(judges) for point in points if point.start == start]
    return len(mine) - 1 - int(np.argmin(mine)) < options.patience
