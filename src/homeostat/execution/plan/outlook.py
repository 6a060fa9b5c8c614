"""The outlook: which quality attributes the twin can foresee, and how tags and attributes read from its quantities."""

from collections.abc import Iterator

from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.foreseeing import AttributePlan, ForeseenPlan, LoopTie, OutlookPlan, TagTie
from homeostat.execution.plan.steps import HOUR, micros
from homeostat.execution.plan.types import LoopPlan
from homeostat.monitoring.panel import Risk
from homeostat.process import Process, convert
from homeostat.twin import model

STRIDE = 2 * HOUR
"""Of the covariance (µs). Strides of half an hour give standard deviations that differ by 0.3 % at most (car-t)."""


def resolve_outlook(
    process: Process,
    twin: TwinPlan,
    attributes: tuple[AttributePlan, ...],
    loops: tuple[LoopPlan, ...],
    *,
    steers: bool,
) -> OutlookPlan | None:
    """What is foreseen, and how; None where nothing is steered, for then the recipe tells nothing of what will be done,
    and without an observer, for then nothing tells how sure a forecast is.
    """
    if twin.observer is None or not steers:
        return None
    declared = process.monitoring.outlook
    ties = tuple(_ties(process, twin))
    return OutlookPlan(
        every=micros(declared.every),
        step=micros(declared.step),
        stride=max(STRIDE, micros(declared.step)),
        calm=micros(declared.calm),
        risk=Risk(declared.alert.to("1"), declared.action.to("1"), declared.margin.to("1")),
        attributes=tuple(_foreseen(process, twin, attributes)),
        ties=ties,
        loops=tuple(_held(process, twin, ties, loops, loop) for loop in loops),
    )


def _units(twin: TwinPlan) -> dict[str, str]:
    signature = model(twin.model).signature
    return {q.name: q.unit for q in (*signature.states, *signature.outputs)}


def _scale(unit: str, to: str) -> tuple[float, float]:
    offset = convert(0.0, unit, to)
    return convert(1.0, unit, to) - offset, offset


def _ties(process: Process, twin: TwinPlan) -> Iterator[TagTie]:
    units, tags = _units(twin), tuple(process.tags)
    places = list(units)
    for tag, quantity in process.twin.tags.items():
        yield TagTie(
            tags.index(tag), places.index(quantity), *_scale(units[quantity], process.tags[tag].unit)
        )


def _held(
    process: Process,
    twin: TwinPlan,
    ties: tuple[TagTie, ...],
    loops: tuple[LoopPlan, ...],
    loop: LoopPlan,
) -> LoopTie:
    """A loop in the outlook; an outer one moves its inner loop's tag, where the twin does not know that itself."""
    names, known = tuple(process.tags), {tie.tag for tie in ties}
    tags = tuple(names.index(name) for name in loop.actuators)
    if loop.inner >= 0 and loops[loop.inner].tag not in known:
        tags = (loops[loop.inner].tag,)
    inputs = tuple(
        (place, tags.index(source.tag)) for place, source in enumerate(twin.inputs) if source.tag in tags
    )
    return LoopTie(tags, inputs, next((tie for tie in ties if tie.tag == loop.tag), None))


def _foreseen(
    process: Process, twin: TwinPlan, attributes: tuple[AttributePlan, ...]
) -> Iterator[ForeseenPlan]:
    units = _units(twin)
    for position, attribute in enumerate(attributes):
        if attribute.quantity in units:
            slope, offset = _scale(units[attribute.quantity], attribute.unit)
            variation = process.assays[attribute.assay].variation.to("1")
            yield ForeseenPlan(position, attribute.quantity, slope, offset, variation)
