"""How a command fails: in words on standard error and with an exit code; a traceback only if asked for."""

import os
import sys
from contextlib import AbstractContextManager
from enum import IntEnum
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperGroup

from homeostat.cli.text import printable
from homeostat.errors import HomeostatError


class ExitCode(IntEnum):
    """What the exit codes mean; 70 as in sysexits.h, 128 and the signal's number as in a shell.

    FAILED: a check failed, or a batch did not come to its end.
    """

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    OWN_FAULT = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class Calm(AbstractContextManager[None]):
    """Turns what goes wrong inside into a few words and `typer.Exit`; with `traceback` all passes through."""

    def __init__(self, *, traceback: bool) -> None:
        self._traceback = traceback

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Judge the exception; usage errors and deliberate exits pass, they know their code themselves."""
        if isinstance(error, BrokenPipeError):
            _abandon_output()
            raise typer.Exit(ExitCode.PIPE_CLOSED) from error
        if error is None or self._traceback or _knows_its_code(error):
            return
        code, lines = explain(error)
        say(*lines)
        raise typer.Exit(code) from error


class CalmGroup(TyperGroup):
    """The group of all commands: whatever a command raises is explained."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        with Calm(traceback=bool(ctx.params.get("traceback"))):
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()


def explain(error: BaseException) -> tuple[ExitCode, list[str]]:
    """The exit code of `error`, and the lines that say what is wrong, where, and how to mend it."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED, ["interrupted"]
    if isinstance(error, HomeostatError):
        issues = [f"  {printable(str(issue))}" for issue in getattr(error, "issues", ())]
        return ExitCode.BAD_INPUT, _lines(error.what, error.where, error.mend) + issues
    if isinstance(error, OSError):
        return ExitCode.BAD_INPUT, _lines(
            error.strerror or str(error), str(error.filename2 or error.filename or ""), ""
        )
    what = f"a fault of the program itself: {type(error).__name__}: {error}"
    return ExitCode.OWN_FAULT, _lines(what, "", "set HOMEOSTAT_TRACEBACK=1 and report what it prints")


def say(*lines: str) -> None:
    """Print `lines` on standard error."""
    for line in lines:
        print(line, file=sys.stderr)


def _knows_its_code(error: BaseException) -> bool:
    """Whether typer will end the program with a code of the error's own."""
    return hasattr(error, "exit_code") or isinstance(error, typer.Abort)


def _lines(what: str, where: str, mend: str) -> list[str]:
    named = (("error", what), ("where", where), ("mend", mend))
    return [f"{name}: {printable(text)}" for name, text in named if text]


def _abandon_output() -> None:
    """Send what is still buffered nowhere: the reader of our output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
