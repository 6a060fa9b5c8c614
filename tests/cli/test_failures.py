"""What goes wrong is said in words on standard error, with the right exit code."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from homeostat.cli.failures import Calm, ExitCode, explain
from homeostat.errors import HomeostatError, SiteError

Call = Callable[..., subprocess.CompletedProcess[str]]


class DetailedError(HomeostatError):
    """An error that lists its issues."""

    issues = ("line 1: no unit", "line 2: no\ttag")


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (
            SiteError("there is no site", where="site\n", mend="make one"),
            ExitCode.BAD_INPUT,
            ["error: there is no site", "where: site ", "mend: make one"],
        ),
        (SiteError("bare"), ExitCode.BAD_INPUT, ["error: bare"]),
        (
            DetailedError("two faults", where="a.yaml"),
            ExitCode.BAD_INPUT,
            ["error: two faults", "where: a.yaml", "  line 1: no unit", "  line 2: no tag"],
        ),
        (
            PermissionError(13, "Permission denied", "a.html"),
            ExitCode.BAD_INPUT,
            ["error: Permission denied", "where: a.html"],
        ),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ["interrupted"]),
        (
            ZeroDivisionError("division by zero"),
            ExitCode.OWN_FAULT,
            [
                "error: a fault of the program itself: ZeroDivisionError: division by zero",
                "mend: set HOMEOSTAT_TRACEBACK=1 and report what it prints",
            ],
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_are_explained(error: BaseException, code: ExitCode, lines: list[str]) -> None:
    assert explain(error) == (code, lines)


def test_explained_errors_end_the_command_with_their_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, Calm(traceback=False):
        raise SiteError("gone")
    assert ended.value.exit_code == ExitCode.BAD_INPUT
    assert capsys.readouterr().err == "error: gone\n"


def test_with_traceback_the_error_comes_through() -> None:
    with pytest.raises(SiteError), Calm(traceback=True):
        raise SiteError("gone")


@pytest.mark.parametrize("error", [typer.Exit(1), typer.BadParameter("no"), typer.Abort()])
def test_what_knows_its_own_exit_code_passes(error: Exception) -> None:
    with pytest.raises(type(error)) as passed, Calm(traceback=False):
        raise error
    assert passed.value is error


def test_nothing_happens_when_nothing_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with Calm(traceback=False):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_traceback_is_shown_when_asked_for(shell: Call, tmp_path: Path) -> None:
    ended = shell("verify", "--site", tmp_path, HOMEOSTAT_TRACEBACK="1")
    assert "Traceback" in ended.stderr
    assert "SiteError" in ended.stderr


def test_a_sign_that_the_terminal_lacks_is_escaped(shell: Call, tmp_path: Path) -> None:
    ended = shell("verify", "--site", tmp_path / "größe", PYTHONIOENCODING="ascii")
    assert ended.returncode == ExitCode.BAD_INPUT
    assert "gr\\xf6\\xdfe" in ended.stderr
