"""What is lost on the way is told wherever the result goes: to a table, to JSON, or to nobody who asked."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

MODEL = '''
from homeostat.twin import Model, output, parameter, state


class Fading(Model):
    """A substrate is used up at a constant rate, and its logarithm is looked at."""

    cells = state(1.0, "g/L", "what grows")
    substrate = state(8.0, "g/L", "what is used up", low=-100.0)
    use = parameter(1.0, "g/(L h)", "how quickly", spread=0.3)
    level = output("1", "logarithm of the substrate")

    def rates(self, m):
        return {"cells": 0.1 * self.cells, "substrate": -self.use}

    def outputs(self, m):
        return {"level": m.log(self.substrate)}
'''
RUN = "time [h],cells [g/L],level [1]\n0,1,2.08\n2,1.22,1.79\n4,1.49,1.39\n6,1.82,0.69\n"
MAP = """
time: {column: "time [h]", unit: h}
measured:
  "cells [g/L]": {quantity: cells, unit: g/L, relative: 0.05}
  "level [1]": {quantity: level, unit: "1", absolute: 0.05}
"""


@pytest.fixture
def fading(tmp_path: Path) -> Path:
    path = tmp_path / "fading.py"
    path.write_text(MODEL, "utf-8")
    (tmp_path / "run.csv").write_text(RUN, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return path


def test_an_output_nobody_asked_for_does_not_end_a_run(homeostat: Call, fading: Path) -> None:
    asked = homeostat("twin", "simulate", fading, "--hours", "12", "--columns", "cells")
    assert (asked.returncode, asked.stderr) == (0, "")
    everything = homeostat("twin", "simulate", fading, "--hours", "12")
    assert everything.returncode == 1
    assert "level, an output of the model" in everything.stderr


def test_a_forecast_that_is_no_number_is_not_to_be_believed(homeostat: Call, fading: Path) -> None:
    command = ("twin", "shadow", fading, fading.parent / "run.csv", "--map", fading.parent / "map.yaml")
    done = homeostat(*command, "--until", "12", "--json")
    assert done.returncode == 1
    (run,) = json.loads(done.stdout)["runs"]
    assert any("level is no number from" in warning for warning in run["warnings"])
    foretold = next(each for each in run["forecasts"] if each["quantity"] == "level")
    assert foretold["value"][-1] is None


def test_a_table_on_standard_output_does_not_hide_the_batches_it_leaves_out(
    homeostat: Call, fading: Path
) -> None:
    done = homeostat(
        "twin", "ensemble", fading, "-n", "50", "--hours", "10", "--columns", "level", "--csv", "-"
    )
    assert "batches failed" in done.stderr
    assert done.stdout.splitlines()[0].startswith("time")
