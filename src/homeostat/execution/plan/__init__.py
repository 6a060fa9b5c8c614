"""From the declaration to the plan: names become indices, quantities plain floats, times microseconds.

In: a process and what the equipment knows of this run. Out: an immutable `Plan` (`types`). `loops`, `recipe`,
`limits`, `twin` and `attributes` each resolve one part of the declaration; `make_plan` puts them together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from homeostat.execution.plan.alarms import resolve_rules, resolve_suppressions
from homeostat.execution.plan.attributes import resolve_attributes
from homeostat.execution.plan.controllers import resolve_controllers
from homeostat.execution.plan.crosschecks import resolve_crosschecks
from homeostat.execution.plan.limits import resolve_calm, resolve_limits
from homeostat.execution.plan.loops import resolve_loops
from homeostat.execution.plan.models import resolve_models
from homeostat.execution.plan.outlook import resolve_outlook
from homeostat.execution.plan.outstanding import resolve_outstanding
from homeostat.execution.plan.recipe import resolve_recipe
from homeostat.execution.plan.steps import HOUR, MICROSECONDS, micros
from homeostat.execution.plan.twin import resolve_twin
from homeostat.execution.plan.types import Plan
from homeostat.monitoring.signals import Panel, Signal, signals
from homeostat.process import Process

if TYPE_CHECKING:
    from homeostat.monitoring.package import Package, WatchPackage

__all__ = ["HOUR", "MICROSECONDS", "Plan", "make_plan", "micros"]


def make_plan(
    process: Process,
    *,
    steers: bool,
    initial: Mapping[str, float],
    parameters: Mapping[str, float] | None = None,
    until: str = "",
    packages: "Mapping[str, Package | WatchPackage] | None" = None,
    corrected: bool = True,
    gmp: bool = False,
    realtime: tuple[str, ...] = (),
) -> Plan:
    """Resolve `process` for equipment that can be steered or not.

    `initial` holds starting values of twin states that are known for this run, `parameters` those of a batch on
    record, both in the model's units; `until` names the phase after which the batch pauses; `packages` are those of
    the soft sensors, by name. A twin that is not `corrected` follows its inputs alone, and its observer is as if not
    declared. At a `gmp` site the lot of every addition is asked for. For the results of `realtime` attributes the end
    does not wait once their soft sensor says that all is well. Raises ProcessError where the declaration does not fit
    its model, MonitoringError where it does not fit a package.
    """
    declared = process
    if not corrected:
        process = process.model_copy(update={"twin": process.twin.model_copy(update={"observer": None})})
    tags = tuple(process.tags)
    loops = resolve_loops(process) if steers else ()
    twin = resolve_twin(process, tags, initial, parameters or {})
    nodes = resolve_recipe(process, tags, loops, twin, lots=gmp)
    limits = resolve_limits(process, tags, steers=steers)
    attributes = resolve_attributes(process)
    plan = Plan(
        process=process,
        steers=steers,
        scan=micros(process.scan),
        tags=tags,
        loops=loops,
        nodes=nodes,
        limits=limits,
        calm=resolve_calm(tags, limits),
        rules=resolve_rules(process, limits),
        suppressions=resolve_suppressions(process, nodes),
        survey=Panel.of(_watched(process, tags, steers=steers), micros(process.scan)),
        twin=twin,
        attributes=attributes,
        outlook=resolve_outlook(process, twin, attributes, loops, steers=steers),
        until=next((n for n, node in enumerate(nodes) if node.phase and node.name == until), -1),
        crosschecks=resolve_crosschecks(process, twin),
        controllers=resolve_controllers(process, twin, loops, nodes),
        gmp=gmp,
        realtime=realtime,
        outstanding=resolve_outstanding(process, realtime),
    )
    return replace(plan, process=declared, models=resolve_models(plan, packages or {}))


def _watched(process: Process, tags: tuple[str, ...], *, steers: bool) -> Iterator[Signal | None]:
    """What is expected of each tag's signal; None for one that a recorded log does not map."""
    mapped = {tag for log in process.recordings.values() for tag in log.mapped()}
    for tag, signal in zip(tags, signals(process), strict=True):
        yield signal if steers or tag in mapped else None
