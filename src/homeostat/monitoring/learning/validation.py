"""The validation report of a model: every requirement of the checklist, with the evidence its files hold.

In: a package and the path it was read from, beside which its uses are recorded. Out: a `Validation`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from homeostat.monitoring.learning.evidence import (
    LIVE,
    PREDICTING,
    WATCHING,
    Case,
    FalseAlarm,
    Status,
    Told,
    false_alarms,
    results,
)
from homeostat.monitoring.package import Acceptance, AnyPackage, LivePackage, Metrics, WatchPackage
from homeostat.monitoring.package.metrics import Judged, judge
from homeostat.monitoring.package.uses import torn, uses


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the checklist."""

    id: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement, whether the files of the model meet it, and by what; a gap is told as one."""

    id: str
    source: str
    text: str
    status: Status
    evidence: str


@dataclass(frozen=True, eq=False)
class Validation:
    """The report: findings in the checklist's order, figures on rows held out, and acceptance limits with outcomes.

    Of a watcher there are false alarms of batches left out instead of limits with outcomes.
    """

    name: str
    version: str
    hash: str
    findings: tuple[Finding, ...]
    metrics: tuple[Metrics, ...]
    judged: tuple[tuple[str, str, str, str], ...]
    """Limit, rows, value found, outcome."""
    alarms: tuple[FalseAlarm, ...] = ()

    def count(self, status: Status) -> int:
        """How many requirements have the status."""
        return sum(each.status == status for each in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "name": self.name,
            "version": self.version,
            "hash": self.hash,
            "findings": [asdict(each) for each in self.findings],
            "figures": [each.model_dump(mode="json") for each in self.metrics],
            "acceptance": [
                dict(zip(("limit", "rows", "found", "outcome"), row, strict=True)) for row in self.judged
            ],
            "false_alarms": [each._asdict() for each in self.alarms],
        }


@cache
def checklist() -> tuple[Requirement, ...]:
    """All requirements, in order."""
    text = files("homeostat.monitoring.learning").joinpath("checklist.yaml").read_text("utf-8")
    return tuple(Requirement(**line) for line in yaml.safe_load(text))


def validate(package: AnyPackage, path: Path) -> Validation:
    """The report of the package read from `path`. Raises MonitoringError where the record of its uses was changed."""
    mine = tuple(use for use in uses(path) if use.model == package.content_hash)
    if isinstance(package, WatchPackage):
        watching = Case(package, mine, torn=torn(path))
        told = {name: prove(watching) for name, prove in WATCHING.items()}
        return _report(package, told, alarms=false_alarms(package))
    if isinstance(package, LivePackage):
        live = Case(package, mine, torn=torn(path))
        return _report(package, {name: prove(live) for name, prove in LIVE.items()})
    judged = judge(package.acceptance, results(mine)) if results(mine) else ()
    predicting = Case(package, mine, judged, torn(path))
    told = {name: prove(predicting) for name, prove in PREDICTING.items()}
    return _report(package, told, tuple(outcome(each) for each in judged))


def _report(
    package: AnyPackage,
    told: Mapping[str, Told],
    rows: tuple[tuple[str, str, str, str], ...] = (),
    alarms: tuple[FalseAlarm, ...] = (),
) -> Validation:
    findings = tuple(Finding(each.id, each.source, each.text, *told[each.id]) for each in checklist())
    known = (package.name, package.version, package.content_hash)
    return Validation(*known, findings, package.metrics, rows, alarms)


def outcome(judged: Judged) -> tuple[str, str, str, str]:
    """A limit, the rows it was held against, the value found, and whether it holds; in words."""
    return (
        _limit(judged.acceptance),
        judged.subgroup or "all",
        _told(judged.value),
        "holds" if judged.passed else "fails",
    )


def _limit(limit: Acceptance) -> str:
    low = f"{limit.minimum:g} <= " if limit.minimum is not None else ""
    high = f" <= {limit.maximum:g}" if limit.maximum is not None else ""
    return f"{low}{limit.metric}{high}"


def _told(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"
