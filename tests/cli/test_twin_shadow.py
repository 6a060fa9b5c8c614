"""`homeostat twin shadow`: what a forecast goes by (what was done later, what is held, a plan), and how far."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

TANK = '''
from homeostat.twin import Model, input, parameter, state


class Tank(Model):
    """What is fed decays."""

    amount = state(1.0, "g/L", "what decays")
    feed = input(0.0, "g/(L h)", "what is added", low=0.0, high=10.0)
    rate = parameter(0.5, "1/h", "rate of decay", low=0.0, high=100.0)

    def rates(self, m):
        return {"amount": self.feed - self.rate * self.amount}
'''
MAP = """
time: {column: t, unit: h}
measured:
  c: {quantity: amount, unit: g/L, absolute: 0.001}
inputs:
  feed: {input: feed, unit: g/(L h)}
additions:
  shot: {state: amount, unit: g/L}
"""
RATE = 0.5
RECORDED = ((0.0, 0.0, 0.0), (6.0, 1.0, 0.0), (8.0, 1.0, 2.0))
"""Hour, feed from then on, shot at that hour."""


def told(start: float, hours: float, feed: float) -> float:
    """The amount after some hours under a constant feed."""
    return feed / RATE + (start - feed / RATE) * math.exp(-RATE * hours)


def amounts() -> list[tuple[float, float, float, float]]:
    """Hour, amount, feed and shot of each hour from 0 to 10."""
    rows, amount, feed = [], 1.0, 0.0
    for hour in range(11):
        amount = told(amount, 1.0, feed) if hour else amount
        shot = next((s for at, _, s in RECORDED if at == hour), 0.0)
        feed = next((f for at, f, _ in RECORDED if at == hour), feed)
        amount += shot
        rows.append((float(hour), amount, feed, shot))
    return rows


@pytest.fixture
def run(tmp_path: Path) -> list[str]:
    """The arguments that name model, table and map."""
    model, table, mapped = tmp_path / "tank.py", tmp_path / "one.csv", tmp_path / "map.yaml"
    model.write_text(TANK, "utf-8")
    mapped.write_text(MAP, "utf-8")
    table.write_text("t,c,feed,shot\n" + "".join(f"{t},{c},{f},{s}\n" for t, c, f, s in amounts()), "utf-8")
    return [str(model), str(table), "--map", str(mapped), "--wander", "0"]


def shadowed(homeostat: Call, *arguments: str) -> dict[str, Any]:
    ended = homeostat("twin", "shadow", *arguments, "--json")
    assert ended.returncode == 0, ended
    found: dict[str, Any] = json.loads(ended.stdout)
    (one,) = found["runs"]
    return {"by": found["forecast_by"], **one, "end": one["forecasts"][0]["value"][-1]}


def test_it_goes_by_what_was_recorded_later(homeostat: Call, run: list[str]) -> None:
    found = shadowed(homeostat, *run, "--from", "4")
    assert (found["by"], found["forecast_from_h"], found["forecast_to_h"]) == ("recorded", 4.0, 10.0)
    assert found["end"] == pytest.approx(amounts()[-1][1], rel=2e-3)
    assert found["scores"][0]["mean_relative_error"] < 2e-3
    assert (found["signals"][0]["fused"], found["signals"][0]["rejected"]) == (11, 0)


def test_held_it_knows_nothing_of_what_was_done_later(homeostat: Call, run: list[str]) -> None:
    found = shadowed(homeostat, *run, "--from", "4", "--held")
    assert found["by"] == "held"
    assert found["end"] == pytest.approx(told(amounts()[4][1], 6.0, 0.0), rel=5e-3)
    late = shadowed(homeostat, *run, "--from", "9", "--held")
    assert late["end"] == pytest.approx(amounts()[-1][1], rel=2e-3)  # the feed of that hour goes on


def test_a_plan_replaces_what_was_recorded(homeostat: Call, run: list[str], tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    table.write_text("time [h],feed\n6,3\n", "utf-8")
    start = told(amounts()[4][1], 2.0, 0.0)
    expected = told(told(start, 1.0, 3.0) + 1.5, 3.0, 3.0)
    for plan in (("--input", "feed@6=3"), ("--schedule", str(table))):
        found = shadowed(homeostat, *run, "--from", "4", *plan, "--event", "7 h: amount += 1.5")
        assert found["by"] == "given"
        assert found["end"] == pytest.approx(expected, rel=2e-3)
    only = shadowed(homeostat, *run, "--from", "7", "--event", "9 h: amount *= 0.5")
    expected = told(0.5 * told(amounts()[7][1], 2.0, 1.0), 1.0, 1.0)
    assert only["end"] == pytest.approx(
        expected, rel=2e-3
    )  # the feed of hour 7 is held, the shot at 8 is not known


def test_a_plan_that_cannot_be_says_why_there_is_no_forecast(homeostat: Call, run: list[str]) -> None:
    planned = ("--from", "4", "--event", "6 h: amount -= 1000")
    ended = homeostat("twin", "shadow", *run, *planned, "--json")
    assert ended.returncode == 1
    assert "there is no forecast" in ended.stderr
    (one,) = json.loads(ended.stdout)["runs"]
    assert one["forecasts"] == []
    assert "cannot be followed" in one["no_forecast"]
    assert one["lost_after_h"] is None


def test_beyond_the_last_measurement(homeostat: Call, run: list[str]) -> None:
    found = shadowed(homeostat, *run, "--until", "14")
    assert (found["forecast_from_h"], found["forecast_to_h"], found["scores"]) == (10.0, 14.0, [])
    last = amounts()[-1][1]
    assert found["end"] == pytest.approx(told(last, 4.0, 1.0), rel=2e-3)
    planned = shadowed(homeostat, *run, "--until", "14", "--input", "feed@12=5")
    assert planned["end"] == pytest.approx(told(told(last, 2.0, 1.0), 2.0, 5.0), rel=2e-3)
    short = shadowed(homeostat, *run, "--from", "3", "--until", "5")
    assert (short["forecasts"][0]["time_h"][-1], short["scores"][0]["count"]) == (5.0, 2)


def test_words_say_by_what_it_goes(homeostat: Call, run: list[str]) -> None:
    def lines(*options: str) -> list[str]:
        return homeostat("twin", "shadow", *run, *options).stdout.splitlines()

    recorded = lines("--from", "4")
    assert recorded[0] == "Run one: 11 readings fused over 10 h; forecast from 4 h on, without the last 6"
    assert recorded[1] == "It goes by the inputs and additions recorded later, and holds the last inputs."
    assert "Forecast from 4 to 10 h, against what was measured later" in recorded
    assert lines("--held")[1] == "It holds the inputs of that hour, and nothing is added."
    beyond = lines("--until", "12", "--input", "feed@11=2")
    assert beyond[0].endswith("forecast from 10 h on")
    assert beyond[1] == "It goes by the plan given, and holds the inputs that it does not name."
    assert "Forecast from 10 to 12 h" in beyond


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--held", "--input", "feed@9=1"), ("with --held nothing is planned", "leave it out")),
        (("--from", "5", "--input", "feed@4=1"), ("changes at 4 h, outside", "plan for 5 to 10 h")),
        (("--input", "feed@11=1"), ("changes at 11 h, outside",)),
        (("--input", "fed@9=1"), ("did you mean 'feed'",)),
        (("--schedule", "none.csv"), ("no such file",)),
        (("--event", "4 h: amount += 1"), ("4 h is not between 6.66667 and 10 h", "--event '4 h")),
        (
            ("--from", "5", "--event", "4 h: amount += 1"),
            ("4 h is not between 5 and 10 h", "plan for 5 to 10 h, or move --from and --until"),
        ),
        (("--event", "9 h: bolus 5 mL"), ("no state named volume",)),
        (("--until", "3"), ("measured from 0 to 10 h", "--until 3", "--from")),
        (("--until", "nan"), ("--until nan",)),
        (("--until", "1e6"), ("4,000,000 times are more than 200,000", "--until 1e+06", "50000 h")),
        (("--from", "10"), ("--from 10",)),
        (("--from", "11", "--until", "12"), ("--from 11",)),
    ],
)
def test_plans_that_are_none(
    homeostat: Call, run: list[str], options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    ended = homeostat("twin", "shadow", *run, *options)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    for word in ("where: ", "mend: ", *words):
        assert word in ended.stderr


def test_far_beyond_the_data_it_says_so(homeostat: Call, run: list[str]) -> None:
    told = "It is an extrapolation: it ends at 21 h, and nothing is measured beyond 10 h."
    assert told in homeostat("twin", "shadow", *run, "--until", "21").stdout.splitlines()
    assert shadowed(homeostat, *run, "--until", "21")["warnings"] == [told]
    assert shadowed(homeostat, *run, "--until", "20")["warnings"] == []


@pytest.mark.parametrize("absurd", ["3e6", "1e300", "-1e300"])
def test_an_absurd_reading_is_rejected_once(homeostat: Call, run: list[str], absurd: str) -> None:
    table = Path(run[1])
    lines = table.read_text("utf-8").splitlines()
    hour, _, *rest = lines[4].split(",")
    lines[4] = ",".join([hour, absurd, *rest])
    table.write_text("\n".join(lines) + "\n", "utf-8")
    found = shadowed(homeostat, *run, "--from", "8")
    (signal,) = found["signals"]
    assert (signal["fused"], signal["rejected"]) == (10, 1)
    assert found["end"] == pytest.approx(amounts()[-1][1], rel=2e-3)


def test_an_absurd_reading_after_now_is_scored_without_an_overflow(homeostat: Call, run: list[str]) -> None:
    table = Path(run[1])
    lines = table.read_text("utf-8").splitlines()
    lines[10] = "9,1e300,1,0"
    table.write_text("\n".join(lines) + "\n", "utf-8")
    (score,) = shadowed(homeostat, *run, "--from", "8")["scores"]
    assert score["rmse"] == pytest.approx(1e300 / math.sqrt(2.0))


def test_readings_that_contradict_the_model_are_told_beside_the_forecast(
    homeostat: Call, run: list[str]
) -> None:
    """The clock of the table is three hours off: most readings are rejected, and the rest is foretold from nothing."""
    rows = [(0.0, 1.0, 0.0, 0.0)]
    rows += [(t, told(1.0, t + 3.0, 0.0), 0.0, 0.0) for t in (0.5 * k for k in range(1, 41))]
    Path(run[1]).write_text("t,c,feed,shot\n" + "".join(f"{t},{c},{f},{s}\n" for t, c, f, s in rows), "utf-8")
    ended = homeostat("twin", "shadow", *run, "--from", "1", "--learn", "")
    fused = homeostat("twin", "shadow", *run, "--from", "1", "--learn", "", "--json")
    (one,) = json.loads(fused.stdout)["runs"]
    (signal,) = one["signals"]
    assert ended.returncode == fused.returncode == 1
    assert signal["verdict"] == "rejected"
    assert signal["fused"] < 41 == signal["fused"] + signal["rejected"]
    lines = ended.stdout.splitlines()
    assert lines[0].startswith(f"Run one: {signal['fused']} of 41 readings fused over 20 h; ")
    words = f"c disagrees with the model, {signal['rejected']} of its 41 readings were rejected"
    assert one["warnings"] == [f"Do not believe it: {words.replace('c ', 'amount ', 1)}."]
    assert one["warnings"][0] in lines[:4]
    assert f"run one: {one['warnings'][0].removeprefix('Do not believe it: ')[:-1]}" in ended.stderr
    assert "mend: check the hours" in ended.stderr


def test_most_readings_rejected_is_told_of_a_short_run_too(homeostat: Call, run: list[str]) -> None:
    rows = [(0.0, 1.0, 0.0, 0.0), *((float(t), 50.0, 0.0, 0.0) for t in (1, 2, 3))]
    Path(run[1]).write_text("t,c,feed,shot\n" + "".join(f"{t},{c},{f},{s}\n" for t, c, f, s in rows), "utf-8")
    ended = homeostat("twin", "shadow", *run, "--learn", "")
    assert ended.returncode == 1, ended
    assert "1 of 4 readings fused" in ended.stdout
    assert "amount disagrees with the model, 3 of its 4 readings were rejected" in ended.stderr
