"""`homeostat twin ensemble`: many virtual batches, as bands over time and the chance to be in specification."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import AsJson
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
    Seed,
    Set,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeostat.cli.twin.course import Course
    from homeostat.twin import Ensemble, Model
    from homeostat.twin.engine.scales import Doubt
    from homeostat.twin.virtual import Donors, Limit, Spreads, Survey

DEFAULT_COLUMNS = 4
"""Reported if nothing is named: outputs first, then states."""
MOST = 100_000_000
"""Virtual batches in one run: more tell nothing new, and would take days."""


def ensemble(
    *,
    model: ModelName,
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, max=MOST, help="Virtual batches.")] = 10_000,
    seed: Seed = 0,
    spreads: Annotated[
        list[str] | None,
        typer.Option(
            "--spread",
            metavar="NAME=SHARE",
            help="Relative spread of a parameter or initial state, such as viable=0.2; 0 for none. Parameters "
            "have those that the model declares.",
        ),
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            metavar="NAME>=VALUE",
            help="A specification at the end: NAME>=VALUE, NAME<=VALUE or LOW<=NAME<=HIGH.",
        ),
    ] = None,
    quantiles: Annotated[
        str, typer.Option(metavar="A,B", help="Quantiles of the bands.")
    ] = "0.05,0.25,0.5,0.75,0.95",
    threads: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Threads; the result is the same.", show_default="all cores"),
    ] = None,
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
    """Simulate many virtual batches that differ as donors do: bands, and the chance to be in specification."""
    from homeostat.cli.twin.course import Length, course
    from homeostat.cli.twin.ended import unresolved
    from homeostat.cli.twin.limits import limit, probabilities
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.lost import first_lost
    from homeostat.cli.twin.surveyed import Notes, tell
    from homeostat.cli.twin.writing import check_files
    from homeostat.twin import Ensemble
    from homeostat.twin.virtual import Donors

    check_files(csv, plot, as_json=as_json)
    chosen = load_model(model)
    asked = course(chosen, Length(days, hours, every), values, changes, schedule, events)
    specified = [limit(chosen, text) for text in limits or ()]
    levels, shown = probabilities(quantiles), _columns(chosen, columns, specified)
    donors = Donors(chosen, _spreads(chosen, spreads or ()), seed, asked.given.states, asked.given.parameters)
    kernel = Ensemble(chosen, columns=shown)
    result = _survey(kernel, donors, (n, threads), asked, specified, levels)
    lost = first_lost(kernel, donors, asked, n, sorted(result.failures), threads)
    notes = Notes(tuple(lost), tuple(unresolved(chosen, _doubts(kernel, asked))))
    tell(chosen, result, seed, csv, plot, notes, as_json=as_json)


def _survey(
    kernel: "Ensemble",
    donors: "Donors",
    size: tuple[int, int | None],
    asked: "Course",
    specified: "list[Limit]",
    levels: tuple[float, ...],
) -> "Survey":
    """Simulate so many batches on so many threads, with a bar."""
    from homeostat.cli.twin.bar import counting
    from homeostat.twin.virtual import survey

    n, threads = size
    with counting(n, "virtual batches") as progress, _explained(kernel, donors, size, asked):
        return survey(
            kernel,
            donors,
            n,
            asked.times,
            asked.segments,
            jumps=asked.jumps,
            limits=specified,
            quantiles=levels,
            threads=threads,
            progress=progress,
        )


@contextmanager
def _explained(
    kernel: "Ensemble", donors: "Donors", size: tuple[int, int | None], asked: "Course"
) -> "Iterator[None]":
    """Add to the error of a survey without a sound batch where the first of them ended."""
    from homeostat.cli.twin.lost import TOGETHER, first_lost, sentences
    from homeostat.errors import TwinError
    from homeostat.twin import Status

    try:
        yield
    except TwinError as error:
        faults = [status for status in Status if status is not Status.OK]
        lost = first_lost(kernel, donors, asked, min(size[0], TOGETHER), faults, size[1])
        if not lost:
            raise
        told = [line for line in sentences(donors.model, lost) if not line.startswith("mend: ")]
        mends = [one.failure.mend for one in lost if one.failure is not None and one.failure.mend]
        what = ". ".join([error.what, *(line.removesuffix(".") for line in told)])
        raise TwinError(
            what, where=error.where, mend="; or ".join(filter(None, [error.mend, *mends]))
        ) from error


def _doubts(kernel: "Ensemble", asked: "Course") -> "tuple[Doubt, ...]":
    """The states that the typical batch does not resolve at the tolerances of the ensemble."""
    from homeostat.twin import Simulator, simulate

    of = kernel.tolerance
    alone = Simulator(kernel.model, rtol=of.relative, atol=of.absolute)
    states, parameters = asked.given.states, asked.given.parameters
    return simulate(alone, states, asked.segments, parameters, asked.times, asked.jumps).doubts


def _spreads(model: "type[Model]", texts: list[str] | tuple[()]) -> "Spreads":
    from homeostat.cli.twin.values import OptionError, assignment, declared, in_unit
    from homeostat.twin.virtual import Spreads
    from homeostat.twin.virtual.donors import MOST

    s, found = model.signature, dict(Spreads.declared(model).by_name)
    for text in texts:
        where = f"--spread {text}"
        name, value = assignment(text, where)
        share = in_unit(value, "1", where)
        if share < 0.0:
            raise OptionError("a spread is not negative", where=where, mend="write such as viable=0.2")
        if share > MOST:
            what = f"a spread is at most {100.0 * MOST:,.0f} %"
            raise OptionError(what, where=where, mend="write a share such as viable=0.2, or viable='20 %'")
        found[declared((*s.parameters, *s.states), name, where).name] = share
    return Spreads(found)


def _columns(model: "type[Model]", columns: str | None, specified: "list[Limit]") -> tuple[str, ...]:
    """The columns wanted, and those that a limit is set on."""
    from homeostat.cli.twin.columns import wanted
    from homeostat.cli.twin.values import names

    shown = wanted(model, names(columns), "--columns", DEFAULT_COLUMNS)
    return tuple(dict.fromkeys([*shown, *(limit.column for limit in specified)]))
