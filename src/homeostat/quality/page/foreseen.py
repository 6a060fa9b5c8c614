"""What was foreseen of the quality attributes: figures with the 90 % band, the latest outlook, how it changed."""

from collections.abc import Iterator, Mapping

from homeostat.quality.model import AttributeLine, BatchRecord, OutlookLine, Standing, VerdictLine
from homeostat.quality.outlook import DOUBT, FORESEEN, PROBABILITY, QUANTILE
from homeostat.quality.page.charts import Band, Chart, Point
from homeostat.quality.page.figures import HALF, Drawn, Figure, Tape, rendered, stripes
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.tables import chip, table, tight
from homeostat.quality.wording import bounds, count, moment, number, percent, quantity, unit_text

SURE = 0.995
"""A probability that never fell below this is told in words, not drawn."""

STYLES: Mapping[Standing, str] = {
    "ok": "good",
    "undecided": "minor",
    "alert": "major",
    "action": "critical",
}


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
        ]
    )


_NOTE = (
    "From time to time the twin walked through the rest of the recipe. Probability is that of meeting the"
    " specification when the sample is measured, assay included; 100 % once it was measured within."
)
_CHANGES = "Attribute|At>|Verdict|Probability>|Expected>|Breach at>|Why"


def _interval(line: OutlookLine) -> str:
    return "–" if line.low is None else bounds(line.low, line.high, line.unit)


def _changes(record: BatchRecord) -> list[tuple[str, ...]]:
    """Every change, in order of time; that an attribute was expected within from the first look on is none."""
    changes = [
        (one.time, line, one) for line in record.outlook for one in line.changes if not _first(line, one)
    ]
    return [
        (
            line.title,
            moment(time),
            chip(one.verdict, STYLES[one.verdict]),
            percent(one.probability),
            quantity(one.value, line.unit),
            moment(one.breach),
            "; ".join([*one.drivers, *([one.reason] if one.reason else [])]),
        )
        for time, line, one in sorted(changes, key=lambda change: change[0])
    ]


def _first(line: OutlookLine, one: VerdictLine) -> bool:
    return one == line.changes[0] and one.before == "undecided" and one.verdict == "ok"
