"""Charts: everything lies inside the frame, gaps stay gaps, ticks are round and cover the data."""

import math
import re

from hypothesis import assume, given
from hypothesis import strategies as st

from homeostat.quality.page.charts import (
    Band,
    Bucket,
    Chart,
    Line,
    Point,
    Stripe,
    draw,
    fitted,
    frame_of,
    pieces,
)
from homeostat.quality.page.ticks import nice_step, time_axis, value_axis
from homeostat.quality.wording import DAY, HOUR, MINUTE

from .outline import Element, Outline

values = st.floats(-1e9, 1e9, allow_subnormal=False)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def bucket(time: float, value: float | None, spread: float = 0.0) -> Bucket:
    """A bucket around a mean, or an empty one."""
    if value is None:
        return Bucket(time, None, None, None)
    return Bucket(time, value - spread, value, value + spread)


def elements(chart: Chart, style: str) -> list[Element]:
    """The drawn elements of a class."""
    return Outline(draw(chart, "c")).styled(style)


def coordinates(path: str) -> list[tuple[float, float]]:
    """The points of a path of absolute moves and lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


@given(
    st.lists(st.one_of(st.none(), values), min_size=1, max_size=60),
    st.integers(MINUTE, 30 * DAY),
    values,
    values,
)
def test_everything_lies_inside_the_frame(
    found: list[float | None], end: int, low: float, point: float
) -> None:
    buckets = tuple(bucket(end * place / len(found), value, 1.0) for place, value in enumerate(found))
    chart = Chart(
        "t", "d", "%", end, (Line(buckets),), (Point(end / 2, point, "p"),), (Band(low, None, "normal"),)
    )
    frame, _ = frame_of(chart)
    drawn = [xy for one in elements(chart, "measured") for xy in coordinates(one.attributes["d"])]
    drawn += [(float(one.attributes["cx"]), float(one.attributes["cy"])) for one in elements(chart, "point")]
    for x, y in drawn:
        assert frame.left - 0.06 <= x <= frame.right + 0.06
        assert frame.top - 0.06 <= y <= frame.bottom + 0.06
    (band,) = elements(chart, "band")
    assert float(band.attributes["y"]) >= frame.top - 0.06
    assert float(band.attributes["y"]) + float(band.attributes["height"]) <= frame.bottom + 0.06


@given(st.lists(st.one_of(st.none(), values), max_size=60))
def test_the_line_breaks_at_every_gap_and_nowhere_else(found: list[float | None]) -> None:
    buckets = [bucket(place, value) for place, value in enumerate(found)]
    cut = pieces(buckets)
    assert [one for piece in cut for one in piece] == [one for one in buckets if one.mean is not None]
    gaps = sum(one is None and other is not None for one, other in zip([None, *found], found, strict=False))
    assert len(cut) == gaps
    chart = Chart("t", "d", "", max(len(found), 1), (Line(tuple(buckets)),))
    lines = elements(chart, "line")
    assert sum(one.attributes["d"].count("M") for one in lines) == gaps


def test_higher_values_stand_higher_and_later_ones_to_the_right() -> None:
    chart = Chart("t", "d", "", 100, (Line((bucket(0, 1.0), bucket(100, 2.0))),))
    ((x0, y0), (x1, y1)) = coordinates(elements(chart, "line")[0].attributes["d"])
    frame, _ = frame_of(chart)
    assert (x0, x1) == (round(frame.left, 1), round(frame.right, 1))
    assert y1 < y0


def test_limits_are_in_view_even_without_readings() -> None:
    chart = Chart("t", "d", "degC", DAY, bands=(Band(36.0, 38.0, "proven"), Band(36.5, 37.5, "normal")))
    frame, _ = frame_of(chart)
    assert frame.y.low <= 36.0
    assert frame.y.high >= 38.0
    assert len(elements(chart, "edge")) == 4


def test_stripes_carry_their_name_as_text_and_tip() -> None:
    wide, narrow = Stripe(0, 9 * DAY, "Expansion"), Stripe(9 * DAY, 9 * DAY + MINUTE, "Harvest")
    chart = Chart("t", "d", "", 10 * DAY, stripes=(wide, narrow))
    titles = Outline(draw(chart, "c")).named("title")
    assert [one.text for one in titles] == ["t", "Expansion", "Harvest"]
    assert [one.text for one in elements(chart, "phase")] == ["Expansion"]


def test_setpoints_are_held_until_the_next() -> None:
    chart = Chart("t", "d", "", 100, steps=((0.0, 37.0), (50.0, 36.0)))
    (path,) = [one.attributes["d"] for one in elements(chart, "setpoint")]
    assert re.fullmatch(r"M[\d.]+ [\d.]+H[\d.]+V[\d.]+H[\d.]+", path)


def test_a_chart_says_what_it_shows() -> None:
    drawn = Outline(draw(Chart("Temperature <1>", "Over time & space", "°C", DAY), "cpp-1"))
    (root,) = drawn.named("svg")
    assert root.attributes["role"] == "img"
    assert root.attributes["aria-labelledby"] == "cpp-1-t cpp-1-d"
    named = {one.attributes["id"]: one.text for one in drawn.elements if "id" in one.attributes}
    assert named == {"cpp-1-t": "Temperature <1>", "cpp-1-d": "Over time & space"}
    assert [one.text for one in drawn.styled("name")] == ["°C", "time since start (hours)"]


@given(values, values)
def test_value_axes_cover_the_data_with_few_round_ticks(one: float, other: float) -> None:
    low, high = sorted([one, other])
    axis = value_axis(low, high)
    slack = 1e-6 * max(axis.high - axis.low, abs(low), abs(high))
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 8
    assert len({label for _, label in axis.ticks}) == len(axis.ticks) or high - low < 1e-3 * abs(high)


@given(st.floats(1e-12, 1e12))
def test_steps_are_one_two_or_five(rough: float) -> None:
    step = nice_step(rough)
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(mantissa - nice) for nice in (1.0, 2.0, 5.0, 10.0)) < 1e-6
    assert rough * 0.79 <= step <= rough * 10.01


def test_time_is_in_days_or_hours_as_suits() -> None:
    axis, unit = time_axis(12 * DAY)
    assert (unit, [label for _, label in axis.ticks]) == ("days", [str(day) for day in range(13)])
    axis, unit = time_axis(30 * HOUR, wanted=7)
    assert (unit, [label for _, label in axis.ticks]) == ("hours", ["0", "6", "12", "18", "24", "30"])
    assert time_axis(20 * MINUTE)[1] == "minutes"
    assert time_axis(0)[1] == "seconds"


@given(st.integers(0, 1000 * DAY), st.integers(4, 16))
def test_time_ticks_are_few_and_inside(end: int, wanted: int) -> None:
    axis, _ = time_axis(end, wanted)
    assert 1 <= len(axis.ticks) <= 2 * wanted + 2
    assert all(0 <= value <= axis.high * (1 + 1e-9) for value, _ in axis.ticks)


@given(st.text(max_size=80), st.floats(-10, 1000))
def test_labels_fit_or_are_left_out(label: str, width: float) -> None:
    shown = fitted(label, width)
    assume(shown)
    assert len(shown) * 5.6 <= width + 1e-9
    assert label.startswith(shown.removesuffix("…").rstrip())
