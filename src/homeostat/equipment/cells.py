"""Numbers out of the cells of a log. A cell that holds none costs its own sample, never the file."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homeostat.equipment.tables import Cell, Shape
from homeostat.process.reading import Quality

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Sample = tuple[float, int]
GOOD, BAD, MISSING = Quality.GOOD.value, Quality.BAD.value, Quality.MISSING.value
NO_VALUE: Sample = (math.nan, MISSING)
NO_NUMBER: Sample = (math.nan, BAD)


def numbers(cells: Sequence[Cell], shape: Shape) -> tuple[Floats, Codes]:
    """Values (n,) and quality codes (n,) of `cells` (n): each as `number` tells, quickly where all are numbers."""
    values = _all_numbers(cells, shape)
    if values is not None:
        return values, np.zeros(len(cells), np.int64)
    samples = [number(cell, shape) for cell in cells]
    return np.array([value for value, _ in samples], float), np.array([code for _, code in samples], np.int64)


def number(cell: Cell, shape: Shape) -> Sample:
    """Value and quality of a cell: MISSING when empty or marked so, BAD when it is no finite number.

    Only the declared decimal sign is accepted, and nothing that groups digits: "1.234" in a file with decimal
    commas might mean a thousand, so it is BAD.
    """
    if isinstance(cell, str):
        text = cell.strip()
        return NO_VALUE if not text or text in shape.missing else _parsed(text, shape.decimal)
    if cell is None:
        return NO_VALUE
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return NO_NUMBER
    try:
        value = float(cell)
    except OverflowError:
        return NO_NUMBER
    return (value, GOOD) if math.isfinite(value) else NO_NUMBER


def _parsed(text: str, decimal: str) -> Sample:
    if decimal == ",":
        if "." in text:
            return NO_NUMBER
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return NO_NUMBER
    return (value, GOOD) if math.isfinite(value) and "_" not in text and text.isascii() else NO_NUMBER


def _all_numbers(cells: Sequence[Cell], shape: Shape) -> Floats | None:
    """The values where every cell is the text of a finite number and no number marks a missing value, else None."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    markers = any(_parsed(marker, shape.decimal)[1] == GOOD for marker in shape.missing)
    whole = "\n".join(texts)
    if not texts or len(texts) < len(cells) or markers or "_" in whole or not whole.isascii():
        return None
    if shape.decimal == "," and "." in whole:
        return None
    try:
        values = np.array([float(text) for text in whole.replace(shape.decimal, ".").split("\n")])
    except ValueError:
        return None
    return values if len(values) == len(cells) and np.isfinite(values).all() else None
