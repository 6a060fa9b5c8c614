"""`homeostat twin fit` and `shadow`: measured runs of a decay whose parameters are known."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from homeostat.cli.twin.fitted import sentences

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, input, output, parameter, state


class Decay(Model):
    """First-order decay."""

    amount = state(1.0, "g/L", "what decays")
    feed = input(0.0, "g/(L h)", "what is added", low=0.0, high=10.0)
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.3, low=0.0, high=100.0)
    idle = parameter(3.0, "1", "without effect", low=0.0, high=9.0)
    double = output("g/L", "twice the amount")

    def rates(self, m):
        return {"amount": self.feed - self.rate * self.amount}

    def outputs(self, m):
        return {"double": 2.0 * self.amount}
'''
HUGE = '''
from homeostat.twin import Model, parameter, state


class Huge(Model):
    """It explodes after an hour."""

    x = state(1.0, "1", "what explodes")
    idle = parameter(1.0, "1", "nothing")

    def rates(self, m):
        return {"x": self.x * self.x}
'''
RATE, SIGMA = 0.4, 0.01
MAP = """
time: {column: t, unit: min}
measured:
  c: {quantity: amount, unit: mg/L, absolute: 10}
initial:
  start: {state: amount, unit: mg/L}
"""


@pytest.fixture
def decay(tmp_path: Path) -> Path:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    return path


def measured(seed: int, amount: float, hours: np.ndarray) -> list[float]:
    noise = SIGMA * np.random.default_rng(seed).standard_normal(len(hours))
    return list(amount * np.exp(-RATE * hours) + noise)


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs with headings of the model's own names: one to fit, one to predict."""
    hours, paths = np.linspace(0.0, 6.0, 13), []
    for name, seed in (("one", 1), ("two", 2)):
        rows = zip(hours, measured(seed, 1.0, hours), strict=True)
        path = tmp_path / f"{name}.csv"
        path.write_text("time [h],amount [g/L]\n" + "".join(f"{t},{v}\n" for t, v in rows), "utf-8")
        paths.append(path)
    return paths[0], paths[1]


def test_a_known_rate_is_found_and_another_run_predicted(
    homeostat: Call, decay: Path, tables: tuple[Path, Path]
) -> None:
    options = ("--fit", "rate", "--predict", tables[1], "--starts", "2")
    found = json.loads(homeostat("twin", "fit", decay, tables[0], *options, "--json").stdout)
    (estimate,) = found["estimates"]
    low, high = estimate["interval90"]
    assert low < RATE < high
    assert estimate["value"] == pytest.approx(RATE, rel=0.05)
    (score,) = found["predicted"][0]["scores"]
    assert (score["run"], score["count"]) == ("two", 13)
    assert score["rmse"] < 3 * SIGMA
    assert [run["run"] for run in found["fitted"]] == ["one"]
    shown = homeostat("twin", "fit", decay, tables[0], *options)
    assert shown.stdout.startswith("Decay: 13 values of 1 run; 3 of 3 searches reach the best")
    assert "\nPredicted runs\n" in shown.stdout
    assert "\x1b" not in shown.stdout


def test_what_cannot_be_learnt_is_named(homeostat: Call, decay: Path, tables: tuple[Path, Path]) -> None:
    ended = homeostat("twin", "fit", decay, tables[0], "--fit", "rate,idle=1:5", "--starts", "1")
    assert "Idle: nothing that was measured depends on it." in ended.stdout
    options = ("--fit", "rate,idle=1:5", "--starts", "1", "--json")
    found = json.loads(homeostat("twin", "fit", decay, tables[0], *options).stdout)
    assert [one["name"] for one in found["identifiability"]["unlearnt"]] == ["idle"]


