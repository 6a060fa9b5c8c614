"""The unit of everything a scan records or may hand to a model."""

from homeostat.execution.plan.types import Plan
from homeostat.process import BATCH_ELAPSED
from homeostat.twin import model


def output_units(plan: Plan) -> dict[str, str]:
    """What the scan computes, in the order of its output row, with its unit."""
    moved = [loop.output_unit for loop in plan.loops]
    reconciled = [plan.process.tags[name].unit for name in plan.crosschecks.reconciled]
    answered = [model.unit for model in plan.models for _ in model.outputs]
    rungs = ["1"] * len(plan.controllers)
    units = [*moved, *_believed(plan), *_foreseen(plan), *reconciled, *answered, *rungs]
    return dict(zip(plan.outputs, units, strict=True))


def known_units(plan: Plan) -> dict[str, str]:
    """What a model's input may be taken from, in the order in which the scan hands it over, with its unit."""
    names = (*plan.tags, *plan.believed, *plan.foreseen)
    tags = [plan.process.tags[name].unit for name in plan.tags]
    units = dict(zip(names, [*tags, *_believed(plan), *_foreseen(plan)], strict=True))
    return units | {BATCH_ELAPSED: "h"}


def _believed(plan: Plan) -> list[str]:
    units = {q.name: q.unit for group in model(plan.twin.model).signature.groups for q in group}
    names = (*plan.twin.states, *plan.twin.outputs, *plan.twin.learnt, *plan.twin.doubted)
    return [units[name] for name in names]


def _foreseen(plan: Plan) -> list[str]:
    own = [plan.attributes[each.attribute].unit for each in plan.outlook.attributes] if plan.outlook else []
    return [unit for attribute in own for unit in (attribute, attribute, "1", "h")]
