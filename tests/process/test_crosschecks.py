"""Cross-checks, noise and rate of a process: what may be said, and exactly the issue that every wrong word deserves."""

import pytest

from homeostat.process import Process, load
from homeostat.process.crosschecks import Comparison, MassBalance
from tests.process.small import changed, examine, issues, line_of

SECTION = """monitoring:
  compare:
    probes: {tag: warmth, against: temperature, scale: 0.1 K, centre: 0.2 K, correlation: 0.5, every: 5 min}
    sugar: {tag: glucose, against: twin.glucose, scale: 0.5 mmol/L}
  balances:
    lines: {title: What goes in comes out, terms: {inflow: 1, outflow: -1}, equals: 1 mL/h, tolerance: 0.1 mL/h}
    meter: {terms: {outflow: 1, metered: -0.5}, tolerance: 2 uL/min}
simulation:
  mismatch"""
SENSORS = """      lines:
        title: Lines
        tags:
          warmth: {title: Warmth, kind: sensor, unit: K, range: [273 K, 333 K], noise: 0.05 K, rate: 1 degC/min}
          inflow: {title: In, kind: sensor, unit: mL/h, range: [0 mL/h, 50 mL/h], noise: 0.1 mL/h}
          outflow: {title: Out, kind: sensor, unit: mL/h, range: [0 mL/h, 50 mL/h], noise: 0.2 mL/h}
          metered: {title: Metered, kind: sensor, unit: uL/min, range: [0 uL/min, 900 uL/min], noise: 4 uL/min}
parameters:
  temperature:
    title"""
CHECKED = changed(
    ("parameters:\n  temperature:\n    title", SENSORS),
    ("simulation:\n  mismatch", SECTION),
    (
        "    temperature: {start: 25 degC, follows: jacket, lag: 10 min}\n",
        """    temperature: {start: 25 degC, follows: jacket, lag: 10 min}
    warmth: {start: 298 K, follows: jacket, lag: 10 min}
    inflow: {start: 0 mL/h, follows: pump}
    outflow: {start: 0 mL/h, follows: pump}
    metered: {start: 0 mL/h, follows: pump}
""",
    ),
)


def sound() -> Process:
    process = examine(CHECKED).process
    assert process is not None
    return process


def test_a_process_with_cross_checks_is_sound() -> None:
    assert issues(CHECKED) == ()
    monitoring = sound().monitoring
    assert list(monitoring.compare) == ["probes", "sugar"]
    assert list(monitoring.balances["lines"].terms.values()) == [1.0, -1.0]


def test_they_are_optional_and_so_is_most_of_what_they_say() -> None:
    assert load("yeast-fed-batch").monitoring.compare == {}
    assert load("car-t").monitoring.balances == {}
    pair = Comparison.model_validate({"tag": "a", "against": "b", "scale": "1 mL"})
    assert (pair.every.to("min"), pair.correlation, pair.centre) == (15.0, 0.0, None)
    balance = MassBalance.model_validate({"terms": {"a": 1}, "tolerance": "1 mL"})
    assert (balance.every.to("min"), balance.equals, balance.title) == (15.0, None, "")