def test_a_map_of_columns(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    hours = np.linspace(0.5, 5.0, 10)
    rows = "".join(f"{60 * t};{1000 * v};2000\n" for t, v in zip(hours, measured(3, 2.0, hours), strict=True))
    table, mapped = tmp_path / "run7.csv", tmp_path / "map.yaml"
    table.write_text("t;c;start\n" + rows, "utf-8")
    mapped.write_text(MAP, "utf-8")
    found = json.loads(
        homeostat("twin", "fit", decay, table, "--map", mapped, "--starts", "1", "--json").stdout
    )
    assert found["runs"] == ["run7"]
    (estimate,) = found["estimates"]  # what differs between donors, if nothing is named
    assert (estimate["name"], estimate["value"]) == ("rate", pytest.approx(RATE, rel=0.05))


def test_the_advice_for_decimal_commas_is_a_map_that_works(
    homeostat: Call, decay: Path, tmp_path: Path
) -> None:
    hours, table, mapped = np.linspace(0.5, 5.0, 10), tmp_path / "a.csv", tmp_path / "map.yaml"
    rows = zip(hours, measured(3, 1.0, hours), strict=True)
    text = "".join(f"{t};{v:f};1,5\n" for t, v in rows).replace(".", ",")
    table.write_text("time [h];amount [g/L];note\n" + text, "utf-8")
    ended = homeostat("twin", "fit", decay, table)
    assert ended.returncode == 2
    assert "'0,5' is written with a decimal comma" in ended.stderr
    mapped.write_text(ended.stderr.partition("--map: ")[2], "utf-8")
    found = json.loads(
        homeostat("twin", "fit", decay, table, "--map", mapped, "--starts", "1", "--json").stdout
    )
    assert found["estimates"][0]["value"] == pytest.approx(RATE, rel=0.1)


def test_cells_that_are_no_finite_number_are_missing(
    homeostat: Call, decay: Path, tables: tuple[Path, Path]
) -> None:
    text = tables[0].read_text("utf-8")
    tables[0].write_text(text + "7,NaN\n8,inf\n9,-Infinity\n10,1e999\n", "utf-8")
    shown = homeostat("twin", "fit", decay, tables[0], "--starts", "1")
    assert shown.stdout.startswith("Decay: 13 values of 1 run"), shown


def test_no_run_counts_twice_and_none_that_was_fitted_is_predicted(
    homeostat: Call, decay: Path, tables: tuple[Path, Path], tmp_path: Path
) -> None:
    mapped, copy = tmp_path / "map.yaml", tmp_path / "copy" / "one.csv"
    copy.parent.mkdir()
    copy.write_bytes(tables[0].read_bytes())
    text = "time: {column: 'time [h]', unit: h}\nmeasured:\n"
    mapped.write_text(text + "  amount [g/L]: {quantity: amount, unit: g/L, absolute: 1}\n", "utf-8")
    one = tables[0]
    for arguments, word in (
        ((one, one, "--map", mapped), "the table is given twice"),
        ((one, one), "given twice"),
        ((one, copy), "two tables are called one.csv"),
        ((one, copy, "--map", mapped), "one.csv, line 2, column amount [g/L]; one.csv, line 2"),
        ((one, "--predict", one), "the table is fitted, too"),
        ((one, "--predict", copy), "run one is fitted, too"),
    ):
        ended = homeostat("twin", "fit", decay, *arguments)
        assert ended.returncode == 2, ended
        assert word in ended.stderr


def test_too_few_values_to_tell_their_error(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    """The first value is the declared start, the second is met exactly."""
    table = tmp_path / "two.csv"
    table.write_text("time,amount\n0,1\n2,0.5\n", "utf-8")
    ended = homeostat("twin", "fit", decay, table)
    assert ended.returncode == 2, ended
    assert "too few values of amount to tell its error" in ended.stderr


def test_huge_uncertainties_are_not_shown_as_numbers() -> None:
    assert sentences(["a: (±1234567%)", "b (±12.5%)"]) == ["A: (> 1,000 %).", "B (±12.5%)."]


def test_the_same_seed_gives_the_same_fit(homeostat: Call, decay: Path, tables: tuple[Path, Path]) -> None:
    once = homeostat("twin", "fit", decay, tables[0], "--starts", "3", "--seed", "5", "--json")
    assert (
        once.stdout
        == homeostat("twin", "fit", decay, tables[0], "--starts", "3", "--seed", "5", "--json").stdout
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("empty", "bad.csv")),
        ("a,b\n1,2\n", ("headings", "time [h]")),
        ("time [h],amount [kg]\n1,2\n", ("'kg' cannot be converted", "amount")),
        ("time [kg],amount [g/L]\n1,2\n", ("kg",)),
        ("time [h],amount [g/L]\n1,x\n", ("bad.csv, line 2", "'x' is not a number")),
        ("time [h],amount [g/L]\n", ("no",)),
        ("time [h],amount [g/L]\n-1,2\n", ("bad.csv, line 2",)),
        ("time [h],amount [g/L]\n1,2,3\n", ("3 cells",)),
        ("time [h],amount [g/L],amount [g/L]\n1,2,3\n", ("several columns",)),
        (
            "time [h],amount [g/L],amount [mg/L]\n1,2,2000\n",
            ("'amount [g/L]' and 'amount [mg/L]' are both the quantity amount", "bad.csv, headings"),
        ),
        (b"time [h],amount\n1,\xff\n", ("no UTF-8",)),
        (f"time [h],amount\n1,{'2' * 140_000}\n", ("bad.csv, line 2", "field limit")),
        ("time [h],amount\n1,inf\n", ("no measured value",)),
        ("time [h],amount,feed\n0,1,0\n1,1,11\n", ("bad.csv, line 3, column feed", "feed = 11", "0 to 10")),
    ],
)
@pytest.mark.parametrize("command", ["fit", "shadow"])
def test_tables_that_are_none(
    homeostat: Call, decay: Path, tmp_path: Path, command: str, content: str | bytes, words: tuple[str, ...]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    ended = homeostat("twin", command, decay, path)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in ended.stderr


def test_what_lies_at_its_bound_is_not_called_learnt(
    homeostat: Call, decay: Path, tables: tuple[Path, Path]
) -> None:
    """The rate is below the bounds: beside an estimate at its bound nobody may read that all can be learnt."""
    shown = homeostat("twin", "fit", decay, tables[0], "--fit", "rate=1:5,amount", "--starts", "2").stdout
    assert "at its bound" in shown
    assert (
        "\nRate lies at its bound, 1 1/h: the runs ask for a value beyond it, or do not tell it.\n" in shown
    )
    assert "Every quantity can be learnt" not in shown


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--fit", "rte"), "did you mean 'rate'"),
        (("--fit", "rate=1"), "no bounds"),
        (("--fit", "rate=5:1"), "mend: write LOW:HIGH, the lower first: rate=1:5"),
        (("--fit", "rate=0.1 1/min:1 1/h"), "nothing lies between 0.1 1/min and 1 1/h"),
        (("--fit", "rate=5:5"), "mend: write LOW:HIGH, the lower first\n"),
        (("--fit", "rate=1:500"), "mend: write rate=LOW:HIGH, the lower first, within"),
        (("--fit", "rate=-1:5"), "where: --fit rate=-1:5"),
        (("--fit", "rate=1 kg:2 kg"), "give it in 1/h"),
        (("--fit", ""), "nothing to learn"),
        (("--fit", "amount@nowhere"), "concerns no run"),
        (("--map", "none.yaml"), "no such file"),
        (("--predict", "none.csv"), "no such file"),
        (("--starts", "-1"), "--starts"),
        (("--set", "feed=1"), "feed is an input"),
        (("--petab", "none.yaml"), "its own model"),
        (("--petab", "none.yaml", "--estimate-errors"), "its own model"),
    ],
)
def test_bad_options_of_fit(
    homeostat: Call, decay: Path, tables: tuple[Path, Path], options: tuple[str, ...], word: str
) -> None:
    ended = homeostat("twin", "fit", decay, tables[0], *options)
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_to_fit(homeostat: Call, decay: Path) -> None:
    for arguments in ([], [decay]):
        ended = homeostat("twin", "fit", *arguments)
        assert ended.returncode == 2
        assert "at least one table" in ended.stderr
    assert "no such file" in homeostat("twin", "fit", decay, "none.csv").stderr


