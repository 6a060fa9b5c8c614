"""`homeostat twin fit --differs` and `--profile`: donors whose truth is known, and what cannot be told of them."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, parameter, state


class Decay(Model):
    """First-order decay."""

    amount = state(1.0, "g/L", "what decays", low=0.0, high=100.0)
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.3, low=0.0, high=100.0)
    idle = parameter(3.0, "1", "without effect", low=0.0, high=9.0)

    def rates(self, m):
        return {"amount": -self.rate * self.amount}
'''
MAP = """
run: run
donor: donor
time: {column: t, unit: h}
measured:
  c: {quantity: amount, unit: g/L, absolute: 0.02}
"""
AMOUNT, SIGMA, HOURS = 2.0, 0.02, np.linspace(0.5, 5.0, 8)
RATES = 0.4 * np.exp(0.3 * np.array([-1.2, -0.7, -0.1, 0.2, 0.6, 1.2]))
"""Of six donors, 1/h: typically 0.4, and 0.264 the standard deviation of the logarithm."""

Row = tuple[str, str, float, float]


def measured(run: str, donor: str, rate: float, seed: int) -> list[Row]:
    noise = SIGMA * np.random.default_rng(seed).standard_normal(len(HOURS))
    values = AMOUNT * np.exp(-rate * HOURS) + noise
    return [(run, donor, t, c) for t, c in zip(HOURS.tolist(), values.tolist(), strict=True)]


def two_runs_of_six(named: Callable[[int], str] = "donor{}".format) -> list[Row]:
    """Runs a0 and b0 of the first donor, and so on."""
    return [
        row
        for i, rate in enumerate(RATES)
        for k, letter in enumerate("ab")
        for row in measured(f"{letter}{i}", named(i), rate, 10 * i + k)
    ]


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Sequence[Row]], list[str]]:
    """Writes model, map and the table of these rows; tells the arguments that name them."""

    def write(rows: Sequence[Row]) -> list[str]:
        model, table, mapped = tmp_path / "decay.py", tmp_path / "runs.csv", tmp_path / "map.yaml"
        model.write_text(DECAY, "utf-8")
        mapped.write_text(MAP, "utf-8")
        table.write_text("run,donor,t,c\n" + "".join(f"{r},{d},{t},{c}\n" for r, d, t, c in rows), "utf-8")
        return [str(model), str(table), "--map", str(mapped), "--starts", "1"]

    return write


Files = Callable[[Sequence[Row]], list[str]]


def fitted(homeostat: Call, *arguments: str) -> dict[str, Any]:
    ended = homeostat("twin", "fit", *arguments, "--json")
    assert ended.returncode == 0, ended
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_centre_spread_and_donors_are_those_that_made_the_runs(homeostat: Call, files: Files) -> None:
    found = fitted(homeostat, *files(two_runs_of_six()), "--fit", "rate,amount", "--differs", "rate")
    rate, amount = found["typical"]
    assert rate["value"] == pytest.approx(float(np.exp(np.log(RATES).mean())), rel=0.03)
    assert rate["spread"] == pytest.approx(float(np.log(RATES).std(ddof=1)), rel=0.1)
    low, high = rate["spread_interval90"]
    assert low < 0.264 < high
    assert amount["value"] == pytest.approx(AMOUNT, rel=0.02)
    assert (amount["spread"], amount["spread_interval90"]) == (None, None)
    assert [donor["name"] for donor in found["donors"]] == [f"donor{i}" for i in range(6)]
    assert found["donors"][2]["runs"] == ["a2", "b2"]
    inside = 0
    for donor, true in zip(found["donors"], RATES, strict=True):
        assert donor["values"]["rate"] == pytest.approx(true, rel=0.06)
        low, high = donor["interval90"]["rate"]
        inside += low < true < high
    assert inside >= 4


def test_the_population_in_words(homeostat: Call, files: Files) -> None:
    shown = homeostat("twin", "fit", *files(two_runs_of_six()), "--fit", "rate,amount", "--differs", "rate")
    assert shown.returncode == 0, shown
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("Decay: 96 values of 12 runs of 6 donors; settled after ")
    told = {line.split()[0]: line for line in lines if line}
    assert told["rate"].count(" %") == 3
    assert told["amount"].endswith("none")
    assert told["donor5"].startswith("donor5  a5, b5  rate")
    assert lines[-2:] == [
        "With all donors taken as one:",
        "Every quantity can be learnt from these runs.",
    ]


def test_what_no_donor_tells_is_named_where_there_is_no_population(homeostat: Call, files: Files) -> None:
    options = ("--fit", "rate,amount,idle=1:5", "--differs", "rate")
    ended = homeostat("twin", "fit", *files(two_runs_of_six()), *options)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert "Idle: nothing that was measured depends on it." in ended.stderr
    assert "No single further sample of these runs would help" in ended.stderr
    assert "error: the runs do not determine every quantity" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_samples_that_would_help_a_population_are_named(homeostat: Call, files: Files) -> None:
    """One value of each donor, at the same hour."""
    rows = [(run, run, 2.0, amount) for run, amount in (("x", 0.9), ("y", 0.75))]
    arguments = [*files(rows), "--fit", "rate,amount", "--differs", "rate"]
    lines = homeostat("twin", "fit", *arguments).stdout.splitlines()
    report = lines[lines.index("With all donors taken as one:") :]
    assert any(line.startswith("Would help: amount in run ") for line in report)
    told = fitted(homeostat, *arguments)["pooled"]["identifiability"]
    assert {one["name"] for one in told["unlearnt"]} == {"rate", "amount"}
    assert told["samples"][0]["quantity"] == "amount"


def test_a_run_that_names_no_donor_is_one_of_its_own(homeostat: Call, files: Files) -> None:
    rows = two_runs_of_six(lambda i: f"donor{i}" if i else "")
    found = fitted(homeostat, *files(rows), "--fit", "rate", "--differs", "rate", "--set", "amount=2")
    assert [(d["name"], d["runs"]) for d in found["donors"]][:3] == [
        ("a0", ["a0"]),
        ("b0", ["b0"]),
        ("donor1", ["a1", "b1"]),
    ]


def test_headings_can_name_donors_too(homeostat: Call, files: Files, tmp_path: Path) -> None:
    model, *_ = files([])
    table = tmp_path / "headed.csv"
    rows = "".join(f"{r},{d},{t},{c}\n" for r, d, t, c in two_runs_of_six())
    table.write_text("run,donor,time [h],amount [g/L]\n" + rows, "utf-8")
    found = fitted(homeostat, model, str(table), "--starts", "1", "--set", "amount=2", "--differs", "rate")
    assert found["differs"] == ["rate"]
    assert len(found["donors"]) == 6
    assert found["typical"][0]["spread"] == pytest.approx(float(np.log(RATES).std(ddof=1)), rel=0.15)


def test_a_spread_that_cannot_be_told_is_named(homeostat: Call, files: Files) -> None:
    """Two donors with one and the same table."""
    rows = [(run, run, t, c) for run in "ab" for _, _, t, c in measured("", "", 0.4, 1)]
    arguments = [*files(rows), "--set", "amount=2", "--differs", "rate"]
    shown = homeostat("twin", "fit", *arguments)
    assert "These donors do not tell how much rate differs between donors." in shown.stdout
    assert fitted(homeostat, *arguments)["typical"][0]["spread_interval90"] == [None, None]


def test_the_same_seed_gives_the_same_population(homeostat: Call, files: Files) -> None:
    arguments = [*files(two_runs_of_six()), "--fit", "rate,amount", "--differs", "rate", "--seed", "4"]
    assert fitted(homeostat, *arguments) == fitted(homeostat, *arguments)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--differs", "idle"), "idle is not learnt\nwhere: --differs idle\nmend: name it in --fit, too"),
        (("--differs", "rte"), "rte is not learnt"),
        (("--differs", ""), "no quantity is named"),
        (("--profile", "idle"), "idle is not learnt\nwhere: --profile idle"),
        (("--profile", " , "), "no quantity is named"),
        (("--fit", "rate=0:1", "--differs", "rate"), "rate may be 0"),
        (("--fit", "rate,amount@a1", "--differs", "amount@a1"), "amount@a1 is of one run"),
        (
            ("--differs", "rate", "--profile", "rate"),
            "--profile is only for a fit in which all runs are alike",
        ),
        (("--differs", "rate", "--plot", "runs.html"), "leave out --plot"),
    ],
)
def test_bad_options(homeostat: Call, files: Files, options: tuple[str, ...], word: str) -> None:
    ended = homeostat("twin", "fit", *files(two_runs_of_six()), *options)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_runs_that_are_predicted_need_a_fit_of_all_runs_alike(homeostat: Call, files: Files) -> None:
    arguments = files(two_runs_of_six())
    ended = homeostat("twin", "fit", *arguments, "--differs", "rate", "--predict", arguments[1])
    assert ended.returncode == 2, ended
    assert "leave out --predict" in ended.stderr


@pytest.mark.parametrize("option", ["--differs", "--profile"])
def test_a_petab_problem_takes_neither(homeostat: Call, option: str) -> None:
    ended = homeostat("twin", "fit", "--petab", "problem.yaml", option, "rate")
    assert ended.returncode == 2, ended
    assert "a PEtab problem brings its own model" in ended.stderr


def test_a_single_donor_is_no_population(homeostat: Call, files: Files) -> None:
    ended = homeostat("twin", "fit", *files(two_runs_of_six(lambda _: "her")), "--differs", "rate")
    assert ended.returncode == 2, ended
    assert "all runs are of one donor, her\nwhere: --differs rate\nmend: name the donors" in ended.stderr
    assert ended.stdout == ""


def test_a_profile_agrees_with_fisher_where_the_fit_is_nearly_linear(homeostat: Call, files: Files) -> None:
    arguments = [*files(measured("one", "", 0.4, 1)), "--fit", "rate,amount,idle=1:5"]
    found = fitted(homeostat, *arguments, "--profile", "rate,idle")
    rate, idle = found["profiles"]
    assert (rate["name"], idle["name"]) == ("rate", "idle")
    estimate = found["estimates"][0]
    for end, fisher in zip(rate["interval"], estimate["interval90"], strict=True):
        assert end - estimate["value"] == pytest.approx(fisher - estimate["value"], rel=0.1)
    assert idle["interval"] == [None, None]
    assert "profiles" not in fitted(homeostat, *arguments)


def test_profile_intervals_stand_beside_those_of_fisher(homeostat: Call, files: Files) -> None:
    arguments = [*files(measured("one", "", 0.4, 1)), "--fit", "rate,amount,idle=1:5"]
    lines = homeostat("twin", "fit", *arguments, "--profile", "rate,idle").stdout.splitlines()
    start = lines.index("Learnt") + 1
    assert "90 % interval" in lines[start]
    assert "by its profile" in lines[start]
    place = lines[start].index("by its profile")
    rows = {line.split()[0]: line[place:].split("  ")[0] for line in lines[start + 1 : start + 4]}
    assert rows["amount"] == "-"
    assert rows["idle"] == "no limit to no limit"
    low, high = map(float, rows["rate"].split(" to "))
    assert low < 0.4 < high


def test_a_sample_that_would_help_is_named(homeostat: Call, files: Files) -> None:
    """One value tells rate and first amount only together; another value, early, tells them apart."""
    rows = [("one", "", 2.0, AMOUNT * float(np.exp(-0.8)))]
    lines = homeostat("twin", "fit", *files(rows), "--fit", "rate,amount").stdout.splitlines()
    report = lines[lines.index("") :]
    assert any(line.startswith("Rate: a change of it can be undone by ") for line in report)
    assert any(line.startswith("Not told by the runs: ") for line in report)
    assert any(line.startswith("Would help: amount in run one at 0.0") for line in report)
