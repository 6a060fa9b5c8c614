"""`homeostat twin shadow`: follow recorded runs with the observer, and see how well it would have foretold them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.options import ModelName, Plot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.cli.twin.following import Followed
    from homeostat.quality.page.study import Panel, Study
    from homeostat.twin import Model

LEVEL = 0.9
Z = 1.644854
"""Of the normal distribution at 95 %."""


def shadow(
    *,
    model: ModelName,
    data: Annotated[list[Path], typer.Argument(metavar="DATA.csv", help="Tables of measured runs.")],
    mapped: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="MAP.yaml",
            help="What the columns mean. Without it the headings must be the model's names: time [h],glucose [g/L].",
        ),
    ] = None,
    learn: Annotated[
        str | None,
        typer.Option(
            metavar="P1,P2",
            help="Parameters to refit; '' for none.",
            show_default="those that differ between donors",
        ),
    ] = None,
    since: Annotated[
        float | None,
        typer.Option("--from", metavar="HOUR", help="Forecast from here on.", show_default="two thirds"),
    ] = None,
    wander: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0.0,
            max=1.0,
            help="What the model may be wrong by in an hour, relative to each state (1 s.d.).",
        ),
    ] = 0.005,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Follow recorded runs reading by reading and forecast the rest. Exit code 1 if the model could not follow one."""
    from homeostat.cli.twin.bar import counting
    from homeostat.cli.twin.following import follow, settings
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.plot import check_plot, draw, places
    from homeostat.cli.twin.runs import read

    check_plot(plot)
    chosen = load_model(model)
    runs = read(chosen, data, mapped)
    learnt = _learnt(chosen, learn)
    nows = [_now(run.start_h, float(run.time[-1]), since, run.name) for run in runs]
    with counting(len(runs), "runs") as progress:
        found = []
        for run, now in zip(runs, nows, strict=True):
            found.append(follow(chosen, run, settings(chosen, run, learnt, wander), now, LEVEL))
            progress(1)
    if plot is not None:
        draw(_study(chosen, found), plot)
    if as_json:
        show_json(
            {"model": chosen.__name__, "level": LEVEL, "runs": [as_object(chosen, one) for one in found]}
        )
    else:
        for one in found:
            show(_headline(one), _signals(chosen, one), _forecasts(chosen, one), _refitted(chosen, one), "")
        show(*places(None, plot))
    _complain(found)


def _learnt(model: "type[Model]", text: str | None) -> tuple[str, ...]:
    from homeostat.cli.twin.values import declared, names

    group = model.signature.parameters
    if text is None:
        return tuple(quantity.name for quantity in group if quantity.spread > 0.0)
    return tuple(declared(group, name, "--learn").name for name in names(text))


def _now(start: float, end: float, since: float | None, run: str) -> float:
    from homeostat.cli.twin.values import OptionError

    now = start + 2.0 * (end - start) / 3.0 if since is None else since
    if not start <= now < end:
        raise OptionError(
            f"run {run} is measured from {start:g} to {end:g} h",
            where=f"--from {now:g}",
            mend="forecast from an hour between",
        )
    return now


def _complain(found: "Sequence[Followed]") -> None:
    lost = [one for one in found if one.lost is not None]
    for one in lost:
        say(f"run {one.run.name}: the model could not be followed beyond {one.lost:g} h")
    if lost:
        raise typer.Exit(ExitCode.FAILED)


def _headline(one: "Followed") -> str:
    later = int(one.run.present[one.run.time > one.now].sum())
    return (
        f"Run {one.run.name}: {int(one.run.present.sum())} readings fused over {one.run.time[-1]:g} h; "
        f"forecast from {number(one.now)} h on, without the last {later}"
    )


def _signals(model: "type[Model]", one: "Followed") -> Table:
    columns = ("signal", "fused", "rejected", "innovations")
    rows = [
        (name, str(w.fused), str(w.rejected), str(w.verdict(one.filter.settings.window)))
        for name, w in zip(one.run.quantities, one.windows, strict=True)
    ]
    return Table("Readings", columns, rows, frozenset({"fused", "rejected"}))


def scores(one: "Followed") -> list[dict[str, Any]]:
    """How each forecast compares with what was measured later: measurement errors widen the interval."""
    import numpy as np

    found = []
    for place, ahead in enumerate(one.forecasts):
        later = (one.run.time > one.now) & one.run.present[:, place]
        if not later.any():
            continue
        at = np.searchsorted(ahead.hours, one.run.time[later] - one.now - 1e-9)
        measured, told = one.run.measured[later, place], ahead.value[at]
        noise = np.hypot(ahead.deviation[at], one.run.deviations[later, place])
        errors = np.abs(told - measured)
        sized = measured != 0.0
        found.append(
            {
                "quantity": ahead.quantity,
                "count": int(later.sum()),
                "rmse": float(np.sqrt((errors**2).mean())),
                "mean_relative_error": float((errors[sized] / np.abs(measured[sized])).mean())
                if sized.any()
                else None,
                "coverage": float((errors <= Z * noise).mean()),
            }
        )
    return found


