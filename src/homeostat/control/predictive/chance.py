"""Limits that hold with a chance: how far a plan has to keep away from them, by an ensemble that walks along it.

In: a plan and the belief. Out: margins for every step and row. The ensemble draws the scenarios' parameters from the
belief (Halton points as normal quantiles, so that the same question has the same ensemble); a row is drawn in by the
distance from its nominal value to the quantile that the chance asks for, and by the present doubt, independently.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import hypot
from statistics import NormalDist

from homeostat.control.predictive.futures import Futures, present, shifted
from homeostat.control.predictive.question import Question
from homeostat.control.predictive.task import Task
from homeostat.control.predictive.walking import Path

MEMBERS = 24
"""How many futures the ensemble has."""
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


@cache
def points(dimensions: int) -> tuple[tuple[float, ...], ...]:
    """Standard normal points (MEMBERS, dimensions). Halton 1960, Numerische Mathematik 2:84-90."""
    normal = NormalDist()
    return tuple(
        tuple(round(normal.inv_cdf(_radical(k, PRIMES[d % len(PRIMES)])), 9) for d in range(dimensions))
        for k in range(1, MEMBERS + 1)
    )


def _radical(number: int, base: int) -> float:
    """The digits of `number` mirrored at the point."""
    value, share = 0.0, 1.0 / base
    while number:
        number, digit = divmod(number, base)
        value += digit * share
        share /= base
    return value


Walk = Callable[[Sequence[Sequence[float]]], Path]
"""Walks along the plan through the future whose steps have these p."""


def margins(task: Task, question: Question, futures: Futures, walk: Walk) -> list[list[float]]:
    """By how much each row is drawn in at each step (steps, rows), if the plan that `walk` follows is followed."""
    at = 1 + len(question.states) + len(question.inputs)
    until = at + len(question.parameters)
    members: list[Path] = []
    for shifts in points(len(task.scenarios)):
        own = shifted(task, question, shifts)
        members.append(walk([(*p[:at], *own, *p[until:]) for p in futures.rest[0]]))
    nominal = walk(futures.rest[0])
    doubts = present(task, question)
    return [
        [hypot(_away(task, k, step, nominal, members), doubts[k]) for k in range(len(task.rows))]
        for step in range(1, task.steps + 1)
    ]


def _away(task: Task, place: int, step: int, nominal: Path, members: Sequence[Path]) -> float:
    """How far the quantile of a row lies from its nominal value, towards its limit."""
    row = task.rows[place]
    if row.limit.sigmas <= 0.0:
        return 0.0
    column = task.watched.index(row.quantity)
    values = sorted([member.seen[step][column] for member in members], reverse=not row.lower)
    beyond = NormalDist().cdf(-row.limit.sigmas)  # the share of futures that may violate it
    quantile = values[min(int(beyond * len(values)), len(values) - 1)]
    away = nominal.seen[step][column] - quantile
    return max(away if row.lower else -away, 0.0)
