"""Which charts a record needs, and what is drawn in each: historian overviews under the record's limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.errors import HistorianError
from homeostat.historian import Historian, Overview
from homeostat.process.units import compatible, convert
from homeostat.quality.model import AttributeLine, BatchRecord, ComparisonLine, ParameterLine
from homeostat.quality.page.charts import Band, Bucket, Chart, Line, Point, Stripe, draw
from homeostat.quality.page.markup import Markup, escape, join, tag
from homeostat.quality.wording import bounds, count, moment, number, quantity, unit_text

BUCKETS = 320  # about one for each two units of a chart's width
HALF = 396.0
RECONCILED = "reconciled"
"""Begins the name of what balances leave of a tag, and is the style of its line."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn chart with its heading and the legend entries (class, text) it needs."""

    chart: Chart
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The figures of a record, by the section they belong to."""

    key: tuple[Figure, ...]
    compared: tuple[Figure, ...]
    held: tuple[Figure, ...]
    others: tuple[Figure, ...]
    foreseen: tuple[Figure, ...] = ()
    steered: tuple[Figure, ...] = ()


class Tape:
    """Overviews of one batch, no finer than its scans."""

    def __init__(self, historian: Historian, record: BatchRecord) -> None:
        """Look up which tags there are; the historian may know nothing of the batch."""
        self._historian, self._batch = historian, record.header.batch
        self._buckets = max(min(BUCKETS, record.header.scans // 2), 1)
        try:
            self.units = {spec.name: spec.unit for spec in historian.tags(self._batch)}
        except HistorianError:
            self.units = {}

    def line(self, name: str, style: str, *, half: bool = False, unit: str = "") -> Line:
        """The tag `name` as a line of `style`, in `unit` if given; an empty one where it was not recorded."""
        if name not in self.units:
            return Line((), style)
        wanted = max(self._buckets // 2, 1) if half else self._buckets
        slope, offset = _conversion(self.units[name], unit or self.units[name])
        overview = self._historian.overview(self._batch, name, wanted)
        return Line(_buckets(overview, slope, offset), style)

    def reconciled(self, name: str) -> tuple[Line, ...]:
        """What balances leave of the tag `name`, whatever its quality; nothing where it stands in no balance."""
        told = f"{RECONCILED}.{name}"
        return (self.around(told, "", 0.0, RECONCILED),) if told in self.units else ()

    def around(self, name: str, doubt: str, reach: float, style: str, *, scale: float = 1.0) -> Line:
        """The tag `name`, which changes now and then, as a line; `reach` times the tag `doubt` as a band about it."""
        if name not in self.units:
            return Line((), style)
        middle = self._historian.read(self._batch, name)
        half = reach * self._historian.read(self._batch, doubt).value if doubt in self.units else 0.0
        ends = np.stack([middle.value - half, middle.value, middle.value + half]) * scale
        moved = np.any(np.nan_to_num(ends[:, 1:]) != np.nan_to_num(ends[:, :-1]), axis=0)
        kept = np.flatnonzero(np.concatenate([[True], moved]))
        kept = np.unique(np.append(kept, len(middle.time) - 1)) if len(middle.time) else kept[:0]
        return Line(
            tuple(_known(time, *ends[:, place]) for place, time in zip(kept, middle.time[kept], strict=True)),
            style,
        )


def _known(time: float, low: float, mean: float, high: float) -> Bucket:
    """A bucket of three values; of none where one of them is not a number."""
    sound = np.isfinite([low, mean, high]).all()
    return Bucket(float(time), *((float(low), float(mean), float(high)) if sound else (None, None, None)))


def _conversion(unit: str, to: str) -> tuple[float, float]:
    """Slope and offset from `unit` to `to`."""
    offset = convert(0.0, unit, to)
    return convert(1.0, unit, to) - offset, offset


def _buckets(overview: Overview, slope: float, offset: float) -> tuple[Bucket, ...]:
    """Buckets at the middle of their time; one of no length (a cut moved onto another) is left out."""
    if not len(overview.time):
        return ()
    last = overview.time[-1] - overview.time[-2] if len(overview.time) > 1 else 0.0
    ends = np.append(overview.time[1:], overview.time[-1] + last)
    rows = zip(overview.time, ends, overview.low, overview.mean, overview.high, overview.count, strict=True)
    return tuple(
        Bucket(float(start + end) / 2, *(slope * float(one) + offset if some else None for one in statistics))
        for start, end, *statistics, some in rows
        if end > start or len(overview.time) == 1
    )


def stripes(record: BatchRecord) -> tuple[Stripe, ...]:
    """The operations of the recipe, as the background of every chart."""
    end = record.header.duration
    return tuple(
        Stripe(step.start, end if step.end is None else step.end, step.title)
        for step in record.steps
        if step.level == "operation"
    )


def compared(record: BatchRecord, tape: Tape) -> list[Figure]:
    """The twin's line with the laboratory's points, one figure a quantity; quality attributes first."""
    decisive = [line.quantity for line in record.attributes]
    places = {quantity: place for place, quantity in reversed(list(enumerate(decisive)))}
    ordered = sorted(record.comparisons, key=lambda line: places.get(line.quantity, len(places)))
    return [_compared(record, tape, line) for line in ordered]


def _compared(record: BatchRecord, tape: Tape, line: ComparisonLine) -> Figure:
    specified = [_specified(one, line.unit) for one in record.attributes if _decided(one, line)]
    chart = Chart(
        title=line.title,
        description=(
            f"{line.title} over time: the twin's prediction as a line, {count(line.count, 'laboratory value')} as"
            f" points. Root mean square error {quantity(line.rmse, line.unit)}."
        ),
        unit=unit_text(line.unit),
        end=record.header.duration,
        lines=(tape.line(f"twin.{line.quantity}", "twin", half=True, unit=line.unit),),
        points=tuple(
            Point(
                pair.time,
                pair.measured,
                f"{moment(pair.time)}: measured {quantity(pair.measured, line.unit)},"
                f" predicted {number(pair.predicted)}",
            )
            for pair in line.pairs
        ),
        bands=tuple(specified),
        stripes=stripes(record),
        width=HALF,
        height=230.0,
    )
    legend = [("twin", "twin"), ("point", "laboratory")]
    legend += [
        ("specification", f"specification {bounds(one.low, one.high, line.unit)}") for one in specified
    ]
    return Figure(chart, tuple(legend))


def _decided(attribute: AttributeLine, line: ComparisonLine) -> bool:
    """Whether the attribute is judged by this quantity, in a unit of its dimension."""
    return attribute.quantity == line.quantity and compatible(attribute.unit, line.unit)


def _specified(line: AttributeLine, unit: str) -> Band:
    """The specification in the unit of the chart."""
    low, high = (None if end is None else convert(end, line.unit, unit) for end in (line.low, line.high))
    return Band(low, high, "specification")


def held(record: BatchRecord, tape: Tape) -> list[Figure]:
    """Each critical process parameter over the batch, with its ranges and set-point."""
    return [_held(record, tape, line) for line in record.parameters if line.tag in tape.units]


def _held(record: BatchRecord, tape: Tape, line: ParameterLine) -> Figure:
    steps = _setpoints(record, line.tag)
    chart = Chart(
        title=line.title,
        description=(
            f"{line.title} ({line.tag}) over time, lowest to highest reading as a band and their mean as a line."
            f" Normal operating range {bounds(*line.normal, line.unit)},"
            f" proven acceptable range {bounds(*line.proven, line.unit)}."
        ),
        unit=unit_text(line.unit),
        end=record.header.duration,
        lines=(tape.line(line.tag, "measured"), *tape.reconciled(line.tag)),
        bands=(Band(*line.proven, "proven"), Band(*line.normal, "normal")),
        stripes=stripes(record),
        steps=steps,
    )
    legend = [
        ("measured", "mean, lowest to highest"),
        ("normal", f"NOR {bounds(*line.normal, line.unit)}"),
        ("proven", f"PAR {bounds(*line.proven, line.unit)}"),
    ]
    legend += [("setpoint", "set-point")] if steps else []
    return Figure(chart, (*legend, *_reconciled(chart)))


def _setpoints(record: BatchRecord, tag_name: str) -> tuple[tuple[float, float], ...]:
    """The declared set-point of the loop that holds the tag, then every change of it."""
    steps: list[tuple[float, float]] = []
    for loop in record.loops:
        if loop.tag == tag_name and loop.setpoint is not None:
            steps.append((0.0, loop.setpoint))
            steps += [(one.time, one.setpoint) for one in record.setpoints if one.loop == loop.loop]
    return tuple(steps)


def others(record: BatchRecord, tape: Tape) -> list[Figure]:
    """Every other recorded tag, then the outputs of the loops, as small charts."""
    shown = {line.tag for line in record.parameters}
    tags = [(line.tag, f"{line.title} ({line.tag})", line.unit) for line in record.readings if line.usable]
    tags += [(f"loop.{line.loop}", f"{line.title}: output", line.unit) for line in record.loops]
    return [_small(record, tape, *one) for one in tags if one[0] not in shown and one[0] in tape.units]


def _small(record: BatchRecord, tape: Tape, tag_name: str, title: str, unit: str) -> Figure:
    chart = Chart(
        title=title,
        description=f"{title} over time, lowest to highest reading as a band and their mean as a line.",
        unit=unit_text(unit),
        end=record.header.duration,
        lines=(tape.line(tag_name, "measured", half=True), *tape.reconciled(tag_name)),
        stripes=tuple(Stripe(one.start, one.end, "") for one in stripes(record)),
        width=HALF,
        height=150.0,
    )
    return Figure(chart, _reconciled(chart))


def _reconciled(chart: Chart) -> tuple[tuple[str, str], ...]:
    """The legend of what balances leave of a tag, where the chart shows it."""
    drawn = any(line.style == RECONCILED and line.buckets for line in chart.lines)
    return ((RECONCILED, "reconciled with balances, uncertain"),) if drawn else ()


def rendered(figures: Sequence[Figure], name: str) -> Markup:
    """Figures one after the other, or two abreast where they are narrow."""
    if not figures:
        return Markup("")
    narrow = figures[0].chart.width < 600
    drawn = (_rendered(figure, f"{name}-{place}") for place, figure in enumerate(figures, 1))
    return tag("div", *drawn, class_="figures pair" if narrow else "figures")


def _rendered(figure: Figure, identity: str) -> Markup:
    unit = f" ({figure.chart.unit})" if figure.chart.unit else ""
    heading = tag("span", tag("strong", figure.chart.title), unit, class_="heading")
    caption = tag("figcaption", heading, _legend(figure.legend))
    return tag("figure", caption, draw(figure.chart, identity), id=identity)


def _legend(entries: Iterable[tuple[str, str]]) -> Markup:
    keys = [
        tag("span", tag("i", class_=f"key {style}"), escape(text), class_="entry") for style, text in entries
    ]
    return tag("span", join(keys, " "), class_="legend") if keys else Markup("")
