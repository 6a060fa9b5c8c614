"""What the observer says of recorded runs: readings, forecasts and refitted parameters as tables, JSON or a picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.columns import quantities
from homeostat.cli.twin.plot import as_sheet, draw, places

if TYPE_CHECKING:
    from homeostat.quality.page.study import Panel, Study
    from homeostat.twin import Model
    from homeostat.twin.observer import Followed, Score

Array = NDArray[np.float64]
AHEAD: Mapping[str, str] = {
    "recorded": "It goes by the inputs and additions recorded later, and holds the last inputs.",
    "held": "It holds the inputs of that hour, and nothing is added.",
    "given": "It goes by the plan given, and holds the inputs that it does not name.",
}
"""By what a forecast goes."""
FAR = 2.0
"""Spans of the data, from the start, beyond which a forecast is told to be an extrapolation."""


def tell(
    model: "type[Model]", found: "Sequence[Followed]", ahead: str, plot: Path | None, *, as_json: bool
) -> None:
    """Draw the runs if a picture is wanted, and print what was found; `ahead` is a key of `AHEAD`."""
    if plot is not None:
        draw(_study(model, found, ahead), plot)
    if as_json:
        runs = [as_object(model, one) for one in found]
        show_json({"model": model.__name__, "level": found[0].level, "forecast_by": ahead, "runs": runs})
        return
    for one in found:
        show(*_headline(one, ahead), _signals(one), _forecasts(model, one), _refitted(one), "")
    show(*places(None, plot))


def _headline(one: "Followed", ahead: str) -> list[str]:
    later = f", without the last {one.left_out}" if one.left_out else ""
    fused, read = sum(w.fused for w in one.windows), int(one.run.present.sum())
    count = f"{fused}" if fused == read else f"{fused} of {read}"
    return [
        f"Run {one.run.name}: {count} readings fused over {one.run.time[-1]:g} h; "
        f"forecast from {number(one.now)} h on{later}",
        AHEAD[ahead],
        *warnings(one),
    ]


def warnings(one: "Followed") -> list[str]:
    """What should be known before a forecast is believed."""
    start, last = one.run.start_h, float(one.run.time[-1])
    told = [f"Do not believe it: {doubt}." for doubt in doubted(one)]
    if one.until - start > FAR * (last - start):
        end = number(one.until)
        told.append(
            f"It is an extrapolation: it ends at {end} h, and nothing is measured beyond {number(last)} h."
        )
    return told


def doubted(one: "Followed") -> list[str]:
    """Each signal that contradicts the model, and how: the intervals of the forecast know nothing of that."""
    from homeostat.twin.observer import Verdict

    said = {
        Verdict.REJECTED: "{name} disagrees with the model, {rejected} of its {read} readings were rejected",
        Verdict.BIASED: "the readings of {name} disagree with the model in one direction",
        Verdict.OVER_CONFIDENT: "the readings of {name} scatter more than the model and their errors allow",
    }
    length = one.filter.settings.window
    nowhere = [
        f"{each.quantity} is no number from {number(one.now + float(each.hours[~np.isfinite(each.value)][0]))} h on"
        for each in one.forecasts
        if not np.isfinite(each.value).all()
    ]
    return nowhere + [
        said[verdict].format(name=name, rejected=w.rejected, read=w.fused + w.rejected)
        for name, w in zip(one.run.quantities, one.windows, strict=True)
        if (verdict := Verdict.REJECTED if w.rejected > w.fused else w.verdict(length)).flagged
    ]


def _signals(one: "Followed") -> Table:
    columns = ("signal", "fused", "rejected", "innovations")
    rows = [
        (name, str(w.fused), str(w.rejected), str(w.verdict(one.filter.settings.window)))
        for name, w in zip(one.run.quantities, one.windows, strict=True)
    ]
    return Table("Readings", columns, rows, frozenset({"fused", "rejected"}))


_ERRORS = ("RMSE", "mean relative error", "in 90 % interval")


def _forecasts(model: "type[Model]", one: "Followed") -> Table:
    """The ends of the forecasts, and how they compare with what was measured later, if anything was."""
    units, scores = quantities(model), {score.quantity: score for score in one.scores()}
    rows = []
    for ahead in one.forecasts:
        value, low, high = (number(float(each[-1])) for each in (ahead.value, ahead.low, ahead.high))
        compared = _compared(scores.get(ahead.quantity)) if scores else ()
        rows.append((ahead.quantity, value, f"{low} to {high}", units[ahead.quantity].unit, *compared))
    columns = ("quantity", "at the end", "90 % interval", "unit", *(_ERRORS if scores else ()))
    title = f"Forecast from {number(one.now)} to {number(one.until)} h"
    against = ", against what was measured later" if scores else ""
    return Table(title + against, columns, rows, frozenset({"at the end", *_ERRORS}))


def _compared(score: "Score | None") -> tuple[str, ...]:
    if score is None:
        return ("-",) * len(_ERRORS)
    return number(score.rmse), _percent(score.mean_relative_error), _percent(score.coverage, 0)


def _percent(share: float | None, digits: int = 1) -> str:
    return "-" if share is None else f"{100 * share:.{digits}f} %"


def _refitted(one: "Followed") -> Table:
    rows = [
        (each.parameter, number(each.before), number(each.value), number(each.deviation), each.unit)
        for each in one.refitted()
    ]
    columns = ("parameter", "before", "refitted", "1 s.d.", "unit")
    return Table("Refitted, at the end", columns, rows, frozenset(columns[1:-1]))


def as_object(model: "type[Model]", one: "Followed") -> dict[str, Any]:
    """What was believed and foretold, as plain data."""
    return {
        "run": one.run.name,
        "warnings": warnings(one),
        "lost_after_h": one.lost,
        "no_forecast": one.unforetold or None,
        "signals": _read(one),
        "time_h": one.time.tolist(),
        "believed": _believed(model, one),
        "forecast_from_h": one.now,
        "forecast_to_h": one.until,
        "forecasts": _foretold(one),
        "scores": [_finite(asdict(score)) for score in one.scores()],
        "refitted": [asdict(each) for each in one.refitted()] if one.lost is None else [],
    }


def _read(one: "Followed") -> list[dict[str, Any]]:
    length = one.filter.settings.window
    return [
        {"quantity": name, "fused": w.fused, "rejected": w.rejected, "verdict": str(w.verdict(length))}
        for name, w in zip(one.run.quantities, one.windows, strict=True)
    ]


def _believed(model: "type[Model]", one: "Followed") -> dict[str, Any]:
    units = quantities(model)
    return {
        name: {
            "unit": units[name].unit,
            "value": _plain(one.value[:, place]),
            "deviation": _plain(one.deviation[:, place]),
        }
        for place, name in enumerate(one.run.quantities)
    }


def _foretold(one: "Followed") -> list[dict[str, Any]]:
    return [
        {
            "quantity": f.quantity,
            "time_h": (f.hours + one.now).tolist(),
            "value": _plain(f.value),
            "low": _plain(f.low),
            "high": _plain(f.high),
        }
        for f in one.forecasts
    ]


def _plain(values: Array) -> list[float | None]:
    """Values for JSON: what is no number is null."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _finite(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in facts.items()
    }


