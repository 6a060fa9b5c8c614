"""From the declaration to the plan: names become indices, quantities plain floats, times microseconds.

In: a process and what the equipment knows of this run. Out: an immutable `Plan` (`types`). `loops`, `recipe`,
`limits`, `twin` and `attributes` each resolve one part of the declaration; `make_plan` puts them together.
"""

from collections.abc import Mapping

from homeostat.execution.plan.attributes import resolve_attributes
from homeostat.execution.plan.limits import resolve_calm, resolve_limits
from homeostat.execution.plan.loops import resolve_loops
from homeostat.execution.plan.recipe import resolve_recipe
from homeostat.execution.plan.twin import resolve_twin
from homeostat.execution.plan.types import HOUR, MICROSECONDS, Plan, micros
from homeostat.process import Process

__all__ = ["HOUR", "MICROSECONDS", "Plan", "make_plan", "micros"]


def make_plan(
    process: Process,
    *,
    steers: bool,
    initial: Mapping[str, float],
    parameters: Mapping[str, float] | None = None,
    until: str = "",
) -> Plan:
    """Resolve `process` for equipment that can be steered or not.

    `initial` holds starting values of twin states that are known for this run, `parameters` those of a batch on
    record, both in the model's units; `until` names the phase after which the batch pauses. Raises ProcessError where
    the declaration does not fit its model.
    """
    tags = tuple(process.tags)
    loops = resolve_loops(process) if steers else ()
    twin = resolve_twin(process, tags, initial, parameters or {})
    nodes = resolve_recipe(process, tags, loops, twin)
    limits = resolve_limits(process, tags, steers=steers)
    return Plan(
        process=process,
        steers=steers,
        scan=micros(process.scan),
        tags=tags,
        loops=loops,
        nodes=nodes,
        limits=limits,
        calm=resolve_calm(tags, limits),
        twin=twin,
        attributes=resolve_attributes(process),
        until=next((n for n, node in enumerate(nodes) if node.phase and node.name == until), -1),
    )
