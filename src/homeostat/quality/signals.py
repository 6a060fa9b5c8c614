"""What was wrong with the signals: findings that stood for a while, and single samples, counted."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import SampleDoubted, SignalChanged
from homeostat.quality.model import SampleNote, SignalLine
from homeostat.quality.story import Fact, Story


def signals(story: Story) -> tuple[SignalLine, ...]:
    """Every finding that stood, in the order of being found."""
    lines: list[SignalLine] = []
    standing: dict[tuple[str, str], int] = {}
    for fact in story.of(SignalChanged):
        key = fact.data.tag, fact.data.kind
        if fact.data.state == "opened":
            standing[key] = len(lines)
            lines.append(_opened(story, fact))
        elif fact.data.state == "closed" and key in standing:
            place = standing.pop(key)
            lines[place] = lines[place].model_copy(update={"closed": fact.time, "standing": False})
    return tuple(lines)


def _opened(story: Story, fact: Fact[SignalChanged]) -> SignalLine:
    data = fact.data
    title, unit = _titled(story, data.tag)
    return SignalLine(
        tag=data.tag,
        title=title,
        kind=data.kind,
        text=data.text,
        since=data.since,
        opened=fact.time,
        closed=None,
        standing=True,
        value=data.value,
        unit=unit,
    )


def sample_notes(story: Story) -> tuple[SampleNote, ...]:
    """Findings about single samples, by tag and kind, in the order of the first."""
    times: dict[tuple[str, str], list[int]] = {}
    for fact in story.of(SignalChanged):
        if fact.data.state == "noted":
            times.setdefault((fact.data.tag, fact.data.kind), []).append(fact.data.since)
    notes = [
        SampleNote(
            tag=tag, title=_titled(story, tag)[0], kind=kind, amount=len(own), first=own[0], last=own[-1]
        )
        for (tag, kind), own in times.items()
    ]
    return (*notes, *_doubted(story))


def _doubted(story: Story) -> Iterator[SampleNote]:
    """Samples that came twice or too late to be the newest, by tag and kind, in the order of the first."""
    own: dict[tuple[str, str], tuple[int, int, int]] = {}
    for fact in story.of(SampleDoubted):
        for tag, count in fact.data.samples.items():
            key = tag, fact.data.kind
            amount, first, last = own.get(key, (0, fact.data.first, fact.data.last))
            own[key] = amount + count, min(first, fact.data.first), max(last, fact.data.last)
    for (tag, kind), (amount, first, last) in own.items():
        title = _titled(story, tag)[0]
        yield SampleNote(tag=tag, title=title, kind=kind, amount=amount, first=first, last=last)


def _titled(story: Story, tag: str) -> tuple[str, str]:
    """Title and unit of a tag; its name and no unit where it is not declared."""
    declared = story.process.tags.get(tag) if story.process else None
    return (declared.title, declared.unit) if declared else (tag, "")
