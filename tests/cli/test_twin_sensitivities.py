"""`homeostat twin sensitivities`: normalised derivatives against those of the closed form of decay."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, input, parameter, state


class Decay(Model):
    """First-order decay."""

    amount = state(2.0, "g/L", "what decays")
    nothing = state(0.0, "g/L", "always nothing")
    feed = input(0.0, "g/(L h)", "what is added", low=0.0, high=10.0)
    rate = parameter(0.5, "1/h", "rate of decay", low=0.0, high=100.0)
    idle = parameter(3.0, "1", "without effect")

    def rates(self, m):
        return {"amount": self.feed - self.rate * self.amount, "nothing": 0.0 * self.rate}
'''


@pytest.fixture
def decay(tmp_path: Path) -> Path:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    return path


def test_normalised_sensitivities_are_those_of_the_closed_form(homeostat: Call, decay: Path) -> None:
    """amount = a exp(-k t): d ln / d ln k = -k t, d ln / d ln a = 1."""
    options = ("--to", "idle,amount,rate", "--of", "amount", "--hours", "4", "--json")
    found = json.loads(homeostat("twin", "sensitivities", decay, *options).stdout)
    assert found["at_h"] == 4.0
    rows = found["sensitivities"]
    assert [row["to"] for row in rows] == ["rate", "amount", "idle"]  # ranked by size
    assert [row["normalised"] for row in rows] == pytest.approx([-2.0, 1.0, 0.0], rel=1e-4, abs=1e-9)


def test_at_an_hour_with_values_of_ones_own(homeostat: Call, decay: Path) -> None:
    options = ("--to", "rate", "--of", "amount", "--at", "3", "--set", "rate=1", "--json")
    (row,) = json.loads(homeostat("twin", "sensitivities", decay, *options).stdout)["sensitivities"]
    assert row["normalised"] == pytest.approx(-3.0, rel=1e-4)


def test_what_is_nothing_has_no_normalised_sensitivity(homeostat: Call, decay: Path) -> None:
    shown = homeostat("twin", "sensitivities", decay, "--of", "nothing", "--hours", "2")
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[-1].split()[1] == "-"
    options = ("--of", "nothing", "--to", "rate,feed", "--hours", "2", "--json")
    rows = json.loads(homeostat("twin", "sensitivities", decay, *options).stdout)["sensitivities"]
    assert {row["normalised"] for row in rows} == {None}


def test_the_table_shows_the_top(homeostat: Call, decay: Path) -> None:
    shown = homeostat("twin", "sensitivities", decay, "--of", "amount", "--hours", "4", "--top", "1").stdout
    lines = shown.splitlines()
    assert lines[2] == "amount = 0.2707 g/L"
    assert lines[4].split()[:2] == ["rate", "-2"]
    assert len(lines) == 5


def test_a_shipped_model(homeostat: Call) -> None:
    ended = homeostat("twin", "sensitivities", "yeast_fed_batch", "--hours", "4", "--of", "ethanol", "--json")
    rows = json.loads(ended.stdout)["sensitivities"]
    assert len(rows) == 17
    assert rows[0]["normalised"] != 0.0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--to", "rte"), "did you mean 'rate'"),
        (("--of", "rate"), "no 'rate'"),
        (("--at", "-1"), "give an hour above 0"),
        (("--at", "0"), "give an hour above 0"),
        (("--at", "nan"), "give an hour above 0"),
        (("--at", "inf", "--hours", "4"), "give an hour above 0"),
        (("--at", "9", "--hours", "4"), "not within the run"),
        (("--top", "0"), "--top"),
        (("--hours", "-4"), "more than 0"),
    ],
)
def test_bad_options(homeostat: Call, decay: Path, options: tuple[str, ...], word: str) -> None:
    ended = homeostat("twin", "sensitivities", decay, *options)
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_run_that_fails_is_told_with_its_status_hour_and_model(homeostat: Call, tmp_path: Path) -> None:
    """x' = x squared ends at 1 h."""
    path = tmp_path / "huge.py"
    path.write_text(DECAY.replace("self.feed - self.rate * self.amount", "0.5 * self.amount * self.amount"))
    ended = homeostat("twin", "sensitivities", path, "--at", "2", "--to", "rate")
    assert ended.returncode == 1, ended
    assert ended.stdout == ""
    assert "Decay: the run ends before its 2 hours: " in ended.stderr
    assert "step underflow at 1 h" in ended.stderr
