"""`homeostat twin fit`: learn a model's parameters from measured runs, and predict others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.twin.learning import Tables, Task, check_unseen, named, task_of
from homeostat.cli.twin.options import Mapped, Plot, Seed
from homeostat.cli.twin.plot import check_plot

STARTS, PETAB_STARTS = 10, 100

ModelOrNone = Annotated[
    str | None,
    typer.Argument(metavar="MODEL", help="A shipped model, or a Python file; none with --petab."),
]
Data = Annotated[list[Path] | None, typer.Argument(metavar="DATA.csv", help="Tables of measured runs.")]
Learn = Annotated[
    str | None,
    typer.Option(
        "--fit",
        metavar="P1,P2=LOW:HIGH",
        help="Parameters and initial states to learn; initial states also of one run: glucose@run4.",
        show_default="parameters that differ between donors",
    ),
]
Differs = Annotated[
    str | None,
    typer.Option(metavar="P1,P2", help="Learnt values that differ from donor to donor (random effects)."),
]
Profiled = Annotated[
    str | None, typer.Option(metavar="P1,P2", help="Add intervals by the profile likelihood.")
]
Others = Annotated[
    list[Path] | None,
    typer.Option("--predict", metavar="OTHER.csv", help="Runs that are not fitted, to be predicted."),
]
Starts = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Searches from random starts.", show_default="10, or 100 with --petab"
    ),
]
Hops = Annotated[
    int, typer.Option(metavar="N", min=0, help="With --petab: further searches beside the best ones.")
]
Errors = Annotated[
    bool, typer.Option("--estimate-errors", help="Let the residuals tell how large the errors are.")
]
Held = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE[ UNIT]",
        help="Hold a parameter or an initial state at a value other than the declared one.",
    ),
]
Petab = Annotated[Path | None, typer.Option(metavar="PROBLEM.yaml", help="Fit a PEtab problem instead.")]


def fit(
    *,
    model: ModelOrNone = None,
    data: Data = None,
    mapped: Mapped = None,
    learn: Learn = None,
    differs: Differs = None,
    profile: Profiled = None,
    others: Others = None,
    starts: Starts = None,
    hops: Hops = 100,
    errors: Errors = False,
    values: Held = None,
    petab: Petab = None,
    seed: Seed = 0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Learn parameters from measured runs, with intervals and what cannot be told; predict other runs."""
    check_plot(plot)
    if petab is not None:
        from homeostat.cli.twin.petab import fit_petab

        if any((model, data, mapped, learn, differs, profile, others, errors, values)):
            raise typer.BadParameter("a PEtab problem brings its own model and data", param_hint="'--petab'")
        fit_petab(petab, (starts or PETAB_STARTS, hops), seed, plot, as_json=as_json)
        return
    if model is None or not data:
        raise typer.BadParameter("name a model and at least one table of measurements, or --petab")
    tables, settings = Tables(data, others or [], mapped), (starts or STARTS, seed, errors or mapped is None)
    task = task_of(model, tables, learn, values or [], settings)
    if differs is not None:
        _fit_donors(
            task, differs, {"--profile": profile, "--predict": others, "--plot": plot}, as_json=as_json
        )
        return
    check_unseen(task, tables)
    _fit_alike(task, profile, plot, as_json=as_json)


def _fit_donors(task: Task, differs: str, without: Mapping[str, object], *, as_json: bool) -> None:
    """Let donors differ; `without` are options that are not served there."""
    from homeostat.cli.twin.population import fit_donors

    fit_donors(task, differs, [name for name, value in without.items() if value], as_json=as_json)


def _fit_alike(task: Task, profile: str | None, plot: Path | None, *, as_json: bool) -> None:
    """Fit all runs with the same values, predict them and then the others, profile, draw and print."""
    from homeostat.cli.twin.bar import counting
    from homeostat.cli.twin.fitted import tell
    from homeostat.twin import fit as room

    profiled = named(profile, task, "--profile")
    with counting(task.options.starts + 1, "searches") as progress:
        fitted = room.fit(task.model, task.runs, task.learn, task.options, lambda _: progress(1))
    predicted = [each for runs in (task.runs, task.held_out) if runs for each in room.predict(fitted, runs)]
    profiles = {name: room.profile(fitted, name) for name in profiled}
    tell(fitted, predicted, profiles, plot, as_json=as_json)
