"""`homeostat watch train`: from a table to a frozen model, with an honest account of how good it is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import by_group, percent
from homeostat.cli.watch.options import TABLE_HELP, acceptance, check_out
from homeostat.cli.watch.signing import By, Sign, seal, signer_of
from homeostat.cli.watch.watching import hours, learn

if TYPE_CHECKING:
    from homeostat.monitoring.learning import Table as Read
    from homeostat.monitoring.learning.locking import Locked
    from homeostat.monitoring.learning.training import Settings, Trained

SHOWN_TRIALS = 8
_LIMITS = ("limit", "rows", "found", "outcome")


def train(
    *,
    table: Annotated[Path, typer.Argument(metavar="TABLE", help=TABLE_HELP)],
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What is to be predicted: numbers, or classes.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="MODEL.json", help="Where the model is written.")],
    group: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Donor, batch or reactor: its rows are held out together."),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="What the target must meet: '>= 90', '80..120', '== activated'."),
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Inputs: headings, or regular expressions.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Columns that are no inputs, likewise.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Early prediction: only columns known by this day, such as dd5."),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(metavar="TABLE2", help="A locked test set, used once, after all is chosen.")
    ] = None,
    test_share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", min=0.01, max=0.9, help="Lock this share of the groups as test set instead."
        ),
    ] = None,
    applied: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE2", help="Inputs from where the model will be used; a target there is never read."
        ),
    ] = None,
    level: Annotated[
        float, typer.Option(metavar="SHARE", min=0.5, max=0.99, help="Coverage of the intervals.")
    ] = 0.9,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT", help="Fixed before the test: 'rmsep<=3', 'coverage>=0.85@*' (every group)."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model's name.", show_default="OUT")
    ] = None,
    unit: Annotated[str, typer.Option(metavar="UNIT", help="The target's unit.")] = "",
    question: Annotated[str, typer.Option(metavar="TEXT", help="The question the model answers.")] = "",
    context: Annotated[str, typer.Option(metavar="TEXT", help="Where and by whom the answer is used.")] = "",
    critical: Annotated[
        bool, typer.Option("--critical/--not-critical", help="Whether quality or patients depend on it.")
    ] = True,
    batches: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Instead of --target: the rows are samples of good batches, told by this column.",
        ),
    ] = None,
    time: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="With --batches: when a sample was taken, in hours or '[min]'."),
    ] = "time [h]",
    phases: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="With --batches: the recipe's phase, each with a model of its own."
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="With --batches: between samples.", show_default="as the table"),
    ] = None,
    align: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="With --batches: a tag that tells how far a batch has come."),
    ] = None,
    lags: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="With --batches: watch what the last N samples tell of the next (CVA)."
        ),
    ] = None,
    components: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="With --batches: how many; found by leaving out if not given."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Try a short list only, for a first look.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of everything that is drawn at random.")] = 0,
    sign: Sign = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Choose, judge and freeze a model: family, preparation and size by nested cross-validation in the table alone.

    With --batches, a long table of good batches becomes a watcher that running ones are held against.
    """
    from homeostat.monitoring.learning import read_table, training
    from homeostat.monitoring.learning.columns import Wanted
    from homeostat.monitoring.learning.locking import keep_apart
    from homeostat.monitoring.learning.runs import Laid
    from homeostat.monitoring.learning.watching import Asked
    from homeostat.monitoring.package import IntendedUse, write

    check_out(out, "--out")
    signer = signer_of(sign, by)
    if test is not None and test_share is not None:
        raise OptionError("there are two test sets", where="--test, --test-share", mend="give one of them")
    wanted = Wanted(tuple(columns or ()), tuple(without or ()), until)
    named = name or out.stem
    created = datetime.now(UTC).isoformat(timespec="seconds")
    if batches is not None:
        if target is not None:
            what = "a model either predicts or watches"
            raise OptionError(what, where="--target, --batches", mend="give one of them")
        use = IntendedUse(
            question=question or "Does the batch run like good ones?", context=context, critical=critical
        )
        laid = Laid(batches, time, phases)
        asked = Asked(laid, wanted, hours(every), align, lags, components, named, use=use, created=created)
        learn(table, out, asked, as_json=as_json)
        seal(out, signer, by, as_json=as_json)
        return
    if target is None:
        raise OptionError(
            "there is nothing to learn",
            where="--target",
            mend="name the column to predict, or with --batches the one that tells batches apart",
        )
    use = IntendedUse(question=question or f"What will {target} be?", context=context, critical=critical)
    settings = training.Settings(
        target=target,
        group=group,
        rule=rule,
        wanted=wanted,
        level=level,
        seed=seed,
        quick=quick,
        name=named,
        unit=unit,
        use=use,
        acceptance=acceptance(accept or []),
        created=created,
    )
    whole = read_table(table)
    locked = keep_apart(whole, settings, None if test is None else read_table(test), test_share)
    trained = _trained(settings, locked, None if applied is None else read_table(applied))
    write(trained.package, out)
    tested = locked.test(trained.package, out, settings.created)
    if as_json:
        show_json(_object(trained, tested))
    else:
        locked_test = [by_group("Locked test", tested)] if tested else []
        show(*_told(trained, out), *locked_test, *_limits(trained, tested))
    seal(out, signer, by, as_json=as_json)


