"""A locked test set: rows that no choice and no fit ever sees, taken out before anything else, used once at the end.

In: the table, and either another table or a share of its groups. Out: what is left to learn from, and the digest that
goes into the package before the test. Every use is appended to the record that stands beside the model (MON-09).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.scoring import score
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.training import Settings
from homeostat.monitoring.package import LockedTest, Metrics, Package
from homeostat.monitoring.package.uses import LOCKED_TEST, record_use


@dataclass(frozen=True)
class Locked:
    """The table to learn from, and the locked one, if there is any."""

    learnt_from: Table
    kept: Table | None
    groups: int = 0

    @property
    def digest(self) -> LockedTest | None:
        """What the package says of the locked test set; its rows stay outside."""
        if self.kept is None:
            return None
        return LockedTest(sha256=self.kept.sha256, rows=self.kept.rows, groups=self.groups)

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


def keep_apart(table: Table, settings: Settings, test: Table | None, share: float | None) -> Locked:
    """What is learnt from and what is locked: `test`, or about `share` of the groups (rows without `group`).

    Raises MonitoringError where the test has no truth, or shares a group with what is learnt from.
    """
    if test is None:
        return Locked(table, None) if share is None else _drawn(table, share, settings)
    if settings.target not in test.headings:
        raise MonitoringError(
            f"the test set has no column '{settings.target}'",
            where=test.name,
            mend="bring a table with the truth",
        )
    labels = (
        np.array(test.labels(settings.group)) if settings.group in test.headings else np.arange(test.rows)
    )
    if settings.group is not None and settings.group in test.headings:
        shared = sorted(set(labels.tolist()) & set(table.labels(settings.group)))
        if shared:
            raise MonitoringError(
                f"group {shared[0]} is in the table and in the test set",
                where=f"{test.name}, column '{settings.group}'",
                mend="test on groups that the model has not learnt from",
            )
    return Locked(table, test, len(set(labels.tolist())))


def _drawn(table: Table, share: float, settings: Settings) -> Locked:
    group = settings.group
    labels = np.array(table.labels(group)) if group is not None else np.arange(table.rows)
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
    return Locked(rest, kept, count)
