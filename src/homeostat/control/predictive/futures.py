"""The futures a plan has to bear: what the twin believes, and that belief shifted one parameter at a time.

In: a task and a question. Out: the vectors p of every step in every scenario. The first scenario is the belief itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.predictive.equations import direct, given
from homeostat.control.predictive.question import Question
from homeostat.control.predictive.task import Task

FREED = 1e6
"""By how much, in scales, a row is eased at the start, where nothing can be decided about it any more.

What follows an input at once can be decided even there, and is not eased."""
Ends = tuple[float, float]
"""The least and the greatest value that an input may have now."""


@dataclass(frozen=True, slots=True)
class Futures:
    """Steps of `hours` to the batch hour `end`: p at the start, then for each scenario p of every step."""

    hours: float
    end: float
    root: tuple[float, ...]
    rest: tuple[tuple[tuple[float, ...], ...], ...]

    @classmethod
    def of(
        cls,
        task: Task,
        question: Question,
        end: float,
        margins: Sequence[Sequence[float]] = (),
        now: Sequence[Ends] = (),
    ) -> "Futures":
        """The futures until `end` (batch hours).

        `margins` draw the rows of the limits in at every step (as the present doubt demands, if not given); `now` are
        the ends of those inputs that are switches.
        """
        hours = (end - question.hours) / task.steps
        drawn = margins or [present(task, question)] * task.steps
        free = _flat([(actuator.low, actuator.high) for actuator in task.switches])
        rest = [
            tuple([given(hours, question.states, question.inputs, p, row, free) for row in drawn])
            for p in scenarios(task, question)
        ]
        at_once, doubts = direct(task.model, task.moved), present(task, question)
        eased = [
            doubt if row.quantity in at_once else -FREED * (row.limit.scale or 1.0)
            for row, doubt in zip(task.rows, doubts, strict=True)
        ]
        first = _flat(now) if now else free
        root = given(hours, question.states, question.inputs, question.parameters, eased, first)
        return cls(hours, end, root, tuple(rest))


def count(task: Task) -> int:
    """How many scenarios there are."""
    return 1 + 2 * len(task.scenarios)


def scenarios(task: Task, question: Question) -> list[tuple[float, ...]]:
    """The parameters in each scenario: as believed, then each one up and down."""
    found = [question.parameters]
    for k, (_, sigmas) in enumerate(task.scenarios):
        for sign in (1.0, -1.0):
            shifts = [0.0] * len(task.scenarios)
            shifts[k] = sign * sigmas
            found.append(shifted(task, question, shifts))
    return found


def shifted(task: Task, question: Question, shifts: Sequence[float]) -> tuple[float, ...]:
    """The parameters, those of the scenarios shifted by so many standard deviations, within the model's bounds."""
    group, values = task.signature.parameters, list(question.parameters)
    for (name, _), deviation, shift in zip(task.scenarios, question.deviations, shifts, strict=True):
        at = group.index(name)
        values[at] = min(max(values[at] + shift * deviation, group[name].low), group[name].high)
    return tuple(values)


def present(task: Task, question: Question) -> list[float]:
    """By how much the present doubt draws in each row of the limits, for the chance that it shall hold with."""
    doubts = dict(zip(task.watched, question.doubts, strict=False))
    return [row.limit.sigmas * doubts.get(row.quantity, 0.0) for row in task.rows]


def _flat(ends: Sequence[Ends]) -> list[float]:
    return [value for pair in ends for value in pair]
