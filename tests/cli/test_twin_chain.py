"""`homeostat twin chain`: virtual patients from apheresis to infusion."""

import json
import subprocess
from collections.abc import Callable

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]


def test_attributes_at_infusion(homeostat: Call) -> None:
    found = json.loads(homeostat("twin", "chain", "-n", "60", "--json").stdout)
    assert (found["patients"], found["failed"], found["sensitivity"]) == (60, 0, None)
    rows = {row["attribute"]: row for row in found["infusion"]}
    assert rows["viability"]["p05"] < rows["viability"]["median"] < rows["viability"]["p95"] <= 100.0
    shown = homeostat("twin", "chain", "-n", "60").stdout
    assert "60 virtual patients" in shown.splitlines()[0]
    share, (low, high) = found["in_specification"], found["in_specification_interval95"]
    said = f"In every specification at infusion: {100 * share:.2f} % of patients (95 % interval "
    assert f"{said}{100 * low:.2f} to {100 * high:.2f} %)." in shown
    n, z2 = 60, 1.959964**2  # Wilson's interval holds every p at which the share is within z standard errors
    for p in (low, high):
        assert n * (share - p) ** 2 == pytest.approx(z2 * p * (1.0 - p), abs=1e-9)


def test_one_patient_is_no_certainty(homeostat: Call) -> None:
    shown = homeostat("twin", "chain", "-n", "1").stdout
    assert shown.splitlines()[0].endswith(": 1 virtual patient")
    found = json.loads(homeostat("twin", "chain", "-n", "1", "--json").stdout)
    low, high = found["in_specification_interval95"]
    assert high - low > 0.7
    assert "standard error" not in shown


def test_a_parameter_is_held(homeostat: Call) -> None:
    """A lighter patient gets more per kilogram: the same dose."""

    def per_kilogram(*options: str) -> float:
        found = json.loads(homeostat("twin", "chain", "-n", "40", "--json", *options).stdout)
        (row,) = [row for row in found["infusion"] if row["attribute"] == "dose_per_kg"]
        return float(row["median"])

    held = per_kilogram("--weight", "50")
    assert per_kilogram("--set", "apheresis.weight=100000 g") == pytest.approx(held / 2.0)


def test_after_a_step(homeostat: Call) -> None:
    shown = homeostat("twin", "chain", "-n", "20", "--after", "selection").stdout
    assert "After selection\n" in shown
    assert "In every specification at infusion: " in shown
    assert "at infusion)" not in shown


def test_what_explains_the_variance(homeostat: Call) -> None:
    options = ("-n", "80", "--sensitivity", "--of", "viability")
    found = json.loads(homeostat("twin", "chain", *options, "--json").stdout)["sensitivity"]
    assert found["of"] == "viability"
    assert {"step", "first", "first_error", "total", "total_error"} == set(found["steps"][0])
    assert "What explains the variance of viability\n" in homeostat("twin", "chain", *options).stdout


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("-n", "-1"), "-n"),
        (("--weight", "x"), "not a quantity"),
        (("--weight", "5 h"), "give it in kg"),
        (("--weight", "-5"), "outside"),
        (("--set", "apheresis.wait=1"), "no parameter 'apheresis.wait'"),
        (("--set", "weight=1"), "no parameter 'weight'"),
        (("--after", "x"), "no step is called"),
        (("--sensitivity", "--of", "x"), "no attribute is called"),
        (("--of", "dose"), "add --sensitivity"),
        (("-n", "10000001"), "10000000"),
    ],
)
def test_bad_options(homeostat: Call, options: tuple[str, ...], word: str) -> None:
    ended = (
        homeostat("twin", "chain", "-n", "5", *options)
        if "-n" not in options
        else homeostat("twin", "chain", *options)
    )
    assert ended.returncode == 2, ended
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr
