"""What a process file settles on its alarms, and the issue that every wrong line deserves."""

import pytest

from homeostat.cli.models import signatures
from homeostat.process import Process, Quantity, load
from homeostat.process.alarm_names import alarm_names
from homeostat.process.alarms import NOTHING_SETTLED, AlarmRule, Suppression, rule_of
from homeostat.process.load import examine_bytes, locate
from tests.process.small import TEXT, examine, issues, line_of

SHIPPED = locate("car-t")
SECTION = """\
monitoring:
  alarms:
    temperature.proven:
      cause: the jacket runs away
      consequence: heat stress
      severity: major
      response: cut the jacket off
      time_to_respond: 30 min
      suppressed_while: [inoculate, pump < 1 mL/h and batch_elapsed < 2 h]
      deadband: 0.2 degC
      delay_on: 2 min
      delay_off: 5 min
      longest_shelf: 4 h
    temperature.proven.low: {severity: minor, time_to_respond: 2 h}
    glucose.health: {suppressed_while: viable < 1 1e6 cell/mL, latching: yes}
"""
SETTLED = TEXT + SECTION


def rules(text: str = SETTLED) -> dict[str, AlarmRule]:
    process = examine(text).process
    assert process is not None, examine(text).issues
    return process.monitoring.alarms


def varied(old: str, new: str) -> str:
    assert SECTION.count(old) == 1
    return TEXT + SECTION.replace(old, new)


def test_what_is_settled_is_read() -> None:
    rule = rules()["temperature.proven"]
    assert (rule.cause, rule.consequence, rule.response) == (
        "the jacket runs away",
        "heat stress",
        "cut the jacket off",
    )
    assert (rule.severity, rule.time_to_respond) == ("major", Quantity(30.0, "min"))
    assert [str(one) for one in rule.suppressed_while] == [
        "inoculate",
        "pump < 1 mL/h and batch_elapsed < 2 h",
    ]
    assert (rule.deadband, rule.longest_shelf) == (Quantity(0.2, "degC"), Quantity(4.0, "h"))


def test_the_longest_name_that_begins_an_alarms_name_holds() -> None:
    given = rules()
    assert rule_of(given, "temperature.proven.high") is given["temperature.proven"]
    assert rule_of(given, "temperature.proven.low") is given["temperature.proven.low"]
    assert rule_of(given, "temperature.normal.low") is NOTHING_SETTLED
    assert rule_of({"temp": AlarmRule()}, "temperature.normal.low") is NOTHING_SETTLED


def test_a_name_alone_is_a_step_and_a_comparison_a_condition() -> None:
    assert Suppression.parse("wash").step == "wash"
    condition = Suppression.parse("pump < 1 mL/h or glucose > 20 mmol/L")
    assert condition.condition is not None
    assert str(Suppression.parse(str(condition))) == str(condition)


def test_the_declaration_on_record_declares_the_same() -> None:
    process = examine(SETTLED).process
    assert process is not None
    again = Process.model_validate_json(process.model_dump_json())
    assert (again, again.content_hash) == (process, process.content_hash)
    silent = examine(TEXT).process
    assert silent is not None
    assert silent.content_hash != process.content_hash


