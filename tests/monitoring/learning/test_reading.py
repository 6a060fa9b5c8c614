"""Tables as users bring them: separators, decimals, archives, gaps, and errors that name line and column."""

import gzip
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import read_table


def _read(path: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> dict[str, list[float]]:
    file = path / name
    file.write_bytes(text.encode(encoding))
    return {key: values.tolist() for key, values in read_table(file).numbers.items()}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found(tmp_path: Path, separator: str) -> None:
    assert _read(tmp_path, f"a{separator}b\n1{separator}2\n3{separator}4\n") == {
        "a": [1.0, 3.0],
        "b": [2.0, 4.0],
    }


def test_decimal_commas_are_understood_where_commas_do_not_separate(tmp_path: Path) -> None:
    assert _read(tmp_path, "a;b\n1,5;2\n-3,25;1,2e3\n") == {"a": [1.5, -3.25], "b": [2.0, 1200.0]}


@pytest.mark.parametrize("head", ["y;1000,0;1001,0", "1000,0;1001,0;y", "y;1000,0 nm;1001,0 nm"])
def test_decimal_commas_in_headings_do_not_separate(tmp_path: Path, head: str) -> None:
    assert list(_read(tmp_path, f"{head}\n1,5;2;3\n")) == head.split(";")


@pytest.mark.parametrize("head", ["y,1000,1001", "a;b,c,d", "y;z,1000,1001"])
def test_commas_separate_headings_that_are_whole_numbers(tmp_path: Path, head: str) -> None:
    assert list(_read(tmp_path, f"{head}\n1,2,3\n")) == head.split(",")


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_table(tmp_path: Path) -> None:
    assert _read(tmp_path, "a,b\r\n1,2\r\n", encoding="utf-8-sig") == {"a": [1.0], "b": [2.0]}


def test_latin_1_text_is_read(tmp_path: Path) -> None:
    assert _read(tmp_path, "Größe,b\n1,2\n", encoding="latin-1") == {"Größe": [1.0], "b": [2.0]}


def test_quoted_cells_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('"a, in cells",b\n"x\ny",1\n"z",2\n', "utf-8")
    table = read_table(file)
    assert table.headings == ("a, in cells", "b")
    assert table.place(1) == "t.csv, line 4"


def test_blank_lines_are_skipped_but_counted(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n\n1,2\n,\n3,x\n", "utf-8")
    table = read_table(file)
    with pytest.raises(MonitoringError, match="'x' is no number") as caught:
        table.number("b")
    assert caught.value.where == "t.csv, line 5, column 'b'"


def test_gzipped_tables_and_workbooks_hold_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(b"a,b\n1,2.5\n"))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["a", "b"])
    sheet.append([1, 2.5])
    book.save(tmp_path / "t.xlsx")
    first, second = read_table(packed), read_table(tmp_path / "t.xlsx")
    assert first.numbers["b"].tolist() == second.numbers["b"].tolist() == [2.5]


def test_missing_and_infinite_values_are_gaps_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,n/a\n,2\ninf,3\n", "utf-8")
    table = read_table(file)
    assert np.isnan(table.number("a")).tolist() == [False, True, True]
    assert np.isnan(table.number("b")).tolist() == [True, False, False]
    assert table.infinite == {"a": 1}


def test_a_repeated_heading_is_counted_and_an_empty_one_is_named_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,a,\n1,2,3\n", "utf-8")
    assert read_table(file).headings == ("a", "a (2)", "column 3")


def test_an_indicator_is_asked_for_by_column_and_label(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("source\nglucose\nglycerol\n\nglucose\n", "utf-8")
    assert read_table(file).number("source=glucose").tolist() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"", "empty", "t.csv"),
        (b"a,b\n", "no rows", "t.csv"),
        (b"a,b\n1,2\n1,2,3\n", "3 cells, but there are 2 headings", "t.csv, line 3"),
        (b"a,b\n1\n", "1 cells", "t.csv, line 2"),
        (b"a\x00,b\n1,2\n", "no text", "t.csv, line 1"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(
    tmp_path: Path, content: bytes, what: str, where: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    with pytest.raises(MonitoringError, match=what) as caught:
        read_table(file)
    assert caught.value.where == where


@pytest.mark.parametrize("name", ["t.csv.gz", "t.xlsx"])
def test_a_damaged_archive_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x1f\x8b\x08 no archive")
    with pytest.raises(MonitoringError, match=r"archive|workbook"):
        read_table(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_an_unknown_column_is_refused_with_those_that_are_like_it(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("glucose,lactate\n1,2\n", "utf-8")
    with pytest.raises(MonitoringError, match="glucse") as caught:
        read_table(file).number("glucse")
    assert "glucose" in caught.value.mend


def test_the_hash_is_of_the_content_whatever_the_form(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    (tmp_path / "b.csv").write_text("a;b\r\n1 ; 2\r\n", "utf-8")
    (tmp_path / "c.csv").write_text("a,b\n1,3\n", "utf-8")
    a, b, c = (read_table(tmp_path / f"{name}.csv").sha256 for name in "abc")
    assert a == b != c


def test_as_many_headings_as_there_may_be_are_named_each_once(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(",".join(["a"] * 20_000) + "\n" + ",".join(["1"] * 20_000) + "\n", "utf-8")
    table = read_table(file)
    assert len(set(table.headings)) == 20_000
    assert table.headings[-1] == "a (20000)"
    assert table.has("a (777)")


def test_a_value_that_cannot_be_computed_with_is_refused_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n3,-1e151\n", "utf-8")
    table = read_table(file)
    assert table.number("a").tolist() == [1.0, 3.0]
    with pytest.raises(MonitoringError, match="-1e151 is too large") as caught:
        table.number("b")
    assert caught.value.where == "t.csv, line 3, column 'b'"


@pytest.mark.parametrize(("mark", "told"), [(" ", "blanks"), ("   ", "blanks"), (":", "colons")])
def test_a_table_whose_separator_is_not_known_says_that_one_column_was_read(
    tmp_path: Path, mark: str, told: str
) -> None:
    with pytest.raises(MonitoringError, match=f"one column was read, headed 'a{mark}b': {told}") as fault:
        _read(tmp_path, f"a{mark}b\n1{mark}2\n3{mark}4\n")
    assert fault.value.where == "t.csv, headings"


def test_one_column_of_numbers_is_a_table(tmp_path: Path) -> None:
    assert _read(tmp_path, "time [h]\n1.5\n2.5\n") == {"time [h]": [1.5, 2.5]}
    assert _read(tmp_path, "sep=:\na:b\n1:2\n") == {"a": [1.0], "b": [2.0]}
