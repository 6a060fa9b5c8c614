"""`homeostat twin simulate`: one run, against the closed form of first-order decay."""

import csv
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
    """First-order decay."""

    amount = state(1.0, "g/L", "what decays")
    feed = input(0.0, "g/(L h)", "what is added", low=0.0, high=10.0)
    rate = parameter(0.5, "1/h", "rate of decay", low=-5.0, high=100.0)
    double = output("g/L", "twice the amount")

    def rates(self, m):
        return {"amount": self.feed - self.rate * self.amount}

    def outputs(self, m):
        return {"double": 2.0 * self.amount}
'''
HUGE = '''
from homeostat.twin import Model, state


class Huge(Model):
    """It explodes after an hour."""

    x = state(1.0, "1", "what explodes")

    def rates(self, m):
        return {"x": self.x * self.x}
'''


@pytest.fixture
def decay(tmp_path: Path) -> Path:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    return path


def test_a_run_follows_its_closed_form(homeostat: Call, decay: Path) -> None:
    ended = homeostat("twin", "simulate", decay, "--hours", "4", "--json")
    found = json.loads(ended.stdout)
    assert found["status"] == "ok"
    assert found["time_h"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert found["units"] == {"double": "g/L", "amount": "g/L"}
    expected = [math.exp(-0.5 * t) for t in found["time_h"]]
    assert found["columns"]["amount"] == pytest.approx(expected, rel=1e-5)
    assert found["columns"]["double"] == pytest.approx([2.0 * v for v in expected], rel=1e-5)


def test_values_are_set_in_any_unit(homeostat: Call, decay: Path) -> None:
    options = ("--set", "rate=0.01 1/min", "--set", "amount = 2000 mg/L", "--hours", "1", "--json")
    found = json.loads(homeostat("twin", "simulate", decay, *options).stdout)
    assert found["columns"]["amount"] == pytest.approx([2.0, 2.0 * math.exp(-0.6)], rel=1e-5)


def test_inputs_hold_until_they_change(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    """No decay: the amount is the integral of the feed, however it is told."""
    table, rows = tmp_path / "course.csv", tmp_path / "course.yaml"
    table.write_text("time [min],feed [g/(L h)]\n0,1\n60,\n120,3\n", "utf-8")
    rows.write_text("- {feed: 1, time: 0}\n- {time: 2 h, feed: 3 g/(L h)}\n", "utf-8")
    told = (
        ("--set", "feed=1", "--input", "feed@2=3"),
        ("--input", "feed@2 = 3000 mg/(L h)", "--input", "feed@0=1"),
        ("--schedule", table),
        ("--schedule", rows),
    )
    for options in told:
        ended = homeostat(
            "twin", "simulate", decay, "--set", "rate=0", "--hours", "4", "--every", "2", "--json", *options
        )
        assert json.loads(ended.stdout)["columns"]["amount"] == pytest.approx([1.0, 3.0, 9.0], rel=1e-6)


def test_an_input_after_the_end_is_refused_by_every_command(homeostat: Call, decay: Path) -> None:
    """As an event is: a change that nothing would show. At the very end, and within a longer schedule, it may be."""
    for command in ("simulate", "ensemble", "sensitivities"):
        late = homeostat("twin", command, decay, "--hours", "4", "--input", "feed@500=1")
        assert late.returncode == 2, late
        assert "500 h is not between 0 and 4 h" in late.stderr
        assert "--input feed@500=1" in late.stderr
    assert homeostat("twin", "simulate", decay, "--hours", "4", "--input", "feed@4=1").returncode == 0
    table = decay.with_name("course.csv")
    table.write_text("time,feed\n0,1\n500,2\n", "utf-8")
    assert homeostat("twin", "simulate", decay, "--hours", "4", "--schedule", table).returncode == 0


def test_the_table_is_plain_and_tells_ends_and_extremes(homeostat: Call, decay: Path) -> None:
    shown = homeostat("twin", "simulate", decay, "--hours", "4", "--columns", "amount").stdout.splitlines()
    assert shown[0] == "Decay: 4 hours simulated, 5 times reported"
    assert shown[2].split() == ["quantity", "at", "start", "least", "most", "at", "end", "unit"]
    assert shown[3].split() == ["amount", "1", "0.1353", "1", "0.1353", "g/L"]
    assert len(shown) == 4


def test_a_table_is_written_with_full_precision(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    ended = homeostat("twin", "simulate", decay, "--hours", "3", "--every", "0.5", "--csv", path)
    assert f"Table: {path}" in ended.stdout
    with path.open(encoding="utf-8") as stream:
        head, *rows = csv.reader(stream)
    assert head == ["time [h]", "double [g/L]", "amount [g/L]"]
    assert [float(row[0]) for row in rows] == [0.5 * k for k in range(7)]
    assert float(rows[-1][2]) == pytest.approx(math.exp(-1.5), rel=1e-5)
    printed = homeostat("twin", "simulate", decay, "--hours", "3", "--every", "0.5", "--csv", "-")
    assert printed.stdout == path.read_text("utf-8")


def test_a_run_that_fails_is_told_and_never_shown_as_numbers(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "huge.py"
    path.write_text(HUGE, "utf-8")
    ended = homeostat("twin", "simulate", path, "--hours", "2.4", "--every", "0.4", "--json")
    assert ended.returncode == 1
    assert "the run ends before its 2.4 hours" in ended.stderr
    found = json.loads(ended.stdout)
    assert found["status"] != "ok"
    assert found["time_h"] == [0.0, 0.4, 0.8]
    assert "nan" not in ended.stdout.lower()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--days", "-1"), "--days"),
        (("--hours", "nan"), "--hours"),
        (("--hours", "0"), "more than 0"),
        (("--days", "1", "--hours", "2"), "given twice"),
        (("--every", "0"), "--every"),
        (("--every", "1e-9"), "report less often"),
        (("--set", "rate"), "NAME=VALUE"),
        (("--set", "rate=x"), "not a quantity"),
        (("--set", "rate=nan"), "no finite number"),
        (("--set", "rate=1 kg"), "give it in 1/h"),
        (("--set", "rate=101"), "outside -5 to 100"),
        (("--set", "rte=1"), "did you mean 'rate'"),
        (("--set", "double=1"), "no 'double'"),
        (("--input", "feed@-1=2"), "time begins at hour 0"),
        (("--input", "rate@1=2"), "no 'rate'"),
        (("--input", "feed@x=2"), "--input feed@x=2"),
        (("--hours", "4", "--input", "feed@5=2"), "5 h is not between 0 and 4 h"),
        (("--hours", "4", "--input", "feed@1 d=2"), "name an hour between, or make the run longer"),
        (("--columns", "amont"), "did you mean 'amount'"),
        (("--schedule", "none.csv"), "no such file"),
        (("--plot", "x.pdf"), ".png or .html"),
        (("--plot", "/no/such/place/x.png"), "no such directory"),
        (("--csv", "/no/such/place/x.csv"), "no such directory"),
        (("--csv", "-", "--json"), "cannot both"),
    ],
)
def test_bad_options(homeostat: Call, decay: Path, options: tuple[str, ...], word: str) -> None:
    ended = homeostat("twin", "simulate", decay, *options)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.csv", "", "no rows"),
        ("a.csv", "time,feed\n", "no rows"),
        ("a.csv", "feed,time\n1,0\n", "not the time"),
        ("a.csv", "time,fed\n0,1\n", "did you mean 'feed'"),
        ("a.csv", "time,feed\n0,1\n1,much\n", "line 3, feed"),
        ("a.csv", "time,feed [kg]\n0,1\n", "line 2, feed"),
        ("a.csv", "time,feed\n0,11\n", "outside 0 to 10"),
        ("a.csv", "time,feed\n-1,1\n", "line 2"),
        ("a.csv", "time,feed\n,1\n", "line 2"),
        ("a.csv", "time,feed\n0,1,5\n", "3 cells"),
        ("a.csv", "time,feed\n0,1\n\n5\n", "line 4"),
        ("a.csv", "time,feed,feed\n0,1,2\n", "several columns are called feed"),
        ("a.csv", "time,feed\n1,1\n2,2\n1,3\n", "hour 1 is given twice"),
        ("a.csv", f"time,feed\n0,1\n1,{'2' * 140_000}\n", "line 3"),
        ("a.yaml", "- {time: 1, feed: 2}\n- {time: 60 min, feed: 3}\n", "hour 1 is given twice"),
        ("a.csv", b"time,feed\n0,\xff\n", "no UTF-8"),
        ("a.yaml", "", "no list"),
        ("a.yaml", "- 1\n", "no list"),
        ("a.yaml", "- {feed: 1}\n", "not the time"),
        ("a.yaml", "- {time: 1, feed: [2]}\n", "row 1, feed"),
        ("a.yaml", "a: [\n", "not YAML"),
    ],
)
def test_schedules_that_are_none(
    homeostat: Call, decay: Path, tmp_path: Path, name: str, text: str | bytes, word: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    ended = homeostat("twin", "simulate", decay, "--hours", "3", "--schedule", path)
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert name in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--set", "rate=1", "--set", "rate=2 1/h"), "rate is set twice"),
        (("--csv", "a.html", "--plot", "./a.html"), "table and picture would be written to one file"),
    ],
)
def test_nothing_is_said_twice(homeostat: Call, decay: Path, options: tuple[str, ...], word: str) -> None:
    ended = homeostat("twin", "simulate", decay, "--hours", "1", *options)
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert "mend: " in ended.stderr
