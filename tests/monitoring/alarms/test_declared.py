"""What a process settles on its alarms, laid over what stands for their kind."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.monitoring.alarms import PRIORITIES, RATIONALES, Board, Notice, Rules, definitions, notify
from homeostat.monitoring.alarms.declared import rationalised, settled_priority
from homeostat.monitoring.alarms.standard import standing
from homeostat.process import load
from homeostat.process.alarm_names import alarm_names
from homeostat.process.alarms import NOTHING_SETTLED, AlarmRule
from homeostat.process.urgency import haste

SEVERITIES = ("minor", "major", "severe")


@pytest.mark.parametrize(
    ("alarm", "kind"),
    [
        ("temperature.normal.low", "normal"),
        ("temperature.proven.high", "proven"),
        ("temperature.hard.high", "hard"),
        ("signal.proven.low", "proven"),  # a parameter may be called like a kind of alarm
        ("twin.hard.high", "hard"),
        ("ph.health", "health"),
        ("signal.ph.frozen", "signal"),
        ("twin.signal.ph", "signal"),
        ("twin.signal.cell-count viable", "signal"),
        ("twin.belief", "fault"),
        ("outlook.dose.alert", "alert"),
        ("outlook.dose.action", "action"),
        ("soft.titre.action", "action"),
        ("watch.good-batches.alert", "alert"),
        ("oxygen_control.blind", "blind"),
        ("control.perfusion.last-plan", "last-plan"),
        ("control.perfusion.hold", "hold"),
        ("control.perfusion.lowered", "lowered"),
    ],
)
def test_the_name_tells_the_kind_and_the_kind_has_a_rationale(alarm: str, kind: str) -> None:
    assert standing(alarm) is RATIONALES[kind]
    assert rationalised(alarm, NOTHING_SETTLED) == RATIONALES[kind]


def test_of_a_command_nothing_can_be_settled_beforehand() -> None:
    assert standing("B0001/000012/03") is None
    assert rationalised("B0001/000012/03", AlarmRule(response="look")) is None


def test_each_part_is_taken_from_the_rule_or_else_stands() -> None:
    found = rationalised("ph.proven.low", AlarmRule.model_validate({"cause": "lactate", "severity": "minor"}))
    assert found is not None
    assert (found.cause, found.severity) == ("lactate", "minor")
    assert (found.response, found.within) == (RATIONALES["proven"].response, RATIONALES["proven"].within)
    assert found.priority == "low"  # minor, within the hour


@given(severity=st.sampled_from(SEVERITIES), minutes=st.integers(1, 3000))
def test_the_priority_is_that_of_the_table(severity: str, minutes: int) -> None:
    rule = AlarmRule.model_validate({"severity": severity, "time_to_respond": f"{minutes} min"})
    assert settled_priority("x.proven.low", rule) == PRIORITIES[rule.severity or "minor", haste(minutes * 60)]


def test_a_longer_time_or_a_lesser_consequence_is_never_more_urgent() -> None:
    rank = ["low", "medium", "high", "critical"]
    hastes = ("hours", "within the hour", "minutes")
    for severity, (slow, quick) in itertools.product(SEVERITIES, itertools.pairwise(hastes)):
        assert rank.index(PRIORITIES[severity, slow]) <= rank.index(PRIORITIES[severity, quick])
    for column, (less, more) in itertools.product(hastes, itertools.pairwise(SEVERITIES)):
        assert rank.index(PRIORITIES[less, column]) <= rank.index(PRIORITIES[more, column])


def test_a_stated_priority_goes_before_and_silence_leaves_the_notices() -> None:
    assert settled_priority("twin.belief", AlarmRule(priority="medium")) == "medium"
    assert settled_priority("twin.belief", AlarmRule(response="look")) is None
    rules = Rules(
        definitions((), {"twin.belief": AlarmRule(priority="medium")}, ("twin.belief", "ph.health"))
    )
    notices = [Notice("twin.belief", True, "high", "lost"), Notice("ph.health", True, "high", "silent")]
    first, second = notify(rules, Board(), notices, 0).records
    assert (first.priority, second.priority) == ("medium", "high")


def test_every_alarm_that_can_be_named_has_a_standing_rationale() -> None:
    process = load("car-t")
    missing = [alarm for alarm in alarm_names(process) if standing(alarm) is None]
    assert missing == []


def test_the_standing_priorities_are_those_with_which_the_alarms_come() -> None:
    expected = {"normal": "low", "proven": "high", "hard": "critical", "health": "medium", "signal": "low"}
    expected |= {"alert": "medium", "action": "high", "fault": "high", "blind": "high"}
    expected |= {"last-plan": "low", "loops": "medium", "hold": "high", "result": "medium"}
    expected |= {"lowered": "medium"}
    assert {kind: rationale.priority for kind, rationale in RATIONALES.items()} == expected
