"""Whether each judgement of a quality attribute follows from a laboratory result: release reckons it anew.

story -> judgements -> the result each is of, on record before it -> value, limits and verdict as they have to be
A judgement that no result gives was put on record by no scan and no person, whatever it says.
"""

import math
from collections import Counter
from collections.abc import Iterator

from homeostat.ledger.catalogue import AttributeJudged, SampleDrawn, SampleResult
from homeostat.process import Process, convert
from homeostat.quality.afterwards import judgements, results
from homeostat.quality.story import Fact, Story
from homeostat.quality.wording import quantity

NEAR = 1e-9
"""By how much, or how much of itself, a value may differ: a unit is converted in another order here."""


def unfounded(story: Story) -> Iterator[str]:
    """Each judgement that does not follow from the results on record, in words; nothing where all do."""
    process, given, used = story.process, results(story), Counter[tuple[str, str]]()
    for fact in judgements(story) if process else ():
        data = fact.data
        about = f"event {fact.seq}, {quantity(data.value, data.unit)} ({data.verdict}) of {data.attribute}"
        used[data.attribute, data.sample] += 1
        number = used[data.attribute, data.sample]
        before = [one for one in story.of(SampleDrawn) if one.seq < fact.seq]
        words = _against(process, fact, before, given, number) if process else ""
        if words:
            yield f"{about}: {words}"


def _against(
    process: Process,
    fact: Fact[AttributeJudged],
    drawn: list[Fact[SampleDrawn]],
    given: list[Fact[SampleResult]],
    number: int,
) -> str:
    """Why the `number`th judgement of an attribute in a sample does not follow from the results that were `given`."""
    data, declared = fact.data, process.attributes.get(fact.data.attribute)
    if declared is None:
        return "the process declares no such attribute"
    of = [
        one.data
        for one in given
        if (one.data.sample, one.data.assay) == (data.sample, declared.assay) and one.seq <= fact.seq
    ]
    if len(of) < number:
        return f"no result of sample {data.sample} stands before it"
    if words := _undrawn(data.sample, declared.assay, drawn):
        return words
    name, assay = declared.quantity or data.attribute, process.assays[declared.assay]
    values = [_in(one.values.get(name), assay.reports.get(name, declared.unit), declared.unit) for one in of]
    if not any(_same(value, data.value) for value in values):
        return f"the result of sample {data.sample} is {quantity(values[-1], declared.unit)}"
    ends = declared.specification.low, declared.specification.high
    low, high = (None if end is None else end.to(declared.unit) for end in ends)
    if data.unit != declared.unit or not (_same(low, data.low) and _same(high, data.high)):
        return "its specification is not that of the process"
    wanted = _verdict(data.value, data.low, data.high)
    return "" if data.verdict == wanted else f"by the specification it is {wanted}"


def _undrawn(sample: str, assay: str, drawn: list[Fact[SampleDrawn]]) -> str:
    """Whether a sample was never drawn of a batch that draws samples for the assay: a log may tell of results alone."""
    names = {one.data.sample for one in drawn if assay in one.data.assays}
    return f"no sample {sample} was drawn for it before" if names and sample not in names else ""


def _in(value: float | None, unit: str, wanted: str) -> float | None:
    return None if value is None else convert(value, unit, wanted)


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR) or (math.isnan(one) and math.isnan(other))


def _verdict(value: float | None, low: float | None, high: float | None) -> str:
    """The comparison with the specification, whose ends belong to it."""
    if value is None or not math.isfinite(value):
        return "not measured"
    within = (low is None or value >= low) and (high is None or value <= high)
    return "within" if within else "outside"