def test_every_alarm_has_a_name_before_it_is_raised() -> None:
    process = examine(TEXT).process
    assert process is not None
    names = alarm_names(process)
    assert {"temperature.hard.low", "glucose.health", "signal.glucose.frozen", "twin.belief"} <= {*names}
    assert "pump.health" not in names  # an actuator is told, not read
    assert not any(name.startswith("outlook.") for name in names)  # nothing is foreseen without an observer
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("old", "new", "field", "what", "mend"),
    [
        (
            "    temperature.proven:",
            "    temprature.proven:",
            "monitoring.alarms.temprature.proven",
            "there is no alarm 'temprature.proven'",
            "did you mean 'temperature.proven.",
        ),
        (
            "severity: major",
            "severity: dreadful",
            "monitoring.alarms.temperature.proven.severity",
            "dreadful",
            "minor",
        ),
        (
            "time_to_respond: 30 min",
            "time_to_respond: 30 min\n      priority: low",
            "monitoring.alarms.temperature.proven.priority",
            "the priority is low, but major with 30 min to respond is high",
            "leave 'priority' out",
        ),
        (
            "longest_shelf: 4 h",
            "longest_shelf: 169 h",
            "monitoring.alarms.temperature.proven.longest_shelf",
            "169 h on the shelf is longer than 7 d",
            "shorten it to 7 d at most",
        ),
        (
            "[inoculate,",
            "[inoculation,",
            "monitoring.alarms.temperature.proven.suppressed_while",
            "there is no step of the recipe 'inoculation'",
            "did you mean 'inoculate'?",
        ),
        (
            "batch_elapsed < 2 h",
            "elapsed < 2 h",
            "monitoring.alarms.temperature.proven.suppressed_while",
            "'elapsed' is a time in a phase, and an alarm belongs to none",
            "use batch_elapsed",
        ),
        (
            "pump < 1 mL/h",
            "pump < 1 degC",
            "monitoring.alarms.temperature.proven.suppressed_while",
            "not in a unit of the tag 'pump'",
            "mL/h",
        ),
        (
            "viable < 1 1e6 cell/mL",
            "vital < 1 1e6 cell/mL",
            "monitoring.alarms.glucose.health.suppressed_while",
            "there is no tag and no quantity of the model called 'vital'",
            "did you mean 'viable'?",
        ),
        (
            "viable < 1 1e6 cell/mL",
            "viable < 1 degC",
            "monitoring.alarms.glucose.health.suppressed_while",
            "not in a unit of the model's quantity 'viable'",
            "1e6 cell/mL",
        ),
        (
            "deadband: 0.2 degC",
            "deadband: 1.5 degC",
            "monitoring.alarms.temperature.proven.deadband",
            "more than half of the normal operating range (36 degC to 38 degC)",
            "narrow the deadband",
        ),
        (
            "deadband: 0.2 degC",
            "deadband: 0.2 mL",
            "monitoring.alarms.temperature.proven.deadband",
            "not in a unit of the tag 'temperature'",
            "degC",
        ),
        (
            "delay_on: 2 min",
            "delay_on: 40 min",
            "monitoring.alarms.temperature.proven.delay_on",
            "raised after 40 min, when the time to respond, 30 min, is over",
            "shorten the delay",
        ),
        (
            "delay_off: 5 min",
            "delay_off: -5 min",
            "monitoring.alarms.temperature.proven.delay_off",
            "is negative",
            "0 or more",
        ),
        (
            "latching: yes",
            "deadband: 1 mmol/L",
            "monitoring.alarms.glucose.health.deadband",
            "'glucose.health' has no limit to come back from",
            "remove 'deadband'",
        ),
        (
            "    glucose.health: {suppressed_while: viable < 1 1e6 cell/mL, latching: yes}",
            "    twin.belief: {delay_on: 1 min}",
            "monitoring.alarms.twin.belief.delay_on",
            "is raised by a verdict that has its own patience",
            "remove 'delay_on'",
        ),
    ],
)
def test_a_wrong_rule_is_told_with_its_line_and_mend(
    old: str, new: str, field: str, what: str, mend: str
) -> None:
    text = varied(old, new)
    found = issues(text)
    assert [issue.field for issue in found] == [field], found
    assert what in found[0].what
    assert mend in found[0].mend
    last = field.rpartition(".")[2]
    at = new.strip().splitlines()[-1]
    assert found[0].line == line_of(text, at if last in at or "suppressed" in last else f"      {last}:")


def test_no_alarm_is_called_unknown_where_its_declaration_could_not_be_read() -> None:
    broken = SETTLED.replace("proven: [35 degC, 39 degC]", "proven: [35 degC]")
    assert all("there is no alarm" not in issue.what for issue in issues(broken))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("gain: 1 %/%", "gain: nan %/%", "strategy.oxygen.gain"),
        ("authority: autonomous", "authority: complete", "controllers.expansion.authority"),
    ],
)
def test_no_alarm_is_called_unknown_where_its_loop_or_controller_could_not_be_read(
    old: str, new: str, field: str
) -> None:
    """Alarms of both are settled in this file: only the fault itself is told."""
    settled = "monitoring:\n  alarms:"
    rules = f"{settled}\n    control.expansion.hold: {{cause: a, consequence: b, response: c}}\n   "
    text = SHIPPED.read_text("utf-8").replace(settled, rules)
    whole, broken = (
        examine_bytes(each.encode(), "car-t.yaml", signatures()).issues
        for each in (text, text.replace(old, new))
    )
    assert ([*whole], [issue.field for issue in broken]) == ([], [field])


def test_the_shipped_culture_has_a_reason_for_every_limit_and_every_instrument() -> None:
    process = load("car-t")
    never = {"agitation.proven.low", "agitation.hard.low"}  # nothing turns slower than not at all
    never |= {f"perfusion.{kind}.low" for kind in ("normal", "proven", "hard")}
    never |= {"perfusion.hard.high"}  # the end of the pump's range
    never |= {"dissolved-oxygen.hard.high"}
    for alarm in alarm_names(process):
        if alarm.rpartition(".")[2] in ("low", "high", "health", "blind") and alarm not in never:
            rule = rule_of(process.monitoring.alarms, alarm)
            assert rule.cause and rule.consequence and rule.response, alarm
