"""Conditions: names become tags or quantities of the twin, limits plain floats in their units."""

from collections.abc import Mapping
from typing import Literal

from homeostat.errors import ProcessError
from homeostat.execution.plan.steps import Test, micros
from homeostat.process import BATCH_ELAPSED, ELAPSED, HARVEST, Comparison, Condition, Process
from homeostat.twin import model

TIMES: Mapping[str, Literal["elapsed", "batch", "harvest"]] = {
    ELAPSED: "elapsed",
    BATCH_ELAPSED: "batch",
    HARVEST: "harvest",
}


def resolve_condition(process: Process, condition: Condition) -> tuple[tuple[Test, ...], ...]:
    """The alternatives of a condition, each of tests that must all hold. Raises ProcessError for an unknown name."""
    return tuple(tuple(_test(process, c) for c in alternative) for alternative in condition.alternatives)


def _test(process: Process, comparison: Comparison) -> Test:
    name, quantity = comparison.name, comparison.quantity
    if name in TIMES:
        return Test(TIMES[name], 0, comparison.sign, float(micros(quantity)))
    if name in process.tags:
        limit = quantity.to(process.tags[name].unit)
        return Test("tag", list(process.tags).index(name), comparison.sign, limit)
    signature = model(process.twin.model).signature
    for group, offset in ((signature.states, 0), (signature.outputs, len(signature.states))):
        if name in group.names:
            limit = quantity.to(group[name].unit)
            return Test("twin", offset + group.index(name), comparison.sign, limit)
    raise ProcessError(f"the condition '{comparison}' names '{name}', which is no tag and no twin quantity")
