"""Decimal commas, decimal points and separators of thousands: told apart, or refused with the cell at fault."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import Table, read_table
from homeostat.monitoring.learning.decimals import number_of


def _read(folder: Path, text: str) -> Table:
    file = folder / "t.csv"
    file.write_text(text, "utf-8")
    return read_table(file)


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_commas_that_all_may_set_thousands_apart_are_asked_about(tmp_path: Path, mark: str) -> None:
    with pytest.raises(MonitoringError, match=r"'1,234' may be 1234 or 1\.234") as caught:
        _read(tmp_path, "b,titre\n987,4\n3,1,234\n".replace(",", mark, 2).replace("3,", f"3{mark}"))
    assert caught.value.where == "t.csv, line 3, column 'titre'"
    assert "separators of thousands" in (caught.value.mend or "")


@pytest.mark.parametrize("other", ["87,3", "0,123", "1234,567", "-1,5e3"])
def test_one_sure_decimal_comma_tells_of_all(tmp_path: Path, other: str) -> None:
    assert _read(tmp_path, f"a;b\n1,234;{other}\n").number("a").tolist() == [1.234]


def test_a_decimal_comma_in_a_heading_tells_too(tmp_path: Path) -> None:
    assert _read(tmp_path, "y;1000,5\n3;1,234\n").number("1000,5").tolist() == [1.234]


def test_a_decimal_comma_far_below_is_seen(tmp_path: Path) -> None:
    rows = "".join(f"{row};1\n" for row in range(60))
    assert _read(tmp_path, f"a;b\n{rows}5,5;1\n").number("a")[-1] == 5.5


def test_a_column_with_points_leaves_the_commas_of_the_others_decimal(tmp_path: Path) -> None:
    read = _read(tmp_path, "a;b;clock\n1,5;87,3;12.30\n2,5;80,1;13.15\n")
    assert read.number("b").tolist() == [87.3, 80.1]
    assert read.number("clock").tolist() == [12.30, 13.15]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a;b\n1,5;2,5\n3.5;4,5\n", "t.csv, line 3, column 'a'"),
        ("titre;b;c\n1.234;2,5;4,5\n", "t.csv, line 2, column 'titre'"),
    ],
)
def test_points_among_decimal_commas_are_refused_where_they_stand(
    tmp_path: Path, text: str, where: str
) -> None:
    with pytest.raises(MonitoringError, match="decimals are written with a comma: ") as caught:
        _read(tmp_path, text)
    assert caught.value.where == where


def test_a_comma_beside_decimal_points_is_refused_with_the_point_that_made_it_text(tmp_path: Path) -> None:
    read = _read(tmp_path, "a;b;c\n1.5;2.5;87,3\n")
    with pytest.raises(MonitoringError, match="'87,3' is no number") as caught:
        read.number("c")
    assert "'1.5' in line 2, column 'a'" in (caught.value.mend or "")


@pytest.mark.parametrize("cell", ["3_1", "1_000.5", "٣", "７.１", "1٫5", "²"])
def test_what_python_alone_takes_for_a_number_is_text(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ValueError, match=r"no number|could not convert"):
        number_of(cell)
    for mark in (",", ";"):
        assert _read(tmp_path, f"a{mark}b\n{cell}{mark}1\n{cell}{mark}2\n").numbers.keys() == {"b"}


@given(st.floats(allow_nan=False), st.sampled_from(["{!r}", " {:g} ", "{:+.3e}", "\t{:.2f}"]))
def test_what_any_program_writes_for_a_number_is_one(value: float, form: str) -> None:
    assert number_of(form.format(value)) == float(form.format(value))
