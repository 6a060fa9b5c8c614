"""A study of the twin as one page that needs nothing else: figures, tables and notes, to read and to print."""

import math
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from homeostat.quality.page.charts import Band, Bucket, Chart, Line, Point, Stripe
from homeostat.quality.page.figures import HALF, Figure, rendered
from homeostat.quality.page.ladder import draw_ladder
from homeostat.quality.page.markup import Markup, tag
from homeostat.quality.page.study import Array, Ladder, Panel, Sheet, Study
from homeostat.quality.page.tables import facts, table
from homeostat.quality.wording import HOUR, bounds, number, quantity, unit_text

Places = NDArray[np.int64]

SHADES = ("outer", "inner")
"""Styles of bands, from the widest in; any further ones look like the last."""
MOST = 240
"""Times drawn in a figure: about one for each two units of its width."""


def render_study(study: Study) -> str:
    """The study as one self-contained HTML page."""
    body = [
        tag("header", tag("span", "Homeostat"), tag("span", "Digital twin"), class_="masthead"),
        tag("main", *_main(study)),
        tag("footer", "Simulated with Homeostat. Time counts from the start of the run."),
    ]
    return "<!doctype html>\n" + tag("html", _head(study.title), tag("body", *body), lang="en") + "\n"


def _head(title: str) -> Markup:
    folder = files("homeostat.quality.page")
    style = "".join((folder / name).read_text("utf-8") for name in ("style.css", "twin.css"))
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content="Homeostat"),
        tag("title", title),
        tag("style", Markup(style)),
    )


def _main(study: Study) -> list[Markup]:
    figures = [_figure(panel) for panel in study.panels]
    return [
        tag("h1", study.title),
        tag("p", study.lead, class_="lead"),
        facts(study.facts, "identity"),
        rendered(figures, "course"),
        *(_ladder(ladder, f"ladder-{place}") for place, ladder in enumerate(study.ladders, 1)),
        *(_sheet(sheet) for sheet in study.sheets),
        *(tag("p", note, class_="none") for note in study.notes),
    ]


def _sheet(sheet: Sheet) -> Markup:
    return table(sheet.caption, sheet.columns, sheet.rows)


def _ladder(ladder: Ladder, identity: str) -> Markup:
    unit = f" ({unit_text(ladder.unit)})" if unit_text(ladder.unit) else ""
    heading = tag("span", tag("strong", ladder.title), unit, class_="heading")
    specified = ladder.low is not None or ladder.high is not None
    text = f"specification {bounds(ladder.low, ladder.high, ladder.unit)}, at the end"
    key = tag("span", tag("i", class_="key specification"), text, class_="entry")
    legend = [tag("span", key, class_="legend")] if specified else []
    return tag("figure", tag("figcaption", heading, *legend), draw_ladder(ladder, identity), id=identity)


def _figure(panel: Panel) -> Figure:
    kept = np.unique(np.linspace(0, len(panel.hours) - 1, min(len(panel.hours), MOST)).astype(np.int64))
    shades = [
        Line(_buckets(panel, shade.low, shade.high, kept), _style(place))
        for place, shade in enumerate(panel.shades)
    ]
    line = Line(_buckets(panel, panel.line, panel.line, kept), "median")
    chart = Chart(
        title=panel.title,
        description=_description(panel),
        unit=unit_text(panel.unit),
        end=_end(panel),
        lines=(*shades, line),
        points=_points(panel),
        bands=(Band(panel.low, panel.high, "specification"),) if _specified(panel) else (),
        stripes=_forecast(panel),
        width=HALF,
        height=230.0,
        time_unit=panel.time_unit,
    )
    return Figure(chart, _legend(panel))


def _style(place: int) -> str:
    return SHADES[min(place, len(SHADES) - 1)]


def _end(panel: Panel) -> int:
    last = float(panel.hours[-1])
    if panel.dots is not None and len(panel.dots.hours):
        last = max(last, float(panel.dots.hours.max()))
    return math.ceil(last * _scale(panel))


def _forecast(panel: Panel) -> tuple[Stripe, ...]:
    return () if panel.now is None else (Stripe(panel.now * _scale(panel), _end(panel), "forecast"),)


def _specified(panel: Panel) -> bool:
    return panel.low is not None or panel.high is not None


def _legend(panel: Panel) -> tuple[tuple[str, str], ...]:
    entries = [("median", panel.label)] if panel.label else []
    entries += [(_style(place), shade.label) for place, shade in enumerate(panel.shades)]
    entries += [("point", panel.dots.label)] if panel.dots is not None else []
    if _specified(panel):
        entries.append(
            ("specification", f"specification {bounds(panel.low, panel.high, panel.unit)}, at the end")
        )
    return tuple(entries)


def _description(panel: Panel) -> str:
    last = next((float(v) for v in panel.line[::-1] if np.isfinite(v)), None)
    return f"{panel.title} over time, {quantity(last, panel.unit)} at the end."


def _buckets(panel: Panel, low: Array, high: Array, kept: Places) -> tuple[Bucket, ...]:
    rows = zip(*(series[kept].tolist() for series in (panel.hours, low, panel.line, high)), strict=True)
    return tuple(
        Bucket(hour * _scale(panel), *(value if np.isfinite(value) else None for value in values))
        for hour, *values in rows
    )


def _scale(panel: Panel) -> float:
    """What a panel's unit of time is on the chart's axis."""
    return 1.0 if panel.time_unit else HOUR


def _points(panel: Panel) -> tuple[Point, ...]:
    if panel.dots is None:
        return ()
    pairs = zip(panel.dots.hours.tolist(), panel.dots.values.tolist(), strict=True)
    return tuple(
        Point(
            hour * _scale(panel),
            value,
            f"{number(hour)} {panel.time_unit or 'h'}: {quantity(value, panel.unit)}",
        )
        for hour, value in pairs
        if np.isfinite(value)
    )
