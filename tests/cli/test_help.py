"""`--help` and `--version`: complete, plain, and quick because nothing heavy is imported."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from tests.cli.conftest import Helped, helps

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


ASKED = ["--help", "--version", *[f"{command} --help" for command in COMMANDS]]


@pytest.fixture(scope="module")
def helped() -> Mapping[str, Helped]:
    """What each of these loads and prints, one after the other in one process."""
    return helps(ASKED)


@pytest.mark.parametrize("asked", ASKED)
def test_help_imports_nothing_heavy(helped: Mapping[str, Helped], asked: str) -> None:
    modules, printed = helped[asked]
    loaded = {name.partition(".")[0] for name in modules}
    allowed = {"pydantic"} if asked.endswith(" --help") else set()  # typer takes it to read a command's types
    assert "typer" in loaded
    assert not loaded.intersection(set(HEAVY) - allowed)
    assert not {f"homeostat.{room}" for room in ROOMS}.intersection(modules)
    assert printed


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
