"""Limit alarms: each critical parameter's normal, proven and hard limits, and the health of each sensor.

Priorities follow the consequence (ISA-18.2 rationalisation): leaving the normal operating range is low, the proven
acceptable range high, a hard limit critical; a sensor without a usable reading is medium. What the process settles on
an alarm goes before.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from homeostat.execution.plan.steps import micros
from homeostat.execution.plan.types import Calm
from homeostat.monitoring.alarms import Limit, Priority, settled_priority
from homeostat.process import Parameter, Process, Quantity
from homeostat.process.alarms import AlarmRule, rule_of

NORMAL_DEADBAND = 0.02  # of the normal operating range's width, where none is declared (assumption)
HARD_DELAY = 60 * 1_000_000  # a hard limit is critical when it is still passed a minute later (assumption)
HEALTH_SAMPLES = 5  # and a slow analyser for as many samples more (assumption)
HEALTH_DELAY = 15 * 60 * 1_000_000  # a sensor may be silent for 15 min before it is called out (assumption)

_RANGES: tuple[tuple[str, Priority], ...] = (("normal", "low"), ("proven", "high"), ("hard", "critical"))


def resolve_limits(process: Process, tags: tuple[str, ...], *, steers: bool) -> tuple[Limit, ...]:
    """Every limit, tag by tag. A recorded log is watched only where it maps a tag."""
    watched = set(tags) if steers else {tag for log in process.recordings.values() for tag in log.mapped()}
    rules = process.monitoring.alarms
    limits = [
        _settled(limit, rule_of(rules, limit.alarm)) for limit in (*_parameters(process), *_health(process))
    ]
    return tuple(
        sorted((limit for limit in limits if limit.tag in watched), key=lambda limit: tags.index(limit.tag))
    )


def resolve_calm(tags: tuple[str, ...], limits: tuple[Limit, ...]) -> tuple[Calm, ...]:
    """For each watched tag the span in which nothing has to be looked at."""
    return tuple(
        _calm(tag, index, limits) for index, tag in enumerate(tags) if any(x.tag == tag for x in limits)
    )


def _calm(tag: str, index: int, limits: tuple[Limit, ...]) -> Calm:
    mine = [(position, limit) for position, limit in enumerate(limits) if limit.tag == tag]
    low = max((limit.bound for _, limit in mine if limit.side == "low"), default=-math.inf)
    high = min((limit.bound for _, limit in mine if limit.side == "high"), default=math.inf)
    return Calm(index, low, high, tuple(position for position, _ in mine))


def _settled(limit: Limit, rule: AlarmRule) -> Limit:
    """A limit as the process settles it, where it says more than the parameter does."""
    return replace(
        limit,
        deadband=limit.deadband if rule.deadband is None else rule.deadband.difference(limit.unit),
        delay=limit.delay if rule.delay_on is None else micros(rule.delay_on),
        off_delay=limit.off_delay if rule.delay_off is None else micros(rule.delay_off),
        priority=settled_priority(limit.alarm, rule) or limit.priority,
    )


def _parameters(process: Process) -> Iterator[Limit]:
    for name, parameter in process.parameters.items():
        unit = process.tags[parameter.tag].unit
        for kind, priority in _RANGES:
            bounds: tuple[Quantity, Quantity] | None = getattr(parameter, kind)
            if bounds is not None:
                yield from _pair(name, parameter, kind, priority, unit, bounds)


def _pair(
    name: str,
    parameter: Parameter,
    kind: str,
    priority: Priority,
    unit: str,
    bounds: tuple[Quantity, Quantity],
) -> Iterator[Limit]:
    low, high = (bound.to(unit) for bound in parameter.normal)
    band = parameter.deadband.difference(unit) if parameter.deadband else NORMAL_DEADBAND * (high - low)
    for side, bound, word in (("low", bounds[0], "below"), ("high", bounds[1], "above")):
        yield Limit(
            alarm=f"{name}.{kind}.{side}",
            tag=parameter.tag,
            side="low" if side == "low" else "high",
            bound=bound.to(unit),
            deadband=band,
            delay=HARD_DELAY if kind == "hard" else micros(parameter.delay),
            priority=priority,
            text=f"{parameter.title} {word} its {kind} {'limit' if kind == 'hard' else 'range'}",
            unit=unit,
            off_delay=max(micros(parameter.delay), HARD_DELAY),
        )


def _health(process: Process) -> Iterator[Limit]:
    for name, tag in process.tags.items():
        if tag.kind == "sensor":
            yield Limit(
                alarm=f"{name}.health",
                tag=name,
                side="health",
                bound=0.0,
                deadband=0.0,
                delay=HEALTH_DELAY + (HEALTH_SAMPLES * micros(tag.every) if tag.every else 0),
                priority="medium",
                text=f"{tag.title}: no usable reading",
                unit=tag.unit,
            )
