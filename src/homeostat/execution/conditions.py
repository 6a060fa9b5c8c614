"""Resolved transition conditions, evaluated on plain floats.

A reading that cannot be used is NaN here and satisfies no comparison: a phase never ends on a value that nobody has.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from homeostat.execution.plan.steps import Test
from homeostat.process.conditions import OPERATORS


class Facts(NamedTuple):
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


def judged(tests: Sequence[Sequence[Test]], facts: Facts, started: int) -> bool | None:
    """Whether a condition holds, by Kleene's logic of three values: None as long as that hangs on an unknown value.

    What decides whether something is done at all must not be decided by a sensor that is out. Of the time since a
    harvest nothing holds as long as no controller wants one: that is known.
    """
    found = [_all_known(alternative, facts, started) for alternative in tests]
    return True if True in found else None if None in found else False


def _all_known(alternative: Sequence[Test], facts: Facts, started: int) -> bool | None:
    unknown = False
    for test in alternative:
        value = _value(test, facts, started)
        if value != value and test.source != "harvest":
            unknown = True
        elif not OPERATORS[test.sign](value, test.limit):
            return False
    return None if unknown else True


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
