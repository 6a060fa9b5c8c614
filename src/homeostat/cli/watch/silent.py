"""What the panel tells of critical alarms that were kept from being shown: in the batch's row, and one by one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeostat.cli.output import Table
from homeostat.cli.text import clock

if TYPE_CHECKING:
    from homeostat.quality.model import PanelRow

_COLUMNS = ("critical alarm", "how", "since", "to last until", "over", "by", "why")


def silenced(row: "PanelRow") -> Iterator[str]:
    """The names of the critical alarms that are silenced, and of those that were."""
    now = dict.fromkeys(one.alarm for one in row.silences if one.over is None)
    past = dict.fromkeys(one.alarm for one in row.silences if one.alarm not in now)
    if now:
        yield f"critical silenced: {' '.join(now)}"
    if past:
        yield f"critical silenced before: {' '.join(past)}"


def silences(row: "PanelRow") -> Table:
    """Every silence of a critical alarm."""
    lines = [
        (one.alarm, one.how, clock(one.since), _moment(one.until), _moment(one.over), one.by, one.why)
        for one in row.silences
    ]
    return Table("Critical alarms that were kept silent", _COLUMNS, lines)


def _moment(time: int | None) -> str:
    return "-" if time is None else clock(time)
