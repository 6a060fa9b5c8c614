"""Samples with their laboratory results, and the quality attributes judged by them."""

from homeostat.ledger.catalogue import AttributeJudged, SampleDrawn, SampleResult
from homeostat.process.attributes import Attribute
from homeostat.quality.afterwards import judgements, results
from homeostat.quality.beside import models
from homeostat.quality.model import AttributeLine, Judgement, ResultLine, SampleLine, Value, Verdict
from homeostat.quality.prediction import predicted
from homeostat.quality.standing_in import outstanding
from homeostat.quality.story import Fact, Story


def samples(story: Story) -> tuple[SampleLine, ...]:
    """Every sample in the order in which it was taken; of a recorded run only the results are known."""
    drawn = {fact.data.sample: fact for fact in story.of(SampleDrawn)}
    reported: dict[str, list[ResultLine]] = {name: [] for name in drawn}
    for fact in results(story):
        reported.setdefault(fact.data.sample, []).append(_result(story, fact))
    lines = [_sample(name, drawn.get(name), lines) for name, lines in reported.items()]
    return tuple(sorted(lines, key=lambda line: line.taken))


def _result(story: Story, fact: Fact[SampleResult]) -> ResultLine:
    data, process = fact.data, story.process
    assay = process.assays.get(data.assay) if process else None
    return ResultLine(
        assay=data.assay,
        title=assay.title if assay else data.assay,
        taken=data.taken,
        reported=fact.time,
        values=tuple(
            Value(quantity=name, value=value, unit=data.units.get(name, ""))
            for name, value in data.values.items()
        ),
    )


def _sample(name: str, drawn: Fact[SampleDrawn] | None, results: list[ResultLine]) -> SampleLine:
    reported = {result.assay for result in results}
    assays = drawn.data.assays if drawn else tuple(dict.fromkeys(result.assay for result in results))
    return SampleLine(
        sample=name,
        step=drawn.data.step if drawn else "",
        taken=drawn.time if drawn else min(result.taken for result in results),
        volume=drawn.data.volume if drawn else None,
        assays=assays,
        results=tuple(results),
        missing=tuple(assay for assay in assays if assay not in reported),
    )


def attributes(story: Story) -> tuple[AttributeLine, ...]:
    """Every attribute of the process, then any other that was judged, by the last judgement.

    One whose soft sensor stood for the assay when the batch ended is pending while the laboratory has the sample.
    """
    judged: dict[str, list[Fact[AttributeJudged]]] = {}
    declared = story.process.attributes if story.process else {}
    for fact in judgements(story):
        judged.setdefault(fact.data.attribute, []).append(fact)
    names = [*declared, *(name for name in judged if name not in declared)]
    coming = outstanding(story, models(story)) if story.process and story.process.release.realtime else ()
    return tuple(
        _open(name, declared[name], "pending" if name in coming or not story.ended else "not measured")
        if name in declared and name not in judged
        else _attribute(story, name, declared.get(name), judged[name])
        for name in names
    )


def _attribute(
    story: Story, name: str, declared: Attribute | None, facts: list[Fact[AttributeJudged]]
) -> AttributeLine:
    quantity = (declared.quantity if declared else None) or name
    judged = [_judgement(story, fact, quantity) for fact in facts]
    last, data = judged[-1], facts[-1].data
    return AttributeLine(
        attribute=name,
        title=declared.title if declared else name,
        quantity=quantity,
        unit=data.unit,
        low=data.low,
        high=data.high,
        verdict=last.verdict,
        value=last.value,
        predicted=last.predicted,
        error=last.error,
        sample=last.sample,
        judged=last.time,
        earlier=tuple(judged[:-1]),
    )


def _open(name: str, declared: Attribute, verdict: Verdict) -> AttributeLine:
    low, high = declared.specification.low, declared.specification.high
    return AttributeLine(
        attribute=name,
        title=declared.title,
        quantity=declared.quantity or name,
        unit=declared.unit,
        low=low.to(declared.unit) if low else None,
        high=high.to(declared.unit) if high else None,
        verdict=verdict,
        value=None,
        predicted=None,
        error=None,
        sample="",
        judged=None,
        earlier=(),
    )


def _judgement(story: Story, fact: Fact[AttributeJudged], quantity: str) -> Judgement:
    """One judgement with what the twin had believed when the sample was taken, and the error of that."""
    data = fact.data
    belief = predicted(story, quantity, _taken(story, fact), data.unit)
    return Judgement(
        sample=data.sample,
        time=fact.time,
        value=data.value,
        verdict=data.verdict,
        predicted=belief,
        error=None if data.value is None or belief is None else belief - data.value,
    )


def _taken(story: Story, fact: Fact[AttributeJudged]) -> int:
    """When the judged sample was taken; the time of the judgement where no result says."""
    times = (one.data.taken for one in results(story) if one.data.sample == fact.data.sample)
    return next(times, fact.time)
