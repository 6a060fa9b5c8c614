"""The course of a run: inputs that change at their hours, from `--input` and from a schedule's file.

In: NAME@HOUR=VALUE[ UNIT], or a table whose first column is the time (CSV), or a list of such rows (YAML). Out:
segments; an input keeps its value until it is given another.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from homeostat.cli.twin.values import OptionError, assignment, declared, in_unit, within

if TYPE_CHECKING:
    from homeostat.twin import Model, Segment


_HEADING = re.compile(r"(\w+)\s*[\[(](.+)[\])]")


class Change(NamedTuple):
    """An input takes a value (in the model's unit) at an hour."""

    hour: float
    name: str
    value: float


def segments(
    model: "type[Model]",
    start: Mapping[str, float],
    typed: Sequence[str],
    file: Path | None,
    end: float = math.inf,
) -> "list[Segment]":
    """The inputs of a run: `start` holds from hour 0, then the file's rows and the typed changes, in order of time.

    Raises OptionError for a typed change after `end`; a file may go on, for a part of its course can be simulated.
    """
    from homeostat.twin import Segment

    changes = [*(_scheduled(model, file) if file else ()), *(_typed(model, text, end) for text in typed)]
    current, found = dict(start), {0.0: dict(start)}
    for hour, name, value in sorted(changes, key=lambda change: change.hour):
        current = {**current, name: value}
        found[hour] = current
    return [Segment(hour, values) for hour, values in found.items()]


def _typed(model: "type[Model]", text: str, end: float) -> Change:
    where = f"--input {text}"
    place, value = assignment(text, where)
    name, at, hour = (part.strip() for part in place.partition("@"))
    quantity = declared(model.signature.inputs, name, where)
    change = Change(_hour(hour if at else "0", "h", where), name, within(quantity, value, where))
    if change.hour > end:
        what = f"{change.hour:g} h is not between 0 and {end:g} h"
        raise OptionError(what, where=where, mend="name an hour between, or make the run longer")
    return change


def _hour(text: str, unit: str, where: str) -> float:
    hour = in_unit(text if _plain(text) is None or unit == "h" else f"{text} {unit}", "h", where)
    if hour < 0.0:
        raise OptionError("time begins at hour 0", where=where, mend="give an hour of 0 or more")
    return hour


def _plain(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _scheduled(model: "type[Model]", file: Path) -> Iterator[Change]:
    """Every cell of the file: empty ones leave the input as it is."""
    rows = _yaml(file) if file.suffix.lower() in {".yaml", ".yml"} else _csv(file)
    hours: set[float] = set()
    for where, row in rows:
        hour: float | None = None
        for head, text in row.items():
            name, unit = heading(head)
            if hour is None:
                hour = _hour(text, unit or "h", where)
                if hour in hours:
                    mend = "write one row for each hour, with all that changes"
                    raise OptionError(f"hour {hour:g} is given twice", where=where, mend=mend)
                hours.add(hour)
                continue
            quantity = declared(model.signature.inputs, name, where)
            if text:
                written = f"{text} {unit}" if unit and _plain(text) is not None else text
                yield Change(hour, name, within(quantity, written, f"{where}, {name}"))


def heading(text: str) -> tuple[str, str]:
    """The name and the unit of a column called "perfusion [mL/h]" or "perfusion"."""
    found = _HEADING.fullmatch(text.strip())
    return (found[1], found[2].strip()) if found else (text.strip(), "")


def _csv(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    from homeostat.twin.fit.table import likely_separator, records

    text = _text(file)
    lines = list(records(str(file), text, likely_separator(text)))
    if len(lines) < 2 or len(lines[0][1]) < 2:
        raise OptionError(
            "the schedule has no rows",
            where=str(file),
            mend="write a heading such as time,perfusion and a row for each change",
        )
    heads = [cell.strip() for cell in lines[0][1]]
    _check_heads(heads, file)
    for number, cells in lines[1:]:
        if any(cell.strip() for cell in cells):
            yield f"{file}, line {number}", _row(heads, cells, f"{file}, line {number}")


def _row(heads: Sequence[str], cells: Sequence[str], where: str) -> dict[str, str]:
    if len(cells) != len(heads):
        more = len(cells) > len(heads)
        raise OptionError(
            f"the row has {len(cells)} cells, the heading {len(heads)}",
            where=where,
            mend="check for a decimal comma" if more else "leave a cell empty where an input stays as it is",
        )
    return {head: cell.strip() for head, cell in zip(heads, cells, strict=True)}


def _yaml(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    import yaml

    try:
        rows = yaml.safe_load(_text(file))
    except yaml.YAMLError as error:
        raise OptionError(
            f"this is not YAML: {' '.join(str(error).split())}", where=str(file), mend="mend the line"
        ) from error
    if not (isinstance(rows, list) and rows and all(isinstance(row, dict) and row for row in rows)):
        mend = "write a list such as - {time: 24 h, perfusion: 4 mL/h}"
        raise OptionError("the schedule is no list of rows", where=str(file), mend=mend)
    for number, row in enumerate(rows, 1):
        cells = {str(key): "" if value is None else str(value) for key, value in row.items()}
        time = [key for key in cells if heading(key)[0] == "time"]
        _check_heads(list(dict.fromkeys([*time, *cells])), file)
        yield f"{file}, row {number}", {key: cells[key] for key in dict.fromkeys([*time, *cells])}


def _check_heads(heads: Sequence[str], file: Path) -> None:
    """The time comes first, and no column twice."""
    if heading(heads[0])[0] != "time":
        raise OptionError(
            f"the first column is '{heads[0]}', not the time",
            where=str(file),
            mend="call it time (hours) or such as time [d]",
        )
    names = [heading(head)[0] for head in heads]
    for name in names:
        if names.count(name) > 1:
            what, mend = f"several columns are called {name}", "keep one of them"
            raise OptionError(what, where=str(file), mend=mend)


def _text(file: Path) -> str:
    if not file.is_file():
        raise OptionError("there is no such file", where=str(file), mend="name the schedule's file")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError("the file is no UTF-8 text", where=str(file), mend="save it as UTF-8") from error
