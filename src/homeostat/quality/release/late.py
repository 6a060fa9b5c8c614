"""A laboratory result that comes once its batch has ended: on record before a release or after it.

session, attribute, value -> a sample out? -> judged as a scan would -> signed -> outside and released: alert, recall
Record, review and certificate tell it beside what was executed, and a review that was signed before is superseded.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from homeostat.errors import QualityError, UnitError, WordingError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.numbering import next_id
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.released import status
from homeostat.governance.signing.giving import stamped
from homeostat.governance.turns import in_turn
from homeostat.ledger.catalogue import (
    Act,
    AttributeJudged,
    Change,
    ResultReported,
    SampleDrawn,
    SampleResult,
)
from homeostat.process import Quantity
from homeostat.process.attributes import Attribute
from homeostat.quality.release.acting import listed, recalled
from homeostat.quality.release.entered import signed_result
from homeostat.quality.standing_in import phase_of
from homeostat.quality.story import Fact, Story
from homeostat.quality.wording import SECOND, bounds, quantity

Drawn = Fact[SampleDrawn]


@in_order("record.review")
def report_result(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    attribute: str,
    value: Quantity,
    *,
    evidence: str,
    parts: Sequence[dict[str, JsonValue]],
    why: str,
    sample: str = "",
) -> AttributeJudged:
    """Report what the laboratory found of an `attribute` of a batch that has ended; the verdict on it.

    It is of the `sample` named, else of the last one drawn for it. One outside the specification alerts and recalls
    every part of a released batch in the same act; `parts` is where they went. Needs "record.review", and at a GMP site
    the signature of whom it is. Raises QualityError where the batch runs, drew no such sample, or its scans took the
    result in.
    """
    authorise(office, session, "record.review")
    entered = stamped(office)
    story = _story(office, batch)
    result, judged = _found(story, attribute, value, sample)
    found = ResultReported(
        why=why,
        batch=batch,
        result=result,
        judged=judged,
        by=session.person,
        elapsed=_elapsed(story, entered),
        evidence=evidence,
    )
    signature = signed_result(office, session, secret, found, entered)

    def judge() -> tuple[list[tuple[Act, str]], AttributeJudged]:
        story = _story(office, batch)
        changes = (Change(field=attribute, old=_before(story, judged), new=judged.value),)
        act = found.model_copy(update={"changes": changes, "signature": signature})
        count = len(story.of(ResultReported))
        acts: list[tuple[Act, str]] = [(act, next_id(office.ledger, f"{batch}/reported", count, 4))]
        stands = status(office.ledger, batch)
        if judged.verdict == "outside" and stands.may("recall"):
            cause = f"{_words(story, judged)} ({evidence})"
            acts += recalled(stands, listed(session, batch, cause, parts, why), signature)
        return acts, judged

    return in_turn(office, session, judge, batch=batch, over=True)


def _story(office: Office, batch: str) -> Story:
    with office.site.reading() as (ledger, historian):
        story = Story.read(ledger, historian, batch)
    if story.ended is None:
        raise QualityError(
            "the batch has not ended", where=batch, mend="it takes the result in while it runs"
        )
    return story


def _elapsed(story: Story, now: str) -> int:
    """The time as the batch would count it, had it gone on (µs)."""
    if story.ended is None:
        return 0
    since = datetime.fromisoformat(now) - datetime.fromisoformat(story.ended.recorded)
    return story.ended.time + max(0, round(since.total_seconds() * SECOND))


def _found(story: Story, name: str, value: Quantity, sample: str) -> tuple[SampleResult, AttributeJudged]:
    """The result as the laboratory gives it, and the judgement of it in the unit of the attribute."""
    process = story.process
    if process is None or name not in process.attributes:
        known = ", ".join(process.attributes) if process else "none that can be read"
        raise QualityError(
            f"there is no attribute '{name}'", where=story.batch, mend=f"attributes are: {known}"
        )
    declared = process.attributes[name]
    drawn = _drawn(story, declared, sample)
    told = declared.quantity or name
    unit = process.assays[declared.assay].reports[told]
    result = SampleResult(
        sample=drawn.data.sample,
        assay=declared.assay,
        taken=drawn.time,
        values={told: _in(value, unit, name)},
        units={told: unit},
    )
    return result, _judged(name, declared, drawn.data.sample, _in(value, declared.unit, name))


def _drawn(story: Story, declared: Attribute, sample: str) -> Drawn:
    """The sample that was drawn for an attribute and that no scan had a result of: the one named, or the last."""
    assay = declared.assay
    drawn = [
        fact
        for fact in story.of(SampleDrawn)
        if assay in fact.data.assays and phase_of(fact.data.step) == declared.measured
    ]
    known = [(fact.data.sample, fact.data.assay) for fact in story.of(SampleResult)]
    wanted = [fact for fact in drawn if sample in {"", fact.data.sample}][-1:]
    if not wanted:
        names = ", ".join(fact.data.sample for fact in drawn) or "none"
        what = f"no sample {sample} was drawn for it" if sample else "no sample was drawn for it"
        raise QualityError(what, where=f"{story.batch} {declared.title}", mend=f"samples are: {names}")
    if (wanted[0].data.sample, assay) in known:
        raise QualityError(
            f"the batch took in the result of sample {wanted[0].data.sample} while it ran",
            where=f"{story.batch} {declared.title}",
            mend="say what was found since in a deviation",
        )
    return wanted[0]


def _in(value: Quantity, unit: str, name: str) -> float:
    try:
        return value.to(unit)
    except UnitError as error:
        raise WordingError(f"{value} is no value of '{name}': {error.what}", mend=error.mend) from error


def _judged(name: str, declared: Attribute, sample: str, value: float) -> AttributeJudged:
    """The comparison with the specification, whose ends belong to it."""
    ends = declared.specification.low, declared.specification.high
    low, high = (None if end is None else end.to(declared.unit) for end in ends)
    within = (low is None or value >= low) and (high is None or value <= high)
    return AttributeJudged(
        attribute=name,
        sample=sample,
        value=value,
        unit=declared.unit,
        low=low,
        high=high,
        verdict="within" if within else "outside",
    )


def _before(story: Story, judged: AttributeJudged) -> float | None:
    """What was reported before of the same attribute for the same sample."""
    same = judged.attribute, judged.sample
    told = [one.data.judged for one in story.of(ResultReported)]
    return next((one.value for one in reversed(told) if (one.attribute, one.sample) == same), None)


def _words(story: Story, judged: AttributeJudged) -> str:
    title = story.process.attributes[judged.attribute].title if story.process else judged.attribute
    value, wanted = quantity(judged.value, judged.unit), bounds(judged.low, judged.high, judged.unit)
    return f"{title} of sample {judged.sample} was reported as {value}, specified is {wanted}"
