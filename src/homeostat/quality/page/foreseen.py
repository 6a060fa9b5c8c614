"""What was foreseen of the quality attributes: figures with the 90 % band, the latest outlook, how it changed."""

from collections.abc import Iterator, Sequence

from homeostat.quality.model import AttributeLine, BatchRecord, OutlookLine, VerdictLine
from homeostat.quality.outlook import DOUBT, FORESEEN, PROBABILITY, QUANTILE
from homeostat.quality.page.beside import models
from homeostat.quality.page.charts import Band, Chart, Point
from homeostat.quality.page.figures import HALF, Drawn, Figure, Tape, rendered, stripes
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.styles import STYLES
from homeostat.quality.page.tables import chip, table, tight
from homeostat.quality.wording import bounds, count, moment, number, percent, quantity, unit_text

SURE = 0.995
"""A probability that never fell below this is told in words, not drawn."""


def foreseen(record: BatchRecord, tape: Tape) -> list[Figure]:
    """For each attribute what was expected over time; beside it the probability, where it was ever in doubt."""
    judged = {line.attribute: line for line in record.attributes}
    known = [line for line in record.outlook if FORESEEN + line.attribute in tape.units]
    return [figure for line in known for figure in _figures(record, tape, line, judged.get(line.attribute))]


def _figures(
    record: BatchRecord, tape: Tape, line: OutlookLine, judged: AttributeLine | None
) -> Iterator[Figure]:
    yield _expected(record, tape, line, judged)
    if line.least is not None and line.least < SURE:
        yield _probability(record, tape, line)


def _expected(record: BatchRecord, tape: Tape, line: OutlookLine, judged: AttributeLine | None) -> Figure:
    low, high = line.specified
    points = tuple(_points(judged)) if judged else ()
    course = tape.around(FORESEEN + line.attribute, DOUBT + line.attribute, QUANTILE, "foreseen")
    chart = Chart(
        title=line.title,
        description=(
            f"What was expected of {line.title} over time, with its 90 % interval;"
            f" {count(len(points), 'measured value')}. Specified is {bounds(low, high, line.unit)}."
        ),
        unit=unit_text(line.unit),
        end=record.header.duration,
        lines=(course,),
        points=points,
        bands=(Band(low, high, "specification"),),
        stripes=stripes(record),
        width=HALF,
        height=200.0,
    )
    legend = [("foreseen", "expected, 90 % interval")]
    legend += [("point", "measured")] if points else []
    legend.append(("specification", f"specification {bounds(low, high, line.unit)}"))
    return Figure(chart, tuple(legend))


def _points(judged: AttributeLine) -> Iterator[Point]:
    known = [(one.time, one.value) for one in judged.earlier]
    known += [] if judged.judged is None else [(judged.judged, judged.value)]
    for time, value in known:
        if value is not None:
            yield Point(time, value, f"{moment(time)}: measured {quantity(value, judged.unit)}")


def _probability(record: BatchRecord, tape: Tape, line: OutlookLine) -> Figure:
    chart = Chart(
        title=f"{line.title}: probability to meet the specification",
        description=f"The probability over time; the least was {percent(line.least)}.",
        unit="%",
        end=record.header.duration,
        lines=(tape.around(PROBABILITY + line.attribute, "", 0.0, "foreseen", scale=100.0),),
        bands=(Band(0.0, 100.0, "proven"),),
        stripes=stripes(record),
        width=HALF,
        height=200.0,
    )
    return Figure(chart, (("foreseen", f"least {percent(line.least)}"),))


def outlook(record: BatchRecord, drawn: Drawn) -> Markup:
    """The latest outlook, its course, and every change of a verdict after the first."""
    rows = [
        (
            line.title,
            chip(line.verdict, STYLES[line.verdict]),
            moment(line.since),
            percent(line.probability),
            percent(line.least),
            number(line.value),
            tight(_interval(line)),
        )
        for line in record.outlook
    ]
    columns = "Attribute|Verdict|Since>|Probability>|Least>|Expected>|90 % interval"
    return join(
        [
            tag("p", _NOTE) if rows else "",
            table("The latest outlook", columns, rows),
            rendered(drawn.foreseen, "outlook"),
            table("Changes of the outlook", _CHANGES, _changes(record)),
            models(record),
        ]
    )


_NOTE = (
    "From time to time the twin walked through the rest of the recipe. Probability is that of meeting the"
    " specification when the sample is measured, assay included; 100 % once it was measured within."
)
_CHANGES = "Attribute|At>|Verdict|Probability>|Expected>|Breach at>|Why"


def _interval(line: OutlookLine) -> str:
    return "–" if line.low is None else bounds(line.low, line.high, line.unit)


Change = tuple[OutlookLine, VerdictLine]


def _changes(record: BatchRecord) -> list[tuple[Markup | str, ...]]:
    """Every change, in order of time; that an attribute was expected within from the first look on is none.

    Attributes that changed at once, for one reason, to a verdict that asks for nothing share a row.
    """
    changes = [(line, one) for line in record.outlook for one in line.changes if not _first(line, one)]
    gathered: dict[object, list[Change]] = {}
    for line, one in sorted(changes, key=lambda change: change[1].time):
        calm = one.reason and one.verdict in CALM
        key = (one.time, one.verdict, one.reason) if calm else (line.attribute, one.time)
        gathered.setdefault(key, []).append((line, one))
    return [_change(*own[0]) if len(own) == 1 else _shared(own) for own in gathered.values()]


CALM = frozenset({"ok", "undecided"})
"""Verdicts that ask for nothing."""


def _change(line: OutlookLine, one: VerdictLine) -> tuple[Markup | str, ...]:
    return (
        line.title,
        moment(one.time),
        chip(one.verdict, STYLES[one.verdict]),
        percent(one.probability),
        quantity(one.value, line.unit),
        moment(one.breach),
        "; ".join([*one.drivers, *([one.reason] if one.reason else [])]),
    )


def _shared(own: Sequence[Change]) -> tuple[Markup | str, ...]:
    """One row for several attributes: the least probability, and which they are; the JSON record has each."""
    _, one = own[0]
    known = [each.probability for _, each in own if each.probability is not None]
    breaches = [each.breach for _, each in own if each.breach is not None]
    titles = ", ".join(line.title for line, _ in own)
    return (
        join([count(len(own), "attribute"), tag("div", tag("small", titles))]),
        moment(one.time),
        chip(one.verdict, STYLES[one.verdict]),
        percent(min(known, default=None)),
        "–",
        moment(min(breaches, default=None)),
        one.reason,
    )


def _first(line: OutlookLine, one: VerdictLine) -> bool:
    return one == line.changes[0] and one.before == "undecided" and one.verdict == "ok"
