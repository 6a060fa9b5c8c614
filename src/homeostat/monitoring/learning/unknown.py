"""Labels that a model never saw, and groups far from those it saw: such a row is not decided, whatever its numbers say.

An indicator of another label is 0 for them, which means "the label that has no indicator", or nothing at all: the value
is told as what the other inputs make of the row, as for rows outside what the model knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.far_groups import far_groups
from homeostat.monitoring.learning.labels import GAPS, key
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import Package
from homeostat.monitoring.prediction import Verdict

SHOWN = 5


def judged(package: Package, table: Table, inputs: Mapping[str, Array]) -> tuple[Verdict, ...]:
    """The package's verdicts on its `inputs` from the table, undecided where it does not know a label or the group.

    Rows of a group that is far have no interval: of such groups nothing was learnt that could promise one.
    """
    known = {name: labels for name, labels in package.labels.items() if name != package.target}
    told = zip(package.score(inputs), unknown(known, table), far_groups(package, table, inputs), strict=True)
    return tuple(_alone(_doubted(verdict, label), group) for verdict, label, group in told)


def _doubted(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, decision="undecided", reason=_also(why, verdict)) if why else verdict


def _alone(verdict: Verdict, why: str) -> Verdict:
    """The verdict on a row whose group is far, and `why`; as it is where there is no reason."""
    if not why:
        return verdict
    reason = f"{verdict.reason}; {why}" if verdict.decision == "undecided" and verdict.reason else why
    return replace(verdict, low=None, high=None, decision="undecided", reason=reason, probability=None)


def _also(why: str, verdict: Verdict) -> str:
    """The reason, with what was said of inputs that are missing."""
    return f"{why}; {verdict.reason}" if verdict.missing and verdict.reason else why


def unknown(known: Mapping[str, Sequence[str]], table: Table) -> tuple[str, ...]:
    """What is said of each row (n,) of labels that are not among the `known` of their column; "" where all are."""
    told: list[list[str]] = [[] for _ in range(table.rows)]
    for name, labels in known.items():
        for row, label in _strangers(table.cells(name), labels):
            told[row].append(f"'{label[:40]}' is no {name} the model knows ({_listed(labels)})")
    return tuple("; ".join(each) for each in told)


def _strangers(cells: Sequence[str], labels: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The rows and cells that hold another label. A word such as 'none' is one unless it is known: if it is meant as a
    gap, an empty cell says so."""
    keys = GAPS | {key(label) for label in labels}
    return ((row, cell) for row, cell in enumerate(cells) if key(cell) not in keys)


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:SHOWN]) + (f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else "")
