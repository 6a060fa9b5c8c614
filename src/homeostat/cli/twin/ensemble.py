"""`homeostat twin ensemble`: many virtual batches, as bands over time and the chance to be in specification."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import limits as interval
from homeostat.cli.text import number
from homeostat.cli.twin.options import (
    Columns,
    Csv,
    Days,
    Every,
    Hours,
    Input,
    ModelName,
    Plot,
    Schedule,
    Seed,
    Set,
)
from homeostat.cli.twin.values import finite

if TYPE_CHECKING:
    from homeostat.quality.page.study import Study
    from homeostat.twin import Model
    from homeostat.twin.virtual import Limit, Survey

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
    columns: Columns = None,
    csv: Csv = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Simulate many virtual batches that differ as donors do: bands, and the chance to be in specification."""
    from homeostat.cli.twin.bar import counting
    from homeostat.cli.twin.inputs import segments
    from homeostat.cli.twin.limits import limit, probabilities
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.plot import check_plot, draw, places
    from homeostat.cli.twin.times import times
    from homeostat.cli.twin.values import check_apart, given
    from homeostat.cli.twin.writing import check_csv
    from homeostat.twin import Ensemble
    from homeostat.twin.virtual import Donors, survey

    check_plot(plot)
    check_csv(csv, as_json=as_json)
    check_apart(csv, plot)
    chosen = load_model(model)
    found = given(chosen, values or ())
    course = segments(chosen, found.inputs, changes or (), schedule)
    specified = [limit(chosen, text) for text in limits or ()]
    levels, grid = probabilities(quantiles), times(days, hours, every)
    donors = Donors(chosen, _spreads(chosen, spreads or ()), seed, found.states, found.parameters)
    kernel = Ensemble(chosen, columns=_columns(chosen, columns, specified))
    with counting(n, "virtual batches") as progress:
        result = survey(
            kernel,
            donors,
            n,
            grid,
            course,
            limits=specified,
            quantiles=levels,
            threads=threads,
            progress=progress,
        )
    if csv is not None:
        _write(csv, chosen, result)
    if plot is not None:
        draw(_study(chosen, result, seed), plot)
    if as_json:
        show_json(as_object(chosen, result, seed))
    elif csv != Path("-"):
        show(_headline(chosen, result), _ends(chosen, result), _chances(chosen, result), "", *_failed(result))
        show(*places(csv, plot))


def _spreads(model: "type[Model]", texts: list[str] | tuple[()]) -> Any:
    from homeostat.cli.twin.values import OptionError, assignment, declared, in_unit
    from homeostat.twin.virtual import Spreads

    s, found = model.signature, dict(Spreads.declared(model).by_name)
    for text in texts:
        where = f"--spread {text}"
        name, value = assignment(text, where)
        share = in_unit(value, "1", where)
        if share < 0.0:
            raise OptionError("a spread is not negative", where=where, mend="write such as viable=0.2")
        found[declared((*s.parameters, *s.states), name, where).name] = share
    return Spreads(found)


def _columns(model: "type[Model]", columns: str | None, specified: "list[Limit]") -> tuple[str, ...]:
    """The columns wanted, and those that a limit is set on."""
    from homeostat.cli.twin.columns import wanted
    from homeostat.cli.twin.values import names

    shown = wanted(model, names(columns), "--columns", DEFAULT_COLUMNS)
    return tuple(dict.fromkeys([*shown, *(limit.column for limit in specified)]))


def _units(model: "type[Model]", result: "Survey") -> list[str]:
    from homeostat.cli.twin.columns import quantities

    known = quantities(model)
    return [known[name].unit for name in result.columns]


def _headline(model: "type[Model]", result: "Survey") -> str:
    end = float(result.time[-1])
    length = f"{end / 24:g} days" if end >= 72 else f"{end:g} hours"
    return f"{model.__name__}: {result.n:,} virtual batches over {length}"