def _study(model: "type[Model]", found: "Sequence[Followed]", ahead: str) -> "Study":
    from homeostat.quality.page.study import Study

    sheets = []
    for one in found:
        for table in (_forecasts(model, one), _signals(one), _refitted(one)):
            caption = f"Run {one.run.name}: {table.title[:1].lower()}{table.title[1:]}"
            sheets.append(as_sheet(table, caption))
    facts = {
        "Model": model.__name__,
        "Runs": ", ".join(one.run.name for one in found),
        "Forecast": AHEAD[ahead],
    }
    lead = "Line: what the observer believes, then its forecast; band: 90 %; points: measured."
    panels = tuple(_panel(model, one, place) for one in found for place in range(len(one.run.quantities)))
    return Study(f"{model.__name__}: recorded runs followed", lead, facts, panels, (), tuple(sheets))


def _panel(model: "type[Model]", one: "Followed", place: int) -> "Panel":
    from homeostat.quality.page.study import Dots, Panel, Shade

    name = one.run.quantities[place]
    quantity, value, reach = quantities(model)[name], one.value[:, place], one.reach * one.deviation[:, place]
    parts = [(one.time, value, np.maximum(value - reach, quantity.low), value + reach)]
    if one.forecasts:
        ahead = one.forecasts[place]
        parts.append((one.now + ahead.hours, ahead.value, ahead.low, ahead.high))
    hours, line, low, high = (np.concatenate(each) for each in zip(*parts, strict=True))
    present = one.run.present[:, place]
    dots = Dots(one.run.time[present], one.run.measured[present, place])
    shade, title = Shade(low, high, "90 %"), f"{name}, run {one.run.name}"
    return Panel(title, quantity.unit, hours, line, "believed", (shade,), dots, now=one.now)
