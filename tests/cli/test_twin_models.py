"""`homeostat twin models`, and MODEL as every command takes it: shipped, or a class in a user's own file."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, input, output, parameter, state


class Decay(Model):
    """First-order decay. Nothing else happens."""

    amount = state(1.0, "g/L", "what decays")
    feed = input(0.0, "g/(L h)", "what is added", low=0.0, high=10.0)
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.2, low=0.0, high=100.0)
    double = output("g/L", "twice the amount")

    def rates(self, m):
        return {"amount": self.feed - self.rate * self.amount}

    def outputs(self, m):
        return {"double": 2.0 * self.amount}
'''
RATE, LINE = "self.feed - self.rate * self.amount", "m.py: Decay.rates, line 13"
OTHER = '''

class Other(Decay):
    """Another."""
'''


def test_shipped_models_are_listed(homeostat: Call) -> None:
    ended = homeostat("twin", "models")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0].split() == [
        "model",
        "states",
        "parameters",
        "what",
        "it",
        "describes",
    ]
    listed = json.loads(homeostat("twin", "models", "--json").stdout)
    assert {"t_cell_expansion", "yeast_fed_batch"} <= {row["model"] for row in listed}
    assert all(row["states"] > 0 and row["purpose"] for row in listed)


def test_a_model_shows_everything_it_declares(homeostat: Call) -> None:
    shown = homeostat("twin", "models", "yeast_fed_batch").stdout
    assert all(f"\n{title}\n" in shown for title in ("States", "Inputs", "Parameters", "Outputs"))
    described = json.loads(homeostat("twin", "models", "yeast_fed_batch", "--json").stdout)
    assert described["fingerprint"] in shown
    assert {"name", "kind", "value", "unit", "low", "high", "spread", "source"} <= set(
        described["quantities"][0]
    )


def test_a_users_own_file(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    for name in (path, f"{path}:Decay"):
        shown = homeostat("twin", "models", name)
        assert shown.returncode == 0, shown
        assert shown.stdout.startswith("Decay: First-order decay.\n")


@pytest.mark.parametrize(
    ("text", "suffix", "words"),
    [
        ("class Decay(:\n", "", ("this is not Python", "m.py, line 1")),
        ("import homeostat\n\nx = 1 / 0\n", "", ("ZeroDivisionError", "m.py, line 3")),
        ("import sys\nsys.exit(3)\n", "", ("SystemExit", "m.py, line 2")),
        ("import nowhere_to_be_found\n", "", ("ModuleNotFoundError", "m.py, line 1")),
        ("x = 1\n", "", ("declares no model", "class MyModel(Model)")),
        ("", "", ("declares no model",)),
        (DECAY + OTHER, "", ("declares Decay, Other", "m.py:Decay")),
        (DECAY, ":Nothing", ("no model called Nothing", "it has: Decay")),
        (DECAY.replace("self.rate *", "self.rte *"), "", ("'rte'", "m.py, line 14")),
        (DECAY.replace('state(1.0, "g/L"', 'state(1.0, ""'), "", ("no unit", "m.py, line 5")),
        (DECAY.replace("return {", "return {'x': 1.0, "), "", ("names unknown [x]", "Decay")),
        (
            DECAY.replace('(0.5, "1/h"', '(0.5, "mmol/Lx"'),
            "",
            ("unit of parameter rate", "m.py, line 10", "mend"),
        ),
        (DECAY.replace('output("g/L"', 'output("furlong!"'), "", ("output double", "m.py, line 11", "mL/h")),
        (
            DECAY.replace("self.rate *", "max(self.rate, 1.0) *"),
            "",
            ("a Python `if`", "line 14", "m.maximum"),
        ),
        (
            DECAY.replace("self.rate *", "(1.0 if self.amount > 0.5 else 2.0) *"),
            "",
            ("a Python `if`", "m.py, line 14", "m.if_else"),
        ),
        (
            "import math\n" + DECAY.replace("self.rate *", "math.exp(self.rate) *"),
            "",
            ("by a function of `math`", "use m.exp", "m.py, line 15: Decay.rates"),
        ),
        (
            DECAY.replace("2.0 * self.amount", "2.0 * float(self.amount)"),
            "",
            ("made a plain number, by float()", "leave float() out", "m.py, line 17: Decay.outputs"),
        ),
        (
            DECAY.replace("self.rate *", "(1.0 if float(self.amount) > 3 else 2.0) *"),
            "",
            ("made a plain number, by float()", "m.if_else", "m.py, line 14: Decay.rates"),
        ),
        (
            DECAY.replace("self.rate *", "int(self.amount) *"),
            "",
            ("made a plain number, by int()", "m.if_else", "m.py, line 14: Decay.rates"),
        ),
        (
            DECAY.replace("self.rate *", "float('nan') *"),
            "",
            ("equation of amount holds a number that is none", "Decay"),
        ),
        (DECAY.replace(RATE, "[1.0, 2.0]"), "", ("of amount is no number but a list", LINE)),
        (DECAY.replace(RATE, "[1.0]"), "", ("of amount is no number but a list", '"amount": ...')),
        (DECAY.replace(RATE, "'1.0'"), "", ("of amount is no number but text", LINE)),
        (DECAY.replace(RATE, "None"), "", ("of amount is no number but nothing (None)", LINE)),
        (DECAY.replace(RATE, "lambda: 1.0"), "", ("of amount is no number but a function", LINE)),
        (DECAY.replace(RATE, "1j"), "", ("of amount is no number but a complex", LINE)),
        (
            DECAY.replace("return {", "return None\n        return {", 1),
            "",
            ("`rates` returns nothing", LINE),
        ),
        (DECAY.replace("return {", "return 'x'\n        return {", 1), "", ("`rates` returns text", LINE)),
        (DECAY.replace("return {", "return [1]\n        return {", 1), "", ("`rates` returns a list", LINE)),
        (
            DECAY.replace("2.0 * self.amount", "()"),
            "",
            ("of double is no number but a tuple", "Decay.outputs"),
        ),
        (DECAY.replace(RATE, f"{RATE} % 2.0"), "", ("of amount: the operation floor", "`%` and `//`", LINE)),
        (DECAY.replace(RATE, f"{RATE} // 2.0"), "", ("of amount: the operation floor", "functions of `m`")),
        ("x = '\\0\n", "", ("this is not Python", "m.py, line 1")),
    ],
)
def test_what_is_wrong_in_a_users_file_is_told(
    homeostat: Call, tmp_path: Path, text: str, suffix: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / "m.py"
    path.write_text(text, "utf-8")
    for command in ("models", "simulate", "ensemble", "sensitivities"):
        ended = homeostat("twin", command, f"{path}{suffix}")
        assert ended.returncode == 2, ended
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr
        for word in words:
            assert word in ended.stderr


def test_one_of_several_models(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(DECAY + OTHER, "utf-8")
    assert homeostat("twin", "models", f"{path}:Other").stdout.startswith("Other: ")


def test_a_users_file_may_import_its_neighbour(homeostat: Call, tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_a_model.py").write_text(DECAY, "utf-8")
    path = tmp_path / "m.py"
    path.write_text("from neighbour_of_a_model import Decay\n" + OTHER, "utf-8")
    assert homeostat("twin", "models", path).stdout.startswith("Other: ")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("t_cell_expanson", "did you mean 't_cell_expansion'"),
        ("zzz", "known here: t_cell_expansion"),
        ("none.py", "no such file"),
        (".", "directory"),
        ("", "directory"),
    ],
)
def test_no_such_model(homeostat: Call, name: str, word: str) -> None:
    ended = homeostat("twin", "models", name)
    assert ended.returncode == 2
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_no_python(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b\n", "utf-8")
    ended = homeostat("twin", "models", path)
    assert ended.returncode == 2
    assert "no Python file" in ended.stderr


def test_functions_of_numpy_work_in_a_users_file_without_a_word(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("import numpy as np\n" + DECAY.replace("self.rate *", "np.exp(-self.rate) *"), "utf-8")
    ended = homeostat("twin", "simulate", path, "--hours", "2", "--set", "rate=0", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["columns"]["amount"][-1] == pytest.approx(math.exp(-2.0), rel=1e-5)


def test_every_shipped_model_says_what_it_is(homeostat: Call) -> None:
    purposes = {
        row["model"]: row["purpose"] for row in json.loads(homeostat("twin", "models", "--json").stdout)
    }
    assert purposes["raav_hek293"].startswith("HEK293 cells") and "rAAV" in purposes["raav_hek293"]
