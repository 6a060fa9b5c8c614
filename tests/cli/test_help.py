"""`--help` and `--version`: complete, plain, and quick because nothing heavy is imported."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

import homeostat as package

Call = Callable[..., subprocess.CompletedProcess[str]]

ROOMS = (
    "process",
    "twin",
    "ledger",
    "historian",
    "monitoring",
    "control",
    "equipment",
    "execution",
    "quality",
)
HEAVY = (
    "numpy",
    "scipy",
    "casadi",
    "llvmlite",
    "pydantic",
    "yaml",
    "pint",
    "cryptography",
    "zstandard",
    "rich",
)
COMMANDS = ("run", "resume", "verify", "replay", "record", "batches", "process", "twin", "bench")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], *[[command, "--help"] for command in COMMANDS]],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, sep='\\n', file=sys.stderr))\n"
        "from homeostat.cli import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    modules = ended.stderr.split()
    loaded = {name.partition(".")[0] for name in modules}
    allowed = {"pydantic"} if arguments[0] in COMMANDS else set()  # typer takes it to read a command's types
    assert "typer" in loaded
    assert not loaded.intersection(set(HEAVY) - allowed)
    assert not {f"homeostat.{room}" for room in ROOMS}.intersection(modules)
    assert ended.stdout


def test_help_names_every_command_and_exit_code(homeostat: Call) -> None:
    shown = homeostat("--help")
    assert shown.returncode == 0
    assert all(f"\n  {command} " in shown.stdout for command in COMMANDS)
    assert "Exit codes" in shown.stdout


def test_no_arguments_show_the_help(homeostat: Call) -> None:
    ended = homeostat()
    assert "Usage: homeostat" in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "option",
    ["--site", "--batch", "--patient", "--equipment", "--seed", "--speed", "--until", "--json"],
)
def test_run_documents_its_options(homeostat: Call, option: str) -> None:
    assert f"  {option} " in homeostat("run", "--help").stdout


@pytest.mark.parametrize("option", ["--site", "--reconcile", "--reason", "--equipment", "--speed", "--json"])
def test_resume_documents_its_options(homeostat: Call, option: str) -> None:
    shown = homeostat("resume", "--help").stdout
    assert f"  {option} " in shown
    assert "applied|send again|leave out" in shown


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "resume",
        "verify",
        "replay",
        "record",
        "batches",
        "process list",
        "process show",
        "process check",
        "bench run",
    ],
)
def test_reading_commands_offer_json(homeostat: Call, command: str) -> None:
    assert "  --json " in homeostat(*command.split(), "--help").stdout


def test_version(homeostat: Call) -> None:
    assert homeostat("--version").stdout == f"homeostat {package.__version__}\n"


def test_the_installed_package_runs_as_a_module(shell: Call) -> None:
    assert shell("--version").stdout == f"homeostat {package.__version__}\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-m", "homeostat", "process", "show", "car-t"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.stderr == ""
    assert ended.returncode == 141
