"""A closed loop on one plant: truth drawn from a seed, readings with noise, an observer, a controller, its score.

    seed -> true parameters, first states -> [reading -> filter -> solver -> plant] x steps -> objective of it all

The controller knows what it `Knows`: everything (as the oracle does, but over its own horizon), the true parameters,
what its filter has learnt of them, that as a fan of futures, or only their nominal values; states it has from its
filter, unless it knows everything. It may be told everything late. A plan that is not solved is not applied: the last
move stays in force. No actuator goes beyond its bounds, by however little a solver does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.judge import Judge, Worth
from homeostat.bench.control.solver import Solver
from homeostat.bench.control.task import Array, Task
from homeostat.bench.control.trials import Trial, lasting
from homeostat.twin.observer import Estimate, Filter


class Knows(StrEnum):
    """What a controller knows of states and parameters."""

    ALL = "all"
    MODEL = "model"
    LEARNT = "learnt"
    FUTURES = "futures"
    NOMINAL = "nominal"


@dataclass(frozen=True)
class Outcome:
    """Of one episode: what it was worth, and the share of its plans that were solved."""

    worth: Worth
    solved: float


class Crew:
    """Solvers of one kind for horizons of any length, each made when first needed."""

    def __init__(self, task: Task, make: Callable[[Task], Solver]) -> None:
        self._task, self._make = task, make
        self._made: dict[int, Solver] = {}

    def over(self, steps: int) -> Solver:
        """The solver whose horizon is `steps`."""
        if steps not in self._made:
            self._made[steps] = self._make(lasting(self._task, steps))
        return self._made[steps]

    def forget(self) -> None:
        """Before another episode."""
        for solver in self._made.values():
            solver.forget()


class Loop:
    """Episodes of one trial."""

    def __init__(self, trial: Trial) -> None:
        self._trial, self._learning = trial, trial.filter()
        self._plant, self._judge = forms.plant(trial.task), Judge(trial.episode)

    def oracle(self, seed: int, solver: Solver) -> Outcome:
        """The whole episode planned at once with everything known; `solver` is one for the episode."""
        task, (known, start, _) = self._trial.task, self._drawn(seed)
        solver.forget()
        answer = solver.solve(start, task.before, known[None])
        worth = self._judge.worth(start, task.before, answer.plan, known[None])
        return Outcome(worth, float(answer.solved))

    def steered(self, seed: int, crew: Crew, knows: Knows, told: int | None = None) -> Outcome:
        """The episode under solvers of `crew`; from step `told` on, if one is named, they know everything."""
        trial, task, (known, x, random) = self._trial, self._trial.task, self._drawn(seed)
        p, u, path, moves, solved = task.parameters(known[None])[0], task.before, [x], [], []
        observer = trial.filter(known) if knows in (Knows.ALL, Knows.MODEL) else self._learning
        estimate = self._begun(observer, x, random)
        crew.forget()
        for k in range(trial.steps):
            solver = crew.over(trial.steps - k if trial.finite else task.steps)
            everything = knows is Knows.ALL or (told is not None and k >= told)
            seen = (x, known[None]) if everything else self._believed(observer, estimate, knows)
            answer = solver.solve(seen[0], u, seen[1])
            u = np.clip(answer.move, *task.input_bounds) if answer.solved else u
            x = np.array(self._plant(x, u, p)).ravel()
            path.append(x)
            moves.append(u)
            solved.append(answer.solved)
            estimate = self._followed(observer, estimate, u, x, random)
        cost = self._judge.cost(np.array(path), task.before, np.array(moves))
        return Outcome(Worth(cost, self._judge.excess(np.array(path))), float(np.mean(solved)))

    def _drawn(self, seed: int) -> tuple[Array, Array, np.random.Generator]:
        """True uncertain parameters (k,), true first states (nx,), and the source of what is still to be drawn."""
        random = np.random.default_rng(seed)
        return self._trial.draw(random), self._trial.task.start, random

    def _begun(self, observer: Filter, x: Array, random: np.random.Generator) -> Estimate:
        doubts = [self._trial.doubt.get(name, 0.0) for name in self._trial.task.states.names]
        guessed = self._possible(x + np.array(doubts) * random.standard_normal(len(x)))
        return observer.begin(tuple(guessed.tolist()), tuple(self._trial.task.before.tolist()))

    def _possible(self, states: Array) -> Array:
        """`states` within the model's bounds."""
        group = self._trial.task.states
        return states.clip([q.low for q in group], [q.high for q in group])

    def _followed(
        self, observer: Filter, estimate: Estimate, u: Array, x: Array, random: np.random.Generator
    ) -> Estimate:
        """Over one interval under `u`, and the readings at its end, where the states are `x`."""
        strides, hours = self._trial.strides, self._trial.task.hours
        for _ in range(strides):
            estimate = observer.advance(estimate, tuple(u.tolist()), hours / strides)
        for k, (name, sd) in enumerate(self._trial.noise.items()):
            reading = x[self._trial.task.states.index(name)] + sd * random.standard_normal()
            estimate, _ = observer.fuse(estimate, k, float(reading))
        return estimate

    def _believed(self, observer: Filter, estimate: Estimate, knows: Knows) -> tuple[Array, Array]:
        """States, and uncertain parameters (futures, k) as far as they are known, within the model's bounds."""
        task = self._trial.task
        states = self._possible(np.array(observer.states(estimate)))
        if knows is Knows.NOMINAL:
            return states, task.known
        group, values = task.model.signature.parameters, observer.known(estimate)
        rows = np.array([[values[group.index(name)] for name in task.uncertain]])
        if knows is Knows.FUTURES:
            rows = rows + _fan(self._doubts(observer, estimate))
        bounds = [group[name] for name in task.uncertain]
        return states, rows.clip([q.low for q in bounds], [q.high for q in bounds])

    def _doubts(self, observer: Filter, estimate: Estimate) -> Array:
        """Standard deviations (k,) of what is learnt of the uncertain parameters."""
        settled = dict(zip(observer.layout.pairs, observer.settle(estimate).covariance, strict=True))
        places = [observer.names.index(name) for name in self._trial.task.uncertain]
        return np.sqrt([settled[place, place] for place in places])


def _fan(doubts: Array) -> Array:
    """What is expected, and each parameter by itself one standard deviation more and less (2 k + 1, k)."""
    apart = np.diag(doubts)
    return np.vstack([np.zeros_like(doubts), apart, -apart])
