"""Tables: plain into a pipe, drawn on a terminal; JSON for programs."""

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.cli.output import Table, plain, show, show_json

TABLE = Table(
    "Phases",
    ("phase", "lasts"),
    [("Activation [red]", "2 d"), ("Transduction", "12 h")],
    frozenset({"lasts"}),
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_plain_tables_stand_in_aligned_columns() -> None:
    assert plain(TABLE).splitlines() == [
        "Phases",
        "phase             lasts",
        "Activation [red]    2 d",
        "Transduction       12 h",
    ]


def test_a_table_without_a_title_begins_with_its_columns() -> None:
    assert plain(Table("", ("a",), [("1",)])) == "a\n1"


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=8))
def test_every_row_is_one_line_without_control_characters(rows: list[tuple[str, str]]) -> None:
    lines = plain(Table("title", ("one", "two"), rows)).split("\n")
    assert len(lines) == 2 + len(rows)
    assert all(line.isprintable() and not line.endswith(" ") for line in lines)


def test_parts_are_printed_in_order_and_empty_tables_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    show("first", Table("nothing", ("a",), []), TABLE, "last")
    out = capsys.readouterr().out
    assert out.startswith("first\n\nPhases\n")
    assert out.endswith("12 h\nlast\n")
    assert "nothing" not in out


def test_a_terminal_gets_a_drawn_table_in_which_text_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    show(TABLE)
    assert "Activation [red]" in screen.getvalue()
    assert "─" in screen.getvalue()


def test_a_pipe_gets_no_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    show("a\x1b[1m", TABLE)
    assert "\x1b" not in capsys.readouterr().out


def test_json_is_written_as_it_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"unit": "µmol/L", "value": 0.1, "none": None}
    show_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert "µ" in out


def test_json_refuses_what_is_no_json_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        show_json([float("nan")])
