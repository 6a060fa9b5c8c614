"""Limits that hold with a chance: how far a plan has to keep away from them, by an ensemble that walks along it.

In: a plan and the belief. Out: margins for every step and row. The ensemble draws the scenarios' parameters from the
belief (Halton points as normal quantiles, so that the same question has the same ensemble). A row is drawn in until
its limit lies as many standard deviations beyond the ensemble's mean as its chance asks for; the present doubt of the
quantity counts as independent of it. What is linear in parameters that are normal is so kept with exactly its chance;
of anything else a tail beyond `SUREST` is not known, and not promised (`task`).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import fsum, hypot, sqrt
from statistics import NormalDist

from homeostat.control.predictive.futures import Futures, shifted
from homeostat.control.predictive.question import Question
from homeostat.control.predictive.task import Row, Task
from homeostat.control.predictive.walking import Seen

MEMBERS = 24
"""How many futures the ensemble has; four for each parameter where that is more."""
LEAP = 409
"""Only every so many-th point is taken: neighbours in high dimensions resemble each other (Kocis & Whiten 1997)."""


@cache
def points(dimensions: int) -> tuple[tuple[float, ...], ...]:
    """Standard normal points (members, dimensions) of mean 0, variance 1 and correlation 0, but for rounding.

    Every point comes with its opposite, so that no odd moment is left. Sources: Halton 1960, Numerische Mathematik
    2:84-90; Kocis & Whiten 1997, ACM Trans. Math. Software 23:266-294.
    """
    normal, count = NormalDist(), max(MEMBERS // 2, 2 * dimensions)
    columns: list[list[float]] = []
    for _, base in zip(range(dimensions), _primes(), strict=False):
        raw = [round(normal.inv_cdf(_radical(LEAP * k, base)), 9) for k in range(1, count + 1)]
        columns.append(_apart(raw, columns))
    half = tuple(zip(*columns, strict=True))
    return half + tuple(tuple([-value for value in point]) for point in half)


def _apart(column: Sequence[float], others: Sequence[Sequence[float]]) -> list[float]:
    """A column without what it shares with the others, of mean square 1 (Gram-Schmidt)."""
    count, own = len(column), list(column)
    for other in others:
        share = fsum(a * b for a, b in zip(own, other, strict=True)) / count
        own = [a - share * b for a, b in zip(own, other, strict=True)]
    size = sqrt(fsum(value * value for value in own) / count)
    return [value / size for value in own]


def _primes() -> Iterator[int]:
    """2, 3, 5, and so on."""
    found: list[int] = []
    number = 2
    while True:
        if all(number % prime for prime in found):
            found.append(number)
            yield number
        number += 1


def _radical(number: int, base: int) -> float:
    """The digits of `number` mirrored at the point."""
    value, share = 0.0, 1.0 / base
    while number:
        number, digit = divmod(number, base)
        value += digit * share
        share /= base
    return value


Walk = Callable[[Sequence[Sequence[float]]], Seen]
"""What is seen along the plan in the future whose steps have these p."""


def margins(task: Task, question: Question, futures: Futures, walk: Walk) -> list[list[float]]:
    """By how much each row is drawn in at each step (steps, rows), if the plan that `walk` follows is followed."""
    at = 1 + len(question.states) + len(question.inputs)
    until = at + len(question.parameters)
    members: list[Seen] = []
    for shifts in points(len(task.scenarios)):
        own = shifted(task, question, shifts)
        members.append(walk([(*p[:at], *own, *p[until:]) for p in futures.rest[0]]))
    nominal = walk(futures.rest[0])
    places = {quantity: k for k, quantity in enumerate(task.watched)}
    doubts = dict(zip(task.watched, question.doubts, strict=False))

    def away(row: Row, step: int) -> float:
        column = places[row.quantity]
        values = [member[step][column] for member in members]
        return _away(row, nominal[step][column], values, doubts.get(row.quantity, 0.0))

    return [[away(row, step) for row in task.rows] for step in range(1, task.steps + 1)]


def _away(row: Row, nominal: float, values: Sequence[float], doubt: float) -> float:
    """How far the nominal value has to stay from a row's bound: never less than nothing."""
    if row.limit.sigmas <= 0.0:
        return 0.0
    mean = fsum(values) / len(values)
    spread = sqrt(fsum((value - mean) ** 2 for value in values) / len(values))
    towards = nominal - mean if row.lower else mean - nominal
    return max(towards + row.limit.sigmas * hypot(spread, doubt), 0.0)