def _ends(model: "type[Model]", result: "Survey") -> Table:
    levels = tuple(f"{100 * q:g} %" for q in result.quantiles)
    rows = [
        (name, *(number(float(band[-1, place])) for band in result.bands), unit)
        for place, (name, unit) in enumerate(zip(result.columns, _units(model, result), strict=True))
    ]
    return Table("Quantiles at the end", ("quantity", *levels, "unit"), rows, frozenset(levels))


def _chances(model: "type[Model]", result: "Survey") -> Table:
    from homeostat.cli.twin.limits import chance

    units = dict(zip(result.columns, _units(model, result), strict=True))
    rows = [
        (one.column, f"{interval(finite(one.low), finite(one.high))} {units[one.column]}", kept)
        for one, kept in zip(result.limits, result.within, strict=True)
    ]
    if len(rows) > 1:
        rows.append(("all", "", result.within_all))
    columns = ("limit", "specification", "P (in)", "standard error", "95 % interval")
    shown = [(name, text, *chance(result, kept).cells) for name, text, kept in rows]
    return Table("In specification at the end", columns, shown, frozenset({"P (in)", "standard error"}))


def _failed(result: "Survey") -> list[str]:
    """What became of the batches that failed."""
    lost = sum(result.failures.values())
    if not lost:
        return ["No batch failed."]
    causes = ", ".join(
        f"{count:,} {status.name.lower().replace('_', ' ')}" for status, count in _failures(result)
    )
    return [f"{lost:,} batches failed ({causes}): they are in no band, and not in specification."]


def _failures(result: "Survey") -> list[tuple[Any, int]]:
    return sorted(result.failures.items())


def as_object(model: "type[Model]", result: "Survey", seed: int) -> dict[str, Any]:
    """The result as plain data; null stands where there is no number."""
    from homeostat.cli.twin.limits import chance

    units = _units(model, result)
    return {
        "model": model.__name__,
        "n": result.n,
        "seed": seed,
        "failures": {status.name.lower(): count for status, count in _failures(result)},
        "limits": [
            {
                "column": one.column,
                "low": finite(one.low),
                "high": finite(one.high),
                **chance(result, kept).plain,
            }
            for one, kept in zip(result.limits, result.within, strict=True)
        ],
        "in_specification": chance(result, result.within_all).plain if result.limits else None,
        "time_h": result.time.tolist(),
        "quantiles": list(result.quantiles),
        "columns": {
            name: {
                "unit": units[place],
                "bands": [[finite(v) for v in band[:, place].tolist()] for band in result.bands],
            }
            for place, name in enumerate(result.columns)
        },
    }


def _write(path: Path, model: "type[Model]", result: "Survey") -> None:
    from homeostat.cli.twin.columns import headed
    from homeostat.cli.twin.writing import write_csv

    heads = [
        f"{headed(name, unit)} {100 * q:g} %"
        for name, unit in zip(result.columns, _units(model, result), strict=True)
        for q in result.quantiles
    ]
    rows = (
        [hour, *result.bands[:, place, :].T.ravel().tolist()]
        for place, hour in enumerate(result.time.tolist())
    )
    write_csv(path, ["time [h]", *heads], rows)


def _study(model: "type[Model]", result: "Survey", seed: int) -> "Study":
    from homeostat.cli.twin.bands import panels
    from homeostat.cli.twin.limits import chance
    from homeostat.cli.twin.models import purpose
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    chances, ends = _chances(model, result), _ends(model, result)
    facts = {
        "Model": model.__name__,
        "Virtual batches": f"{result.n:,}",
        "Seed": str(seed),
        "In specification": chance(result, result.within_all).short if result.limits else "",
    }
    sheets = tuple(as_sheet(table) for table in ((chances, ends) if result.limits else (ends,)))
    title = f"{model.__name__}: {result.n:,} virtual batches"
    return Study(title, purpose(model), facts, panels(model, result), (), sheets, tuple(_failed(result)))
