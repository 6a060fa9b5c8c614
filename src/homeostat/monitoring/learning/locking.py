"""A locked test set: rows that no choice and no fit ever sees, taken out before anything else, used once at the end.

In: the table, and either another table or a share of its groups. Out: what is left to learn from, and the digest that
goes into the package before the test. Every use is appended to the record that stands beside the model (MON-09).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import chance
from homeostat.monitoring.learning.identical import row_digests, row_keys
from homeostat.monitoring.learning.labels import key
from homeostat.monitoring.learning.scoring import given, score
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.task import Task
from homeostat.monitoring.learning.training import Settings
from homeostat.monitoring.package import LockedTest, Metrics, Package
from homeostat.monitoring.package.uses import LOCKED_TEST, record_use


@dataclass(frozen=True)
class Locked:
    """The table to learn from, and the locked one, if there is any."""

    learnt_from: Table
    kept: Table | None
    groups: int = 0
    group: str = ""

    def digest(self, task: Task) -> LockedTest | None:
        """What the package of `task` says of the locked test set; its rows stay outside."""
        if self.kept is None:
            return None
        x, y = _numbers(self.kept, task)
        return LockedTest(
            sha256=self.kept.sha256,
            rows=self.kept.rows,
            groups=self.groups,
            group=self.group,
            keys=row_digests(x, y),
            chance=chance(x, y),
        )

    def check(self, task: Task) -> None:
        """Refuse a locked test whose rows are among those of `task`. Raises MonitoringError naming the first."""
        if self.kept is None:
            return
        _refuse_strangers(self.kept, task)
        known = frozenset(row_keys(task.x, task.y))
        keys = row_keys(*_numbers(self.kept, task))
        shared = [row for row, key in enumerate(keys) if key in known]
        if shared:
            raise MonitoringError(
                f"{len(shared)} of {self.kept.rows} rows of the test set are learnt from as well, "
                "alike in all inputs and the target",
                where=self.kept.place(shared[0]),
                mend="test on rows that the model has not learnt from; leave repeated rows out of the table",
            )

    def test(self, package: Package, path: Path, when: str) -> tuple[Metrics, ...]:
        """Score the locked rows once and record the use beside the package at `path`; nothing without such rows."""
        if self.kept is None:
            return ()
        results = score(package, self.kept).metrics
        record_use(
            path,
            what=LOCKED_TEST,
            by="homeostat watch train",
            when=when,
            content_hash=package.content_hash,
            table=self.kept.sha256,
            results=results,
        )
        return results


def _numbers(kept: Table, task: Task) -> tuple[Array, Array]:
    """The task's inputs (n, p) and target (n,) in the table."""
    known = kept.knowing(task.labels)
    inputs = given(task.names, known)
    return np.column_stack([inputs[name] for name in task.names]), task.question.truth(known, task.target)


def _refuse_strangers(kept: Table, task: Task) -> None:
    """Refuse a truth that is neither of two classes: it would count as one of them. Raises MonitoringError."""
    asked = task.question
    if not asked.classes or len(asked.others) != 1:
        return
    for row, label in enumerate(kept.knowing(task.labels).categories(task.target)):
        if label and not asked.knows(label):
            raise MonitoringError(
                f"'{label[:40]}' is no class of the table that is learnt from "
                f"({asked.others[0]}, {asked.positive})",
                where=kept.place(row, task.target),
                mend="leave the row out of the test set, or ask for one class against all others",
            )


def keep_apart(table: Table, settings: Settings, test: Table | None, share: float | None) -> Locked:
    """What is learnt from and what is locked: `test`, or about `share` of the groups (rows without `group`).

    Raises MonitoringError where the test has no truth, shares a group with what is learnt from, or is the same table.
    """
    if test is None:
        return Locked(table, None) if share is None else _drawn(table, share, settings)
    if settings.target not in test.headings:
        raise MonitoringError(
            f"the test set has no column '{settings.target}'",
            where=test.name,
            mend="bring a table with the truth",
        )
    group = settings.group if settings.group is not None and settings.group in test.headings else ""
    if group:
        learnt = {key(label) for label in table.categories(group)}
        shared = sorted(label for label in set(test.categories(group)) if key(label) in learnt)
        if shared:
            raise MonitoringError(
                f"group {shared[0]} is in the table and in the test set",
                where=f"{test.name}, column '{group}'",
                mend="test on groups that the model has not learnt from",
            )
    if test.sha256 == table.sha256:
        raise MonitoringError(
            "the test set is the table that is learnt from",
            where=test.name,
            mend="test on rows that the model has not learnt from",
        )
    return Locked(table, test, len(set(test.categories(group))) if group else test.rows, group)


def _drawn(table: Table, share: float, settings: Settings) -> Locked:
    group = settings.group
    labels = np.array(table.categories(group)) if group is not None else np.arange(table.rows)
    names = np.unique(labels)
    count = max(1, round(share * len(names)))
    if count >= len(names):
        raise MonitoringError(
            f"{len(names)} groups cannot give a test set of {share:.0%}",
            where=table.name,
            mend="lock a smaller share, or bring more groups",
        )
    drawn = np.isin(labels, np.random.default_rng(settings.seed).choice(names, count, replace=False))
    rest, kept = (table.select(np.flatnonzero(rows).tolist()) for rows in (~drawn, drawn))
    return Locked(rest, kept, count, group or "")
