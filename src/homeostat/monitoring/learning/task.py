"""What is to be learnt: inputs, a target, groups that must not be split, a rule that decides.

In: a table and what the user asked for. Out: a frozen `Task` of arrays, with every decision told in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.columns import Wanted, choose
from homeostat.monitoring.learning.identical import repeats
from homeostat.monitoring.learning.magnitudes import unbelievable
from homeostat.monitoring.learning.possible import ANYTHING, Possible, possible
from homeostat.monitoring.learning.rounds import rounds
from homeostat.monitoring.learning.rules import Question, question
from homeostat.monitoring.learning.spellings import spellings
from homeostat.monitoring.learning.table import Table

LARGEST = 1e75
"""The target whose fourth power is a number still: variances of variances are computed."""
FEWEST = 8
"""Rows below which nested cross-validation says nothing."""


@dataclass(frozen=True, eq=False)
class Task:
    """Inputs `x` (n, p) called `names`, NaN where missing; target `y` (n,), 0 or 1 for classes; `groups` (n,)."""

    names: tuple[str, ...]
    x: Array
    y: Array
    target: str
    question: Question
    groups: tuple[str, ...] | None
    group: str | None
    axis: Array | None
    """Wavelengths (p,) where the inputs are a spectrum."""
    rows: tuple[int, ...]
    """The rows of the table (from 0) that have a target."""
    decisions: tuple[str, ...] = field(default=())
    same: Integers | None = None
    """For each row (n,) the first that is like it in inputs and target; None where no row is repeated."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The labels of each column of text that is an input, and of a target of classes."""
    possible: Possible = ANYTHING
    """What the target can be at all, as declared."""

    def part(self, places: Integers) -> "Task":
        """The same task over some of its rows."""
        groups = None if self.groups is None else tuple(self.groups[i] for i in places)
        rows = tuple(self.rows[i] for i in places)
        same = None if self.same is None else self.same[places]
        return replace(self, x=self.x[places], y=self.y[places], groups=groups, rows=rows, same=same)


def state(
    table: Table, target: str, wanted: Wanted, group: str | None = None, rule: str | None = None
) -> Task:
    """The task that a table poses. Raises MonitoringError where it poses none, naming the column or row."""
    for name in (target, *([group] if group else [])):
        table.check_single(name)
    if group == target:
        raise MonitoringError(
            f"'{target}' cannot tell the groups: it is what is to be predicted",
            where=f"{table.name}, column '{group}'",
            mend="name the column of donors, batches or reactors, or leave the groups out",
        )
    asked = question(table, target, rule)
    truth = asked.truth(table, target)
    rows = np.flatnonzero(np.isfinite(truth))
    _check_target(truth[rows], table, target)
    groups = None if group is None else _groups(table, group, rows)
    chosen = choose(table, rows, truth[rows], wanted, frozenset({target} | ({group} if group else set())))
    for name in chosen.names:
        table.check_single(name)
    lost = table.rows - len(rows)
    notes = [f"{lost} rows have no value of '{target}' and are left out"] if lost else []
    labels = {**chosen.labels, **asked.labels(table, target)}
    x = np.stack([table.number(name)[rows] for name in chosen.names], axis=1)
    same = repeats(x, truth[rows])
    notes += rounds(table, rows, target) if groups is None else []
    notes += _repeated(same, groups, table, target)
    notes += unbelievable(table, [*([target] if target in table.numbers else []), *chosen.names])
    return Task(
        chosen.names,
        x,
        truth[rows],
        target,
        asked,
        groups,
        group,
        chosen.axis,
        tuple(rows.tolist()),
        (*notes, *asked.notes, *chosen.decisions, *spellings(table, tuple(labels), group)),
        same,
        labels,
    )


def bounded(task: Task, table: Table, declared: str) -> Task:
    """The task whose target can only be what is `declared`, such as '0..100'.

    Raises MonitoringError where that is no range, the target is a class, or the table holds a value beyond it.
    """
    found = possible(declared)
    if task.question.classes:
        raise MonitoringError(
            "the target is a class, which has no range",
            where=f"--possible '{declared}'",
            mend="leave the option out",
        )
    found.check(task.y, lambda place: table.place(task.rows[place], task.target))
    note = f"values and intervals are cut to what is declared possible, {found}"
    return replace(task, possible=found, decisions=(*task.decisions, note))


def _repeated(same: Integers | None, groups: tuple[str, ...] | None, table: Table, target: str) -> list[str]:
    """What is said of rows that repeat another. Raises MonitoringError where too few different ones are left."""
    if same is None:
        return []
    again = np.flatnonzero(same != np.arange(len(same)))
    told = f"{len(again)} rows repeat another in all inputs and '{target}'"
    if groups is not None:
        across = sum(groups[row] != groups[same[row]] for row in again)
        warned = (
            f"; {across} OF THEM IN ANOTHER GROUP: the figures on rows held out flatter" if across else ""
        )
        return [f"{told}, each held out with its group{warned}"]
    if len(same) - len(again) < FEWEST:
        raise MonitoringError(
            f"only {len(same) - len(again)} rows differ: {told}",
            where=table.name,
            mend=f"bring at least {FEWEST} rows that differ",
        )
    return [f"{told}: each is held out with the row that it repeats"]


def _groups(table: Table, group: str, rows: Integers) -> tuple[str, ...]:
    labels = table.categories(group)
    for row in rows:
        if not labels[row]:
            raise MonitoringError(
                "the row belongs to no group", where=table.place(int(row), group), mend="name its group"
            )
    found = tuple(labels[row] for row in rows)
    count = len(set(found))
    if count < 3:
        raise MonitoringError(
            f"all rows belong to one group, '{found[0][:40]}'"
            if count == 1
            else f"there are only {count} groups",
            where=f"{table.name}, column '{group}'",
            mend="at least 3 are needed to choose a model on some and to judge it on others; or leave out --group",
        )
    return found


def _check_target(truth: Array, table: Table, target: str) -> None:
    where = f"{table.name}, column '{target}'"
    if len(truth) < FEWEST:
        raise MonitoringError(
            f"only {len(truth)} rows have a value of the target",
            where=where,
            mend=f"bring at least {FEWEST}; fewer cannot be divided into rows to learn from and rows to judge by",
        )
    largest = float(truth[np.argmax(np.abs(truth))])
    if abs(largest) > LARGEST:
        raise MonitoringError(
            f"{largest:g} is too large a target: its errors leave the numbers that can be computed with",
            where=where,
            mend="check unit and cells, or give its logarithm",
        )
    if float(np.ptp(truth)) == 0.0:
        raise MonitoringError(
            "the target has one value in all rows", where=where, mend="choose a column that varies"
        )
