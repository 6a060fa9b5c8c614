"""What a process settles on its alarms, laid over the standing rationalisation: definitions, and rationales in full.

In: the process's rules and the alarms' names. Out: a definition an alarm. Where a rule says nothing, the standing
rationalisation of the alarm's kind holds; the priority follows from what is settled in the end.
"""

from collections.abc import Iterable, Mapping

from homeostat.monitoring.alarms.limit import Limit
from homeostat.monitoring.alarms.model import LONGEST_SHELF, Definition
from homeostat.monitoring.alarms.priority import MICROSECONDS, Priority, Rationale
from homeostat.monitoring.alarms.standard import standing
from homeostat.process.alarms import AlarmRule, rule_of
from homeostat.process.units import Quantity


def definitions(
    limits: Iterable[Limit], rules: Mapping[str, AlarmRule] | None = None, others: Iterable[str] = ()
) -> dict[str, Definition]:
    """A definition for each limit alarm and each of the `others`, by `rules`; the limits of one tag are one group."""
    found = {
        limit.alarm: _definition(limit.alarm, limit.tag, rule_of(rules or {}, limit.alarm), limit.priority)
        for limit in limits
    }
    unlimited = [alarm for alarm in others if alarm not in found]
    return found | {alarm: _definition(alarm, "", rule_of(rules or {}, alarm)) for alarm in unlimited}


def rationalised(alarm: str, rule: AlarmRule) -> Rationale | None:
    """What was settled on `alarm`: by the rule, else as it stands for its kind (None: of no known kind)."""
    given = standing(alarm)
    if given is None:
        return None
    return Rationale(
        cause=rule.cause or given.cause,
        consequence=rule.consequence or given.consequence,
        severity=rule.severity or given.severity,
        response=rule.response or given.response,
        within=given.within if rule.time_to_respond is None else micros(rule.time_to_respond),
    )


def settled_priority(alarm: str, rule: AlarmRule) -> Priority | None:
    """The priority that the rule states, or that follows from its severity and time; None where it says neither."""
    if rule.priority is not None or (rule.severity is None and rule.time_to_respond is None):
        return rule.priority
    rationale = rationalised(alarm, rule)
    return None if rationale is None else rationale.priority


def suppression(rule: AlarmRule) -> str:
    """What suppresses an alarm, as one condition's name; empty where nothing does."""
    return " or ".join(map(str, rule.suppressed_while))


def micros(quantity: Quantity) -> int:
    """A duration in microseconds."""
    return round(quantity.to("s") * MICROSECONDS)


def _definition(alarm: str, group: str, rule: AlarmRule, priority: Priority | None = None) -> Definition:
    """A definition; `priority` is that of the alarm's limit, where the rule settles none."""
    return Definition(
        alarm,
        group=group,
        latching=rule.latching,
        unless=suppression(rule),
        longest=LONGEST_SHELF if rule.longest_shelf is None else micros(rule.longest_shelf),
        rationale=rationalised(alarm, rule),
        priority=settled_priority(alarm, rule) or priority,
    )
