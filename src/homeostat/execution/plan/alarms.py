"""Alarms: what the process settles on each, what suppresses it, and the settings in full as they go on record."""

from homeostat.execution.plan.condition import resolve_condition
from homeostat.execution.plan.limits import resolve_limits
from homeostat.execution.plan.steps import MICROSECONDS, Node
from homeostat.execution.plan.types import SuppressionPlan
from homeostat.ledger.catalogue import AlarmSettings
from homeostat.monitoring.alarms import Definition, Limit, Rationale, Rules, definitions
from homeostat.process import Process
from homeostat.process.alarm_names import alarm_names, limit_alarms
from homeostat.process.alarms import Suppression


def resolve_rules(process: Process, limits: tuple[Limit, ...]) -> Rules:
    """How each alarm lives that this run can raise."""
    limited = {alarm for alarm, *_ in limit_alarms(process)} | {f"{tag}.health" for tag in process.tags}
    others = [name for name in alarm_names(process) if name not in limited]
    return Rules(definitions(limits, process.monitoring.alarms, others))


def resolve_suppressions(process: Process, nodes: tuple[Node, ...]) -> tuple[SuppressionPlan, ...]:
    """Everything that suppresses alarms, each once, in the order of the file."""
    rules = process.monitoring.alarms.values()
    given = {" or ".join(map(str, rule.suppressed_while)): rule.suppressed_while for rule in rules}
    return tuple(_suppression(process, nodes, name, parts) for name, parts in given.items() if parts)


def agreed(process: Process) -> tuple[AlarmSettings, ...]:
    """What holds for each alarm of `process`, in full, where the equipment can be steered."""
    limits = resolve_limits(process, tuple(process.tags), steers=True)
    return settings(resolve_rules(process, limits), limits)


def settings(rules: Rules, limits: tuple[Limit, ...]) -> tuple[AlarmSettings, ...]:
    """What holds for each alarm, in full: its limit, its timing, and what was settled on it."""
    bounds = {limit.alarm: limit for limit in limits}
    given = rules.definitions.values()
    return tuple(_setting(one, one.rationale, bounds.get(one.alarm)) for one in given if one.rationale)


def _suppression(
    process: Process, nodes: tuple[Node, ...], name: str, parts: tuple[Suppression, ...]
) -> SuppressionPlan:
    steps = {part.step for part in parts if part.step}
    conditions = [part.condition for part in parts if part.condition is not None]
    tests = [test for condition in conditions for test in resolve_condition(process, condition)]
    return SuppressionPlan(name, tuple(i for i, node in enumerate(nodes) if node.name in steps), tuple(tests))


def _setting(definition: Definition, rationale: Rationale, limit: Limit | None) -> AlarmSettings:
    """One alarm's settings; an alarm without a limit has no bound, deadband and delays of its own."""
    bounded = limit if limit is not None and limit.side != "health" else None
    return AlarmSettings(
        alarm=definition.alarm,
        priority=definition.priority or (limit.priority if limit else rationale.priority),
        limit=bounded.bound if bounded else None,
        unit=bounded.unit if bounded else "1",
        deadband=bounded.deadband if bounded else None,
        delay_on=limit.delay / MICROSECONDS if limit else None,
        delay_off=limit.off_delay / MICROSECONDS if limit else None,
        suppressed_while=definition.unless,
        longest_shelf=definition.longest / MICROSECONDS,
        latching=definition.latching,
        cause=rationale.cause,
        consequence=rationale.consequence,
        severity=rationale.severity,
        response=rationale.response,
        time_to_respond=rationale.within / MICROSECONDS,
    )
