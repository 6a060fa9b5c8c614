"""Soft sensors that stand in for an assay: which may by what they are, what they foretold, and whose result is out.

In: the story, or lines of the record. Out: reasons against a model, its prediction in the unit of the attribute, the
attributes of which the laboratory need not have reported yet. Credibility is judged at the release, not here.
"""

from typing import NamedTuple

from homeostat.ledger.catalogue import ModelLoaded, SampleDrawn
from homeostat.process import Process, convert
from homeostat.process.attributes import Attribute
from homeostat.process.realtime import foreteller, unfit
from homeostat.quality.afterwards import results
from homeostat.quality.beside import document
from homeostat.quality.model import ModelLine
from homeostat.quality.story import Story

Limits = tuple[float | None, float | None]


class Foretold(NamedTuple):
    """A prediction in the unit of its attribute; `well` where the model decided so and all of it lies within."""

    value: float
    low: float
    high: float
    well: bool


def foretold(limits: Limits, unit: str, model: ModelLine | None) -> Foretold | None:
    """What a model of a convertible unit says of an attribute in `unit`; None where it gave no value."""
    if model is None or model.value is None or model.low is None or model.high is None:
        return None
    given = model.value, model.low, model.high
    value, low, high = (convert(number, model.unit or "1", unit) for number in given)
    above = limits[0] is None or low >= limits[0]
    below = limits[1] is None or high <= limits[1]
    return Foretold(value, low, high, model.decision == "ok" and above and below)


def against(story: Story) -> dict[str, str]:
    """For each attribute under `realtime` why its soft sensor may not stand for the assay; "" where nothing says so."""
    process = story.process
    named = process.release.realtime if process else {}
    loaded = {fact.data.model: fact.data.package for fact in story.of(ModelLoaded)} if named else {}
    return {
        attribute: _against(process, attribute, sensor, loaded.get(sensor, ""))
        for attribute, sensor in named.items()
        if process is not None and attribute in process.attributes
    }


def _against(process: Process, attribute: str, sensor: str, package: str) -> str:
    declared = process.monitoring.models.get(sensor)
    if declared is None or not package:
        return "it did not run beside the batch"
    if not declared.critical:
        return "its answers are not declared critical"
    return "; ".join(one.what for one in unfit(process, attribute, foreteller(document(package))))


def outstanding(story: Story, models: tuple[ModelLine, ...]) -> frozenset[str]:
    """The attributes of a batch that has ended for which a soft sensor stood, and the laboratory has the sample."""
    process = story.process
    if process is None or story.ended is None or not process.release.realtime:
        return frozenset()
    lines = {line.model: line for line in models}
    return frozenset(
        name
        for name, why in against(story).items()
        if not why
        and _out(story, process.attributes[name], name)
        and _well(process.attributes[name], lines.get(process.release.realtime[name]))
    )


def _out(story: Story, attribute: Attribute, name: str) -> bool:
    """Whether a sample was drawn for an attribute of which the laboratory has not reported it."""
    told = {(one.data.sample, quantity) for one in results(story) for quantity in one.data.values}
    return any(
        (fact.data.sample, attribute.quantity or name) not in told
        for fact in story.of(SampleDrawn)
        if attribute.assay in fact.data.assays and phase_of(fact.data.step) == attribute.measured
    )


def phase_of(step: str) -> str:
    """The name of the phase at a path of the recipe."""
    return step.rpartition("/")[2]


def _well(attribute: Attribute, model: ModelLine | None) -> bool:
    low, high = (
        None if end is None else end.to(attribute.unit)
        for end in (attribute.specification.low, attribute.specification.high)
    )
    told = foretold((low, high), attribute.unit, model)
    return told is not None and told.well
