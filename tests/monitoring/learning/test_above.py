"""Lines that are no rows: `sep=;`, titles and remarks above the headings, units below them."""

from pathlib import Path

import openpyxl
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import Table, read_table

HEAD = "batch;glucose;lactate;pH\n"
ROWS = "".join(f"B{row};{row},5;{row};7\n" for row in range(6))


def _read(folder: Path, text: str) -> Table:
    file = folder / "t.csv"
    file.write_text(text, "utf-8", newline="")
    return read_table(file)


@pytest.mark.parametrize("line", ["sep=;\n", "sep=;\r\n", "SEP=;\n", '"sep=;"\n'])
def test_a_line_that_declares_the_separator_is_honoured_and_counted(tmp_path: Path, line: str) -> None:
    read = _read(tmp_path, line + HEAD + ROWS)
    assert read.headings == ("batch", "glucose", "lactate", "pH")
    assert read.number("glucose")[0] == 0.5
    assert read.place(0) == "t.csv, line 3"


def test_a_declared_separator_counts_more_than_what_the_headings_hold(tmp_path: Path) -> None:
    assert _read(tmp_path, "sep=|\na, b, c|d\n1|2\n").headings == ("a, b, c", "d")


@pytest.mark.parametrize(
    "title",
    ["Experiment 12\n", "Experiment 12;;\n\n", "Experiment 12;;;\n", "# exported 2024, by Anna\n", "A\nB\n"],
)
def test_lines_above_the_headings_are_told(tmp_path: Path, title: str) -> None:
    with pytest.raises(MonitoringError, match=r"does not look like headings: .* hold up to 4") as caught:
        _read(tmp_path, title + HEAD + ROWS)
    assert caught.value.where == "t.csv, line 1"
    assert "delete the lines above" in (caught.value.mend or "")


def test_a_title_in_a_workbook_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Experiment 12"], ["a", "b", "c"], [1, 2, 3], [2, 3, 4]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(MonitoringError, match="does not look like headings"):
        read_table(tmp_path / "t.xlsx")


def test_a_single_row_that_is_too_long_is_no_title(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="5 cells, but there are 4 headings"):
        _read(tmp_path, HEAD + ROWS + "B7;1;2;3;4\n")


def test_a_remark_that_holds_other_separators_does_not_decide_over_the_headings(tmp_path: Path) -> None:
    assert _read(tmp_path, "a;remark\n1;x, y, z, w, v\n2;u\n").headings == ("a", "remark")


def test_a_row_of_units_is_told_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match=r"seems to hold units \('mM'\)") as caught:
        _read(tmp_path, HEAD + ";mM;1e6/mL;\n" + ROWS)
    assert caught.value.where == "t.csv, line 2"
    assert "'glucose [mM]'" in (caught.value.mend or "")


@pytest.mark.parametrize(
    "first", ["B9;<0,1;n/a;\n", "B9;oops;n/a;\n", "B9;1;oops;\n", "B9;;;\n", "B9;5 mM;;\n"]
)
def test_a_first_row_with_gaps_or_a_spoilt_cell_is_no_row_of_units(tmp_path: Path, first: str) -> None:
    assert _read(tmp_path, HEAD + first + ROWS).rows == 7
