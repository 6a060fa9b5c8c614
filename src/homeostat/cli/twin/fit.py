"""`homeostat twin fit`: learn a model's parameters from measured runs, and predict others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.options import Plot, Seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.quality.page.study import Study
    from homeostat.twin import Model
    from homeostat.twin.fit import Fit, Free, Prediction

STARTS, PETAB_STARTS = 10, 40


def fit(
    *,
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A shipped model, or a Python file; none with --petab."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Argument(metavar="DATA.csv", help="Tables of measured runs.")
    ] = None,
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
            "--fit",
            metavar="P1,P2=LOW:HIGH",
            help="Parameters and initial states to learn; initial states also of one run: glucose@run4.",
            show_default="parameters that differ between donors",
        ),
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option("--predict", metavar="OTHER.csv", help="Runs that are not fitted, to be predicted."),
    ] = None,
    starts: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Searches from random starts.", show_default="10, or 40 with --petab"
        ),
    ] = None,
    hops: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="With --petab: further searches beside the best ones."),
    ] = 120,
    errors: Annotated[
        bool,
        typer.Option("--estimate-errors", help="Let the residuals tell how large the errors are."),
    ] = False,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE[ UNIT]",
            help="Hold a parameter or an initial state at a value other than the declared one.",
        ),
    ] = None,
    petab: Annotated[
        Path | None, typer.Option(metavar="PROBLEM.yaml", help="Fit a PEtab problem instead.")
    ] = None,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Learn parameters from measured runs, with intervals and what cannot be told; predict other runs."""
    from homeostat.cli.twin.plot import check_plot

    check_plot(plot)
    if petab is not None:
        from homeostat.cli.twin.petab import fit_petab

        if model is not None or data or others or mapped:
            raise typer.BadParameter("a PEtab problem brings its own model and data", param_hint="'--petab'")
        fit_petab(petab, (starts or PETAB_STARTS, hops), seed, plot, as_json=as_json)
        return
    if model is None or not data:
        raise typer.BadParameter("name a model and at least one table of measurements, or --petab")
    fitted, predicted = _fitted(
        model, (data, others or [], mapped), learn, values or [], (starts or STARTS, seed, errors)
    )
    if plot is not None:
        from homeostat.cli.twin.plot import draw

        draw(_study(fitted, predicted), plot)
    _tell(fitted, predicted, [path.name for path in others or []], plot, as_json=as_json)


def _fitted(
    model: str,
    tables: tuple[list[Path], list[Path], Path | None],
    learn: str | None,
    values: list[str],
    options: tuple[int, int, bool],
) -> "tuple[Fit, tuple[Prediction, ...]]":
    """The fit, and predictions of fitted runs and then of the others."""
    from homeostat.cli.twin.bar import counting
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.runs import read
    from homeostat.cli.twin.values import OptionError, given
    from homeostat.twin import fit as room

    chosen = load_model(model)
    data, others, mapped = tables
    runs = read(chosen, data, mapped)
    held_out = read(chosen, others, mapped) if others else ()
    starts, seed, errors = options
    found = given(chosen, values)
    if found.inputs:
        raise OptionError(
            f"{next(iter(found.inputs))} is an input: what was done in a run comes with its data",
            where="--set",
            mend="give it as a column of the tables, or under `constants` in the map",
        )
    settings = room.Options(
        starts=starts,
        seed=seed,
        estimate_errors=errors or mapped is None,
        fixed={**found.states, **found.parameters},
    )
    with counting(starts + 1, "searches") as progress:
        fitted = room.fit(chosen, runs, wanted(chosen, learn), settings, lambda _: progress(1))
    return fitted, (*room.predict(fitted, runs), *(room.predict(fitted, held_out) if held_out else ()))


