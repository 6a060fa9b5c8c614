"""`homeostat twin sensitivities`: what moves a result, ranked."""

import math
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.options import Days, Event, Hours, Input, ModelName, Plot, Schedule, Set
from homeostat.cli.twin.values import Given, OptionError, finite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.cli.twin.course import Course
    from homeostat.quality.page.study import Study
    from homeostat.twin import Model, Trajectory

DEFAULT_COLUMNS = 4


class Row(NamedTuple):
    """How `quantity` answers to `to`: its value there, d quantity / d to, and the normalised d ln / d ln."""

    quantity: str
    to: str
    value: float
    slope: float | None
    normalised: float | None


def sensitivities(
    *,
    model: ModelName,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="P1,P2",
            help="Parameters, initial states or inputs (a shift of the whole course).",
            show_default="all parameters",
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="States and outputs.", show_default="the first four, outputs first"),
    ] = None,
    at: Annotated[
        float | None, typer.Option(metavar="HOUR", help="When.", show_default="the end of the run")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="Rows shown for each quantity.")] = 10,
    days: Days = None,
    hours: Hours = None,
    values: Set = None,
    changes: Input = None,
    schedule: Schedule = None,
    events: Event = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Rank what moves a result: d ln y / d ln p, the per cent by which y changes when p changes by one per cent."""
    from homeostat.cli.twin.course import Length, course
    from homeostat.cli.twin.ended import unresolved
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.plot import check_plot, draw, places

    check_plot(plot)
    chosen = load_model(model)
    hour, end = _hours(at, days, hours)
    asked = course(chosen, Length(None, hour, hour), values, changes, schedule, events, end=end)
    rows = _computed(chosen, (to, of), asked)
    doubted = [] if isinstance(rows, str) else unresolved(chosen, _alone(chosen, asked).doubts)
    if isinstance(rows, str):
        say(f"{chosen.__name__}: the run ends before its {hour:g} hours: {rows}")
        raise typer.Exit(ExitCode.FAILED)
    if plot is not None:
        draw(_study(chosen, rows, hour, top), plot)
    if as_json:
        ranked = [row._asdict() for row in rows]
        show_json({"model": chosen.__name__, "at_h": hour, "sensitivities": ranked, "warnings": doubted})
    else:
        show(f"{chosen.__name__}: sensitivities at {hour:g} h", *_tables(chosen, rows, top))
        show(*places(None, plot))
        say(*doubted)


def _hours(at: float | None, days: float | None, hours: float | None) -> tuple[float, float]:
    """The hour of the sensitivities, and the end of the run."""
    from homeostat.cli.twin.times import times

    if at is not None and not 0.0 < at < math.inf:
        raise OptionError(
            f"{at:g} h is not within the run", where="--at", mend="give an hour above 0, such as 24"
        )
    if at is not None and days is None and hours is None:
        return at, at
    end = times(days, hours, None)[-1]
    if at is not None and at > end:
        mend = f"give an hour above 0, at most {end:g}"
        raise OptionError(f"{at:g} h is not within the run", where="--at", mend=mend)
    return (end if at is None else at), end


def _computed(
    model: "type[Model]",
    wanted_names: tuple[str | None, str | None],
    asked: "Course",
) -> "list[Row] | str":
    """Every pair, ranked within its quantity; how the run ended, where it does not get that far."""
    from homeostat.cli.twin.columns import wanted
    from homeostat.cli.twin.values import declared, names
    from homeostat.twin import Ensemble

    s = model.signature
    to, of = (names(text) for text in wanted_names)
    along = [declared((*s.parameters, *s.states, *s.inputs), name, "--to").name for name in to]
    columns = wanted(model, of, "--of", DEFAULT_COLUMNS)
    kernel = Ensemble(
        model,
        method="rodas4",
        rtol=1e-6,
        atol=1e-8,
        columns=columns,
        directions=along or s.parameters.names,
    )
    import numpy as np

    done = kernel.run(
        asked.times,
        asked.segments,
        states=np.array(s.states.vector(asked.given.states)),
        parameters=np.array(s.parameters.vector(asked.given.parameters)),
        jumps=asked.jumps,
    )
    if not done.sound.all() or done.sensitivities is None:
        return _ended(model, asked)
    at = _at(model, asked.given)
    return [
        row
        for place, name in enumerate(columns)
        for row in _ranked(
            name,
            float(done.values[0, -1, place]),
            done.sensitivities[0, -1, place].tolist(),
            done.directions,
            at,
        )
    ]


def _ended(model: "type[Model]", asked: "Course") -> str:
    """The status and the last hour of the run, of a hundred, as the simulator tells them."""
    from homeostat.cli.twin.ended import mends, told
    from homeostat.twin import Status

    made = _alone(model, asked)
    if made.status is Status.OK:
        return "its derivatives cannot be followed"
    return "\n".join([told(model, made.status, made.failure), *mends(made.failure)])


def _alone(model: "type[Model]", asked: "Course") -> "Trajectory":
    """The run without derivatives, at a hundred hours."""
    from homeostat.twin import Simulator, simulate

    grid = [asked.times[-1] * k / 100 for k in range(101)]
    states, parameters = asked.given.states, asked.given.parameters
    return simulate(Simulator(model), states, asked.segments, parameters, grid, asked.jumps)


def _at(model: "type[Model]", found: Given) -> dict[str, float]:
    """Where everything that can be moved stands."""
    s = model.signature
    groups = ((s.parameters, found.parameters), (s.states, found.states), (s.inputs, found.inputs))
    return {n: v for group, values in groups for n, v in zip(group.names, group.vector(values), strict=True)}


def _ranked(
    name: str, value: float, slopes: "Sequence[float]", along: "Sequence[str]", at: dict[str, float]
) -> list[Row]:
    rows = [
        Row(name, to, value, finite(slope), finite(slope * at[to] / value) if value else None)
        for to, slope in zip(along, slopes, strict=True)
    ]
    return sorted(rows, key=_size)


def _size(row: Row) -> float:
    """The largest first; what has no number last."""
    number = row.slope if row.normalised is None else row.normalised
    return math.inf if number is None else -abs(number)


def _grouped(rows: "list[Row]") -> "dict[str, list[Row]]":
    return {
        name: [row for row in rows if row.quantity == name]
        for name in dict.fromkeys(r.quantity for r in rows)
    }


def _tables(model: "type[Model]", rows: "list[Row]", top: int) -> list[Table]:
    from homeostat.cli.twin.columns import quantities

    units = {name: quantity.unit for name, quantity in quantities(model).items()}
    columns = ("with respect to", "d ln y / d ln p", "dy / dp")
    return [
        Table(
            f"{name} = {number(found[0].value)} {units[name]}",
            columns,
            [(row.to, number(row.normalised), number(row.slope)) for row in found[:top]],
            frozenset(columns[1:]),
        )
        for name, found in _grouped(rows).items()
    ]


def _study(model: "type[Model]", rows: "list[Row]", hour: float, top: int) -> "Study":
    from homeostat.cli.twin.models import purpose
    from homeostat.quality.page.study import Ladder, Span, Study

    ladders = tuple(
        Ladder(
            name,
            "% change for 1 % more",
            tuple(Span(row.to, row.normalised) for row in found[:top] if row.normalised is not None),
            bars=True,
        )
        for name, found in _grouped(rows).items()
    )
    facts = {"Model": model.__name__, "At": f"{hour:g} h"}
    kept = tuple(ladder for ladder in ladders if ladder.rows)
    return Study(f"{model.__name__}: what moves the result", purpose(model), facts, (), kept)
