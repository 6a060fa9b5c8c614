"""Quality attributes: specification in the attribute's unit, and where its assay reports it."""

from homeostat.execution.plan.foreseeing import AttributePlan
from homeostat.process import Process, convert


def resolve_attributes(process: Process) -> tuple[AttributePlan, ...]:
    """Every attribute, in the order of the file."""
    return tuple(_attribute(process, name) for name in process.attributes)


def _attribute(process: Process, name: str) -> AttributePlan:
    attribute = process.attributes[name]
    quantity = attribute.quantity or name
    reported = process.assays[attribute.assay].reports[quantity]
    offset = convert(0.0, reported, attribute.unit)
    slope = convert(1.0, reported, attribute.unit) - offset
    low, high = attribute.specification.low, attribute.specification.high
    return AttributePlan(
        name=name,
        assay=attribute.assay,
        quantity=quantity,
        slope=slope,
        offset=offset,
        phase=attribute.measured,
        unit=attribute.unit,
        low=low.to(attribute.unit) if low else None,
        high=high.to(attribute.unit) if high else None,
    )
