"""From a question and its futures to a plan: solve, then walk through every future with the moves and without them.

In: a task, compiled once. Out: answers. The walk repeats the solver's own steps with the functions that it was made of,
so that what is told of a plan is what was planned.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from homeostat.control.predictive.chance import margins
from homeostat.control.predictive.equations import equations
from homeostat.control.predictive.formulation import formulate
from homeostat.control.predictive.futures import Futures
from homeostat.control.predictive.question import Active, Answer, Foretold, Planned, Question
from homeostat.control.predictive.task import Actuator, Shown, Task
from homeostat.control.predictive.walking import Path, Walking
from homeostat.twin.optimal import Guess, Outcome, Settings, Status, compile_solver

Failure = Literal["infeasible", "not finite", "no convergence"]
REASONS: Mapping[tuple[Failure, bool], str] = {
    ("infeasible", True): "the solver found no moves that keep the hard limits",
    ("infeasible", False): "the solver found no moves at all, though no limit is hard",
    ("no convergence", True): "the solver did not converge, perhaps because the hard limits cannot be kept",
    ("no convergence", False): "the solver did not converge",
    ("not finite", True): "the model is not finite here",
    ("not finite", False): "the model is not finite here",
}
"""Why there is no plan, by what the solver says and whether any limit is hard: only where one is can that be why."""
FORMER: Mapping[str, str] = {
    REASONS["infeasible", True]: "the hard limits cannot be kept together",
    REASONS["infeasible", False]: "the hard limits cannot be kept together",
    REASONS["no convergence", True]: "the solver did not converge",
}
"""What older records say in the place of these reasons, whether or not any limit was hard."""
ONCE = Settings(recover=False)
"""One attempt, from one course."""
NOTICEABLE = 1e-3
"""A multiplier above this, in objective for one scale of its row, says that a limit shapes the plan."""


OFF = 1e-4
"""How far from the end of its range an input may be planned to count as at it, as a share of the range."""


class Solving:
    """Solves one task; it remembers nothing from one question to the next."""

    def __init__(self, task: Task) -> None:
        traced = equations(task)
        problem, self._tree = formulate(task, traced)
        self._task, self._rows = task, problem.rows
        self._solver = compile_solver(problem, self._tree)
        self._walking = Walking(task, traced, problem, self._solver.identity)
        self._ways = [self._tree.path(leaf) for leaf in self._tree.leaves]

    @property
    def identity(self) -> str:
        """What decides the solver's kernel."""
        return self._solver.identity

    @property
    def beats(self) -> int:
        """The solver's heartbeat: how many iterations were ever begun."""
        return self._solver.beats

    def solve(self, question: Question, futures: Futures, guess: Guess | None) -> Outcome:
        """The best moves, as the solver hands them over: look at its status first."""
        start, before = self._start(question)
        given = self._parameters(futures)
        if not self._task.stiff:
            return self._solver.solve(start, before, given, guess=guess)
        spent = 0
        if guess is not None:
            outcome = self._solver.solve(start, before, given, guess=guess, settings=ONCE)
            spent += outcome.iterations
            if outcome.usable:
                return replace(outcome, iterations=spent)
        for held in (before, [actuator.low for actuator in self._task.actuators]):
            course = self._course(start, held, given)
            outcome = self._solver.solve(start, before, given, course=course, settings=ONCE)
            spent += outcome.iterations
            if outcome.usable:
                return replace(outcome, iterations=spent)
        outcome = self._solver.solve(start, before, given)
        return replace(outcome, iterations=spent + outcome.iterations)

    def _course(
        self, start: Sequence[float], held: Sequence[float], given: Sequence[Sequence[float]]
    ) -> tuple[list[Sequence[float]], list[Sequence[float]]]:
        """Where the model goes, node by node, with the inputs `held`: a stiff one has no use for another guess."""
        states = [start]
        for parent, p in zip(self._tree.parents[1:], given[1:], strict=True):
            states.append(self._walking.step(states[parent], held, p))
        return states, [held] * len(states)

    def margins(self, question: Question, futures: Futures, outcome: Outcome) -> list[list[float]]:
        """How far the limits that hold with a chance are drawn in along the moves of an outcome (steps, rows)."""
        start, _ = self._start(question)
        moves = [outcome.u[node].tolist() for node in self._ways[0][:-1]]
        walking, root = self._walking, futures.root
        return margins(self._task, question, futures, lambda rest: walking.seen(start, moves, root, rest))

    def refused(self, outcome: Outcome) -> Answer:
        """What is said where the solver found nothing that may be used."""
        status = _STATUS.get(outcome.status, "no convergence")
        return Answer(status, reason=REASONS[status, any(limit.scale is None for limit in self._task.limits)])

    def tell(self, question: Question, futures: Futures, outcome: Outcome) -> Planned:
        """The plan in full: where the moves lead, where none would lead, and what shapes them.

        In every future the same moves are followed, those that are told: as it would go if nobody planned anew. What
        each would be worth with moves of its own, once it is known which it is, is what was minimised, and not told.
        """
        start, before = self._start(question)
        steps, ways = range(self._task.steps), self._ways
        times = tuple([question.hours + k * futures.hours for k in steps])
        own = [self._settled(outcome.u[ways[0][k]].tolist()) for k in steps]
        followed = self._walk(futures, start, before, [own] * len(ways))
        unmoved = self._walk(futures, start, before, [[before] * self._task.steps] * len(ways))
        skipped = self._walk(futures, start, before, [self._without_first(before, own)] * len(ways))
        return Planned(
            times=times,
            moves=tuple([tuple(row) for row in own]),
            end=futures.end,
            ends=(),
            value=_mean([path.cost for path in followed]),
            without=_mean([path.cost for path in unmoved]),
            skipped=_mean([path.cost for path in skipped]),
            iterations=outcome.iterations,
            foretold=self._foretold(followed, unmoved, skipped),
            active=self._active(outcome, times),
        )

    def _settled(self, moves: Sequence[float]) -> list[float]:
        """Moves of one step, at the end of their range where a solver that never touches it has come next to it."""
        pairs = zip(moves, self._task.actuators, strict=True)
        return [_settled(value, a.low, a.high) for value, a in pairs]

    def _without_first(
        self, before: Sequence[float], rows: Sequence[Sequence[float]]
    ) -> list[Sequence[float]]:
        """The moves without the first: it is made up for by those after it, as far as changes are allowed."""
        kept = [before]
        for row in rows[1:]:
            kept.append(
                [_near(u, v, a.change) for u, v, a in zip(row, kept[-1], self._task.actuators, strict=True)]
            )
        return kept

    def _start(self, question: Question) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The planned states and the moved inputs now; an input outside its envelope is taken as at its end."""
        states, inputs = self._task.signature.states, self._task.signature.inputs
        x = tuple([question.states[states.index(name)] for name in self._task.states])
        u = [question.inputs[inputs.index(name)] for name in self._task.moved]
        within = zip(u, self._task.actuators, strict=True)
        return x, tuple([min(max(value, a.low), a.high) for value, a in within])

    def _parameters(self, futures: Futures) -> list[tuple[float, ...]]:
        scenarios = self._tree.scenarios
        nodes = zip(scenarios[1:], self._tree.depths[1:], strict=True)
        later = [futures.rest[max(scenario, 0)][depth - 1] for scenario, depth in nodes]
        return [futures.root, *later]

    def _walk(
        self,
        futures: Futures,
        start: Sequence[float],
        before: Sequence[float],
        moves: Sequence[Sequence[Sequence[float]]],
    ) -> list[Path]:
        """The way through every future under its own moves."""
        return [
            self._walking.walk(start, before, rows, futures.root, p)
            for rows, p in zip(moves, futures.rest, strict=True)
        ]

    def _foretold(
        self, followed: Sequence[Path], unmoved: Sequence[Path], skipped: Sequence[Path]
    ) -> tuple[Foretold, ...]:
        return tuple(
            [
                Foretold(
                    quantity=name,
                    values=followed[0].column(k),
                    low=_each(min, followed, k),
                    high=_each(max, followed, k),
                    without=unmoved[0].column(k),
                    skipped=skipped[0].column(k),
                )
                for k, name in enumerate(self._task.watched)
            ]
        )

    def _active(self, outcome: Outcome, times: Sequence[float]) -> tuple[Active, ...]:
        """The limits that shape the plan, whichever scenario they bind in."""
        show = self._task.show
        names = [
            f"{row.limit.name} {'>=' if row.lower else '<='} {show(row.quantity).text(row.bound)}"
            for row in self._task.rows
        ]
        scales = [row.limit.scale or 1.0 for row in self._task.rows]
        for actuator in self._task.actuators:
            if actuator.change is not None:
                told = show(actuator.input)
                names.append(f"change of {told.name} <= {told.difference(actuator.change)}")
                scales.append(actuator.change)
        hours = [*times, 2 * times[-1] - times[-2] if len(times) > 1 else times[-1]]
        found = [self._ends_of(outcome, times[0])]
        for at, nodes in zip(hours, zip(*self._ways, strict=True), strict=True):
            rows = [outcome.constraints[node].tolist()[: len(names)] for node in dict.fromkeys(nodes)]
            for k, column in enumerate(zip(*rows, strict=True)):
                multiplier = math.fsum(map(abs, column))  # what easing it in every scenario would be worth
                if multiplier * scales[k] > NOTICEABLE:
                    found.append([Active(names[k], at, multiplier)])
        return tuple([active for group in found for active in group])

    def _ends_of(self, outcome: Outcome, now: float) -> list[Active]:
        """The ends of the envelope at which the first move stands."""
        first = outcome.bounds[0, len(self._task.states) :].tolist()
        return [
            Active(_end(actuator, self._task.show(actuator.input), value), now, abs(value))
            for actuator, value in zip(self._task.actuators, first, strict=True)
            if abs(value) * (actuator.high - actuator.low) > NOTICEABLE
        ]


_STATUS: Mapping[Status, Failure] = {
    Status.INFEASIBLE: "infeasible",
    Status.NOT_FINITE: "not finite",
}


def _end(actuator: Actuator, told: Shown, multiplier: float) -> str:
    if multiplier > 0.0:
        return f"{told.name} <= {told.text(actuator.high)}"
    return f"{told.name} >= {told.text(actuator.low)}"


def _settled(value: float, low: float, high: float) -> float:
    """The end of a range that a value is next to, else the value."""
    near = OFF * (high - low)
    return low if value - low <= near else high if high - value <= near else value


def _near(wanted: float, before: float, change: float | None) -> float:
    """The wanted value, no further from the one before than may be changed at a time."""
    return wanted if change is None else min(max(wanted, before - change), before + change)


def _each(pick: Callable[..., float], paths: Sequence[Path], place: int) -> tuple[float, ...]:
    columns = [path.column(place) for path in paths]
    return tuple([pick(values) for values in zip(*columns, strict=True)])


def _mean(values: Sequence[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
