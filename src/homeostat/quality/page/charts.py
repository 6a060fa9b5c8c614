"""Charts as inline SVG: a value over process time, drawn from buckets.

In: plain numbers (`Chart`). Out: one <svg> element. Geometry only: it knows no record and no historian. Colours and
line styles come from the page's style sheet through classes, so that screen and paper can differ.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from homeostat.quality.page.markup import Markup, tag
from homeostat.quality.page.ticks import Axis, time_axis, value_axis

LETTER = 5.6  # mean width of a character of the labels, in user units


@dataclass(frozen=True, slots=True)
class Bucket:
    """The usable samples of a stretch of time at `time` µs; None where there was none (the line breaks)."""

    time: float
    low: float | None
    mean: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn series: `style` is its class ("measured", "twin", "foreseen", "reconciled")."""

    buckets: tuple[Bucket, ...]
    style: str = "measured"


@dataclass(frozen=True, slots=True)
class Point:
    """A single measurement, with what its tool tip says."""

    time: float
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """An interval of values: `style` "normal", "proven" or "specification"; an open end is None."""

    low: float | None
    high: float | None
    style: str


@dataclass(frozen=True, slots=True)
class Stripe:
    """A stretch of time in the background, such as an operation."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `end` is the right edge of the time axis (µs); `steps` are set-points: (time µs, value).

    With a `time_unit` all times are in that unit instead, and the axis says so.
    """

    title: str
    description: str
    unit: str
    end: int
    lines: tuple[Line, ...] = ()
    points: tuple[Point, ...] = ()
    bands: tuple[Band, ...] = ()
    stripes: tuple[Stripe, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()
    width: float = 800.0
    height: float = 190.0
    time_unit: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting area in user units, and the way from values to it."""

    left: float
    top: float
    right: float
    bottom: float
    x: Axis
    y: Axis

    def across(self, time: float) -> float:
        """The abscissa of `time`, kept inside the frame."""
        share = (time - self.x.low) / (self.x.high - self.x.low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def up(self, value: float) -> float:
        """The ordinate of `value`, kept inside the frame."""
        share = (value - self.y.low) / (self.y.high - self.y.low)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)


def draw(chart: Chart, identity: str) -> Markup:
    """The chart as an <svg>; `identity` makes the ids of its title and description unique on the page."""
    frame, time_unit = frame_of(chart)
    return tag(
        "svg",
        tag("title", chart.title, id=f"{identity}-t"),
        tag("desc", chart.description, id=f"{identity}-d"),
        *_stripes(frame, chart.stripes),
        *_bands(frame, chart.bands),
        *_grid(frame),
        *_steps(frame, chart.steps),
        *(part for line in chart.lines for part in _line(frame, line)),
        *(_point(frame, point) for point in chart.points),
        *_names(frame, chart.unit, time_unit),
        viewBox=f"0 0 {chart.width:g} {chart.height:g}",
        role="img",
        aria_labelledby=f"{identity}-t {identity}-d",
        class_="chart",
    )


def frame_of(chart: Chart) -> tuple[Frame, str]:
    """The frame that holds everything the chart shows, and the unit of its time axis."""
    low, high = _extent(chart)
    y = value_axis(low, high, wanted=4 if chart.height < 220 else 5)
    wanted = 14 if chart.width > 600 else 7
    x, unit = time_axis(chart.end, wanted)
    if chart.time_unit:
        x, unit = value_axis(0.0, chart.end, wanted), chart.time_unit
    left = 27 + LETTER * max(len(label) for _, label in y.ticks)
    top = 20.0 if chart.stripes else 8.0
    return Frame(left, top, chart.width - 8, chart.height - 34, x, y), unit


def _extent(chart: Chart) -> tuple[float, float]:
    shown = [
        value
        for line in chart.lines
        for bucket in line.buckets
        for value in (bucket.low, bucket.mean, bucket.high)
        if value is not None
    ]
    shown += [point.value for point in chart.points] + [value for _, value in chart.steps]
    shown += [end for band in chart.bands for end in (band.low, band.high) if end is not None]
    finite = [value for value in shown if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 1.0)


def _stripes(frame: Frame, stripes: Sequence[Stripe]) -> Iterator[Markup]:
    for place, stripe in enumerate(stripes):
        left, right = frame.across(stripe.start), frame.across(stripe.end)
        style = "stripe odd" if place % 2 else "stripe"
        label = fitted(stripe.label, right - left - 8)
        yield tag(
            "g",
            tag("title", stripe.label),
            _box(left, frame.top - 15, right, frame.bottom, style),
            *([tag("text", label, x=left + 4, y=frame.top - 4, class_="phase")] if label else []),
        )


def fitted(label: str, width: float) -> str:
    """`label`, shortened to what fits into `width`; empty where hardly anything would."""
    room = int(width / LETTER)
    if len(label) <= room:
        return label
    return f"{label[: room - 1].rstrip()}…" if room >= 5 else ""


def _bands(frame: Frame, bands: Sequence[Band]) -> Iterator[Markup]:
    for band in bands:
        top = frame.top if band.high is None else frame.up(band.high)
        bottom = frame.bottom if band.low is None else frame.up(band.low)
        yield _box(frame.left, top, frame.right, bottom, f"band {band.style}")
        for end in (band.low, band.high):
            if end is not None:
                y = frame.up(end)
                yield tag(
                    "path", d=f"M{frame.left:.1f} {y:.1f}H{frame.right:.1f}", class_=f"edge {band.style}"
                )


def _grid(frame: Frame) -> Iterator[Markup]:
    for value, label in frame.y.ticks:
        y = frame.up(value)
        yield tag("path", d=f"M{frame.left:.1f} {y:.1f}H{frame.right:.1f}", class_="grid")
        yield tag("text", label, x=frame.left - 6, y=y + 3.5, class_="tick", text_anchor="end")
    for value, label in frame.x.ticks:
        x = frame.across(value)
        yield tag("path", d=f"M{x:.1f} {frame.bottom:.1f}v4", class_="axis")
        yield tag("text", label, x=x, y=frame.bottom + 15, class_="tick", text_anchor="middle")
    yield tag("path", d=f"M{frame.left:.1f} {frame.bottom:.1f}H{frame.right:.1f}", class_="axis")


def _steps(frame: Frame, steps: Sequence[tuple[float, float]]) -> Iterator[Markup]:
    """Set-points: each holds until the next."""
    if steps:
        first, *others = [(frame.across(time), frame.up(value)) for time, value in steps]
        moves = "".join(f"H{x:.1f}V{y:.1f}" for x, y in others)
        yield tag("path", d=f"M{first[0]:.1f} {first[1]:.1f}{moves}H{frame.right:.1f}", class_="setpoint")


def _line(frame: Frame, line: Line) -> Iterator[Markup]:
    """The band from lowest to highest and the line of means, broken where there are no samples."""
    areas, strokes = [], []
    for piece in pieces(line.buckets):
        xs = [frame.across(bucket.time) for bucket in piece]
        means = [frame.up(bucket.mean) for bucket in piece if bucket.mean is not None]
        upper = [frame.up(bucket.high) for bucket in piece if bucket.high is not None]
        lower = [frame.up(bucket.low) for bucket in piece if bucket.low is not None]
        strokes.append(_path(xs, means) + ("h.1" if len(piece) == 1 else ""))
        areas.append(f"{_path([*xs, *reversed(xs)], [*upper, *reversed(lower)])}Z" if len(piece) > 1 else "")
    if any(areas):
        yield tag("path", d="".join(areas), class_=f"spread {line.style}")
    if strokes:
        yield tag("path", d="".join(strokes), class_=f"line {line.style}")


def pieces(buckets: Sequence[Bucket]) -> list[list[Bucket]]:
    """Stretches of buckets without a gap."""
    runs = groupby(buckets, key=lambda bucket: None not in (bucket.low, bucket.mean, bucket.high))
    return [list(run) for known, run in runs if known]


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))


def _point(frame: Frame, point: Point) -> Markup:
    label = tag("title", point.label)
    return tag("circle", label, cx=frame.across(point.time), cy=frame.up(point.value), r=3.4, class_="point")


def _names(frame: Frame, unit: str, time_unit: str) -> Iterator[Markup]:
    middle = (frame.top + frame.bottom) / 2
    if unit:
        turn = f"rotate(-90 10 {middle:.1f})"
        yield tag("text", unit, x=10, y=middle, transform=turn, class_="name", text_anchor="middle")
    name = f"time since start ({time_unit})"
    x = (frame.left + frame.right) / 2
    yield tag("text", name, x=x, y=frame.bottom + 29, class_="name", text_anchor="middle")


def _box(left: float, top: float, right: float, bottom: float, style: str) -> Markup:
    return tag("rect", x=left, y=top, width=max(right - left, 0), height=max(bottom - top, 0), class_=style)
