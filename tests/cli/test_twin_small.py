"""States far below 1 on the command line: what begins so is computed well, and what is not resolved is told."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

TRACE = '''
from homeostat.twin import Model, parameter, state


class Trace(Model):
    """A trace is made at a constant rate, and decays; the main thing decays by another rate."""

    amount = state(1.0, "g/L", "what decays")
    trace = state(0.0, "mol/L", "what is hardly there")
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.3, low=0.0, high=100.0)

    def rates(self, m):
        return {"amount": -self.rate * self.amount, "trace": 1e-9 - 0.5 * self.trace}
'''
SIZED = TRACE.replace('"what is hardly there"', '"what is hardly there", scale=1e-9')
WARNING = "trace is at most 1.3e-09 mol/L, and each step may err by {} in it: its numbers mean little; "
MAP = """
time: {column: "time [h]", unit: h}
measured:
  "amount [g/L]": {quantity: amount, unit: g/L, absolute: 1.0e-9}
"""
COMMANDS = [("simulate",), ("ensemble", "-n", "9"), ("sensitivities",)]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "trace.py"
    path.write_text(TRACE, "utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A run from 1e-6 g/L, measured with errors of 1e-9 g/L in turn."""
    path, hours = tmp_path / "run.csv", np.linspace(0.0, 2.0, 9)
    rows = "".join(f"{t},{1e-6 * math.exp(-0.4 * t) + 1e-9 * (-1) ** k:.9e}\n" for k, t in enumerate(hours))
    path.write_text(f"time [h],amount [g/L]\n{rows}", "utf-8")
    return path


@pytest.mark.parametrize(("command", "allowed"), [*zip(COMMANDS, ("1e-08", "1e-06", "1e-08"), strict=True)])
def test_a_state_that_is_not_resolved_is_told(
    homeostat: Call, trace: Path, command: tuple[str, ...], allowed: str
) -> None:
    name, *options = command
    shown = homeostat("twin", name, trace, "--hours", "2", *options)
    assert shown.returncode == 0
    assert f"{WARNING.format(allowed)}declare its size, such as state(..., scale=1e-09)\n" in shown.stderr
    found = homeostat("twin", name, trace, "--hours", "2", *options, "--json")
    assert (len(json.loads(found.stdout)["warnings"]), found.stderr) == (1, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_of_a_state_with_its_size_nothing_is_said(
    homeostat: Call, trace: Path, command: tuple[str, ...]
) -> None:
    trace.write_text(SIZED, "utf-8")
    name, *options = command
    found = homeostat("twin", name, trace, "--hours", "2", *options, "--json")
    assert (json.loads(found.stdout)["warnings"], found.stderr) == ([], "")


def test_a_fit_tells_what_its_runs_do_not_resolve(homeostat: Call, trace: Path, table: Path) -> None:
    options = ("--fit", "rate", "--starts", "2")
    warned = homeostat("twin", "fit", trace, table, *options)
    assert f"\n{WARNING.format('1e-08')}".replace("trace", "Trace") in warned.stdout
    trace.write_text(SIZED, "utf-8")
    assert "mean little" not in homeostat("twin", "fit", trace, table, *options).stdout


def test_a_start_is_counted_whichever_command_takes_it(homeostat: Call, trace: Path, table: Path) -> None:
    """A share of what is there, 1e-9 g/L of it: the same as of 1 g/L."""
    trace.write_text(SIZED, "utf-8")
    small = ("--hours", "2", "--set", "amount=1e-9", "--json")
    one = json.loads(homeostat("twin", "simulate", trace, *small).stdout)
    assert one["columns"]["amount"][-1] == pytest.approx(1e-9 * math.exp(-1.0), rel=1e-5)
    of = json.loads(homeostat("twin", "sensitivities", trace, *small, "--of", "amount").stdout)
    assert of["sensitivities"][0]["normalised"] == pytest.approx(-1.0, rel=1e-4)
    mapped = table.with_suffix(".yaml")
    mapped.write_text(MAP, "utf-8")
    learn = ("--fit", "rate", "--set", "amount=1e-6", "--map", mapped, "--json")
    fitted = json.loads(homeostat("twin", "fit", trace, table, *learn).stdout)
    (rate,) = (each["value"] for each in fitted["estimates"])
    assert rate == pytest.approx(0.4, rel=5e-3)
