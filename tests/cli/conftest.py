"""How the tests of the command line call it: in this process, or as a user would, in one of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from homeostat.cli.app import app
from homeostat.ledger.identity import passwords
from homeostat.site import Site

Completed = subprocess.CompletedProcess[str]
Call = Callable[..., Completed]
Helped = tuple[frozenset[str], str]
"""The modules that are loaded, and what was printed."""
COMMAND = get_command(app)
"""Put together once: typer takes half a second for it, which a user's process pays and a thousand tests need not."""

ADA, MARIA, VERA = "nine green hills by the lake", "five blue doors of the mill", "two old ferries at noon"
WHY = ("--why", "a test of the command line")
"""Passwords of three persons, and a reason."""


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


_ASKING = """
import contextlib, io, json, sys
from homeostat.cli import main
for asked in sys.argv[1:]:
    sys.argv = ["homeostat", *asked.split()]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            main()
    except SystemExit as ended:
        if ended.code:
            raise
    print(json.dumps([asked, sorted(sys.modules), printed.getvalue()]))
"""


def helps(asked: Sequence[str]) -> Mapping[str, Helped]:
    """What is loaded after each question (its own modules and those of the questions before it), and its answer."""
    command = [sys.executable, "-c", _ASKING, *asked]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    return {one: (frozenset(modules), printed) for one, modules, printed in told}


@pytest.fixture(scope="session")
def homeostat() -> Call:
    """Calls the command line in this process."""
    return call


@pytest.fixture(scope="session")
def shell() -> Call:
    """Calls the command line in a process of its own; keywords are environment variables."""
    return call_outside


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses may be cheap here; what they cost is tested where keys are."""
    monkeypatch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))
    for name in (
        "PASSWORD",
        "NEW_PASSWORD",
        "CODE",
        "OTHER_CODE",
        "SESSION",
        "DEVICE_SECRET",
        "KEY_QUESTION",
        "KEY_ANSWER",
    ):
        monkeypatch.delenv(f"HOMEOSTAT_{name}", raising=False)


@pytest.fixture
def gmp(tmp_path: Path) -> Path:
    """A GMP site without anybody."""
    Site.create(tmp_path / "gmp", "gmp")
    return tmp_path / "gmp"


@pytest.fixture
def type_(homeostat: Call, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a command in an environment; the JSON it prints, or its error."""

    def typed(site: Path, *words: str, fails: bool = False, **environment: str) -> Any:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(f"HOMEOSTAT_{name}", value)
            found = homeostat("user", *words, "--site", site, "--json")
        assert "Traceback" not in found.stderr
        assert found.returncode == (2 if fails else 0), found.stderr
        return found.stderr if fails else json.loads(found.stdout)

    return typed


@pytest.fixture
def staffed(gmp: Path, type_: Any) -> Path:
    """The site with an administrator, an operator and somebody of quality assurance, all accountable."""
    type_(gmp, "found", "ada", "--name", "Ada L", "--verified", "passport", *WHY, NEW_PASSWORD=ADA)
    for account, role, word in (("vera", "quality assurance", VERA), ("maria", "operator", MARIA)):
        facts = ("--name", account.title(), "--role", role, "--verified", "passport")
        code = type_(gmp, "add", account, *facts, *WHY, "--as", "ada", PASSWORD=ADA)["code"]
        if account == "maria":
            joining = ("join", account)
            assert "has not agreed" in type_(gmp, *joining, fails=True, CODE=code, NEW_PASSWORD=word)
            type_(gmp, "agree", account, *WHY, "--as", "vera", PASSWORD=VERA)
        type_(gmp, "join", account, CODE=code, NEW_PASSWORD=word)
        type_(gmp, "accept", "--as", account, PASSWORD=word)
    return gmp
