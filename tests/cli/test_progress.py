"""Progress goes to standard error: a bar on a terminal, lines otherwise; an interruption says how to go on."""

import io
import sys

import pytest
import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.progress import interrupted, watching

DAY = 86_400_000_000


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_a_line_for_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    with watching() as watch:
        watch.started("B0001", 3)
        watch.scanned(1, 0, "seed")
        watch.scanned(2, DAY, "seed")
        watch.scanned(3, 2 * DAY, "expand")
        watch.ended()
    assert capsys.readouterr() == ("", "B0001  day 0 00:00  seed\nB0001  day 2 00:00  expand\n")
    assert watch.batch == "B0001"


@pytest.mark.parametrize("total", [100, None])
def test_a_terminal_gets_a_bar_that_vanishes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: int | None
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with watching() as watch:
        watch.started("B0001", total)
        watch.scanned(50, DAY, "[bold]expand\x07")
        watch.ended()
    assert "B0001" in screen.getvalue()
    assert capsys.readouterr().out == ""


def test_an_interruption_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, watching(" --site here") as watch:
        watch.started("B0007", 10)
        raise KeyboardInterrupt
    assert ended.value.exit_code == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == (
        "batch B0007 is interrupted; continue with: homeostat resume B0007 --site here\n"
    )


@pytest.mark.parametrize(("batch", "resume"), [("", ""), ("B0001", None)])
def test_where_nothing_can_go_on_nothing_is_proposed(batch: str, resume: str | None) -> None:
    assert interrupted(batch, resume) == "interrupted"


def test_other_errors_pass(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), watching():
        raise ZeroDivisionError
    assert capsys.readouterr().err == ""
