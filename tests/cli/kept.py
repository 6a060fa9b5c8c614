"""Calls a command that is not yet told to the application: the same group, the same errors."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import typer

from homeostat.cli.backup import backup_site, restore_site
from homeostat.cli.bundle import bundle_batch
from homeostat.cli.failures import CalmGroup
from homeostat.cli.patient import patient

from .conftest import Completed

app = typer.Typer(cls=CalmGroup, pretty_exceptions_enable=False)
app.command("bundle")(bundle_batch)
app.command("backup")(backup_site)
app.command("restore")(restore_site)
app.add_typer(patient)


def call(*arguments: str | Path) -> Completed:
    """The command with these arguments, its output caught."""
    words = [str(argument) for argument in arguments]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        app(words, prog_name="homeostat")
    code = ended.value.code
    return Completed(words, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())