PAIRS, SUMS = "monitoring.compare", "monitoring.balances"
TAG = "units.vessel.modules.lines.tags"


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("noise: 0.05 K", "noise: 0.05 mL", f"{TAG}.warmth.noise", "not in a unit of the tag 'warmth'"),
        ("noise: 0.05 K", "noise: 0 K", f"{TAG}.warmth.noise", "not above 0"),
        ("rate: 1 degC/min", "rate: 1 degC", f"{TAG}.warmth.rate", "give the value in K per h"),
        ("rate: 1 degC/min", "rate: -1 degC/min", f"{TAG}.warmth.rate", "not above 0"),
        ("{tag: warmth,", "{tag: wormth,", f"{PAIRS}.probes.tag", "did you mean 'warmth'?"),
        ("{tag: warmth,", "{tag: jacket,", f"{PAIRS}.probes.tag", "'jacket' is an actuator"),
        (
            "against: temperature",
            "against: temprature",
            f"{PAIRS}.probes.against",
            "did you mean 'temperature'?",
        ),
        ("against: temperature", "against: warmth", f"{PAIRS}.probes.against", "held against itself"),
        ("against: temperature", "against: pump", f"{PAIRS}.probes.against", "name a tag in K"),
        ("twin.glucose", "twin.glucos", f"{PAIRS}.sugar.against", "did you mean 'glucose'?"),
        ("twin.glucose", "twin.volume", f"{PAIRS}.sugar.against", "does not fit mmol/L"),
        ("scale: 0.5 mmol/L", "scale: 0.5 mL", f"{PAIRS}.sugar.scale", "give the value in mmol/L"),
        ("scale: 0.5 mmol/L", "scale: 0 mmol/L", f"{PAIRS}.sugar.scale", "not above 0"),
        ("centre: 0.2 K", "centre: 0.2 h", f"{PAIRS}.probes.centre", "give the value in K"),
        ("correlation: 0.5", "correlation: 1.0", f"{PAIRS}.probes.correlation", "not above 0.99"),
        ("correlation: 0.5", "correlation: -0.5", f"{PAIRS}.probes.correlation", "not below 0"),
        ("0.5, every: 5 min", "0.5, every: 0 min", f"{PAIRS}.probes.every", "not above 0"),
        (
            "{tag: glucose, against: twin.glucose, scale: 0.5 mmol/L}",
            "{tag: warmth, against: temperature, scale: 0.5 K}",
            f"{PAIRS}.sugar.tag",
            "already, in 'probes'",
        ),
        (
            "sugar: {tag: glucose, against: twin.glucose, scale: 0.5 mmol/L}",
            "sugar: {tag: glucose, against: twin.glucose, scale: 0.5 mmol/L, every: 2 min}",
            f"{PAIRS}.sugar.every",
            "look at most as often: every 5 min",
        ),
        ("centre: 0.2 K", "center: 0.2 K", f"{PAIRS}.probes.center", "did you mean 'centre'?"),
        ("terms: {inflow: 1,", "terms: {inflaw: 1,", f"{SUMS}.lines.terms.inflaw", "did you mean 'inflow'?"),
        ("terms: {inflow: 1,", "terms: {inflow: 0,", f"{SUMS}.lines.terms.inflow", "the factor 0"),
        ("terms: {inflow: 1,", "terms: {inflow: x,", f"{SUMS}.lines.terms.inflow", "a number is expected"),
        ("terms: {inflow: 1, outflow: -1}", "terms: {}", f"{SUMS}.lines.terms", "must not be empty"),
        ("terms: {inflow: 1,", "terms: {pump: 1,", f"{SUMS}.lines.terms.pump", "declare its noise"),
        (
            "{outflow: 1, metered: -0.5}",
            "{outflow: 1, warmth: 1}",
            f"{SUMS}.meter.terms.warmth",
            "does not fit mL/h",
        ),
        ("tolerance: 0.1 mL/h", "tolerance: 0.1 mL", f"{SUMS}.lines.tolerance", "give the value in mL/h"),
        ("tolerance: 0.1 mL/h", "tolerance: 0 mL/h", f"{SUMS}.lines.tolerance", "not above 0"),
        ("equals: 1 mL/h", "equals: 1 K", f"{SUMS}.lines.equals", "give the value in mL/h"),
        ("2 uL/min}", "2 uL/min, every: 5 min}", f"{SUMS}.meter.every", "give both the same 'every'"),
    ],
)
def test_one_change_one_issue(old: str, new: str, field: str, words: str) -> None:
    assert CHECKED.count(old) == 1
    text = CHECKED.replace(old, new)
    (issue,) = issues(text)
    assert issue.field == field
    assert words in f"{issue.what} ({issue.mend})", issue
    assert issue.line == line_of(text, new)


def test_no_more_balances_than_can_be_judged_at_once() -> None:
    many = "".join(f"    b{n}: {{terms: {{inflow: 1}}, tolerance: 1 mL/h}}\n" for n in range(11))
    (issue,) = issues(CHECKED.replace("  balances:\n", f"  balances:\n{many}"))
    assert (issue.field, issue.mend) == (f"{SUMS}.meter", "declare at most 12")


OBSERVER = """  tags: {glucose: glucose}
  observer:
    tags: {glucose: {noise: 0.2 mmol/L, bias: 0.1 mmol/L}}
"""


def test_what_the_observer_estimates_already_is_not_held_against_the_twin() -> None:
    text = CHECKED.replace("  tags: {glucose: glucose}\n", OBSERVER)
    (issue,) = issues(text)
    assert issue.field == f"{PAIRS}.sugar.against"
    assert "estimates the bias of 'glucose' already" in issue.what
    assert issues(text.replace(", bias: 0.1 mmol/L", "")) == ()


def test_the_observers_noise_will_do_for_a_balance() -> None:
    text = CHECKED.replace("  tags: {glucose: glucose}\n", OBSERVER).replace("twin.glucose", "glucose")
    text = text.replace("    sugar: {tag: glucose, against: glucose, scale: 0.5 mmol/L}\n", "")
    sums = "    sugar: {terms: {glucose: 1}, equals: 20 mmol/L, tolerance: 1 mmol/L}\n"
    assert issues(text.replace("  balances:\n", f"  balances:\n{sums}")) == ()
