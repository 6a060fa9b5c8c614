"""The locked test: the package on the table that development never read, every time on record (MON-08 to MON-10)."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.canonical import Column, table_digest
from homeostat.monitoring.package.document import Metrics
from homeostat.monitoring.package.metrics import Judged, judge, measure
from homeostat.monitoring.package.model import Package
from homeostat.monitoring.package.uses import LOCKED_TEST, record_use, times_tested, uses
from homeostat.monitoring.prediction.grouped import Labels


class Tested(NamedTuple):
    """The metrics, what the acceptance limits say of them, and how often the table has been used by now."""

    metrics: tuple[Metrics, ...]
    judged: tuple[Judged, ...]
    times: int

    @property
    def passed(self) -> bool:
        """Whether there are acceptance limits, and all hold."""
        return bool(self.judged) and all(each.passed for each in self.judged)


def run_locked_test(
    package: Package,
    path: Path,
    table: Mapping[str, Column],
    truth: Array,
    *,
    by: str,
    when: str,
    subgroups: Labels | None = None,
    groups: Labels | None = None,
) -> Tested:
    """Score the locked `table` with the package at `path`, and put the use on record before telling the results.

    `truth` (n,) is the target; `table` holds all columns that its digest was taken of. Raises `MonitoringError` when
    the package has no locked test, or the table is not the one that was locked.
    """
    found = table_digest(table)
    if package.locked_test is None or package.locked_test.sha256 != found:
        raise MonitoringError(
            "the table is not the locked test set of this model",
            where="locked test",
            mend="give the table whose digest the package names"
            if package.locked_test
            else "lock one before training",
        )
    verdicts = package.score(table)
    metrics = measure(truth, verdicts, rule=package.rule, subgroups=subgroups, groups=groups)
    record_use(
        path,
        what=LOCKED_TEST,
        by=by,
        when=when,
        content_hash=package.content_hash,
        table=found,
        results=metrics,
    )
    return Tested(metrics, judge(package.acceptance, metrics), times_tested(uses(path), found))
