"""Figures of merit as tables for people: RMSEP, bias, R², accuracy, coverage; over all rows and by group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.cli.output import Table
from homeostat.cli.text import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeostat.monitoring.learning.evidence import FalseAlarm
    from homeostat.monitoring.package import Metrics
    from homeostat.monitoring.prediction import Verdict

_SHOWN = (
    ("rmsep", "RMSEP", False),
    ("rmsecv", "RMSECV", False),
    ("expected", "expected on the process", False),
    ("bias", "bias", False),
    ("r2", "R²", False),
    ("accuracy", "accuracy", True),
    ("decided", "decided", True),
    ("decided_accuracy", "right if decided", True),
    ("coverage", "coverage", True),
)
MOST_GROUPS = 30
LARGE = 1e4
"""Shares from which on digits behind the point say nothing."""


def by_group(title: str, metrics: "Sequence[Metrics]") -> Table:
    """One row for all rows, then one a group."""
    present = [each for each in _SHOWN if metrics and each[0] in metrics[0].values]
    columns = ("group", "rows", *(name for _, name, _ in present))
    rows = [
        (one.subgroup or "all", str(one.rows), *(_cell(one.values, key, share) for key, _, share in present))
        for one in metrics[: MOST_GROUPS + 1]
    ]
    return Table(title, columns, rows, frozenset(columns) - {"group"})


def false_alarms(alarms: "Sequence[FalseAlarm]") -> Table:
    """How often good batches that were left out would have been called out, one row a kind of alarm."""
    columns = ("of batches left out, judged by the others", "share", "95 % interval")
    rows = [(one.what, percent(one.share), f"{percent(one.low)} to {percent(one.high)}") for one in alarms]
    return Table("False alarms", columns, rows, frozenset(columns[1:]))


def share(part: float) -> str:
    """What a tag adds to a statistic over its limit, with its sign."""
    return f"{part:+.2f}" if abs(part) < LARGE else f"{part:+.3g}"


def percent(share: float | None) -> str:
    """A share in per cent; a dash for none."""
    return "-" if share is None else f"{100 * share:.1f} %"


def _cell(values: "Mapping[str, float]", key: str, share: bool) -> str:
    return percent(values.get(key)) if share else number(values.get(key))


def possible(classes: tuple[str, str], verdict: "Verdict") -> str:
    """The classes that a row may be of, at the model's coverage; "-" where nothing is said of it."""
    if verdict.low is None or verdict.high is None:
        return "-"
    return " or ".join(classes[place] for place in range(int(verdict.low), int(verdict.high) + 1))
