"""What a process file may not do: keep a critical alarm from being shown, or any alarm wherever it is raised."""

import pytest

from homeostat.monitoring.alarms import RATIONALES, rationalised
from homeostat.process import examine, load
from homeostat.process.alarm_names import alarm_names
from homeostat.process.alarms import AlarmRule
from homeostat.process.load import locate
from homeostat.process.standing import STANDING, priority_of
from tests.process.small import TEXT, issues


def told(alarm: str, **rule: str) -> list[tuple[str, str]]:
    """The faults of the small process with one rule: the field that is wrong, and what is."""
    lines = "".join(f"      {field}: {value}\n" for field, value in rule.items())
    found = issues(f"{TEXT}monitoring:\n  alarms:\n    {alarm}:\n{lines}")
    return [(issue.field.rpartition(".")[2], issue.what) for issue in found]


@pytest.mark.parametrize(
    ("alarm", "rule"),
    [
        ("temperature.hard.high", {}),
        ("temperature.hard", {}),
        ("temperature", {}),
        ("temperature.proven", {"severity": "severe"}),
        ("temperature.normal", {"severity": "severe", "time_to_respond": "30 min"}),
        ("glucose.health", {"priority": "critical"}),
    ],
)
def test_a_critical_alarm_is_neither_suppressed_nor_shelved(alarm: str, rule: dict[str, str]) -> None:
    ((field, what),) = told(alarm, suppressed_while="inoculate", **rule)
    assert field == "suppressed_while"
    assert what.endswith("is critical, and a critical alarm is never suppressed")
    assert told(alarm, longest_shelf="1 h", **rule) == [
        ("longest_shelf", "a critical alarm is never shelved")
    ]
    assert told(alarm, longest_shelf="0 h", **rule) == []


def test_a_longer_name_takes_the_critical_alarm_out() -> None:
    lines = "    temperature: {suppressed_while: inoculate}\n    temperature.hard: {latching: yes}\n"
    assert issues(f"{TEXT}monitoring:\n  alarms:\n{lines}") == ()


@pytest.mark.parametrize(
    "condition",
    [
        "temperature > 0 degC",
        "temperature > 37 degC",  # where the upper alarm is raised, above 38 degC
        "temperature < 37 degC",
        "temperature > 310.15 K",
        "temperature < 100 degC",
        "[temperature > 50 degC, temperature <= 50 degC]",
        "temperature > 45 degC or temperature < 50 degC",
        "temperature > 37 degC and temperature < 61 degC",  # the instrument ends at 60
        "temperature > 37 degC and pump >= 0 mL/h",  # which a pump always does
        "pump <= 100 mL/h",
        "batch_elapsed >= 0 h",
        "batch_elapsed < 9 h or batch_elapsed > 8 h",
        "[temperature > 37 degC and batch_elapsed < 9 h, temperature > 30 degC and batch_elapsed >= 9 h]",
        "culture",  # the whole recipe
    ],
)
def test_an_alarm_is_not_suppressed_wherever_it_is_raised(condition: str) -> None:
    ((field, what),) = told("temperature.normal", suppressed_while=f"{condition}")
    assert field == "suppressed_while"
    assert what.endswith("would be suppressed wherever it is raised")


@pytest.mark.parametrize(
    "condition",
    [
        "inoculate",
        "pump < 1 mL/h",
        "temperature < 5 degC",  # not connected, perhaps: the alarm is still raised between 5 and 36
        "temperature > 55 degC",
        "temperature > 37 degC and pump < 1 mL/h",
        "temperature > 37 degC and glucose < 4 mmol/L",
        "temperature > 37 degC and viable < 1 1e6 cell/mL",
        "temperature > 37 degC and batch_elapsed < 2 h",
        "batch_elapsed < 2 h",
        "[start, end]",
    ],
)
def test_an_alarm_may_be_suppressed_where_something_is_left(condition: str) -> None:
    assert told("temperature.normal", suppressed_while=condition) == []


def test_an_alarm_without_a_limit_is_silent_only_by_time_or_by_what_always_holds() -> None:
    assert told("glucose.health", suppressed_while="glucose > 1 mmol/L") == []
    ((_, what),) = told("glucose.health", suppressed_while="batch_elapsed > 0 h")
    assert what == "glucose.health would be suppressed wherever it is raised"


def test_a_week_is_the_longest_shelf() -> None:
    assert told("temperature.normal", longest_shelf="7 d") == []
    ((field, _),) = told("temperature.normal", longest_shelf="1000000 h")
    assert field == "longest_shelf"


@pytest.mark.parametrize("name", ["car-t", "yeast-fed-batch"])
def test_the_shipped_processes_silence_nothing_they_should_not(name: str) -> None:
    assert examine(locate(name)).issues == ()


def test_the_priority_is_the_one_a_batch_goes_by() -> None:
    assert RATIONALES.keys() == STANDING.keys()
    process = load("car-t")
    rules = [AlarmRule(), *process.monitoring.alarms.values()]
    for alarm in alarm_names(process):
        for rule in rules:
            settled = rationalised(alarm, rule)
            assert settled is not None
            assert priority_of(alarm, rule) == (rule.priority or settled.priority)
