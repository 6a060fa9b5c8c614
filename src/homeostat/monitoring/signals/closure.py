"""Whether the balances close: the global test over time, and the sensors that most likely keep them from it.

A single rejection is chance: a finding is opened when the balances have failed `patience` times in a row and closed
when they have held as often. The suspects have the largest measurement test (Mah and Tamhane 1982, AIChE J.
28:828-830); where one balance is all there is, every sensor in it is equally suspect, and that is what is said.
"""

from dataclasses import dataclass, replace

from homeostat.errors import MonitoringError
from homeostat.monitoring.signals.finding import Change, Finding
from homeostat.monitoring.signals.reconcile import Reconciled

LEVEL = 0.001
"""The share of single evaluations that reject although nothing is wrong, where the deviations are right."""

TOTAL = (
    10.8276,
    13.8155,
    16.2662,
    18.4668,
    20.5150,
    22.4577,
    24.3219,
    26.1245,
    27.8772,
    29.5883,
    31.2641,
    32.9095,
)
"""Chi-squared that is exceeded with the chance `LEVEL`, for 1 to 12 degrees of freedom."""

_TIE = 1.001  # tests so close to the largest cannot be told apart


@dataclass(frozen=True, slots=True)
class Closing:
    """How balances are judged: their name for people, and how many evaluations in a row decide."""

    name: str
    title: str
    patience: int = 4


@dataclass(frozen=True, slots=True)
class Closure:
    """How many evaluations in a row spoke against what is held to be so, since when, and the finding that stands."""

    against: int = 0
    since: int = 0
    standing: Finding | None = None


def rejected(result: Reconciled) -> bool:
    """Whether the global test fails. Raises MonitoringError for more degrees of freedom than the table has."""
    if result.freedom > len(TOTAL):
        raise MonitoringError(
            f"{result.freedom} balances are judged together", mend=f"judge at most {len(TOTAL)} at once"
        )
    return result.freedom > 0 and not result.total <= TOTAL[result.freedom - 1]


def suspects(result: Reconciled) -> tuple[str, ...]:
    """The sensors whose corrections are the largest for their deviations; several where they cannot be told apart."""
    largest = max((abs(test) for test in result.tests.values()), default=0.0)
    return tuple(name for name, test in result.tests.items() if abs(test) * _TIE >= largest > 0.0)


def judge(closing: Closing, closure: Closure, time: int, result: Reconciled) -> tuple[Closure, Change | None]:
    """The closure after one more evaluation at `time`. One without a check (missing values) says nothing."""
    if result.freedom == 0:
        return closure, None
    standing = closure.standing
    if rejected(result) == (standing is not None):
        return replace(closure, against=0), None
    since = time if closure.against == 0 else closure.since
    if closure.against + 1 < closing.patience:
        return Closure(closure.against + 1, since, standing), None
    if standing is not None:
        return Closure(), Change(standing, False, time)
    finding = _finding(closing, since, result)
    return Closure(standing=finding), Change(finding, True, time)


def _finding(closing: Closing, since: int, result: Reconciled) -> Finding:
    names = ", ".join(suspects(result))
    text = f"{closing.title} does not close (test {result.total:.3g}); suspected: {names}"
    return Finding(closing.name, "balance", since, result.total, text)
