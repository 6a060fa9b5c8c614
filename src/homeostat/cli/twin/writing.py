"""Tables of numbers as CSV: a heading with units, full precision, nothing where there is no number."""

import csv
import io
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from homeostat.cli.files import write_whole
from homeostat.cli.twin.plot import check_plot
from homeostat.cli.twin.values import OptionError

PRINTED = Path("-")


def check_csv(path: Path | None, *, as_json: bool) -> None:
    """Raise OptionError before anything is computed, if no table can be written to `path`."""
    if path == PRINTED and as_json:
        raise OptionError("a table and JSON cannot both be printed", where="--csv -", mend="name a file")
    if path is not None and not path.parent.is_dir():
        raise OptionError(
            "there is no such directory", where=f"--csv {path}", mend="name a file in one that exists"
        )


def check_files(csv: Path | None, plot: Path | None, *, as_json: bool) -> None:
    """Raise OptionError before anything is computed, if table or picture cannot be written."""
    check_plot(plot)
    check_csv(csv, as_json=as_json)
    if csv is not None and plot is not None and csv.resolve() == plot.resolve():
        what = "table and picture would be written to one file"
        raise OptionError(what, where=f"--csv {csv} --plot {plot}", mend="name two files")


def write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[float | str]]) -> None:
    """Write the table to `path`, or print it for "-". Raises OutputError where it cannot be written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    if path == PRINTED:
        sys.stdout.write(text.getvalue())
    else:
        write_whole(path, text.getvalue())


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return repr(float(value)).removesuffix(".0") if math.isfinite(value) else ""