def _forecasts(model: "type[Model]", one: "Followed") -> Table:
    from homeostat.cli.twin.columns import quantities

    units, by = quantities(model), {row["quantity"]: row for row in scores(one)}
    rows = []
    for ahead in one.forecasts:
        score = by.get(ahead.quantity)
        error = score["mean_relative_error"] if score else None
        rows.append(
            (
                ahead.quantity,
                number(float(ahead.value[-1])),
                f"{number(float(ahead.low[-1]))} to {number(float(ahead.high[-1]))}",
                units[ahead.quantity].unit,
                number(score["rmse"]) if score else "-",
                "-" if error is None else f"{100 * error:.1f} %",
                f"{100 * score['coverage']:.0f} %" if score else "-",
            )
        )
    columns = (
        "quantity",
        "at the end",
        "90 % interval",
        "unit",
        "RMSE",
        "mean relative error",
        "in 90 % interval",
    )
    right = frozenset({"at the end", "RMSE", "mean relative error", "in 90 % interval"})
    return Table(
        f"Forecast from {number(one.now)} h on, against what was measured later", columns, rows, right
    )


def _parameters(model: "type[Model]", one: "Followed") -> list[tuple[str, float, float, float, str]]:
    """Name, declared value, value and deviation at the end, unit."""
    estimate = one.filter.settle(one.estimate)
    spread, first = one.filter.deviations(estimate), len(model.signature.states)
    group = model.signature.parameters
    return [
        (q.name, group.vector(one.run.parameters)[group.index(q.name)], estimate.mean[k], spread[k], q.unit)
        for k, q in enumerate((group[learnt.name] for learnt in one.filter.settings.learnt), first)
    ]


def _refitted(model: "type[Model]", one: "Followed") -> Table:
    rows = [
        (name, number(before), number(value), number(deviation), unit)
        for name, before, value, deviation, unit in _parameters(model, one)
    ]
    columns = ("parameter", "before", "refitted", "1 s.d.", "unit")
    return Table("Refitted, at the end", columns, rows, frozenset(columns[1:-1]))


def as_object(model: "type[Model]", one: "Followed") -> dict[str, Any]:
    """What was believed and foretold, as plain data."""
    from homeostat.cli.twin.columns import quantities

    units, keys = quantities(model), ("parameter", "before", "value", "deviation", "unit")
    sound = one.lost is None
    return {
        "run": one.run.name,
        "lost_after_h": one.lost,
        "signals": [
            {
                "quantity": name,
                "fused": w.fused,
                "rejected": w.rejected,
                "verdict": str(w.verdict(one.filter.settings.window)),
            }
            for name, w in zip(one.run.quantities, one.windows, strict=True)
        ],
        "time_h": one.time.tolist(),
        "believed": {
            name: {
                "unit": units[name].unit,
                "value": one.value[:, place].tolist(),
                "deviation": one.deviation[:, place].tolist(),
            }
            for place, name in enumerate(one.run.quantities)
        },
        "forecast_from_h": one.now,
        "forecasts": [
            {
                "quantity": f.quantity,
                "time_h": (f.hours + one.now).tolist(),
                "value": f.value.tolist(),
                "low": f.low.tolist(),
                "high": f.high.tolist(),
            }
            for f in one.forecasts
        ],
        "scores": scores(one),
        "refitted": [dict(zip(keys, row, strict=True)) for row in _parameters(model, one)] if sound else [],
    }


def _study(model: "type[Model]", found: "Sequence[Followed]") -> "Study":
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    sheets = []
    for one in found:
        for table in (_forecasts(model, one), _signals(model, one), _refitted(model, one)):
            caption = f"Run {one.run.name}: {table.title[:1].lower()}{table.title[1:]}"
            sheets.append(as_sheet(table, caption))
    facts = {"Model": model.__name__, "Runs": ", ".join(one.run.name for one in found)}
    lead = "Line: what the observer believes, then its forecast; band: 90 %; points: measured."
    panels = tuple(panel for one in found for panel in _panels(model, one))
    return Study(f"{model.__name__}: recorded runs followed", lead, facts, panels, (), tuple(sheets))


def _panels(model: "type[Model]", one: "Followed") -> "list[Panel]":
    import numpy as np

    from homeostat.cli.twin.columns import quantities
    from homeostat.quality.page.study import Dots, Panel, Shade

    units, found = quantities(model), []
    for place, name in enumerate(one.run.quantities):
        ahead = one.forecasts[place] if one.forecasts else None
        value, reach = one.value[:, place], Z * one.deviation[:, place]
        parts = [(one.time, value, np.maximum(value - reach, units[name].low), value + reach)]
        if ahead is not None:
            parts.append((one.now + ahead.hours, ahead.value, ahead.low, ahead.high))
        hours, line, low, high = (np.concatenate(each) for each in zip(*parts, strict=True))
        present = one.run.present[:, place]
        dots = Dots(one.run.time[present], one.run.measured[present, place])
        title = f"{name}, run {one.run.name}"
        shade = Shade(low, high, "90 %")
        found.append(Panel(title, units[name].unit, hours, line, "believed", (shade,), dots, now=one.now))
    return found
