"""`homeostat control tune`: what it prints, as text and as JSON, and how it fails."""

import json
from pathlib import Path

import pytest
import yaml

from homeostat.process import Process, load

from .conftest import Call

LOOPS = Path(__file__).parent.parent / "execution" / "loops.yaml"
TUNE = ("control", "tune", "yeast-fed-batch", "--loop", "temperature")


def test_the_tuning_is_told_and_can_be_pasted(homeostat: Call) -> None:
    done = homeostat(*TUNE)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("temperature: step test, then the SIMC rules, at day 0")
    for words in ("lag", "overshoot", "settling to 5 %", "Harris index", "For the process file:"):
        assert words in done.stdout
    pasted = yaml.safe_load(done.stdout[done.stdout.index("strategy:") :])
    declared = load("yeast-fed-batch").model_dump(mode="json", by_alias=True)
    declared["strategy"] |= pasted["strategy"]
    changed = Process.model_validate(declared).strategy["temperature"]
    assert str(changed.gain) in next(
        line for line in lines if line.startswith("gain  ") and "degC/degC" in line
    )


@pytest.mark.parametrize("method", ["simc", "lambda", "relay"])
def test_every_method_answers_in_json(homeostat: Call, method: str) -> None:
    told = json.loads(homeostat(*TUNE, "--method", method, "--json").stdout)
    assert (told["loop"], told["method"]) == ("temperature", method)
    assert {row["what"] for row in told["found"]} & {"lag", "ultimate gain"}
    assert told["new"]["harris"] > 0.2
    assert told["new"]["overshoot"] < 0.5
    assert told["yaml"].startswith("strategy:\n  temperature:")


def test_an_outer_loop_is_tuned_too(homeostat: Call) -> None:
    told = json.loads(homeostat("control", "tune", LOOPS, "--loop", "oxygen_control", "--json").stdout)
    assert told["new"]["absolute_error"] < told["present"]["absolute_error"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--loop", "warmth"), "the process has no loop 'warmth'"),
        (("--loop", "temperature", "--size", "much"), "'much' is not a quantity"),
        (("--loop", "temperature", "--size", "3 min"), "cannot be converted"),
        (("--loop", "temperature", "--at", "9 degC"), "cannot be converted"),
        (("--loop", "temperature", "--closed", "0 min"), "above 0"),
        (("--loop", "temperature", "--at", "1000 h"), "the recipe ends after"),
        (("--loop", "temperature", "--at", "-1 h"), "a batch has no time before its start"),
        (("--loop", "temperature", "--longest", "0 h"), "0 h is too short for an experiment"),
        (("--loop", "temperature", "--longest", "-3 h"), "-3 h is too short for an experiment"),
        (("--loop", "temperature", "--longest", "79 min"), "give at least 80 min"),
    ],
)
def test_what_cannot_be_used_is_told(homeostat: Call, words: tuple[str, ...], told: str) -> None:
    done = homeostat("control", "tune", "yeast-fed-batch", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "mend:" in done.stderr


def test_a_loop_has_to_be_named(homeostat: Call) -> None:
    done = homeostat("control", "tune", "yeast-fed-batch")
    assert done.returncode == 2
    assert "--loop" in done.stderr