def test_a_shadow_learns_and_foretells(homeostat: Call, decay: Path, tables: tuple[Path, Path]) -> None:
    """From two hours of readings the rate is refitted towards its true value, and the rest foretold."""
    found = json.loads(homeostat("twin", "shadow", decay, tables[0], "--from", "2.2", "--json").stdout)
    (run,) = found["runs"]
    (learnt,) = run["refitted"]
    assert abs(learnt["value"] - RATE) < 0.3 * abs(learnt["before"] - RATE)
    (score,) = run["scores"]
    assert score["count"] == 8
    assert score["rmse"] < 0.1
    assert run["signals"][0]["fused"] == 13
    (ahead,) = run["forecasts"]
    assert ahead["time_h"][0] == 2.2
    assert ahead["low"][-1] < math.exp(-RATE * 6.0) < ahead["high"][-1]


def test_a_shadow_in_words(homeostat: Call, decay: Path, tables: tuple[Path, Path]) -> None:
    shown = homeostat("twin", "shadow", decay, *tables)
    assert shown.returncode == 0
    assert shown.stdout.startswith(
        "Run one: 13 readings fused over 6 h; forecast from 4 h on, without the last 4\n"
    )
    assert "\nRun two: " in shown.stdout
    blind = json.loads(homeostat("twin", "shadow", decay, tables[0], "--learn", "", "--json").stdout)
    assert blind["runs"][0]["refitted"] == []


