"""The determinism self-test of a package (MON-02): the same rows give the same bits, here as where it was frozen."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.canonical import array_digest
from homeostat.monitoring.package.document import Document, SelfTest
from homeostat.monitoring.package.scoring import Scorer

ROWS = 8
"""How many rows a self-test holds, as a rule."""


def self_test(document: Document, x: Array) -> SelfTest:
    """The answers of a package on rows `x` (n, p)."""
    scorer = Scorer(document)
    numbers, verdicts = scorer.numbers(x), scorer.rows(x)
    told = [math.nan if verdict.probability is None else verdict.probability for verdict in verdicts]
    return SelfTest(
        rows=tuple(_hex(row) for row in x.tolist()),
        answers=tuple(_hex(each[:5]) for each in numbers),
        contributions=tuple(array_digest(np.array(each.parts)) for each in numbers),
        decisions=tuple(verdict.decision for verdict in verdicts),
        probabilities=_hex(told) if document.ruling and document.ruling.offset is not None else (),
    )


def check(document: Document, where: str) -> None:
    """Run the self-test, through arrays and row by row. Raises `MonitoringError` where a bit differs."""
    test = document.self_test
    if test is None or not test.rows:
        raise MonitoringError("the package has no self-test", where=where, mend="freeze the model again")
    if any(len(row) != len(document.inputs) for row in test.rows):
        raise MonitoringError("the self-test and the inputs do not fit together", where=where)
    x = np.array([_numbers(row) for row in test.rows])
    if not _answered(document, x, test) == test:
        raise MonitoringError(
            "the self-test fails: this machine does not compute what was frozen",
            where=where,
            mend="do not use the model here, and report the machine and the software versions",
        )
    scorer = Scorer(document)
    if scorer.rows(x) != tuple(scorer.row(row) for row in x.tolist()):
        raise MonitoringError("the self-test fails: one row and many rows differ", where=where)


def _answered(document: Document, x: Array, test: SelfTest) -> SelfTest:
    """The answers here. A package that keeps no rows decided on filled inputs when it was frozen, and does so no more:
    what it decided then, and said of probability, is no matter of the machine."""
    found = self_test(document, x)
    if document.filling is not None or len(test.decisions) != len(x):
        return found
    filled = [any(value != value for value in row) for row in x.tolist()]
    return found.model_copy(
        update={
            "decisions": _where(filled, test.decisions, found.decisions),
            "probabilities": _where(filled, test.probabilities, found.probabilities),
        }
    )


def _where(filled: Sequence[bool], then: Sequence[Any], now: Sequence[Any]) -> tuple[Any, ...]:
    """What was told then of the rows that were `filled`, and what is told now of the others."""
    if len(then) != len(now):
        return tuple(now)
    return tuple(old if gap else new for gap, old, new in zip(filled, then, now, strict=False))


def chosen_rows(x: Array) -> Array:
    """Up to `ROWS` rows of `x`, evenly spaced."""
    places = np.unique(np.linspace(0, len(x) - 1, min(ROWS, len(x))).astype(int))
    chosen: Array = x[places]
    return chosen


def _hex(row: Sequence[float]) -> tuple[str | None, ...]:
    return tuple(value.hex() if math.isfinite(value) else None for value in row)


def _numbers(row: Sequence[str | None]) -> list[float]:
    return [math.nan if value is None else float.fromhex(value) for value in row]
