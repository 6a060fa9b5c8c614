"""The futures a plan has to bear: what the twin believes, and that belief shifted one parameter at a time.

In: a task and a question. Out: for each scenario the vectors p of its steps. The first scenario is the belief itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.predictive.equations import given
from homeostat.control.predictive.question import Question
from homeostat.control.predictive.task import Task

FREED = 1e6
"""By how much, in scales, a row is eased at the start, where nothing can be decided about it any more."""


@dataclass(frozen=True, slots=True)
class Futures:
    """The belief and its scenarios over steps of `hours`: p at the start, then p of the steps of each scenario."""

    hours: float
    root: tuple[float, ...]
    rest: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, task: Task, question: Question, end: float) -> "Futures":
        """The futures until `end` (batch hours)."""
        hours = (end - question.hours) / task.steps
        margins = _margins(task, question)
        rest = [
            given(hours, question.states, question.inputs, p, margins) for p in parameters(task, question)
        ]
        eased = [-FREED * (row.limit.scale or 1.0) for row in task.rows]
        root = given(hours, question.states, question.inputs, question.parameters, eased)
        return cls(hours, root, tuple(rest))


def count(task: Task) -> int:
    """How many scenarios there are."""
    return 1 + 2 * len(task.scenarios)


def parameters(task: Task, question: Question) -> list[tuple[float, ...]]:
    """The parameters in each scenario: as believed, then each one up and down, within the model's bounds."""
    group = task.signature.parameters
    found = [question.parameters]
    for (name, sigmas), deviation in zip(task.scenarios, question.deviations, strict=True):
        at = group.index(name)
        for sign in (1.0, -1.0):
            value = question.parameters[at] + sign * sigmas * deviation
            shifted = list(question.parameters)
            shifted[at] = min(max(value, group[name].low), group[name].high)
            found.append(tuple(shifted))
    return found


def _margins(task: Task, question: Question) -> Sequence[float]:
    """By how much each limit is drawn in for the chance that it shall hold with."""
    doubts = dict(zip(task.watched, question.doubts, strict=False))
    return [row.limit.sigmas * doubts.get(row.quantity, 0.0) for row in task.rows]
