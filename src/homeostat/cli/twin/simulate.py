"""`homeostat twin simulate`: one run of a model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.ended import mends, told, unresolved
from homeostat.cli.twin.options import (
    Columns,
    Csv,
    Days,
    Event,
    Every,
    Hours,
    Input,
    ModelName,
    Plot,
    Schedule,
    Set,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy import float64
    from numpy.typing import NDArray

    from homeostat.quality.page.study import Study
    from homeostat.twin import Model, Trajectory

    Series = Mapping[str, NDArray[float64]]


def simulate(
    *,
    model: ModelName,
    days: Days = None,
    hours: Hours = None,
    every: Every = None,
    values: Set = None,
    changes: Input = None,
    schedule: Schedule = None,
    events: Event = None,
    columns: Columns = None,
    csv: Csv = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Simulate one run and report its states and outputs. Exit code 1 if it does not come to its end."""
    from homeostat.cli.twin.columns import wanted
    from homeostat.cli.twin.course import Length, course
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.plot import draw, places
    from homeostat.cli.twin.values import names
    from homeostat.cli.twin.writing import check_files
    from homeostat.twin import Simulator, Status
    from homeostat.twin import simulate as run

    check_files(csv, plot, as_json=as_json)
    chosen = load_model(model)
    asked = course(chosen, Length(days, hours, every), values, changes, schedule, events)
    reported = wanted(chosen, names(columns), "--columns")
    states, parameters = asked.given.states, asked.given.parameters
    simulator = Simulator(chosen)
    made = run(simulator, states, asked.segments, parameters, asked.times, asked.jumps, judged=reported)
    series = _series(chosen, made, reported)
    if csv is not None:
        _write(csv, chosen, made, series)
    if plot is not None and len(made.time):
        draw(_study(chosen, made, series), plot)
    if as_json:
        show_json(_as_object(chosen, made, series))
    elif csv != Path("-"):
        show(_headline(chosen, made), _table(chosen, series), *places(csv, plot))
    if not as_json:
        say(*unresolved(chosen, made.doubts))
    if made.status is not Status.OK:
        say(f"the run ends before its {_moment(asked.times[-1])}: {told(chosen, made.status, made.failure)}")
        say(*mends(made.failure))
        raise typer.Exit(ExitCode.FAILED)


def _series(model: "type[Model]", made: "Trajectory", reported: tuple[str, ...]) -> "Series":
    s = model.signature
    states = {name: made.states[:, place] for place, name in enumerate(s.states.names)}
    outputs = {name: made.outputs[:, place] for place, name in enumerate(s.outputs.names)}
    return {name: (states | outputs)[name] for name in reported}


def _units(model: "type[Model]") -> dict[str, str]:
    from homeostat.cli.twin.columns import quantities

    return {name: quantity.unit for name, quantity in quantities(model).items()}


def _write(path: Path, model: "type[Model]", made: "Trajectory", series: "Series") -> None:
    from homeostat.cli.twin.columns import headed
    from homeostat.cli.twin.writing import write_csv

    units = _units(model)
    heads = ["time [h]", *(headed(name, units[name]) for name in series)]
    rows = zip(made.time.tolist(), *(values.tolist() for values in series.values()), strict=True)
    write_csv(path, heads, rows)


def _as_object(model: "type[Model]", made: "Trajectory", series: "Series") -> dict[str, Any]:
    return {
        "model": model.__name__,
        "status": made.status.name.lower(),
        **({} if made.failure is None else {"ended": told(model, made.status, made.failure)}),
        "warnings": unresolved(model, made.doubts),
        "time_h": made.time.tolist(),
        "units": {name: _units(model)[name] for name in series},
        "columns": {name: values.tolist() for name, values in series.items()},
    }


def _headline(model: "type[Model]", made: "Trajectory") -> str:
    end = _moment(float(made.time[-1])) if len(made.time) else "nothing"
    return f"{model.__name__}: {end} simulated, {len(made.time):,} times reported"


def _moment(hours: float) -> str:
    return f"{hours / 24:g} days" if hours >= 72 else f"{hours:g} hours"


def _table(model: "type[Model]", series: "Series") -> Table:
    units = _units(model)
    rows = [
        (name, *(number(float(v)) for v in (s[0], s.min(), s.max(), s[-1])), units[name])
        for name, s in series.items()
        if len(s)
    ]
    columns = ("quantity", "at start", "least", "most", "at end", "unit")
    return Table("", columns, rows, frozenset(columns[1:-1]))


def _study(model: "type[Model]", made: "Trajectory", series: "Series") -> "Study":
    from homeostat.cli.twin.models import purpose
    from homeostat.quality.page.study import Panel, Study

    units = _units(model)
    panels = tuple(Panel(name, units[name], made.time, values) for name, values in series.items())
    facts = {"Model": model.__name__, "Length": _moment(float(made.time[-1])), "Times": f"{len(made.time):,}"}
    return Study(f"{model.__name__}: one run", purpose(model), facts, panels)
