"""`homeostat twin fit`: learn a model's parameters from measured runs, and predict others."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.options import Plot, Seed
from homeostat.cli.twin.plot import as_sheet, check_plot, draw, places
from homeostat.cli.twin.values import OptionError, declared, given, in_unit, names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from homeostat.quality.page.study import Study
    from homeostat.twin import Model
    from homeostat.twin.fit import Fit, Free, Options, Prediction, Profile, Run

STARTS, PETAB_STARTS = 10, 40
MOST_PERCENT = 1000
"""A linear approximation tells no uncertainty larger than this."""
_DEVIATION = re.compile(r"±(\d+(?:\.\d+)?) ?%")


class Task(NamedTuple):
    """What is to be fitted: the model, the runs, others to be predicted, what to learn, and how."""

    model: "type[Model]"
    runs: "tuple[Run, ...]"
    held_out: "tuple[Run, ...]"
    learn: "list[Free]"
    options: "Options"


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
    differs: Annotated[
        str | None,
        typer.Option(metavar="P1,P2", help="Learnt values that differ from donor to donor (random effects)."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="P1,P2", help="Add intervals by the profile likelihood.")
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
    check_plot(plot)
    if petab is not None:
        from homeostat.cli.twin.petab import fit_petab

        if any(each not in (None, []) for each in (model, data, others, mapped, differs, profile)):
            raise typer.BadParameter("a PEtab problem brings its own model and data", param_hint="'--petab'")
        fit_petab(petab, (starts or PETAB_STARTS, hops), seed, plot, as_json=as_json)
        return
    if model is None or not data:
        raise typer.BadParameter("name a model and at least one table of measurements, or --petab")
    settings = (starts or STARTS, seed, errors or mapped is None)
    task = _task(model, (data, others or [], mapped), learn, values or [], settings)
    if differs is None:
        _check_unseen(task, data, others or [])
        _fit_alike(task, profile, plot, as_json=as_json)
        return
    from homeostat.cli.twin.population import fit_donors

    without = {"--profile": profile, "--predict": others, "--plot": plot}
    fit_donors(task, differs, [name for name, value in without.items() if value], as_json=as_json)


def _task(
    model: str,
    tables: tuple[list[Path], list[Path], Path | None],
    learn: str | None,
    values: list[str],
    settings: tuple[int, int, bool],
) -> Task:
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.runs import read
    from homeostat.twin.fit import Options

    chosen = load_model(model)
    data, others, mapped = tables
    runs, held_out = read(chosen, data, mapped), read(chosen, others, mapped) if others else ()
    found = given(chosen, values)
    if found.inputs:
        what = f"{next(iter(found.inputs))} is an input: what was done in a run comes with its data"
        mend = "give it as a column of the tables, or under `constants` in the map"
        raise OptionError(what, where="--set", mend=mend)
    options = Options(*settings, fixed={**found.states, **found.parameters})
    return Task(chosen, runs, held_out, wanted(chosen, learn), options)


def _check_unseen(task: Task, data: list[Path], others: list[Path]) -> None:
    """Raise OptionError for a run to be predicted that was fitted: its score would say nothing."""
    mend = "name tables of runs that the fit has not seen; the fitted ones are scored anyway"
    fitted, names = {path.resolve() for path in data}, {run.name for run in task.runs}
    for path in others:
        if path.resolve() in fitted:
            raise OptionError("the table is fitted, too", where=f"--predict {path}", mend=mend)
    for run in task.held_out:
        if run.name in names:
            raise OptionError(f"run {run.name} is fitted, too", where="--predict", mend=mend)


def _fit_alike(task: Task, profile: str | None, plot: Path | None, *, as_json: bool) -> None:
    """Fit all runs with the same values, predict them and then the others, profile, draw and print."""
    from homeostat.cli.twin.bar import counting
    from homeostat.twin import fit as room

    profiled = named(profile, task, "--profile")
    with counting(task.options.starts + 1, "searches") as progress:
        fitted = room.fit(task.model, task.runs, task.learn, task.options, lambda _: progress(1))
    predicted = [each for runs in (task.runs, task.held_out) if runs for each in room.predict(fitted, runs)]
    profiles = {name: room.profile(fitted, name) for name in profiled}
    if plot is not None:
        draw(_study(fitted, predicted, profiles), plot)
    _tell(fitted, predicted, profiles, plot, as_json=as_json)


def named(text: str | None, task: Task, option: str) -> tuple[str, ...]:
    """Names between commas that are all learnt. Raises OptionError for the first that is not."""
    learnt, found = [each.name for each in task.learn], names(text)
    if text is not None and not found:
        raise OptionError("no quantity is named", where=option, mend="learnt are: " + ", ".join(learnt))
    for name in found:
        if name not in learnt:
            mend = f"name it in --fit, too; learnt are: {', '.join(learnt)}"
            raise OptionError(f"{name} is not learnt", where=f"{option} {text}", mend=mend)
    return found


def wanted(model: "type[Model]", text: str | None) -> "list[Free]":
    """What to learn: names, each with its bounds if they are given."""
    from homeostat.twin.fit import free

    s = model.signature
    if text is None:
        spread = [quantity.name for quantity in s.parameters if quantity.spread > 0.0]
        if not spread:
            mend = "name what to learn, such as --fit " + ",".join(s.parameters.names[:2])
            what = "the model tells of no parameter how it differs between donors"
            raise OptionError(what, where="--fit", mend=mend)
        return [free(model, name) for name in spread]
    found: list[Free] = []
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
    fitted: "Fit",
    predicted: "Sequence[Prediction]",
    profiles: "Mapping[str, Profile]",
    plot: Path | None,
    *,
    as_json: bool,
) -> None:
    from homeostat.twin.fit import identifiability

    report, known = identifiability(fitted), {run.name for run in fitted.problem.runs}
    if as_json:
        show_json(
            {
                **fitted.to_json(),
                "identifiability": report.to_json(),
                **({"profiles": [each.to_json() for each in profiles.values()]} if profiles else {}),
                "fitted": [one.to_json() for one in predicted if one.run.name in known],
                "predicted": [one.to_json() for one in predicted if one.run.name not in known],
            }
        )
        return
    reached = f"{fitted.search.reached()} of {len(fitted.search.searches)}"
    runs = f"{len(known)} run{'s' if len(known) > 1 else ''}"
    head = f"{fitted.problem.model.__name__}: {fitted.observations} values of {runs}; "
    head += f"{reached} searches reach the best ({fitted.search.best.outcome})"
    show(
        head,
        _estimates(fitted, profiles),
        _scores("Fitted runs", [one for one in predicted if one.run.name in known]),
        _scores("Predicted runs", [one for one in predicted if one.run.name not in known]),
        "",
        *sentences(report.lines()),
        *places(None, plot),
    )


def sentences(lines: "Sequence[str]") -> list[str]:
    """Each line with a capital and a full stop; a deviation beyond `MOST_PERCENT` is none that is known."""
    limited = (_DEVIATION.sub(_limited, line) for line in lines)
    return [line[:1].upper() + line[1:] + "." for line in limited]


def _limited(found: "re.Match[str]") -> str:
    return found[0] if float(found[1]) <= MOST_PERCENT else f"> {MOST_PERCENT:,} %"


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.1f} %" if 100 * share <= MOST_PERCENT else f"> {MOST_PERCENT:,} %"


def _estimates(fitted: "Fit", profiles: "Mapping[str, Profile]") -> Table:
    intervals, bounds = fitted.intervals(), fitted.at_bounds()
    rows = []
    for one in fitted.problem.free:
        found = profiles.get(one.name)
        notes = ["at its bound"] if one.name in bounds else []
        notes += ["its profile meets a better fit: raise --starts"] if found and found.better else []
        beside = [interval(*found.interval) if found else "-"] if profiles else []
        told = (number(one.start), number(fitted.values[one.name]), interval(*intervals[one.name]))
        rows.append((one.name, *told, *beside, one.unit, "; ".join(notes)))
    extra = ("by its profile",) if profiles else ()
    columns = ("quantity", "before", "estimate", "90 % interval", *extra, "unit", "note")
    return Table("Learnt", columns, rows, frozenset({"before", "estimate"}))


def interval(low: float | None, high: float | None) -> str:
    """From low to high; None for an end that the runs do not limit."""
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
            _percent(s.relative_error),
            f"{100 * s.coverage:.0f} %",
        )
        for one in predicted
        for s in one.scores
    ]
    return Table(title, columns, rows, frozenset(columns) - {"run", "quantity", "unit"})


def _study(fitted: "Fit", predicted: "Sequence[Prediction]", profiles: "Mapping[str, Profile]") -> "Study":
    from homeostat.cli.twin.curves import panels
    from homeostat.quality.page.study import Study

    known = [run.name for run in fitted.problem.runs]
    model = fitted.problem.model
    sheets = [
        as_sheet(_estimates(fitted, profiles)),
        as_sheet(_scores("Runs, fitted and predicted", predicted)),
    ]
    facts: dict[str, Any] = {
        "Model": model.__name__,
        "Values": str(fitted.observations),
        "Fitted": ", ".join(known),
        "Predicted": ", ".join(one.run.name for one in predicted if one.run.name not in known),
    }
    lead = "Lines: the model; bands: where a measurement is expected with 90 %; points: measured."
    drawn = panels(fitted, [one.run for one in predicted])
    return Study(f"{model.__name__}: fitted to measured runs", lead, facts, drawn, (), tuple(sheets))
