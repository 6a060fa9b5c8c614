"""Delimited text and spreadsheets with every quirk seen in real logs: read whole, or refused with place and mend."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from homeostat.equipment.findings import Findings
from homeostat.equipment.tables import CUT, Shape, Sheet, read_table
from homeostat.errors import EquipmentError


def table(
    tmp_path: Path, content: bytes | str, name: str = "log.csv", **shape: Any
) -> tuple[Sheet, list[str]]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    return read_table(path, Shape(**shape), findings), findings.texts()


PLAIN = "t;a;b\n1;2;3\n4;5;6\n"


def rows(sheet: Sheet) -> list[list[Any]]:
    return [list(row) for row in sheet.rows]


def test_a_plain_table(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, PLAIN)
    assert sheet.names == ("t", "a", "b")
    assert rows(sheet) == [["1", "2", "3"], ["4", "5", "6"]]
    assert list(sheet.lines) == [2, 3]
    assert sheet.encoding == "utf-8"
    assert findings == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_line_ends_and_separators(tmp_path: Path, end: str, separator: str) -> None:
    text = PLAIN.replace(";", separator).replace("\n", end)
    sheet, findings = table(tmp_path, text.encode(), separator=separator)
    assert (rows(sheet), findings) == ([["1", "2", "3"], ["4", "5", "6"]], [])


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, codec: str) -> None:
    sheet, findings = table(tmp_path, "zeit;temp °C\n1;2\n".encode(codec), encoding=encoding)
    assert (sheet.names, sheet.encoding, findings) == (("zeit", "temp °C"), encoding, [])


def test_the_mark_of_utf8_overrules_the_declaration(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, "t;°\n1;2\n".encode("utf-8-sig"), encoding="latin-1")
    assert (sheet.names, sheet.encoding) == (("t", "°"), "utf-8")
    assert "declared latin-1" in findings[0]


@pytest.mark.parametrize(
    ("encoding", "content"), [("utf-8", b"a;b\n1;2\n3;\xb0\n"), ("cp1252", b"a;b\n1;2\n3;\x81\n")]
)
def test_foreign_bytes_are_refused_with_their_line(tmp_path: Path, encoding: str, content: bytes) -> None:
    with pytest.raises(EquipmentError, match=f"is not {encoding} text") as caught:
        table(tmp_path, content, encoding=encoding)
    assert caught.value.where == "log.csv, line 3"
    assert "declare its encoding" in caught.value.mend


def test_nul_characters_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(EquipmentError, match="NUL") as caught:
        table(tmp_path, b"a;b\n1;2\n3;\x00\n")
    assert caught.value.where == "log.csv, line 3"


def test_skipped_and_header_lines(tmp_path: Path) -> None:
    sheet, _ = table(tmp_path, "Task\n\nt;a\n;Value\n(h);(mL)\n1;2\n", skip=2, header=3)
    assert (sheet.names, rows(sheet), list(sheet.lines)) == (("t", "a"), [["1", "2"]], [6])


@pytest.mark.parametrize("content", ["", "\n", "\n\n\n", "t;a", ";;\n;\n"])
def test_a_file_without_its_header_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(EquipmentError, match="ends before its header"):
        table(tmp_path, content, header=2)


def test_blank_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, "t;a\n1;2\n\n;\n  \n3;4\n\n\n")
    assert (rows(sheet), list(sheet.lines)) == ([["1", "2"], ["3", "4"]], [2, 6])
    assert findings == ["log.csv: blank lines between the rows (3 times)"]


def test_ragged_rows_are_kept_and_counted(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, "t;a;b\n1;2\n3;4;5;6\n7;8\n")
    assert sheet.cells(2, range(3)) == [None, "5", None]
    assert sheet.width == 4
    assert findings == [
        "log.csv, line 2: rows with fewer cells than the header, which has 3 (2 times)",
        "log.csv, line 3: rows with more cells than the header, which has 3",
    ]


def test_a_row_that_was_cut_off_loses_its_last_cell_only(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, "t;a;b\n1;22;3\n4;5")
    assert rows(sheet) == [["1", "22", "3"], ["4", f"5{CUT}"]]
    assert "log.csv, line 3: the last line has no line end and may be cut" in findings


def test_a_whole_last_row_without_a_line_end_is_kept_whole(tmp_path: Path) -> None:
    sheet, findings = table(tmp_path, PLAIN.removesuffix("\n"))
    assert rows(sheet)[-1] == ["4", "5", "6"]
    assert findings == ["log.csv, line 3: the last line has no line end and may be cut"]


def test_quotes_hold_separators_but_never_lines(tmp_path: Path) -> None:
    text = 't;a\n"1;0";"2 ""x"""\n"3;4\n5;6\n7;"8"9\n'
    sheet, _ = table(tmp_path, text)
    assert rows(sheet) == [["1;0", '2 "x"'], ['"3', "4"], ["5", "6"], ["7", '"8"9']]