def wanted(model: "type[Model]", text: str | None) -> "list[str | Free]":
    """What to learn: names, each with its bounds if they are given."""
    from homeostat.cli.twin.values import OptionError, declared, in_unit, names
    from homeostat.twin.fit import free

    s = model.signature
    if text is None:
        spread = [quantity.name for quantity in s.parameters if quantity.spread > 0.0]
        if not spread:
            raise OptionError(
                "the model tells of no parameter how it differs between donors",
                where="--fit",
                mend="name what to learn, such as --fit " + ",".join(s.parameters.names[:2]),
            )
        return list(spread)
    found: list[str | Free] = []
    for part in names(text):
        name, sign, ends = part.partition("=")
        where = f"--fit {part}"
        quantity = declared((*s.parameters, *s.states), name.partition("@")[0].strip(), where)
        if not sign:
            found.append(free(model, name))
            continue
        low, colon, high = ends.partition(":")
        if not colon:
            raise OptionError("these are no bounds", where=where, mend=f"write such as {name}=0.01:0.1")
        lower, upper = (in_unit(end.strip(), quantity.unit, where) for end in (low, high))
        found.append(free(model, name, lower=lower, upper=upper))
    return found


def _tell(
    fitted: "Fit", predicted: "Sequence[Prediction]", held_out: list[str], plot: Path | None, *, as_json: bool
) -> None:
    from homeostat.cli.twin.plot import places
    from homeostat.twin.fit import identifiability

    report, known = identifiability(fitted), {run.name for run in fitted.problem.runs}
    if as_json:
        show_json(
            {
                **fitted.to_json(),
                "identifiability": report.to_json(),
                "fitted": [one.to_json() for one in predicted if one.run.name in known],
                "predicted": [one.to_json() for one in predicted if one.run.name not in known],
            }
        )
        return
    best = fitted.search.best
    ended = (
        f"{fitted.search.reached()} of {len(fitted.search.searches)} searches reach the best ({best.outcome})"
    )
    runs = f"{len(known)} run{'s' if len(known) > 1 else ''}"
    head = f"{fitted.problem.model.__name__}: {fitted.observations} values of {runs}; {ended}"
    show(
        head,
        _estimates(fitted),
        _scores("Fitted runs", [one for one in predicted if one.run.name in known]),
        _scores("Predicted runs", [one for one in predicted if one.run.name not in known]),
        "",
        *(line[:1].upper() + line[1:] + "." for line in report.lines()),
        *places(None, plot),
    )


def _estimates(fitted: "Fit") -> Table:
    intervals, bounds = fitted.intervals(), fitted.at_bounds()
    rows = [
        (
            one.name,
            number(one.start),
            number(fitted.values[one.name]),
            _interval(*intervals[one.name]),
            one.unit,
            "at its bound" if one.name in bounds else "",
        )
        for one in fitted.problem.free
    ]
    columns = ("quantity", "before", "estimate", "90 % interval", "unit", "note")
    return Table("Learnt", columns, rows, frozenset({"before", "estimate"}))


def _interval(low: float | None, high: float | None) -> str:
    return f"{'no limit' if low is None else number(low)} to {'no limit' if high is None else number(high)}"


def _scores(title: str, predicted: "Sequence[Prediction]") -> Table:
    columns = ("run", "quantity", "samples", "RMSE", "unit", "mean relative error", "in 90 % interval")
    rows = [
        (
            s.run,
            s.quantity,
            str(s.count),
            number(s.rmse),
            s.unit,
            "-" if s.relative_error is None else f"{100 * s.relative_error:.1f} %",
            f"{100 * s.coverage:.0f} %",
        )
        for one in predicted
        for s in one.scores
    ]
    return Table(
        title, columns, rows, frozenset({"samples", "RMSE", "mean relative error", "in 90 % interval"})
    )


def _study(fitted: "Fit", predicted: "Sequence[Prediction]") -> "Study":
    from homeostat.cli.twin.curves import panels
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    known = [run.name for run in fitted.problem.runs]
    model = fitted.problem.model
    sheets = [as_sheet(_estimates(fitted)), as_sheet(_scores("Runs, fitted and predicted", predicted))]
    facts: dict[str, Any] = {
        "Model": model.__name__,
        "Values": str(fitted.observations),
        "Fitted": ", ".join(known),
        "Predicted": ", ".join(one.run.name for one in predicted if one.run.name not in known),
    }
    lead = "Lines: the model; bands: where a measurement is expected with 90 %; points: measured."
    drawn = panels(fitted, [one.run for one in predicted])
    return Study(f"{model.__name__}: fitted to measured runs", lead, facts, drawn, (), tuple(sheets))
