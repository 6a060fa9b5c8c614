"""What was measured: attributes, parameters, the readings of the tags, and what was wrong with the signals."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import AttributeJudged, ResultReported, SignalChanged, SourceJudged
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import NOT_DUE, PASSED, Seen, Sign, one
from homeostat.quality.model import AttributeLine, Gap, ParameterLine, ReadingLine, SignalLine
from homeostat.quality.wording import bounds, count, duration, percent, quantity, times

NOTES = ("findings", "unmapped", "warnings")
"""Where in the facts about the equipment its driver keeps what it noted."""
_GAPS = {"stale": "stale", "bad": "stale"}
"""What a gap is by its worst quality: values came that could not be used, or (any other) none came."""


def attributes(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every judgement of every quality attribute."""
    for line in matter.attributes:
        signs = (*_judged(matter, line), *_earlier(matter, line))
        yield Seen(signs) if signs else NOT_DUE if line.verdict == "pending" else PASSED


def _judged(matter: Matter, line: AttributeLine) -> Iterator[Sign]:
    if line.verdict in {"outside", "not measured"}:
        events = _judging(matter, line.attribute, line.judged)
        fills = {
            "title": line.title,
            "value": quantity(line.value, line.unit),
            "wanted": bounds(line.low, line.high, line.unit),
        }
        yield Sign(line.verdict, line.attribute, fills, line.judged, events or matter.places.start())


def _earlier(matter: Matter, line: AttributeLine) -> Iterator[Sign]:
    for earlier in line.earlier:
        if earlier.verdict == "outside":
            events = _judging(matter, line.attribute, earlier.time)
            fills = {"title": line.title, "value": quantity(earlier.value, line.unit)}
            yield Sign("outside before", line.attribute, fills, earlier.time, events)


def _judging(matter: Matter, attribute: str, time: int | None) -> tuple[str, ...]:
    """The events that judged an attribute at a time: those of scans, else what came once the batch had ended."""
    found = matter.places.of(AttributeJudged, "attribute", attribute, time)
    late = (one for one in matter.story.of(ResultReported) if one.data.elapsed == time)
    return found or tuple(one.id for one in late if one.data.judged.attribute == attribute)


def parameters(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """The excursions of every critical process parameter; those as long as its alarm delay weigh."""
    for line in matter.parameters:
        if line.within_proven is None:
            yield NOT_DUE
        else:
            yield _excursions(matter, line) if line.excursions else PASSED


def _excursions(matter: Matter, line: ParameterLine) -> Seen:
    low, high = line.proven
    farthest = max(line.excursions, key=lambda one: max(low - one.extreme, one.extreme - high))
    return one(
        "lasting" if matter.lasting(line) else "short",
        line.parameter,
        line.excursions[0].start,
        matter.places.series(*(each.start for each in line.excursions)),
        title=line.title,
        proven=bounds(low, high, line.unit),
        times=times(len(line.excursions)),
        total=duration(sum(each.end - each.start for each in line.excursions)),
        extreme=quantity(farthest.extreme, line.unit),
    )


def readings(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """The stretches of every tag without usable readings; a slow instrument may miss some of its samples."""
    for line in matter.readings:
        signs = tuple(_unusable(matter, line, bearable(matter, rule, line)))
        yield Seen(signs) if signs else PASSED


def bearable(matter: Matter, rule: Rule, line: ReadingLine) -> int:
    """For how long (µs) a tag may be without a usable reading."""
    tags = matter.story.process.tags if matter.story.process else {}
    every = tags[line.tag].every if line.tag in tags else None
    due = 0 if every is None else round(every.to("s") * 1e6 * rule.amount("missed samples"))
    return max(rule.span("shortest"), due)


def faulty(matter: Matter, rule: Rule, tag: str, time: int) -> bool:
    """Whether a tag was not to be read at `time` (µs), or was doubted, and for so long that it is an exception."""
    return any(
        gap.start <= time <= gap.end
        for line in matter.readings
        if line.tag == tag
        for gap in line.gaps
        if line.usable == 0.0 or gap.end - gap.start > bearable(matter, rule, line)
    ) or any(
        line.since <= time <= line.since + _length(matter, line)
        for line in matter.signals
        if line.tag == tag and line.kind in rule.names.get("kinds", ())
        if _length(matter, line) > rule.span("doubted")
    )


def _unusable(matter: Matter, line: ReadingLine, shortest: int) -> Iterator[Sign]:
    weight = "critical " if line.tag in matter.critical else ""
    named: dict[str, object] = {"title": line.title, "tag": line.tag}
    if line.usable == 0.0:
        events = matter.places.series(*(gap.start for gap in line.gaps))
        yield Sign(f"{weight}silent", line.tag, named, None, events)
        return
    kinds: dict[str, list[Gap]] = {}
    for gap in line.gaps:
        if gap.end - gap.start > shortest:
            kinds.setdefault(_GAPS.get(gap.worst, "gap"), []).append(gap)
    for kind, gaps in kinds.items():
        fills = named | {
            "gaps": count(len(gaps), "gap"),
            "stretches": count(len(gaps), "stretch", "stretches"),
            "shortest": duration(shortest),
            "longest": duration(max(gap.end - gap.start for gap in gaps)),
            "usable": percent(line.usable),
        }
        events = matter.places.series(*(gap.start for gap in gaps))
        yield Sign(f"{weight}{kind}", line.tag, fills, gaps[0].start, events)


def signals(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """What was wrong with a signal for long: each tag that monitoring had something to say of, by kind of finding."""
    gathered: dict[tuple[str, str], list[SignalLine]] = {}
    for line in matter.signals:
        if line.kind in rule.names.get("kinds", ()):
            gathered.setdefault((line.tag, line.kind), []).append(line)
    for (tag, kind), lines in gathered.items():
        found = [line for line in lines if _length(matter, line) > rule.span("shortest")]
        yield _doubted(matter, tag, kind, found) if found else PASSED


def _length(matter: Matter, line: SignalLine) -> int:
    return (matter.header.duration if line.closed is None else line.closed) - line.since


def _doubted(matter: Matter, tag: str, kind: str, lines: list[SignalLine]) -> Seen:
    events = (event for line in lines for event in matter.places.of(SignalChanged, "tag", tag, line.opened))
    return one(
        "critical doubted" if tag in matter.critical else "doubted",
        tag,
        lines[0].since,
        tuple(dict.fromkeys(events)),
        title=lines[0].title,
        tag=tag,
        finding=kind,
        times=times(len(lines)),
        longest=duration(max(_length(matter, line) for line in lines)),
        text=lines[-1].text,
    )


def notes(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """What the driver itself noted, such as columns of a log that are not mapped."""
    for key in NOTES:
        noted = matter.header.equipment.get(key, [])
        for note in noted if isinstance(noted, list) else [noted]:
            said = f"{note}" if key == "findings" else f"{key}: {note}"
            yield one("noted", key, None, matter.places.start(), note=said)


def sources(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every judgement of an instrument behind a tag: fit again, or why its readings do not count."""
    for fact in matter.story.of(SourceJudged):
        if not fact.data.reason:
            yield PASSED
            continue
        yield one("unfit", fact.data.tag, fact.time, (fact.id,), tag=fact.data.tag, reason=fact.data.reason)
