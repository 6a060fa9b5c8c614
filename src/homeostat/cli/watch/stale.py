"""How old what the panel shows is: a batch whose process has died is still `running` by its record.

In: the panel's rows, the batch that is executed now (empty: none), the wall clock. Out: words.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from homeostat.cli.text import duration

if TYPE_CHECKING:
    from homeostat.quality.model import PanelRow

RESTING = frozenset({"paused"})
"""States in which a batch is meant to wait, for a person to take it up."""


def abandoned(row: "PanelRow", executed: str) -> bool:
    """Whether nobody executes a batch that is neither over nor meant to wait."""
    return not row.finished and row.state not in RESTING and row.batch != executed


def warnings(rows: "Iterable[PanelRow]", executed: str, now: str) -> Iterator[str]:
    """A line for each batch that nobody executes, with the age of what is on record of it."""
    for row in rows:
        if abandoned(row, executed):
            yield (
                f"Batch {row.batch} is {row.state} by its record, but nobody executes it: nothing has been recorded "
                f"for {_age(row, now)} (since {_moment(row)}). Take it up with: homeostat resume {row.batch}"
            )


def freshness(row: "PanelRow", executed: str, now: str) -> str:
    """When the newest event of a batch was recorded, how long ago, and whether the batch is executed."""
    if row.finished or not row.recorded:
        return ""
    doing = "executed now" if row.batch == executed else "not executed now"
    return f"Newest event recorded at {_moment(row)}, {_age(row, now)} ago; {doing}"


def _age(row: "PanelRow", now: str) -> str:
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(row.recorded)
    return duration(max(0, round(passed.total_seconds() * 1e6)))


def _moment(row: "PanelRow") -> str:
    return f"{datetime.fromisoformat(row.recorded):%Y-%m-%d %H:%M} UTC"
