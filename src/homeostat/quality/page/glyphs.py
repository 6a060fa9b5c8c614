"""Small pictures beside numbers: where a value lies in its specification, how a share divides, when steps ran.

They repeat what the table beside them says in figures and are hidden from screen readers.
"""

from collections.abc import Iterator, Sequence

from homeostat.quality.model import StepLine
from homeostat.quality.page.charts import fitted
from homeostat.quality.page.markup import Markup, tag
from homeostat.quality.page.ticks import time_axis
from homeostat.quality.wording import duration

ROW = 20.0
LABELS = 250.0


def bullet(low: float | None, high: float | None, value: float | None, predicted: float | None) -> Markup:
    """A value (dot) and its prediction (tick) against the specification (bar); empty without a value."""
    known = [one for one in (low, high, value, predicted) if one is not None]
    if value is None or (low is None and high is None):
        return Markup("")
    start, end = min(known), max(known)
    margin = (end - start or abs(end) or 1.0) * 0.18
    start, end = start - margin, end + margin

    def across(number: float) -> float:
        return 2 + (number - start) / (end - start) * 116

    left, right = 2 if low is None else across(low), 118 if high is None else across(high)
    inside = (low is None or value >= low) and (high is None or value <= high)
    return tag(
        "svg",
        tag("path", d="M2 8H118", class_="rail"),
        tag("rect", x=left, y=4, width=max(right - left, 1.0), height=8, class_="allowed"),
        *([tag("path", d=f"M{across(predicted):.1f} 2v12", class_="guess")] if predicted is not None else []),
        tag("circle", cx=across(value), cy=8, r=4, class_="dot" if inside else "dot outside"),
        viewBox="0 0 120 16",
        class_="bullet",
        aria_hidden="true",
    )


def shares(normal: float | None, proven: float | None) -> Markup:
    """One bar: share of readings within NOR, then within PAR, then outside."""
    if normal is None or proven is None:
        return Markup("")
    parts = ((0.0, normal, "in-normal"), (normal, proven, "in-proven"), (proven, 1.0, "outside"))
    return tag(
        "svg",
        *(
            tag("rect", x=start * 84, y=3, width=max((end - start) * 84, 1.0), height=10, class_=style)
            for start, end, style in parts
            if end > start
        ),
        viewBox="0 0 84 16",
        class_="bullet share",
        aria_hidden="true",
    )


def timeline(steps: Sequence[StepLine], end: int) -> Markup:
    """When each step ran: one bar a step, indented by level, over the process time."""
    axis, unit = time_axis(end, wanted=12)
    height = len(steps) * ROW

    def across(time: float) -> float:
        return LABELS + min(max(time / axis.high, 0.0), 1.0) * (792 - LABELS)

    def parts() -> Iterator[Markup]:
        for value, label in axis.ticks:
            yield tag("path", d=f"M{across(value):.1f} 0V{height:.1f}", class_="grid")
            yield tag("text", label, x=across(value), y=height + 15, class_="tick", text_anchor="middle")
        for place, step in enumerate(steps):
            yield _bar(step, place * ROW, across(step.start), across(end if step.end is None else step.end))
        name = f"time since start ({unit})"
        middle = (LABELS + 792) / 2
        yield tag("text", name, x=middle, y=height + 31, class_="name", text_anchor="middle")

    return tag(
        "svg",
        tag("title", "Steps of the recipe over time"),
        tag("desc", "Every step as a bar from its start to its end; the table below gives the times."),
        *parts(),
        viewBox=f"0 0 800 {height + 36:g}",
        role="img",
        class_="chart timeline",
    )


def _bar(step: StepLine, top: float, left: float, right: float) -> Markup:
    level = {"unit procedure": 0, "operation": 1, "phase": 2}[step.level]
    style = f"bar level-{level}" + ("" if step.state == "complete" else f" {step.state}")
    return tag(
        "g",
        tag("title", f"{step.title}: {step.state}, {duration(step.duration)}"),
        tag(
            "text",
            fitted(step.title, LABELS - 12 - 14 * level),
            x=4 + 14 * level,
            y=top + 14,
            class_=f"step level-{level}",
        ),
        tag("rect", x=left, y=top + 5, width=max(right - left, 2.0), height=10, rx=2, class_=style),
    )
