"""A study as a PNG by matplotlib, an optional dependency: panels two abreast, ladders below them.

In: a study. Out: a file. Agg draws without a display.
"""

import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homeostat.cli.files import OutputError

if TYPE_CHECKING:
    from homeostat.quality.page.study import Ladder, Panel, Study

INK, SOFT, RULE = "#1a2129", "#56616d", "#d9dee3"
MEDIAN, POINT, GREEN = "#0d3d6e", "#c2500a", "#2f9e6b"
SHADES = ("#c5d9ee", "#86b0da")
RISE, FALL = "#3f7fbf", "#d9824a"
DOTS_PER_INCH = 144
WIDTH, PANEL, RUNG = 10.0, 2.7, 0.27
"""Inches: of the picture, of a panel's height, of a ladder's row."""


def check_matplotlib() -> None:
    """Raise OutputError when matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise OutputError(
            "PNG pictures need matplotlib, which is not installed",
            mend="pip install 'homeostat[plot]', or draw to an .html file",
        )


def write_png(study: "Study", path: Path) -> None:
    """Draw `study` to `path`. Raises OutputError where it cannot be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = math.ceil(len(study.panels) / 2)
    heights = [PANEL] * rows + [0.9 + RUNG * len(ladder.rows) for ladder in study.ladders]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.8), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(study.title, x=0.01, ha="left", fontsize=12.5, fontweight="bold", color=INK)
    grid = figure.add_gridspec(max(len(heights), 1), 2, height_ratios=heights or [1.0])
    for place, panel in enumerate(study.panels):
        wide = len(study.panels) == 1
        axes = figure.add_subplot(grid[place // 2, :] if wide else grid[place // 2, place % 2])
        _panel(axes, panel)
    for place, ladder in enumerate(study.ladders):
        _ladder(figure.add_subplot(grid[rows + place, :]), ladder)
    try:
        figure.savefig(path, format="png", facecolor="white")
    except OSError as error:
        raise OutputError(
            f"the file cannot be written: {error.strerror}", where=str(path), mend="name a writable place"
        ) from error


def _panel(axes: Any, panel: "Panel") -> None:
    from homeostat.quality.wording import unit_text

    days = not panel.time_unit and float(panel.hours[-1]) > 72.0
    scale = 24.0 if days else 1.0
    hours = panel.hours / scale
    for place, shade in enumerate(panel.shades):
        color = SHADES[min(place, len(SHADES) - 1)]
        axes.fill_between(hours, shade.low, shade.high, color=color, linewidth=0, label=shade.label)
    axes.plot(hours, panel.line, color=MEDIAN, linewidth=1.5, label=panel.label or None)
    if panel.dots is not None:
        axes.plot(
            panel.dots.hours / scale,
            panel.dots.values,
            "o",
            color=POINT,
            markersize=3.2,
            clip_on=False,
            label=panel.dots.label,
        )
    for limit in (panel.low, panel.high):
        if limit is not None:
            axes.axhline(limit, color=GREEN, linewidth=1.1, linestyle="--", label="specification, at the end")
    if panel.now is not None:
        axes.axvline(panel.now / scale, color=SOFT, linewidth=1.0, linestyle=":", label="forecast from here")
    axes.set_xlim(0.0, max(float(hours[-1]), 1e-9))
    axes.set_xlabel(f"time since start ({panel.time_unit or ('days' if days else 'hours')})")
    axes.set_ylabel(unit_text(panel.unit))
    _calm(axes, panel.title)
    _legend(axes)


def _legend(axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if once:
        axes.legend(
            once.values(),
            once.keys(),
            fontsize=7,
            frameon=True,
            framealpha=0.85,
            edgecolor="none",
            loc="best",
        )


def _ladder(axes: Any, ladder: "Ladder") -> None:
    from homeostat.quality.wording import unit_text

    places = np.arange(len(ladder.rows))[::-1]
    values = np.array([row.value for row in ladder.rows])
    if ladder.bars:
        axes.barh(places, values, height=0.55, color=np.where(values >= 0.0, RISE, FALL).tolist())
        axes.axvline(0.0, color=SOFT, linewidth=0.8)
    else:
        axes.plot(values, places, "o", color=MEDIAN, markersize=4.5)
    for place, row in zip(places.tolist(), ladder.rows, strict=True):
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [place, place], color=RISE, linewidth=4, alpha=0.45)
    if ladder.low is not None or ladder.high is not None:
        ends = axes.get_xlim()
        low = ends[0] if ladder.low is None else ladder.low
        high = ends[1] if ladder.high is None else ladder.high
        axes.axvspan(low, high, color=GREEN, alpha=0.12, linewidth=0, label="specification, at the end")
        _legend(axes)
    axes.set_yticks(places, [row.name for row in ladder.rows], fontsize=8)
    axes.set_ylim(-0.7, len(ladder.rows) - 0.3)
    axes.set_xlabel(unit_text(ladder.unit))
    _calm(axes, ladder.title)


def _calm(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=9.5, fontweight="bold", color=INK)
    axes.grid(visible=True, color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=SOFT, length=3)
    axes.xaxis.label.set(size=8, color=SOFT)
    axes.yaxis.label.set(size=8, color=SOFT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
