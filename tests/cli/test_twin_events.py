"""`--event`: what is done to a run at once, against balances done by hand."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

STILL = '''
from homeostat.twin import Model, parameter, state


class Still(Model):
    """Cells that do nothing, in medium that decays at a rate of 0."""

    viable = state(2.0, "1e6 cell/mL", "cells")
    glucose = state(8.0, "mmol/L", "glucose", high=5000.0)
    memory = state(0.4, "1", "a fraction of the cells", high=1.0)
    warmth = state(37.0, "degC", "temperature")
    volume = state(100.0, "mL", "volume", low=1.0, high=150.0)
    decay = parameter(0.0, "1/h", "decay of glucose", low=0.0, high=1.0)

    def rates(self, m):
        still = 0.0 * self.glucose
        return {"viable": still, "glucose": -self.decay * self.glucose, "memory": still, "warmth": still,
                "volume": still}
'''
BARE = '''
from homeostat.twin import Model, state


class Bare(Model):
    """Nothing that is a volume."""

    glucose = state(8.0, "mmol/L", "glucose")

    def rates(self, m):
        return {"glucose": 0.0 * self.glucose}
'''
START = {"viable": 2.0, "glucose": 8.0, "memory": 0.4, "warmth": 37.0, "volume": 100.0}


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.py"
    path.write_text(STILL, "utf-8")
    return path


def typed(events: tuple[str, ...]) -> list[str]:
    return [word for event in events for word in ("--event", event)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (("2 h: bolus 25 mL with glucose = 108",), {"volume": 125.0, "glucose": 28.0, "viable": 1.6}),
        (("2: bolus 0.025 L",), {"volume": 125.0, "glucose": 6.4, "viable": 1.6}),
        (("2 h: draw 20 mL",), {"volume": 80.0}),
        (("2 h: draw 20 mL keep viable",), {"volume": 80.0, "viable": 2.5}),
        (("1, 2, 3 h: draw 20 mL",), {"volume": 40.0}),
        (("60, 120 min: draw 20 mL",), {"volume": 60.0}),
        (("2 h: exchange 50 % keep viable with glucose = 20",), {"glucose": 14.0}),
        (("2 h: exchange 0.25 with glucose = 20 mmol/L keep viable",), {"glucose": 11.0}),
        (("2 h: passage 1:4 with glucose = 20",), {"glucose": 17.0, "viable": 0.5}),
        (("2 h:glucose=3",), {"glucose": 3.0}),
        (("2 h: glucose += 1000 umol/L", "2 h: warmth += 2 degC"), {"glucose": 9.0, "warmth": 39.0}),
        (("2 h: glucose -= 3", "3 h: viable *= 50 %"), {"glucose": 5.0, "viable": 1.0}),
        (("2 h: glucose *= 2", "2 h: glucose += 1"), {"glucose": 17.0}),
        (("2 h: glucose += 1", "2 h: glucose *= 2"), {"glucose": 18.0}),
        (
            ("2 h: bolus 25 mL with viable = 8, memory = 1.0",),
            {"volume": 125.0, "viable": 3.2, "memory": 0.7, "glucose": 6.4},
        ),
        (("4 h: glucose = 1", "0 h: glucose = 100"), {"glucose": 1.0}),
    ],
)
def test_balances(homeostat: Call, still: Path, events: tuple[str, ...], expected: dict[str, float]) -> None:
    ended = homeostat("twin", "simulate", still, "--hours", "4", "--json", *typed(events))
    assert ended.returncode == 0, ended
    columns = json.loads(ended.stdout)["columns"]
    assert {name: values[-1] for name, values in columns.items()} == pytest.approx(START | expected)


def test_a_report_at_the_hour_is_from_after_it(homeostat: Call, still: Path) -> None:
    options = ("--hours", "4", "--json", "--set", "decay=0.1", "--event", "2 h: glucose += 4")
    glucose = json.loads(homeostat("twin", "simulate", still, *options).stdout)["columns"]["glucose"]
    at_two = 8.0 * math.exp(-0.2) + 4.0
    expected = [8.0, 8.0 * math.exp(-0.1), at_two, at_two * math.exp(-0.1), at_two * math.exp(-0.2)]
    assert glucose == pytest.approx(expected, rel=1e-5)


def test_virtual_batches_take_the_same_events(homeostat: Call, still: Path) -> None:
    options = ("-n", "200", "--hours", "4", "--spread", "glucose=0.2", "--quantiles", "0.1,0.5", "--json")
    event = ("--event", "2 h: exchange 50 % keep viable with glucose = 20")

    def bands(*more: str) -> Any:
        ended = homeostat("twin", "ensemble", still, *options, *more, "--columns", "glucose")
        return json.loads(ended.stdout)["columns"]["glucose"]["bands"]

    plain, exchanged = bands(), bands(*event)
    for before, after in zip(plain, exchanged, strict=True):
        assert after[:2] == before[:2]
        assert after[2:] == pytest.approx([0.5 * value + 10.0 for value in before[2:]])


def test_sensitivities_go_through_events(homeostat: Call, still: Path) -> None:
    """After 1:4 at hour 2: ln c = ln c0 - 4 k - ln 4, with c0 the start alone."""
    options = ("--set", "decay=0.1", "--hours", "4", "--of", "glucose", "--to", "decay,glucose", "--json")
    event = ("--event", "2 h: passage 1:4 with viable = 1")
    rows = json.loads(homeostat("twin", "sensitivities", still, *options, *event).stdout)["sensitivities"]
    found = {row["to"]: (row["value"], row["normalised"]) for row in rows}
    value = 2.0 * math.exp(-0.4)
    assert found["decay"] == pytest.approx((value, -0.4), rel=1e-5)
    assert found["glucose"] == pytest.approx((value, 1.0), rel=1e-5)


def test_sensitivities_within_a_run_know_nothing_of_later_events(homeostat: Call, still: Path) -> None:
    options = (
        "--of",
        "glucose",
        "--to",
        "glucose",
        "--at",
        "2",
        "--json",
        "--event",
        "3 h: passage 1:4 with viable = 1",
    )
    ended = homeostat("twin", "sensitivities", still, "--hours", "4", *options)
    assert json.loads(ended.stdout)["sensitivities"][0]["value"] == pytest.approx(8.0)
    short = homeostat("twin", "sensitivities", still, *options)
    assert short.returncode == 2
    assert "3 h is not between 0 and 2 h" in short.stderr


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("2 h: draw 99.5 mL", "volume = 0.5 mL"),
        ("2 h: bolus 60 mL", "volume = 160 mL"),
        ("2 h: glucose -= 9", "glucose = -1 "),
    ],
)
def test_what_the_vessel_cannot_take_ends_the_run(
    homeostat: Call, still: Path, event: str, state: str
) -> None:
    ended = homeostat("twin", "simulate", still, "--hours", "4", "--event", event)
    assert ended.returncode == 1, ended
    told = "the run ends before its 4 hours: out of bounds at 2 h, after the event of that hour: " + state
    assert told in ended.stderr


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("", ("no HOURS: ACTION", "write such as '48 h: bolus 5 mL")),
        ("2 h", ("no HOURS: ACTION",)),
        ("draw 5 mL", ("no HOURS: ACTION",)),
        (": draw 5 mL", ("no HOURS: ACTION",)),
        ("noon: draw 5 mL", ("'noon' is no time", "48 h: ...")),
        ("1 d, 2 h: draw 5 mL", ("'1 d, 2 h' is no time",)),
        ("passage 1:4", ("'passage 1' is no time",)),
        ("2 kg: draw 5 mL", ("'kg' cannot be converted to 'h'",)),
        ("5 h: draw 5 mL", ("5 h is not between 0 and 4 h", "make the run longer")),
        ("-1 h: draw 5 mL", ("-1 h is not between 0 and 4 h",)),
        ("1, 5 h: draw 5 mL", ("5 h is not between",)),
        ("2 h: bolos 5 mL", ("did you mean 'bolus'",)),
        ("2 h: stir", ("'stir' is no action", "bolus, draw, exchange, passage")),
        ("2 h: draw", ("'draw' is no action",)),
        ("2 h: glucose == 3", ("no action",)),
        ("2 h: draw 5 kg", ("'kg' cannot be converted to 'mL'", "give it in mL")),
        ("2 h: draw 0 mL", ("'0 mL' is no volume",)),
        ("2 h: draw 5 mL with glucose = 3", ("nothing comes in by a draw",)),
        ("2 h: draw 5 mL keep viabl", ("no 'viabl'", "did you mean 'viable'")),
        ("2 h: draw 5 mL keep memory", ("memory [1] is no amount per volume",)),
        ("2 h: draw 5 mL keep viable keep viable", ("stands twice",)),
        ("2 h: bolus 5 mL with memory = 1", ("memory [1] comes with cells", "'with viable = 1, memory = 1'")),
        ("2 h: bolus 5 mL with", ("before nothing",)),
        ("2 h: bolus 5 mL keep viable", ("a bolus takes nothing away",)),
        ("2 h: bolus 5 mL with glucos = 3", ("did you mean 'glucose'",)),
        ("2 h: bolus 5 mL with glucose", ("NAME=VALUE",)),
        ("2 h: bolus 5 mL with glucose = 3 kg", ("'kg' cannot be converted to 'mmol/L'",)),
        ("2 h: bolus 5 mL with glucose = 6000", ("outside 0 to 5000",)),
        ("2 h: bolus 5 mL with glucose = 1, glucose = 2", ("glucose is given twice",)),
        ("2 h: bolus 5 mL with volume = 2", ("not part of the contents", "leave it out")),
        ("2 h: exchange 150 % with glucose = 1", ("no share", "at most 100 %")),
        ("2 h: exchange 50 with glucose = 1", ("50 is no share", "mend: did you mean '50 %'?")),
        ("2 h: exchange 5000 with glucose = 1", ("5000 is no share", "at most 100 %")),
        ("2 h: memory = 40", ("memory = 40 1 lies outside 0 to 1", "did you mean '40 %'?")),
        ("2 h: exchange 50 %", ("not said what the fresh medium contains", "viable, glucose")),
        ("2 h: exchange 50 % with memory = 0.5", ("no amount per volume",)),
        ("2 h: exchange 50 % keep glucose with glucose = 5", ("kept and comes with the medium",)),
        ("2 h: passage 4 with glucose = 5", ("'4' is no dilution", "passage 1:4")),
        ("2 h: passage 1:0.5 with glucose = 5", ("no dilution",)),
        ("2 h: passage 1:4 keep viable with glucose = 5", ("everything is diluted",)),
        ("2 h: passage 1:4", ("not said what the fresh medium contains",)),
        ("2 h: volume += 5", ("the volume does not change alone", "bolus 5 mL")),
        ("2 h: glucose = -3", ("outside 0 to 5000",)),
        ("2 h: glucose += nan", ("no finite number",)),
        ("2 h: glucose += 3 kg", ("give it in mmol/L",)),
        ("2 h: glucose *= 3 mmol/L", ("cannot be converted to '1'",)),
        ("2 h: decay = 0.1", ("no 'decay'",)),
    ],
)
def test_events_that_are_none(homeostat: Call, still: Path, event: str, words: tuple[str, ...]) -> None:
    ended = homeostat("twin", "simulate", still, "--hours", "4", "--event", event)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert f"where: --event '{event}'" in ended.stderr
    assert "mend: " in ended.stderr
    for word in words:
        assert word in ended.stderr


@pytest.mark.parametrize("command", ["ensemble", "sensitivities"])
def test_every_command_names_the_event_that_is_none(homeostat: Call, still: Path, command: str) -> None:
    ended = homeostat("twin", command, still, "--hours", "4", "--event", "9 h: draw 5 mL")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "9 h is not between 0 and 4 h\nwhere: --event '9 h: draw 5 mL'\nmend: " in ended.stderr


def test_without_a_volume_there_are_shares_and_sums(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "bare.py"
    path.write_text(BARE, "utf-8")
    ended = homeostat("twin", "simulate", path, "--hours", "4", "--event", "1 h: bolus 5 mL")
    assert ended.returncode == 2
    assert "the model has no state named volume" in ended.stderr
    options = ("--hours", "4", "--json", "--event", "1 h: exchange 50 % with glucose = 20")
    found = json.loads(homeostat("twin", "simulate", path, *options).stdout)
    assert found["columns"]["glucose"][-1] == pytest.approx(14.0)
