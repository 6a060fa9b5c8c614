"""The arguments and options that several commands share, and how they are judged."""

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from homeostat.errors import EquipmentError

_LONGEST_PATIENT = 64
_LONGEST_REASON = 200


class Reconciliation(StrEnum):
    """What a person has found out about a command whose outcome is not known, or wants done about it."""

    APPLIED = "applied"
    SEND_AGAIN = "send again"
    LEAVE_OUT = "leave out"


def patient_code(value: str) -> str:
    """A patient code as given, or a usage error."""
    if not 1 <= len(value) <= _LONGEST_PATIENT or not value.isprintable():
        raise typer.BadParameter(f"a patient code has 1 to {_LONGEST_PATIENT} printable characters")
    return value


def reason_text(value: str) -> str:
    """A reason as given, or a usage error."""
    if not value.strip() or len(value) > _LONGEST_REASON or not value.isprintable():
        raise typer.BadParameter(f"a reason has 1 to {_LONGEST_REASON} printable characters, not only blanks")
    return value


def speed_factor(value: str | float) -> float:
    """How many times faster than real time; `max` is as fast as possible (infinity)."""
    if value == "max":
        return math.inf
    try:
        factor = float(value)
    except ValueError:
        factor = math.nan
    if not factor > 0:
        raise typer.BadParameter(f"{value!r} is no speed: use 'max' or a number above 0 (1 is real time)")
    return factor


def equipment_kind(value: str) -> str:
    """`simulated`, or `recorded:PATH` with the path of a file; a usage error or EquipmentError otherwise."""
    kind, colon, path = value.partition(":")
    if value != "simulated" and not (kind == "recorded" and path):
        raise typer.BadParameter(f"{value!r} is no equipment: use 'simulated' or 'recorded:PATH'")
    if colon and not Path(path).is_file():
        raise EquipmentError(
            "the log is no file" if Path(path).exists() else "there is no such log",
            where=path,
            mend="name the log's file after 'recorded:'",
        )
    return value


SiteDir = Annotated[
    Path,
    typer.Option(
        "--site", metavar="DIR", help="The site's directory: ledger, historian, heads, keys and records."
    ),
]
DEFAULT_SITE = Path("site")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Batch = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id, as `batches` lists it.")]

Speed = Annotated[
    float,
    typer.Option(
        parser=speed_factor,
        metavar="max|N",
        show_default="max",
        help="N times real time, or as fast as possible.",
    ),
]
