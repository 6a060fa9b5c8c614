"""`homeostat twin ensemble`: quantiles and probabilities against the closed form of a log-normal decay."""

import json
import math
import statistics
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, output, parameter, state


class Decay(Model):
    """First-order decay."""

    amount = state(1.0, "g/L", "what decays")
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.2, low=0.0, high=100.0)
    double = output("g/L", "twice the amount")

    def rates(self, m):
        return {"amount": -self.rate * self.amount}

    def outputs(self, m):
        return {"double": 2.0 * self.amount}
'''
FRAGILE = '''
from homeostat.twin import Model, parameter, state


class Fragile(Model):
    """It explodes where its rate is above the median."""

    x = state(1.0, "1", "what explodes")
    rate = parameter(1.0, "1/h", "rate", spread=0.2, low=0.0, high=100.0)

    def rates(self, m):
        return {"x": m.if_else(self.rate > 1.0, 1e30 * self.x * self.x, -self.rate * self.x)}
'''
N = 2000


@pytest.fixture
def decay(tmp_path: Path) -> Path:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    return path


def test_quantiles_are_those_of_the_donors(homeostat: Call, decay: Path) -> None:
    """The rate is log-normal, and the amount falls with it: quantiles map one to one."""
    ended = homeostat("twin", "ensemble", decay, "-n", N, "--hours", "2", "--json")
    found = json.loads(ended.stdout)
    assert (found["n"], found["failures"], found["in_specification"]) == (N, {}, None)
    sigma = math.sqrt(math.log1p(0.2**2))
    for level, band in zip(found["quantiles"], found["columns"]["amount"]["bands"], strict=True):
        rate = 0.5 * math.exp(sigma * statistics.NormalDist().inv_cdf(1.0 - level))
        assert band[-1] == pytest.approx(math.exp(-2.0 * rate), rel=0.03)


def test_how_exact_quantiles_are_is_told(homeostat: Call, decay: Path) -> None:
    """Up to 2,048 batches they are counted exactly; beyond that they come from bins, whose widths are told."""

    def run(n: int) -> Any:
        options = ("--hours", "2", "--every", "1", "--columns", "amount", "--json")
        return json.loads(homeostat("twin", "ensemble", decay, "-n", n, *options).stdout)

    exact, binned = run(2048), run(3000)
    zero = [[0.0, 0.0, 0.0]] * 5
    assert (exact["bins"], exact["columns"]["amount"]["resolution"]) == (0, zero)
    widths, bands = (binned["columns"]["amount"][key] for key in ("resolution", "bands"))
    assert binned["bins"] == 1000
    assert [len(row) for row in widths] == [len(row) for row in bands] == [3] * 5
    reach = bands[-1][-1] - bands[0][-1]
    assert all(0.0 < row[-1] < 0.01 * reach for row in widths)


def test_the_chance_to_be_in_specification_with_its_error(homeostat: Call, decay: Path) -> None:
    limit = math.exp(-1.0)
    options = ("-n", N, "--hours", "2", "--limit", f"amount>={limit}", "--limit", "0 <= double <= 99 g/L")
    found = json.loads(homeostat("twin", "ensemble", decay, *options, "--json").stdout)
    first, second = found["limits"]
    assert first["probability"] == pytest.approx(0.5, abs=4 * first["standard_error"])
    assert first["standard_error"] == pytest.approx(math.sqrt(0.25 / N), rel=0.01)
    assert first["interval95"][0] < first["probability"] < first["interval95"][1]
    assert second["probability"] == 1.0
    assert 0.99 < second["interval95"][0] < 1.0  # seen 2,000 times out of 2,000 is not certainty
    assert found["in_specification"]["probability"] == first["probability"]
    shown = homeostat("twin", "ensemble", decay, *options).stdout
    assert "In specification at the end\n" in shown
    assert "\nall " in shown
    assert "No batch failed." in shown


def test_the_same_seed_gives_the_same_batches_on_any_threads(homeostat: Call, decay: Path) -> None:
    def run(*options: str) -> str:
        return homeostat("twin", "ensemble", decay, "-n", N, "--hours", "2", "--json", *options).stdout

    assert run("--threads", "1") == run("--threads", "3") == run("--seed", "0")
    assert run("--seed", "1") != run()


def test_spreads_are_added_to_and_taken_away(homeostat: Call, decay: Path) -> None:
    def width(*options: str) -> float:
        ended = homeostat("twin", "ensemble", decay, "-n", "500", "--hours", "2", "--json", *options)
        bands = json.loads(ended.stdout)["columns"]["amount"]["bands"]
        return float(bands[-1][-1] - bands[0][-1])

    assert width("--spread", "rate=0") == pytest.approx(0.0, abs=1e-6)
    assert width("--spread", "amount=0.2") > width() > 0.1


def test_batches_that_fail_are_told_and_are_not_in_specification(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "fragile.py"
    path.write_text(FRAGILE, "utf-8")
    options = ("-n", "400", "--hours", "1", "--limit", "x>=0")
    found = json.loads(homeostat("twin", "ensemble", path, *options, "--json").stdout)
    failed = sum(found["failures"].values())
    assert 120 < failed < 280
    assert found["in_specification"]["probability"] == pytest.approx(1.0 - failed / 400)
    shown = homeostat("twin", "ensemble", path, *options)
    assert shown.returncode == 0
    assert f"{failed} batches failed (" in shown.stdout
    assert "nan" not in shown.stdout.lower()


def test_when_all_batches_fail_there_is_no_result(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "fragile.py"
    path.write_text(FRAGILE, "utf-8")
    ended = homeostat("twin", "ensemble", path, "-n", "10", "--hours", "1", "--set", "rate=9")
    assert ended.returncode == 2
    assert "every one of the first batches failed" in ended.stderr


def test_bands_are_written_as_a_table(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    path = tmp_path / "bands.csv"
    homeostat("twin", "ensemble", decay, "-n", "50", "--hours", "2", "--quantiles", "0.5,0.1", "--csv", path)
    head, *rows = path.read_text("utf-8").splitlines()
    assert head == "time [h],double [g/L] 10 %,double [g/L] 50 %,amount [g/L] 10 %,amount [g/L] 50 %"
    assert rows[0] == "0,2,2,1,1"
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("-n", "-3"), "-n"),
        (("-n", "0"), "-n"),
        (("--seed", "-1"), "--seed"),
        (("--threads", "0"), "--threads"),
        (("--limit", "amount"), "this is no limit"),
        (("--limit", "amunt>=1"), "did you mean 'amount'"),
        (("--limit", "amount>=1 kg"), "give it in g/L"),
        (("--limit", "amount>=nan"), "no finite number"),
        (("--limit", "5<=amount<=3"), "nothing lies between"),
        (("--limit", "5<=amount<=3"), "where: --limit 5<=amount<=3"),
        (("--limit", "5<=amount<=3"), "'3<=amount<=5'"),
        (("--limit", "5>=amount>=3"), "write '3<=amount<=5'"),
        (("--limit", "amount>5"), "write >= or <="),
        (("--limit", "amount=>5"), "write >= or <="),
        (("--limit", "1<amount<=5"), "write >= or <="),
        (("-n", "1000000000"), "100000000"),
        (("--set", "rate=1", "--set", "rate=2"), "rate is set twice"),
        (("--csv", "a.html", "--plot", "./a.html"), "one file"),
        (("--spread", "rate=-1"), "not negative"),
        (("--spread", "rate=1e300"), "at most 10,000 %"),
        (("--spread", "rate=1e300"), "where: --spread rate=1e300"),
        (("--spread", "rate"), "NAME=VALUE"),
        (("--spread", "x=1"), "no 'x'"),
        (("--quantiles", "2"), "between 0 and 1"),
        (("--quantiles", ""), "between 0 and 1"),
        (("--columns", "x"), "no 'x'"),
    ],
)
def test_bad_options(homeostat: Call, decay: Path, options: tuple[str, ...], word: str) -> None:
    ended = homeostat("twin", "ensemble", decay, "--hours", "1", *options)
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


BURST = '''
from homeostat.twin import Model, parameter, state


