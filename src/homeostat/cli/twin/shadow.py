"""`homeostat twin shadow`: follow recorded runs with the observer, and see how well it would have foretold them."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import AsJson
from homeostat.cli.twin.options import Event, Mapped, ModelName, Plot
from homeostat.cli.twin.values import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.twin import Model
    from homeostat.twin.fit import Run
    from homeostat.twin.observer import Course, Followed

LEVEL = 0.9
STRIDE_H = 0.25
"""Hours after which the filter brings its doubts up to date at the latest: each is a time that is computed."""


class Span(NamedTuple):
    """The hours of a forecast."""

    start: float
    end: float


class Plan(NamedTuple):
    """What the forecast is told of the time ahead, as typed."""

    held: bool
    changes: "Sequence[str]"
    schedule: Path | None
    events: "Sequence[str]"

    @property
    def given(self) -> bool:
        """Whether anything is planned."""
        return bool(self.changes or self.schedule or self.events)

    @property
    def told(self) -> str:
        """By what the forecast goes, in a word."""
        return "given" if self.given else "held" if self.held else "recorded"


def shadow(
    *,
    model: ModelName,
    data: Annotated[list[Path], typer.Argument(metavar="DATA.csv", help="Tables of measured runs.")],
    mapped: Mapped = None,
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
        typer.Option(
            "--from",
            metavar="HOUR",
            help="Forecast from here on.",
            show_default="two thirds; the last measurement with a later --until",
        ),
    ] = None,
    until: Annotated[
        float | None,
        typer.Option(metavar="HOUR", help="Forecast up to here.", show_default="the last measurement"),
    ] = None,
    held: Annotated[
        bool,
        typer.Option(
            "--held", help="Forecast without what was done later: inputs are held, nothing is added."
        ),
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME@HOUR=VALUE[ UNIT]",
            help="A planned input of the forecast, from an hour of the run on. With any plan, what was done "
            "later does not count; other inputs are held.",
        ),
    ] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Planned inputs of the forecast over time: a CSV table or a YAML list."
        ),
    ] = None,
    events: Event = None,
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
    """Follow recorded runs reading by reading and forecast the rest.

    Exit code 1 if the model cannot follow a run, or is contradicted by its readings.
    """
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.plot import check_plot
    from homeostat.cli.twin.runs import read
    from homeostat.cli.twin.shadowed import tell

    check_plot(plot)
    chosen = load_model(model)
    learnt = _learnt(chosen, learn)
    planned = Plan(held, changes or (), schedule, events or ())
    runs = read(chosen, data, mapped)
    spans = [_span(run, since, until) for run in runs]
    courses = [_course(chosen, planned, span) for span in spans]
    found = _followed(chosen, runs, learnt, wander, list(zip(spans, courses, strict=True)))
    tell(chosen, found, planned.told, plot, as_json=as_json)
    _complain(found)


def _learnt(model: "type[Model]", text: str | None) -> tuple[str, ...]:
    from homeostat.cli.twin.values import declared, names

    group = model.signature.parameters
    if text is None:
        return tuple(quantity.name for quantity in group if quantity.spread > 0.0)
    return tuple(declared(group, name, "--learn").name for name in names(text))


def _span(run: "Run", since: float | None, until: float | None) -> Span:
    """The hours of a run's forecast. Raises OptionError where they are not within it."""
    from homeostat.cli.twin.times import MOST, check_count

    start, last = run.start_h, float(run.time[-1])
    end = last if until is None else until
    usual = start + 2.0 * (last - start) / 3.0 if end <= last else last
    now = usual if since is None else since
    what = f"run {run.name} is measured from {start:g} to {last:g} h"
    if not start <= now <= last or (until is None and now == last):
        raise OptionError(what, where=f"--from {now:g}", mend="forecast from an hour between")
    if not now < end < math.inf:
        mend = f"forecast to an hour after {now:g}, where the forecast begins, or move that by --from"
        raise OptionError(what, where=f"--until {end:g}", mend=mend)
    mend = f"end at {start + STRIDE_H * MOST:g} h at the latest: a time is computed every {STRIDE_H:g} h"
    where = f"run {run.name}" if until is None else f"--until {end:g}"
    check_count(math.ceil((end - start) / STRIDE_H), where, mend)
    return Span(now, end)


def _course(model: "type[Model]", planned: Plan, span: Span) -> "Course | None":
    """What the forecast is told; None for what was recorded. Raises OptionError for a plan outside of it."""
    from homeostat.cli.twin.events import Within, jumps
    from homeostat.cli.twin.inputs import segments
    from homeostat.twin.observer import Course

    if planned.held and planned.given:
        what = "with --held nothing is planned"
        raise OptionError(
            what, where="--held", mend="leave it out: inputs that the plan does not name are held"
        )
    if not planned.given:
        return Course() if planned.held else None
    inputs = [each for each in segments(model, {}, planned.changes, planned.schedule) if each.values]
    mend = f"plan for {span.start:g} to {span.end:g} h, or move --from and --until"
    for each in inputs:
        if not span.start <= each.start_h <= span.end:
            what = f"an input changes at {each.start_h:g} h, outside of the forecast"
            raise OptionError(what, where="--input, --schedule", mend=mend)
    return Course.of(inputs, jumps(model.signature, planned.events, Within(*span, mend)))


def _followed(
    model: "type[Model]",
    runs: "Sequence[Run]",
    learnt: tuple[str, ...],
    wander: float,
    ahead: "Sequence[tuple[Span, Course | None]]",
) -> "list[Followed]":
    """Every run followed, with a bar."""
    from homeostat.cli.twin.bar import counting
    from homeostat.twin import Simulator
    from homeostat.twin.observer import Filter, follow, settings_of
    from homeostat.twin.observer.recorded import started

    found, simulator, states = [], Simulator(model), model.signature.states
    with counting(len(runs), "runs") as progress:
        for run, (span, course) in zip(runs, ahead, strict=True):
            settings = settings_of(model, run, learnt, wander)
            start = states.vector({**started(run, states.names), **run.initial})
            own = simulator.starting(start, run.jumps)
            of = Filter(own, settings, parameters=run.parameters, stride=STRIDE_H)
            found.append(follow(of, run, span.start, ahead=course, until=span.end, level=LEVEL))
            progress(1)
    return found


def _complain(found: "Sequence[Followed]") -> None:
    from homeostat.cli.twin.shadowed import doubted as disagreements

    lost = [one for one in found if one.lost is not None]
    for one in lost:
        say(f"run {one.run.name}: the model could not be followed beyond {one.lost:g} h")
    mute = [one for one in found if one.unforetold and one.lost is None]
    for one in mute:
        say(f"run {one.run.name}: there is no forecast: {one.unforetold}")
    doubted = [one for one in found if disagreements(one)]
    for one in doubted:
        say(f"run {one.run.name}: {'; '.join(disagreements(one))}")
    if doubted:
        say(
            "mend: check the hours, units and errors of the table, and what was done; or let the model be wrong by "
            "more: --wander"
        )
    if lost or mute or doubted:
        raise typer.Exit(ExitCode.FAILED)
