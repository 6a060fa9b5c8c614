"""What is settled on alarms: the alarm exists, its priority follows, and what is said of it can be done."""

from collections.abc import Iterator

from homeostat.process.alarm_names import alarm_names, limit_alarms
from homeostat.process.alarms import AlarmRule, rule_of
from homeostat.process.attributes import Parameter
from homeostat.process.checks.quantities import Expected
from homeostat.process.checks.silence import silence
from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import BATCH_ELAPSED, TIMES, Comparison
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.units import Quantity, compatible
from homeostat.process.urgency import PRIORITIES, Priority, haste

_NAMING = frozenset(
    {"parameters", "units", "strategy", "controllers", "attributes", "assays", "twin", "monitoring"}
)
"""The sections that name alarms: where one of them lost a part, no alarm is called unknown."""
_TIMED = ("delay_on", "delay_off")


def alarms(subject: Subject) -> Iterator[Fault]:
    """A fault for every rule on an alarm that nothing raises, that contradicts itself, or that cannot be followed."""
    known = alarm_names(subject.process)
    for name, rule in subject.process.monitoring.alarms.items():
        path: Path = ("monitoring", "alarms", name)
        meant = [alarm for alarm in known if f"{alarm}.".startswith(f"{name}.")]
        if not meant and subject.sections.isdisjoint(_NAMING):
            yield Fault(path, f"there is no alarm {quoted(name)}", suggestion(name, known))
        yield from _priority(path, rule)
        yield from _suppression(subject, path, rule)
        yield from _timing(path, rule)
        given = subject.process.monitoring.alarms
        yield from silence(subject, path, rule, [alarm for alarm in meant if rule_of(given, alarm) is rule])
        if meant:
            yield from _applicable(subject, path, name, rule, meant)


def alarm_quantities(subject: Subject) -> Iterator[Expected]:
    """Every quantity in what is settled on alarms, with the unit it must fit."""
    for name, rule in subject.process.monitoring.alarms.items():
        path: Path = ("monitoring", "alarms", name)
        if rule.time_to_respond is not None:
            yield Expected((*path, "time_to_respond"), rule.time_to_respond, "min", "a time", "positive")
        for field in (*_TIMED, "longest_shelf"):
            quantity: Quantity | None = getattr(rule, field)
            if quantity is not None:
                yield Expected((*path, field), quantity, "min", "a time", "zero")
        tag = _tag_of(subject, name)
        if rule.deadband is not None and tag in subject.process.tags:
            unit = subject.process.tags[tag].unit
            yield Expected((*path, "deadband"), rule.deadband, unit, f"the tag '{tag}'", "zero")
        for comparison in comparisons(rule):
            yield from _compared(subject, (*path, "suppressed_while"), comparison)


def comparisons(rule: AlarmRule) -> list[Comparison]:
    """Every comparison in the conditions that suppress an alarm."""
    conditions = [one.condition for one in rule.suppressed_while if one.condition is not None]
    return [comparison for condition in conditions for comparison in condition.comparisons()]


def _compared(subject: Subject, path: Path, comparison: Comparison) -> Iterator[Expected]:
    tag = subject.process.tags.get(comparison.name)
    if comparison.name in TIMES:
        yield Expected(path, comparison.quantity, "min", "a time", "zero")
    elif tag is not None:
        yield Expected(path, comparison.quantity, tag.unit, f"the tag '{comparison.name}'")


def _parameter(subject: Subject, name: str) -> Parameter | None:
    return subject.process.parameters.get(name.partition(".")[0])


def _tag_of(subject: Subject, name: str) -> str:
    parameter = _parameter(subject, name)
    return "" if parameter is None else parameter.tag


def _priority(path: Path, rule: AlarmRule) -> Iterator[Fault]:
    """A priority that is stated beside severity and time is that of the table."""
    by_table = _by_table(rule)
    if rule.priority is not None and by_table is not None and rule.priority != by_table:
        what = (
            f"the priority is {rule.priority}, but {rule.severity} with {rule.time_to_respond} to respond is "
            f"{by_table}"
        )
        yield Fault((*path, "priority"), what, "leave 'priority' out, or settle severity and time anew")


def _by_table(rule: AlarmRule) -> Priority | None:
    time = rule.time_to_respond
    if rule.severity is None or time is None or not compatible(time.unit, "s"):
        return None
    return PRIORITIES[rule.severity, haste(time.to("s"))]


def _suppression(subject: Subject, path: Path, rule: AlarmRule) -> Iterator[Fault]:
    where = (*path, "suppressed_while")
    steps = [step.name for _, _, level in subject.levels() for step in level]
    for one in rule.suppressed_while:
        if one.step:
            yield from subject.unknown(where, "step of the recipe", one.step, steps, "recipe")
    for comparison in comparisons(rule):
        if comparison.name in TIMES and comparison.name != BATCH_ELAPSED:
            what = f"{quoted(comparison.name)} is a time in a phase, and an alarm belongs to none"
            yield Fault(where, what, f"name the phase, or use {BATCH_ELAPSED}")


def _timing(path: Path, rule: AlarmRule) -> Iterator[Fault]:
    """Who is told when the time to respond is over cannot respond."""
    delay, time = rule.delay_on, rule.time_to_respond
    if delay is None or time is None or not (compatible(delay.unit, "s") and compatible(time.unit, "s")):
        return
    if delay.to("s") >= time.to("s"):
        what = f"the alarm is raised after {delay}, when the time to respond, {time}, is over"
        yield Fault((*path, "delay_on"), what, "shorten the delay")


def _applicable(
    subject: Subject, path: Path, name: str, rule: AlarmRule, meant: list[str]
) -> Iterator[Fault]:
    """A deadband belongs to a limit, a delay to a limit or a sensor's health."""
    limited = {alarm for alarm, *_ in limit_alarms(subject.process)}
    timed = limited | {alarm for alarm in meant if alarm.endswith(".health")}
    if rule.deadband is not None and limited.isdisjoint(meant):
        yield Fault(
            (*path, "deadband"), f"{quoted(name)} has no limit to come back from", "remove 'deadband'"
        )
    elif rule.deadband is not None:
        yield from _width(subject, path, name, rule.deadband)
    for field in _TIMED:
        if getattr(rule, field) is not None and timed.isdisjoint(meant):
            what = f"{quoted(name)} is raised by a verdict that has its own patience"
            yield Fault((*path, field), what, f"remove '{field}'")


def _width(subject: Subject, path: Path, name: str, deadband: Quantity) -> Iterator[Fault]:
    """With a deadband as wide as the normal range a reading in its middle would not clear the alarm."""
    parameter = _parameter(subject, name)
    low, high = parameter.normal if parameter is not None else (deadband, deadband)
    if parameter is None or not (compatible(deadband.unit, low.unit) and compatible(high.unit, low.unit)):
        return
    if 2.0 * deadband.difference(low.unit) > high.to(low.unit) - low.value:
        what = f"the deadband {deadband} is more than half of the normal operating range ({low} to {high})"
        yield Fault((*path, "deadband"), what, "narrow the deadband")
