"""How the tests of the command line call it: in this process, or as a user would, in one of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from typer.main import get_command

from homeostat.cli.app import app

Completed = subprocess.CompletedProcess[str]
Call = Callable[..., Completed]
COMMAND = get_command(app)
"""Put together once: typer takes half a second for it, which a user's process pays and a thousand tests need not."""


def call(*arguments: str | Path) -> Completed:
    """The command line with these arguments, in this process, its output caught as by a pipe."""
    words = [str(argument) for argument in arguments]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        COMMAND(words, prog_name="homeostat")
    code = ended.value.code
    return Completed(words, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def call_outside(*arguments: str | Path, **environment: str) -> Completed:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "homeostat", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, check=False, encoding="utf-8"
    )


@pytest.fixture(scope="session")
def homeostat() -> Call:
    """Calls the command line in this process."""
    return call


@pytest.fixture(scope="session")
def shell() -> Call:
    """Calls the command line in a process of its own; keywords are environment variables."""
    return call_outside