def test_a_run_that_the_model_cannot_follow_is_told(homeostat: Call, tmp_path: Path) -> None:
    """The model explodes after an hour; what was believed until then is shown."""
    model, table = tmp_path / "huge.py", tmp_path / "data.csv"
    model.write_text(HUGE, "utf-8")
    table.write_text("time [h],x\n0,1\n0.5,2\n2,3\n3,3\n", "utf-8")
    ended = homeostat("twin", "shadow", model, table, "--json", "--from", "2.5", "--learn", "")
    assert ended.returncode == 1, ended
    assert "run data: the model could not be followed beyond" in ended.stderr
    (run,) = json.loads(ended.stdout)["runs"]
    assert run["forecasts"] == []
    assert 0.5 < run["lost_after_h"] <= 3.0
    assert "NaN" not in ended.stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--from", "20"), "measured from 0 to 6 h"),
        (("--learn", "x"), "no 'x'"),
        (("--wander", "-1"), "--wander"),
        (("--map", "none.yaml"), "no such file"),
    ],
)
def test_bad_options_of_shadow(
    homeostat: Call, decay: Path, tables: tuple[Path, Path], options: tuple[str, ...], word: str
) -> None:
    ended = homeostat("twin", "shadow", decay, tables[0], *options)
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def spoilt(tmp_path: Path, row: int, value: float, sigma: str = "10") -> tuple[Path, ...]:
    """A run whose value in a row is another, with its map."""
    hours = np.linspace(0.5, 5.0, 10)
    values = measured(1, 1.0, hours)
    values[row] = value
    table, mapped = tmp_path / "one.csv", tmp_path / "map.yaml"
    rows = (f"{60 * t},{1000 * v},\n" for t, v in zip(hours, values, strict=True))
    table.write_text("t,c,start\n0,,1000\n" + "".join(rows), "utf-8")
    mapped.write_text(MAP.replace("absolute: 10", f"absolute: {sigma}"), "utf-8")
    return table, mapped


def fitted(
    homeostat: Call, model: Path, files: tuple[Path, ...], *more: str
) -> subprocess.CompletedProcess[str]:
    ended = homeostat(
        "twin", "fit", model, files[0], "--map", files[1], "--fit", "rate", "--starts", "1", *more
    )
    assert ended.returncode == 0, ended
    assert "Warning" not in ended.stderr
    return ended


def test_good_measurements_are_fitted_without_a_warning(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    files = spoilt(tmp_path, 0, math.exp(-RATE * 0.5))
    found = json.loads(fitted(homeostat, decay, files, "--json").stdout)
    assert found["warnings"] == []
    assert 0.3 < found["reduced_chi_square"] < 2.0
    assert "standard deviations" not in fitted(homeostat, decay, files).stdout


def test_an_impossible_value_and_what_it_does_are_told(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    files = spoilt(tmp_path, 4, -5.0)
    shown = fitted(homeostat, decay, files).stdout
    assert (
        "Amount of run one at 2.5 h is -5 g/L, more than 3 standard deviations below its lower bound" in shown
    )
    assert "Amount of run one at 2.5 h lies " in shown
    assert "standard deviations from the model: an outlier?\n" in shown
    assert "times as large as the declared errors: intervals are too narrow; give --estimate-errors" in shown
    found = json.loads(fitted(homeostat, decay, files, "--json").stdout)
    assert len(found["warnings"]) >= 3
    assert found["reduced_chi_square"] > 100.0


def test_errors_that_are_too_small_are_told(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    files = spoilt(tmp_path, 0, math.exp(-RATE * 0.5), sigma="3")
    assert "times as large as the declared errors" in fitted(homeostat, decay, files).stdout
    assert "declared errors" not in fitted(homeostat, decay, files, "--estimate-errors").stdout


def test_an_absurd_reading_is_an_outlier_and_nothing_overflows(
    homeostat: Call, decay: Path, tmp_path: Path
) -> None:
    shown = fitted(homeostat, decay, spoilt(tmp_path, 4, 3e6)).stdout
    assert "3e+08 standard deviations from the model" in shown
    table, mapped = spoilt(tmp_path, 4, 1e300)
    ended = homeostat("twin", "fit", decay, table, "--map", mapped, "--fit", "rate", "--starts", "1")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "amount is 1e+300 at 2.5 h, too far from any model" in ended.stderr
    assert "where: run one" in ended.stderr


def test_what_is_held_is_not_learnt(homeostat: Call, decay: Path, tables: tuple[Path, Path]) -> None:
    both = homeostat("twin", "fit", decay, tables[0], "--fit", "rate", "--set", "rate=0.3")
    assert (both.returncode, both.stdout) == (2, "")
    assert "rate is learnt, and cannot be held at 0.3" in both.stderr
    assert "where: --set rate" in both.stderr
    every = homeostat("twin", "fit", decay, tables[0], "--set", "rate=0.3")
    assert every.returncode == 2
    assert "everything that differs between donors is held" in every.stderr
