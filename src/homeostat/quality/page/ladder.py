"""A ladder as inline SVG: intervals or bars by name on one axis of values."""

import math
from collections.abc import Iterator

from homeostat.quality.page.charts import LETTER, fitted
from homeostat.quality.page.markup import Markup, tag
from homeostat.quality.page.study import Ladder, Span
from homeostat.quality.page.ticks import Axis, value_axis
from homeostat.quality.wording import unit_text

WIDTH = 800.0
ROW = 22.0
LONGEST = 230.0
"""Room for names."""


def draw_ladder(ladder: Ladder, identity: str) -> Markup:
    """The ladder as an <svg>; `identity` makes the ids of its title unique on the page."""
    axis = _axis(ladder)
    left = min(LONGEST, 16 + LETTER * max((len(row.name) for row in ladder.rows), default=0))
    bottom = 8 + ROW * len(ladder.rows)
    parts = [*_grid(axis, left, bottom), *_limits(ladder, axis, left, bottom)]
    for place, row in enumerate(ladder.rows):
        middle = 8 + ROW * (place + 0.5)
        parts.append(tag("text", fitted(row.name, left - 12), x=0, y=middle + 3.5, class_="rung"))
        parts += _bar(row, axis, left, middle) if ladder.bars else _interval(row, axis, left, middle)
    if unit_text(ladder.unit):
        x = (left + WIDTH - 8) / 2
        parts.append(
            tag("text", unit_text(ladder.unit), x=x, y=bottom + 31, class_="name", text_anchor="middle")
        )
    return tag(
        "svg",
        tag("title", ladder.title, id=f"{identity}-t"),
        *parts,
        viewBox=f"0 0 {WIDTH:g} {bottom + (36 if ladder.unit else 20):g}",
        role="img",
        aria_labelledby=f"{identity}-t",
        class_="chart ladder",
    )


def _axis(ladder: Ladder) -> Axis:
    ends = [v for row in ladder.rows for v in (row.value, row.low, row.high) if v is not None]
    ends += [v for v in (ladder.low, ladder.high) if v is not None]
    finite = [v for v in ends if math.isfinite(v)] + ([0.0] if ladder.bars else [])
    return value_axis(min(finite), max(finite), wanted=7) if finite else value_axis(0.0, 1.0)


def _across(axis: Axis, left: float, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low)
    return left + min(max(share, 0.0), 1.0) * (WIDTH - 8 - left)


def _grid(axis: Axis, left: float, bottom: float) -> Iterator[Markup]:
    for value, label in axis.ticks:
        x = _across(axis, left, value)
        yield tag("path", d=f"M{x:.1f} 4V{bottom:.1f}", class_="grid")
        yield tag("text", label, x=x, y=bottom + 15, class_="tick", text_anchor="middle")


def _limits(ladder: Ladder, axis: Axis, left: float, bottom: float) -> Iterator[Markup]:
    if ladder.low is None and ladder.high is None:
        return
    begin = left if ladder.low is None else _across(axis, left, ladder.low)
    end = WIDTH - 8 if ladder.high is None else _across(axis, left, ladder.high)
    yield tag("rect", x=begin, y=4, width=end - begin, height=bottom - 4, class_="band specification")


def _bar(row: Span, axis: Axis, left: float, middle: float) -> Iterator[Markup]:
    a, b = sorted((_across(axis, left, 0.0), _across(axis, left, row.value)))
    style = "rise" if row.value >= 0 else "fall"
    yield tag("rect", x=a, y=middle - 5, width=max(b - a, 0.6), height=10, class_=style)
    yield from _whisker(row, axis, left, middle)


def _interval(row: Span, axis: Axis, left: float, middle: float) -> Iterator[Markup]:
    yield from _whisker(row, axis, left, middle)
    yield tag("circle", cx=_across(axis, left, row.value), cy=middle, r=3.6, class_="median")


def _whisker(row: Span, axis: Axis, left: float, middle: float) -> Iterator[Markup]:
    if row.low is not None and row.high is not None:
        a, b = _across(axis, left, row.low), _across(axis, left, row.high)
        yield tag("path", d=f"M{a:.1f} {middle:.1f}H{b:.1f}", class_="whisker")