class Burst(Model):
    """One half fills up, the other explodes, and some hold."""

    level = state(1.0, "g/L", "what fills up", high=9.0)
    seed = state(1.0, "1", "what may explode", high=1e300)
    rate = parameter(1.0, "g/(L h)", "rate", spread=0.2, low=0.0, high=100.0)

    def rates(self, m):
        return {
            "level": m.if_else(self.rate > 1.1, 10.0 * self.rate, 0.0),
            "seed": m.if_else(self.rate < 0.9, self.seed * self.seed, 0.0),
        }
'''


def test_of_each_cause_the_first_batch_is_told_with_hour_and_state(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "burst.py"
    path.write_text(BURST, "utf-8")
    options = ("-n", "4000", "--hours", "2", "--every", "0.5", "--columns", "level")
    found = json.loads(homeostat("twin", "ensemble", path, *options, "--json").stdout)
    assert set(found["failures"]) == {"step_underflow", "out_of_bounds"}
    by = {one["status"]: one for one in found["lost"]}
    assert set(by) == set(found["failures"])
    filled = by["out_of_bounds"]
    assert filled["ended"].endswith(": level = 9 g/L, which may be 0 to 9")
    assert 1 <= filled["first_batch"] < 30
    assert by["step_underflow"]["ended"] == "step underflow at 1 h"
    shown = homeostat("twin", "ensemble", path, *options).stdout
    for one in found["lost"]:
        assert f"The first, batch {one['first_batch']:,}: {one['ended']}." in shown


def test_an_output_that_is_no_number_is_named_with_its_hour(homeostat: Call, decay: Path) -> None:
    text = DECAY.replace('"double": 2.0 * self.amount', '"double": m.sqrt(self.amount - 0.2)')
    decay.write_text(text, "utf-8")
    words = "non finite at 4 h: double, an output of the model"
    for command in ("simulate", "sensitivities"):
        alone = homeostat("twin", command, decay, "--hours", "4")
        assert alone.returncode == 1
        assert words in alone.stderr or "4 h: double, an output" in alone.stderr
        assert "mend: look in their equations" in alone.stderr
    shown = homeostat(
        "twin", "ensemble", decay, "-n", "50", "--hours", "4", "--every", "4", "--spread", "rate=0"
    )
    assert shown.returncode == 2, shown
    assert words in shown.stderr
    some = homeostat("twin", "ensemble", decay, "-n", "50", "--hours", "3", "--every", "3", "--json")
    (lost,) = json.loads(some.stdout)["lost"]
    assert lost["ended"] == "non finite at 3 h: double, an output of the model"


def test_the_event_that_a_batch_fails_by_is_told(homeostat: Call, decay: Path) -> None:
    text = DECAY.replace('"what decays"', '"what decays", high=2.0')
    decay.write_text(text, "utf-8")
    options = ("-n", "50", "--hours", "4", "--event", "3 h: amount += 1.9", "--spread", "rate=2")
    shown = homeostat("twin", "ensemble", decay, *options)
    assert "out of bounds at 3 h, after the event of that hour: amount = 2" in shown.stdout
    assert "g/L, which may be 0 to 2." in shown.stdout
    ended = homeostat("twin", "ensemble", decay, *options[:4], "--event", "3 h: amount += 2")
    assert ended.returncode == 2
    first = "The first, batch 1: out of bounds at 3 h, after the event of that hour: amount = 2"
    assert (
        f"every one of the first batches failed: of 50 a state left its declared bounds. {first}"
        in ended.stderr
    )
    assert "\nmend: check initial states" in ended.stderr


def test_a_start_far_below_the_declared_one_is_simulated_as_exactly(homeostat: Call, decay: Path) -> None:
    """From 1e-9 as from 1, for all is in proportion; of what begins at 0 and stays tiny nothing is known but that."""

    def ends(*options: str) -> list[float]:
        ended = homeostat("twin", "ensemble", decay, "-n", N, "--hours", "2", "--json", *options)
        assert json.loads(ended.stdout)["warnings"] == []
        return [band[-1] for band in json.loads(ended.stdout)["columns"]["amount"]["bands"]]

    small = [1e9 * end for end in ends("--set", "amount=1e-9")]
    assert small == pytest.approx(ends(), rel=1e-4)
