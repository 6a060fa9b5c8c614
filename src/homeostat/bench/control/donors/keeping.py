"""The file that batches are kept in as soon as they are done: one JSON object a line, each with its contender's hash.

A line counts once its end is written: what a contest that was broken off left of a last line is passed over, and taken
away before the next one is written. A line that ends and cannot be read is refused with its number.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from homeostat.bench.control.donors.declaration import contender, declared
from homeostat.bench.control.donors.scoring import Batch, as_row
from homeostat.errors import ControlError

Task = tuple[str, int]
"""A contender's name and a donor's seed."""


@cache
def means(name: str) -> str:
    """SHA-256 of a contender: a batch of another one under the same name is not taken for its own."""
    return hashlib.sha256(contender(name).model_dump_json().encode()).hexdigest()


def keep(path: Path, name: str, each: Batch) -> None:
    """Add a batch to the file, on a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    row = {"contender": name, "means": means(name), **as_row(each)}
    with path.open("ab") as stream:
        stream.truncate(len(_whole(path)))
        stream.write(json.dumps(row).encode() + b"\n")


def found(path: Path) -> dict[Task, Batch]:
    """The batches in a file that are of the contenders as they are now.

    Raises ControlError for a line that is no batch, such as one with a figure that is no number.
    """
    if not path.exists():
        return {}
    lines = enumerate(_whole(path).splitlines(), start=1)
    rows = [row for k, line in lines if (row := _row(line, f"{path}, line {k}")) is not None]
    return {(name, each.seed): each for name, each in rows}


def _whole(path: Path) -> bytes:
    """The file up to the end of its last whole line."""
    text = path.read_bytes()
    return text[: text.rfind(b"\n") + 1]


def _row(line: bytes, where: str) -> tuple[str, Batch] | None:
    """The contender's name and its batch; None where the contender is another one now."""
    try:
        row: dict[str, Any] = TypeAdapter(dict[str, Any]).validate_python(json.loads(line))
        name = row.pop("contender", "")
        if name not in declared().contenders or row.pop("means", "") != means(name):
            return None
        return name, TypeAdapter(Batch).validate_python(row)
    except ValueError as error:  # no JSON, or no batch
        what = f"this is no batch of the contest: {' '.join(str(error).split())}"
        raise ControlError(
            what, where=where, mend="take the line away: its batch is then made anew"
        ) from None
