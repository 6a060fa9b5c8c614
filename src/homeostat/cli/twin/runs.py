"""Measured runs from a user's tables: by a map of their columns, or by headings that are the model's own names.

In: model, files, perhaps the map. Out: runs. Without a map the headings say it: "time [h]", then such as "glucose
[mmol/L]"; the errors of the measurements are then not known and have to be told by the residuals.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeostat.cli.twin.inputs import heading
from homeostat.cli.twin.values import OptionError

if TYPE_CHECKING:
    from homeostat.twin import Model
    from homeostat.twin.fit import DataMap, Run

RELATIVE, ABSOLUTE = 0.1, 0.02
"""Assumed error of a measurement where nothing is told: a share of the value, and one of the column's largest."""


def read(model: "type[Model]", files: Sequence[Path], mapped: Path | None) -> "tuple[Run, ...]":
    """The runs in `files`, in the model's units. Raises TwinError with file, line and column of what is wrong."""
    from homeostat.twin.fit import load_map, read_runs

    for path in files:
        if not path.is_file():
            what = "this is a directory" if path.is_dir() else "there is no such file"
            raise OptionError(what, where=str(path), mend="name a table of measurements")
        if not path.stat().st_size:
            raise OptionError("the file is empty", where=str(path), mend="it needs a heading and rows")
    if mapped is not None:
        maps = load_map(mapped)
    else:
        found = [each for path in files for each in _maps_of(model, path)]
        maps = tuple(found)
    runs = read_runs(model, files, maps)
    if not runs:
        names = ", ".join(path.name for path in files)
        raise OptionError(
            "there is no measured value", where=names, mend="check the columns and what marks a missing value"
        )
    return runs


def _maps_of(model: "type[Model]", path: Path) -> "list[DataMap]":
    """What the headings of one file say."""
    from pydantic import ValidationError

    from homeostat.twin.fit import DataMap

    heads, rows, separator = _table(path)
    s = model.signature
    groups = ((s.states, "measured"), (s.outputs, "measured"), (s.inputs, "inputs"))
    units = {quantity.name: (quantity.unit, section) for group, section in groups for quantity in group}
    declared: dict[str, Any] = {"files": (path.name,), "separator": separator, "measured": {}, "inputs": {}}
    for column, head in enumerate(heads):
        name, unit = heading(head)
        if name == "time":
            declared["time"] = {"column": head, "unit": unit or "h"}
        elif name in {"run", "donor"}:
            declared[name] = head
        elif name in units:
            own, section = units[name]
            told = {"input": name} if section == "inputs" else {"quantity": name, **_error(rows, column)}
            declared[section][head] = {"unit": unit or own, **told}
    if "time" not in declared or not declared["measured"]:
        raise OptionError(
            "the headings do not say what is measured, and when",
            where=path.name,
            mend=f"call them time [h] and such as {', '.join(list(units)[:3])}, or give a map of columns with --map",
        )
    try:
        return [DataMap.model_validate(declared)]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what, _, mend = str(first["msg"]).removeprefix("Value error, ").partition("|")
        place = ".".join(map(str, first["loc"]))
        raise OptionError(what, where=f"{path.name}, heading of {place}", mend=mend) from error


def _error(rows: Sequence[Sequence[str]], place: int) -> dict[str, float]:
    """The assumed error of a column."""
    values = [abs(number) for row in rows if (number := _number(row, place)) is not None]
    return {"relative": RELATIVE, "absolute": ABSOLUTE * max(values, default=0.0) or 1.0}


def _number(row: Sequence[str], place: int) -> float | None:
    try:
        return float(row[place])
    except (ValueError, IndexError):
        return None


def _table(path: Path) -> tuple[list[str], list[list[str]], str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(
            "the file is no UTF-8 text", where=str(path), mend="give a map of columns with its encoding"
        ) from error
    head = next(iter(text.splitlines()), "")
    separator = max(",;\t", key=head.count)
    rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator))
    if not rows:
        raise OptionError("the file is empty", where=str(path), mend="it needs a heading and rows")
    return [cell.strip() for cell in rows[0]], rows[1:], separator
