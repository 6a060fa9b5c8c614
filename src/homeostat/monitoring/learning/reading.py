"""A user's table as rows of text or numbers: CSV with commas, semicolons or tabs, .xlsx, and each of them gzipped.

In: a path. Out: a `Sheet`, whose first row holds the headings; every row knows the line it stands in.
"""

import csv
import gzip
import hashlib
import io
import warnings
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.above import refuse_title
from homeostat.monitoring.learning.decimals import decimal_mark
from homeostat.monitoring.learning.separators import split_off, unknown

LARGEST = 2_000_000_000
"""Bytes that a compressed table may unpack to: more is a damaged or hostile file."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`headings` (p,) and `rows` of p cells each; `lines` says where each row stands, `decimal` how numbers do.

    `repeated` are headings that stand more than once: only the first column bears the name.
    """

    name: str
    sha256: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    decimal: str
    repeated: frozenset[str] = frozenset()


def read_sheet(path: Path) -> Sheet:
    """Read the table at `path`; of a workbook, the first sheet. Raises MonitoringError with the line at fault."""
    data = _bytes(path)
    digest, name = hashlib.sha256(data).hexdigest(), path.name
    if name.lower().endswith(".gz"):
        data, name = _unpacked(data, path.name), name[:-3]
    typed = name.lower().endswith((".xlsx", ".xlsm"))
    if typed:
        numbered, separator = _workbook(data, path.name), "\t"
    else:
        numbered, separator = _text(data, path.name)
    if not numbered:
        raise MonitoringError("the table is empty", where=path.name, mend="the first line must hold headings")
    refuse_title(numbered, path.name)
    headings = _headings(numbered[0][1])
    body = numbered[1:]
    if len(headings) == 1 and not typed:
        _refuse_one_column(headings[0], body, path.name)
    _check_widths(body, len(headings), path.name)
    decimal = "." if separator == "," else decimal_mark(headings, body, path.name, typed=typed)
    rows = tuple(tuple(cells) for _, cells in body)
    lines = tuple(line for line, _ in body)
    return Sheet(path.name, digest, headings, rows, lines, decimal, _repeated(numbered[0][1]))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or "it is not a usable path"
        raise MonitoringError(
            f"the table cannot be read: {reason}", where=str(path), mend="check the path"
        ) from error


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            found = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MonitoringError(
            "the file is no complete .gz archive", where=name, mend="copy or compress it again"
        ) from error
    if len(found) > LARGEST:
        raise MonitoringError(
            "the unpacked table is too large", where=name, mend=f"at most {LARGEST:,} bytes"
        )
    return found


def _text(data: bytes, name: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Numbered rows that are not blank, and the separator."""
    separator, text, above = split_off(_decoded(data, name))
    found, reader = [], csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begin = above + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begin, cells))
            begin = above + reader.line_num + 1
    except csv.Error as error:
        raise MonitoringError(
            f"the line cannot be split into cells: {error}",
            where=f"{name}, line {begin}",
            mend="check its quotation marks",
        ) from error
    return found, separator


def _decoded(data: bytes, name: str) -> str:
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # what older instrument software writes; every byte is a character
    if "\0" in text:
        raise MonitoringError(
            "this is no text",
            where=f"{name}, line {text.count(chr(10), 0, text.index(chr(0))) + 1}",
            mend="export the table as CSV or .xlsx",
        )
    return text


def _workbook(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(data)) as archive:
            warnings.simplefilter("ignore")  # remarks on styles and extensions do not matter here
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise ValueError("the workbook is too large")
            sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
            sheet.reset_dimensions()
            rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, IndexError, SyntaxError) as error:
        raise MonitoringError(
            "the file is not a readable .xlsx workbook", where=name, mend="save it again, or export it as CSV"
        ) from error
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    return [(line, row) for line, row in enumerate(padded, 1) if any(row)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()


def _headings(cells: list[str]) -> tuple[str, ...]:
    """Headings without blanks around them; an empty one is named by its place, a repeated one is counted."""
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        plain = cell.strip() or f"column {place}"
        name = plain
        while name in names:
            counts[plain] = counts.get(plain, 1) + 1
            name = f"{plain} ({counts[plain]})"
        names[name] = None
    return tuple(names)


def _refuse_one_column(heading: str, body: list[tuple[int, list[str]]], name: str) -> None:
    """Refuse cells that are separated by what is no separator. Raises MonitoringError."""
    if mark := unknown([cells for _, cells in body]):
        raise MonitoringError(
            f"one column was read, headed '{heading[:40]}': {mark} seem to separate its cells, "
            "and are not known as a separator",
            where=f"{name}, headings",
            mend="separate cells by commas, semicolons, tabs or bars (|), or save the table as .xlsx",
        )


def _repeated(cells: list[str]) -> frozenset[str]:
    counts = Counter(cell.strip() for cell in cells)
    return frozenset(name for name, count in counts.items() if name and count > 1)


def _check_widths(body: list[tuple[int, list[str]]], width: int, name: str) -> None:
    """Cut empty cells beyond the headings. Raises MonitoringError for a row of another width."""
    for line, cells in body:
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if len(cells) != width:
            raise MonitoringError(
                f"the row has {len(cells)} cells, but there are {width} headings",
                where=f"{name}, line {line}",
                mend="give every row one cell a heading, or leave it out",
            )
