"""What several commands of `watch` take, and how it is read."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.signing import accepted

if TYPE_CHECKING:
    from homeostat.monitoring.package import Acceptance, AnyPackage

Model = Annotated[Path, typer.Argument(metavar="MODEL.json", help="A model that `watch train` made.")]
TABLE_HELP = "A table: CSV (commas, semicolons, tabs) or .xlsx, also gzipped; the first line holds headings."
_SIGNS = (">=", "<=")


def read_model(path: Path) -> "AnyPackage":
    """The package at `path`; hash, self-test and signature are checked. Raises MonitoringError when it is none."""
    from homeostat.monitoring import package

    found = package.read_any(path)
    accepted(found, None, path)
    return found


def check_out(path: Path, option: str) -> None:
    """Raise OptionError before anything is computed, if no file can be written to `path`."""
    if path.is_dir() or not path.parent.is_dir():
        what = "this is a directory" if path.is_dir() else "there is no such directory"
        raise OptionError(what, where=f"{option} {path}", mend="name a file in a directory that exists")


def acceptance(texts: list[str]) -> "tuple[Acceptance, ...]":
    """Limits such as `rmsep<=3` or `coverage>=0.85@*` (in every group)."""
    return tuple(_limit(text) for text in texts)


def _limit(text: str) -> "Acceptance":
    from homeostat.monitoring.package import Acceptance

    limit, _, subgroup = text.partition("@")
    for sign in _SIGNS:
        metric, found, bound = (part.strip() for part in limit.partition(sign))
        if found:
            try:
                value = float(bound)
            except ValueError:
                break
            if not (isfinite(value) and metric):
                break
            low, high = (value, None) if sign == ">=" else (None, value)
            return Acceptance(metric=metric, subgroup=subgroup.strip(), minimum=low, maximum=high)
    raise OptionError(
        "this is no limit", where=f"--accept '{text}'", mend="write such as 'rmsep<=3' or 'coverage>=0.85@*'"
    )
