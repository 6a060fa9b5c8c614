"""What was foreseen of the quality attributes: verdicts from the ledger, figures from the historian."""

from homeostat.ledger.catalogue import VerdictChanged
from homeostat.quality.model import OutlookLine, VerdictLine
from homeostat.quality.series import low
from homeostat.quality.story import Fact, Story, usable

QUANTILE = 1.6448536269514722  # of the normal distribution at 95 %: the ends of a 90 % interval
FORESEEN, DOUBT, PROBABILITY = "foreseen.", "foreseen.sd.", "foreseen.p."
"""How the historian's columns of an attribute begin: value, standard deviation, probability to be within."""


def outlook(story: Story) -> tuple[OutlookLine, ...]:
    """One line for each attribute that was foreseen, in the order of the declaration."""
    declared = story.process.attributes if story.process else {}
    facts: dict[str, list[Fact[VerdictChanged]]] = {name: [] for name in declared}
    for fact in story.of(VerdictChanged):
        facts.setdefault(fact.data.attribute, []).append(fact)
    known = {name: own for name, own in facts.items() if own or FORESEEN + name in story.tapes.units}
    return tuple(_line(story, name, own) for name, own in known.items())


def _line(story: Story, name: str, facts: list[Fact[VerdictChanged]]) -> OutlookLine:
    attribute = story.process.attributes.get(name) if story.process else None
    unit = attribute.unit if attribute else facts[-1].data.unit if facts else ""
    ends = (attribute.specification.low, attribute.specification.high) if attribute else (None, None)
    last = facts[-1] if facts else None
    value, deviation, probability = _latest(story, name)
    reach = None if deviation is None else QUANTILE * deviation
    odds = story.tapes.series(PROBABILITY + name)
    return OutlookLine(
        attribute=name,
        title=attribute.title if attribute else name,
        unit=unit,
        specified=(
            None if ends[0] is None else ends[0].to(unit),
            None if ends[1] is None else ends[1].to(unit),
        ),
        verdict=last.data.verdict if last else "undecided",
        since=last.time if last else 0,
        probability=probability,
        least=None if odds is None else low(odds.value[usable(odds)]),
        value=value,
        low=None if value is None or reach is None else value - reach,
        high=None if value is None or reach is None else value + reach,
        at=last.data.at if last else None,
        breach=last.data.breach if last else None,
        drivers=last.data.drivers if last else (),
        reason=last.data.reason if last else "",
        changes=tuple(_change(fact) for fact in facts),
    )


def _latest(story: Story, name: str) -> tuple[float | None, float | None, float | None]:
    """Value, standard deviation and probability in the last scan; None where nothing was foreseen then."""
    found = [story.tapes.last(kind + name) for kind in (FORESEEN, DOUBT, PROBABILITY)]
    return found[0], found[1], found[2]


def _change(fact: Fact[VerdictChanged]) -> VerdictLine:
    data = fact.data
    return VerdictLine(
        time=fact.time,
        before=data.before,
        verdict=data.verdict,
        probability=data.probability,
        value=data.value,
        low=data.low,
        high=data.high,
        at=data.at,
        breach=data.breach,
        drivers=data.drivers,
        reason=data.reason,
    )
