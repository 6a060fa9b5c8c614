"""Measured runs from a user's tables: by a map of their columns, or by headings that are the model's own names.

In: model, files, perhaps the map. Out: runs. Without a map the headings say it: "time [h]", then such as "glucose
[mmol/L]"; the errors of the measurements are then not known and have to be told by the residuals.
"""

import glob
import math
import re
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
_COMMA = re.compile(r"[+-]?\d+,\d+")


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
        _check_names(files)
        maps = tuple(_map_of(model, path) for path in files)
    return read_runs(model, files, maps)


def _check_names(files: Sequence[Path]) -> None:
    """Without a map a file is known by its name alone. Raise OptionError where two files have the same."""
    names = [path.name for path in files]
    for path in files:
        if names.count(path.name) > 1:
            what = f"two tables are called {path.name}, or it is given twice"
            raise OptionError(what, where=str(path), mend="name each table once; rename one of two")


def _map_of(model: "type[Model]", path: Path) -> "DataMap":
    """What the headings of one file say."""
    from pydantic import ValidationError

    from homeostat.twin.fit import DataMap

    heads, rows, separator = _table(path)
    s = model.signature
    groups = ((s.states, "measured"), (s.outputs, "measured"), (s.inputs, "inputs"))
    units = {quantity.name: (quantity.unit, section) for group, section in groups for quantity in group}
    declared: dict[str, Any] = {
        "files": (glob.escape(path.name),),
        "separator": separator,
        "measured": {},
        "inputs": {},
    }
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
    used = {declared["time"]["column"], *declared["measured"], *declared["inputs"]}
    cells = [cell.strip() for row in rows for head, cell in zip(heads, row, strict=False) if head in used]
    _check_decimals(path, cells, declared)
    missing = (*DataMap.model_fields["missing"].default, *dict.fromkeys(c for c in cells if not _ends(c)))
    try:
        return DataMap.model_validate({**declared, "missing": missing})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what, _, mend = str(first["msg"]).removeprefix("Value error, ").partition("|")
        place = ", heading of " + ".".join(map(str, first["loc"])) if len(first["loc"]) > 1 else ", headings"
        raise OptionError(what, where=path.name + place, mend=mend) from error


def _check_decimals(path: Path, cells: Sequence[str], declared: dict[str, Any]) -> None:
    """Raise OptionError, with a map that would do, where numbers are written with decimal commas."""
    written = next((cell for cell in cells if _COMMA.fullmatch(cell)), None)
    if written is None:
        return
    time, (head, column) = declared["time"], next(iter(declared["measured"].items()))
    told = f"time: {{column: '{time['column']}', unit: '{time['unit']}'}}, measured: {{'{head}': "
    told += f"{{quantity: {column['quantity']}, unit: '{column['unit']}', relative: {RELATIVE}}}}}"
    raise OptionError(
        f"'{written}' is written with a decimal comma",
        where=path.name,
        mend=f"write a map and name it with --map: {{separator: '{declared['separator']}', decimal: ',', {told}}}",
    )


def _ends(text: str) -> bool:
    """Whether a cell is anything but such as inf, -Infinity or nan, which is no measurement."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return True


def _error(rows: Sequence[Sequence[str]], place: int) -> dict[str, float]:
    """The assumed error of a column."""
    import numpy as np

    from homeostat.twin.engine.robust import largest

    values = [number for row in rows if (number := _number(row, place)) is not None]
    return {"relative": RELATIVE, "absolute": ABSOLUTE * largest(np.array(values, np.float64)) or 1.0}


def _number(row: Sequence[str], place: int) -> float | None:
    try:
        value = float(row[place])
    except (ValueError, IndexError):
        return None
    return value if math.isfinite(value) else None


def _table(path: Path) -> tuple[list[str], list[Sequence[str]], str]:
    from homeostat.twin.fit.table import likely_separator, records

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(
            "the file is no UTF-8 text", where=str(path), mend="give a map of columns with its encoding"
        ) from error
    separator = likely_separator(text)
    rows = [cells for _, cells in records(path.name, text.replace("\0", ""), separator)]
    if not rows:
        raise OptionError("the file is empty", where=str(path), mend="it needs a heading and rows")
    return [cell.strip() for cell in rows[0]], rows[1:], separator
