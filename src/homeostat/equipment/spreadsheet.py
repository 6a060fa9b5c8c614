"""The first worksheet of an .xlsx file as rows of cells; formulas give the values stored with them."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from homeostat.equipment.files import Source
from homeostat.errors import EquipmentError

LARGEST = 200_000_000
"""Bytes a worksheet may unpack to: more is a damaged or hostile file, not a log."""

MOST_ROWS = 1_048_576
"""The format's own limit (ECMA-376)."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What zipfile, the XML parser and openpyxl raise on damaged files; each is turned into an EquipmentError."""


def spreadsheet_rows(source: Source) -> Sequence[Sequence[Any]]:
    """All rows, the header lines included. Raises EquipmentError when the file is no spreadsheet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # openpyxl comments on styles and extensions, which do not matter here
            return _rows(source)
    except _DAMAGE as error:
        raise EquipmentError(
            "the file is not a readable .xlsx workbook",
            where=source.name,
            mend="save it again as .xlsx, or export it as text",
        ) from error


def _rows(source: Source) -> list[tuple[Any, ...]]:
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise ValueError("the workbook is too large")
    book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the declared extent is a hint that some programs get wrong: rows beyond it count
        rows = [tuple(row) for row in islice(sheet.iter_rows(values_only=True), MOST_ROWS + 1)]
        if len(rows) > MOST_ROWS:  # a damaged row number, filled up with empty rows
            raise ValueError("there are more rows than the format allows")
        return rows
    finally:
        book.close()