def test_odd_line_separators_do_not_split_lines(tmp_path: Path) -> None:
    sheet, _ = table(tmp_path, "t;a\n1;x\u2028y\x0bz\x85\n")
    assert rows(sheet) == [["1", "x\u2028y\x0bz\x85"]]


def test_columns_by_name_number_and_alternatives(tmp_path: Path) -> None:
    sheet, _ = table(tmp_path, "t; a ;2\n1;2;3;4\n", groups={"run": "a"})
    assert sheet.column(["a"]) == 1
    assert sheet.column(["nothing", "a"]) == 1
    assert sheet.column(["2"]) == 2  # a name goes before a number
    assert sheet.column(["1"]) == 0
    assert sheet.column(["4"]) == 3  # the widest row counts
    assert sheet.column(["{run}"]) == 1
    assert sheet.find(["5", "0", "-1", "²", "9" * 50]) is None


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    sheet, _ = table(tmp_path, PLAIN)
    with pytest.raises(EquipmentError, match="no column x or y") as caught:
        sheet.column(["x", "y"])
    assert (caught.value.where, caught.value.mend) == ("log.csv", "declare one of: t, a, b")


def test_a_name_that_two_columns_bear_is_refused_when_used(tmp_path: Path) -> None:
    sheet, _ = table(tmp_path, "t;a;a;b\n1;2;3;4\n")
    assert sheet.column(["b"]) == 3
    with pytest.raises(EquipmentError, match="several columns are called a") as caught:
        sheet.column(["a"])
    assert "such as 2" in caught.value.mend


@pytest.mark.parametrize("name", ["missing.csv", ".", "no/such/folder.csv", "a\0b"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(EquipmentError, match="cannot be read"):
        read_table(tmp_path / name, Shape(), Findings())


def workbook(path: Path, *lines: list[Any]) -> None:
    book = openpyxl.Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    book.save(path)


def test_a_spreadsheet_gives_typed_cells(tmp_path: Path) -> None:
    moment = dt.datetime(2020, 11, 30, 10, 16, tzinfo=dt.UTC).replace(tzinfo=None)
    workbook(tmp_path / "t.XLSX", ["t", "a", None], [moment, 1.5, "NA"], [], [moment, None, True])
    sheet = read_table(tmp_path / "t.XLSX", Shape(), Findings())
    assert (sheet.names[:2], sheet.encoding) == (("t", "a"), "xlsx")
    assert rows(sheet) == [[moment, 1.5, "NA"], [moment, None, True]]
    assert list(sheet.lines) == [2, 4]


def test_formulas_stand_as_their_stored_values(tmp_path: Path) -> None:
    workbook(tmp_path / "t.xlsx", ["a", "b"], [1, "=A2*2"])
    sheet = read_table(tmp_path / "t.xlsx", Shape(), Findings())
    assert rows(sheet)[0][:1] == [1]
    assert sheet.cells(1, (0,)) == [None]  # openpyxl stores no value with a formula it writes


def altered(path: Path, old: bytes, new: bytes) -> None:
    """Replace text in the first worksheet of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data.replace(old, new) if name == sheet else data)


def test_rows_beyond_the_declared_extent_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook(path, ["a", "b"], [1, 2], [3, 4])
    altered(path, b'ref="A1:B3"', b'ref="A1"')
    assert rows(read_table(path, Shape(), Findings())) == [[1, 2], [3, 4]]


def test_a_damaged_row_number_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook(path, ["a", "b"], [1, 2], [3, 4])
    altered(path, b'<row r="3"', b'<row r="3999999999999"')
    with pytest.raises(EquipmentError, match=r"not a readable \.xlsx"):
        read_table(path, Shape(), Findings())


@pytest.mark.parametrize("content", [b"", b"t;a\n1;2\n", b"PK\x03\x04nonsense", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EquipmentError, match=r"not a readable \.xlsx"):
        table(tmp_path, content, name="log.xlsx")
