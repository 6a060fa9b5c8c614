"""What people and the laboratory entered: samples without result, results late or reported anew, corrections."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import EntryJudged, SampleDrawn, SampleResult
from homeostat.process.realtime import measured_at
from homeostat.quality.afterwards import results as reported
from homeostat.quality.amended import amendments, judgements
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import NOT_DUE, PASSED, Seen, Sign, classed, one, tail
from homeostat.quality.model import SampleLine
from homeostat.quality.standing_in import outstanding, phase_of
from homeostat.quality.story import Fact
from homeostat.quality.wording import duration, quantity

WAITING = "waits for a second person"
"""How the flag of a correction says that it has to be verified."""

AFTERWARDS = ", once the batch had ended"
"""What is said of a person who corrected or verified an entry then."""


def samples(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every sample: once the batch has ended, each assay owes a result, but where soft sensors stood for it."""
    for line in matter.samples:
        if line.missing and (not matter.header.finished or _stood_for(matter, line)):
            yield NOT_DUE
        elif line.missing:
            events = matter.places.of(SampleDrawn, "sample", line.sample)
            missing = ", ".join(line.missing)
            yield one("open", line.sample, line.taken, events, sample=line.sample, missing=missing)
        else:
            yield PASSED


def _stood_for(matter: Matter, line: SampleLine) -> bool:
    """Whether soft sensors stood for all that the missing assays of a sample tell."""
    process = matter.story.process
    if process is None or not process.release.realtime:
        return False
    stood, told = outstanding(matter.story, matter.models), measured_at(process)
    attributes = [told.get((phase_of(line.step), assay), ()) for assay in line.missing]
    return all(names and stood.issuperset(names) for names in attributes)


def results(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every result: whether it was entered in time, and whether it changed one that stood."""
    assays = matter.story.process.assays if matter.story.process else {}
    standing: dict[tuple[str, str], SampleResult] = {}
    for fact in reported(matter.story):
        data = fact.data
        assay = assays.get(data.assay)
        due = 0 if assay is None else round(assay.turnaround.to("s") * 1e6)
        signs = (*_late(rule, fact, due), *_changed(fact, standing.get((data.sample, data.assay))))
        standing[data.sample, data.assay] = data
        yield Seen(signs) if signs else PASSED


def _late(rule: Rule, fact: Fact[SampleResult], due: int) -> Iterator[Sign]:
    """The time of entry against that of the event (ALCOA: contemporaneous)."""
    after = fact.time - fact.data.taken
    if after > due + rule.span("longest delay"):
        fills = {"sample": fact.data.sample, "assay": fact.data.assay, "after": duration(after)}
        yield Sign("late", fact.data.sample, fills | {"due": duration(due)}, fact.time, (fact.id,))


def _changed(fact: Fact[SampleResult], before: SampleResult | None) -> Iterator[Sign]:
    """Each value that another report gave otherwise, with what it was."""
    for name, value in fact.data.values.items() if before else ():
        old = before.values.get(name) if before else None
        if old is not None and old != value:
            unit = fact.data.units.get(name, "")
            fills = {"sample": fact.data.sample, "assay": fact.data.assay, "name": name}
            fills |= {"old": quantity(old, unit), "new": quantity(value, unit)}
            yield Sign("changed", fact.data.sample, fills, fact.time, (fact.id,))


def entries(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every entry of a person: late, corrected, flagged, or still waiting for the second person.

    So are signatures for the batch that their signer's role did not carry; those that it did are no entries.
    """
    titles = {line.prompt: line.text for line in matter.prompts}
    after = {fact.id for fact in amendments(matter.story)}
    last: dict[str, Fact[EntryJudged]] = {}
    for fact in judgements(matter.story):
        if fact.data.status != "refused":
            last[fact.data.prompt] = fact
        asked = f"“{titles.get(fact.data.prompt, fact.data.prompt)}”"
        by = fact.data.by + (AFTERWARDS if fact.id in after else "")
        signs = tuple(_entry(rule, fact, asked, by))
        yield Seen(signs) if signs else PASSED
    for name, fact in last.items():
        if not waits(fact.data):
            yield PASSED
        elif not matter.header.finished:
            yield NOT_DUE
        else:
            yield one("unverified", name, fact.time, (fact.id,), asked=f"“{titles.get(name, name)}”")
    yield from _not_entitled(matter)


def _not_entitled(matter: Matter) -> Iterator[Seen]:
    """It counts for nothing, and whoever releases the batch has to know that it was given."""
    for given in matter.story.not_entitled:
        fills = {"asked": f"“{given.signed.kind} {given.signed.subject}”", "by": given.person}
        fills |= {"act": f"signature as {given.meaning}", "because": tail(given.words)}
        yield Seen((Sign("signature", given.event, fills, None, (given.event,)),))


def waits(judged: EntryJudged) -> bool:
    """Whether an entry counts only once a second person has verified it."""
    return judged.status == "unverified" or any(WAITING in flag for flag in judged.flags)


def _entry(rule: Rule, fact: Fact[EntryJudged], asked: str, by: str) -> Iterator[Sign]:
    data = fact.data
    fills: dict[str, object] = {"asked": asked, "by": by, "old": data.old, "new": data.answer}
    fills["because"] = tail(data.reason)
    if data.status == "corrected":
        yield Sign("corrected", data.prompt, fills, fact.time, (fact.id,))
    if data.status == "refused" and data.act != "answer":
        case: str = data.cause if data.cause is not None and data.cause in rule.cases else "refused"
        yield Sign(case, data.prompt, fills | {"act": data.act}, fact.time, (fact.id,))
    for flag in data.flags:
        if WAITING not in flag:
            case = classed(rule, flag, "flagged")
            yield Sign(case, data.prompt, fills | {"flag": flag}, fact.time, (fact.id,))