def _trained(settings: "Settings", locked: "Locked", there: "Read | None") -> "Trained":
    from homeostat.cli.twin.bar import counting
    from homeostat.monitoring.learning import training
    from homeostat.monitoring.learning.applied import applied_rows, outside

    table, rows = locked.learnt_from, None
    task = training.pose(table, settings)
    locked.check(task)
    if there is not None:
        rows = applied_rows(task, there)
        task = replace(task, decisions=(*task.decisions, *outside(task, rows)))
    with counting(training.preparations(task, settings), "searches") as progress:
        return training.train(table, task, settings, locked.digest, lambda: progress(1), rows)


def _object(trained: "Trained", tested: Any) -> dict[str, Any]:
    package = trained.package
    return {
        "name": package.name,
        "hash": package.content_hash,
        "target": package.target,
        "rows": package.training.rows,
        "groups": package.training.groups,
        "inputs": len(package.inputs),
        "decisions": list(trained.task.decisions),
        "tried": [dict(each) for each in package.tried],
        "figures": [each.model_dump(mode="json") for each in package.metrics],
        "locked_test": [each.model_dump(mode="json") for each in tested],
        "acceptance": [dict(zip(_LIMITS, row, strict=True)) for row in _outcomes(trained, tested)],
    }


def _outcomes(trained: "Trained", tested: Any) -> list[tuple[str, str, str, str]]:
    """The acceptance limits held against the locked test, else against the rows held out."""
    from homeostat.monitoring.learning.validation import outcome
    from homeostat.monitoring.package.metrics import judge

    package = trained.package
    return [outcome(each) for each in judge(package.acceptance, tested or package.metrics)]


def _limits(trained: "Trained", tested: Any) -> list[Table]:
    where = "locked test" if tested else "rows held out; a locked test decides"
    rows = _outcomes(trained, tested)
    return [Table(f"Acceptance limits ({where})", _LIMITS, rows)] if rows else []


def _told(trained: "Trained", out: Path) -> list[Table | str]:
    package, task, choice = trained.package, trained.task, trained.choice
    groups = f" in {package.training.groups} groups" if task.groups is not None else ""
    head = f"{package.target} from {len(package.inputs)} inputs; {len(task.y)} rows{groups}"
    return [
        head,
        *(f"- {decision}" for decision in task.decisions),
        _trials(trained),
        "",
        f"Chosen: {choice}.",
        _honest(trained),
        *([by_group("By group, held out", package.metrics[1:])] if package.metrics[1:] else []),
        "",
        f"Model: {out}, SHA-256 {package.content_hash}",
    ]


def _trials(trained: "Trained") -> Table:
    chosen = {id(part) for part in trained.choice.parts}
    trials = trained.choice.trials
    there = any(trial.applied is not None for trial in trials)
    rows = [
        (
            str(trial),
            number(trial.error),
            *((number(trial.applied),) if there else ()),
            "chosen" if id(trial) in chosen else "",
        )
        for trial in trials[:SHOWN_TRIALS]
    ]
    columns = ("model", "RMSE", *(("expected where applied",) if there else ()), "")
    title = f"Tried {len(trials)} models on folds held out; the best"
    return Table(title, columns, rows, frozenset(columns[1:-1]))


def _honest(trained: "Trained") -> Table:
    """The figures of the whole search on rows it never saw, beside those of the mean."""
    package, values = trained.package, trained.judged.values
    span = f"{number(values['rmsep_low'])} to {number(values['rmsep_high'])}"
    rows = [("RMSEP", number(values["rmsep"]), span, number(values["rmsep_of_mean"]))]
    if "r2" in values:
        rows.append(("R²", number(values["r2"]), "", "0"))
    rows.append(("bias", number(values["bias"]), "", ""))
    if "accuracy" in values:
        what = f"accuracy of {package.classes[1] if package.classes else package.rule}"
        rows.append((what, percent(values["accuracy"]), "", percent(values["accuracy_of_majority"])))
        if "brier" in values:
            told = number(values["brier"]), "", number(values["brier_of_share"])
            rows.append(("Brier score of its probability", *told))
        rows.append(("decided", percent(values["decided"]), "", ""))
        rows.append(("accuracy among the decided", percent(values.get("decided_accuracy")), "", ""))
    span = f"{percent(values['coverage_low'])} to {percent(values['coverage_high'])}"
    rows.append(
        (f"coverage of {percent(package.interval.coverage)} intervals", percent(values["coverage"]), span, "")
    )
    columns = ("figure", "value", "95 % interval", "mean or majority only")
    return Table(
        "Nested cross-validation: the whole search, on rows it never saw",
        columns,
        rows,
        frozenset(columns[1:]),
    )
