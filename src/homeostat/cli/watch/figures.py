"""Figures of merit as tables for people: RMSEP, bias, R², accuracy, coverage; over all rows and by group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.cli.output import Table
from homeostat.cli.text import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeostat.monitoring.package import Metrics

_SHOWN = (
    ("rmsep", "RMSEP", False),
    ("bias", "bias", False),
    ("r2", "R²", False),
    ("accuracy", "accuracy", True),
    ("decided", "decided", True),
    ("decided_accuracy", "right if decided", True),
    ("coverage", "coverage", True),
)
MOST_GROUPS = 30


def by_group(title: str, metrics: "Sequence[Metrics]") -> Table:
    """One row for all rows, then one a group."""
    present = [each for each in _SHOWN if metrics and each[0] in metrics[0].values]
    columns = ("group", "rows", *(name for _, name, _ in present))
    rows = [
        (one.subgroup or "all", str(one.rows), *(_cell(one.values, key, share) for key, _, share in present))
        for one in metrics[: MOST_GROUPS + 1]
    ]
    return Table(title, columns, rows, frozenset(columns) - {"group"})


def percent(share: float | None) -> str:
    """A share in per cent; a dash for none."""
    return "-" if share is None else f"{100 * share:.1f} %"


def _cell(values: "Mapping[str, float]", key: str, share: bool) -> str:
    return percent(values.get(key)) if share else number(values.get(key))
