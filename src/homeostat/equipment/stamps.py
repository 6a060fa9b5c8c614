"""Time stamps of logs, read to microseconds since 1970 as the log's own clock counts them.

In: cells and a strptime format. Out: whole microseconds, or None for a cell that is no stamp of that format.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from homeostat.equipment.tables import Cell
from homeostat.errors import EquipmentError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DIRECTIVES: Mapping[str, str] = {
    "%Y": r"(\d{4})",
    "%m": r"(\d{1,2})",
    "%d": r"(\d{1,2})",
    "%H": r"(\d{1,2})",
    "%M": r"(\d{1,2})",
    "%S": r"(\d{1,2})",
}
"""The directives of nearly all logs; a format with any other is left to strptime, which is five times slower."""

Parser = Callable[[str], int | None]


def stamp_reader(form: str) -> Callable[[Cell], int | None]:
    """The reader of stamps written in `form`. Raises EquipmentError when `form` is no strptime format."""
    parse = _by_pattern(form) or _by_strptime(form)

    def read(cell: Cell) -> int | None:
        if isinstance(cell, str):
            return parse(cell.strip())
        if isinstance(cell, datetime):
            return _microseconds(cell)
        return _microseconds(datetime(cell.year, cell.month, cell.day)) if isinstance(cell, date) else None  # noqa: DTZ001

    return read


def wall_clock(time: int) -> str:
    """`time`, in µs since 1970 as a clock counts them, as that clock shows it (ISO 8601, no zone)."""
    return (EPOCH + time * _MICROSECOND).replace(tzinfo=None).isoformat()


def as_written(cell: Cell, form: str, time: int) -> str:
    """What the clock showed when it wrote `cell`, which was read in `form` as `time` (ISO 8601, no zone)."""
    if isinstance(cell, str) and "%z" in form:
        moment = datetime.strptime(cell.strip(), form)  # noqa: DTZ007 - the log's own clock
        return moment.replace(tzinfo=None).isoformat()
    return wall_clock(time)


def _microseconds(moment: datetime) -> int | None:
    """Whole microseconds since 1970; a moment without a zone counts as one of the log's own clock."""
    try:
        aware = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # the first or last day of the calendar, in a zone that reaches beyond it
        return None
    return (aware - EPOCH) // _MICROSECOND


def _by_pattern(form: str) -> Parser | None:
    """A parser for formats that hold each part of the date once, in digits, and of the clock at most once."""
    parts = re.split(r"(%.|\s+)", form)
    used = [part for part in parts if part.startswith("%")]
    if len(set(used)) != len(used) or not {"%Y", "%m", "%d"} <= set(used) <= set(_DIRECTIVES):
        return None
    pattern = "".join(_DIRECTIVES.get(part, r"\s+" if part.isspace() else re.escape(part)) for part in parts)
    match = re.compile(pattern, re.ASCII).fullmatch
    year, month, day, hour, minute, second = [used.index(d) if d in used else -1 for d in _DIRECTIVES]
    midnights: dict[tuple[str, str, str], int | None] = {}

    def parse(text: str) -> int | None:
        found = match(text)
        if found is None:
            return None
        parts = (*found.groups(), "0")
        day_key = parts[year], parts[month], parts[day]
        if day_key not in midnights:
            midnights[day_key] = _midnight(*map(int, day_key))
        midnight, h, m, s = midnights[day_key], int(parts[hour]), int(parts[minute]), int(parts[second])
        if midnight is None or h > 23 or m > 59 or s > 59:
            return None
        return midnight + (h * 3600 + m * 60 + s) * _SECOND

    return parse


def _midnight(year: int, month: int, day: int) -> int | None:
    try:
        return (datetime(year, month, day, tzinfo=UTC) - EPOCH) // _MICROSECOND
    except ValueError:
        return None


def _by_strptime(form: str) -> Parser:
    _check(form)

    def parse(text: str) -> int | None:
        try:
            return _microseconds(datetime.strptime(text, form))  # noqa: DTZ007 - the log's own clock
        except ValueError:
            return None

    return parse


def _check(form: str) -> None:
    try:
        datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(form), form)  # noqa: DTZ007 - a probe
    except (ValueError, re.error) as error:
        raise EquipmentError(
            f"'{form}' is not a format of time stamps",
            where="recordings",
            mend="write for example %d.%m.%Y %H:%M:%S",
        ) from error
