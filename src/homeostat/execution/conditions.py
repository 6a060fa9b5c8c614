"""Resolved transition conditions, evaluated on plain floats.

A reading that cannot be used is NaN here and satisfies no comparison: a phase never ends on a value that nobody has.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.execution.plan.types import Test
from homeostat.process.conditions import OPERATORS


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions may look at: batch time (µs), usable tag values and the twin's values (NaN: unknown).

    `harvest` is for how long (µs) a controller has wanted its phase to end (NaN: none does).
    """

    time: int
    tags: Sequence[float]
    twin: Sequence[float]
    harvest: float = math.nan


def holds(until: Sequence[Sequence[Test]], facts: Facts, started: int) -> bool:
    """Whether one of the alternatives holds for a phase that began at `started`."""
    for alternative in until:
        for test in alternative:
            if not _true(test, facts, started):
                break
        else:
            return True
    return False


def _true(test: Test, facts: Facts, started: int) -> bool:
    return OPERATORS[test.sign](_value(test, facts, started), test.limit)


def _value(test: Test, facts: Facts, started: int) -> float:
    if test.source == "elapsed":
        return float(facts.time - started)
    if test.source == "batch":
        return float(facts.time)
    if test.source == "harvest":
        return facts.harvest
    return (facts.tags if test.source == "tag" else facts.twin)[test.index]
