"""`homeostat watch train`: from a table to a frozen model, with an honest account of how good it is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import by_group, percent
from homeostat.cli.watch.live import learn_live, wished
from homeostat.cli.watch.meant import check_meant, declared_use
from homeostat.cli.watch.options import acceptance, check_out
from homeostat.cli.watch.signing import By, Sign, seal, signer_of
from homeostat.cli.watch.taught import (
    Accept,
    Align,
    Applied,
    Batches,
    Columns,
    Components,
    Context,
    Critical,
    Every,
    Group,
    IsLive,
    Lags,
    Level,
    Named,
    Out,
    Phases,
    Possible,
    Question,
    Quick,
    Rule,
    Scatters,
    Seed,
    StandardsOf,
    TableFile,
    Target,
    TestShare,
    TestTable,
    Time,
    UnitText,
    Until,
    Wavelengths,
    Without,
)
from homeostat.cli.watch.watching import hours, learn

if TYPE_CHECKING:
    from homeostat.monitoring.learning import Table as Read
    from homeostat.monitoring.learning.locking import Locked
    from homeostat.monitoring.learning.training import Settings, Trained

SHOWN_TRIALS = 8
_LIMITS = ("limit", "rows", "found", "outcome")


def train(
    ctx: typer.Context,
    *,
    table: TableFile,
    target: Target = None,
    out: Out,
    group: Group = None,
    rule: Rule = None,
    possible: Possible = None,
    columns: Columns = None,
    without: Without = None,
    until: Until = None,
    test: TestTable = None,
    test_share: TestShare = None,
    applied: Applied = None,
    level: Level = 0.9,
    accept: Accept = None,
    name: Named = None,
    unit: UnitText = "",
    question: Question = "",
    context: Context = "",
    critical: Critical = True,
    batches: Batches = None,
    time: Time = "time [h]",
    phases: Phases = None,
    every: Every = None,
    align: Align = None,
    lags: Lags = None,
    components: Components = None,
    live: IsLive = False,
    wavelengths: Wavelengths = None,
    scatter: Scatters = None,
    standards: StandardsOf = None,
    quick: Quick = False,
    seed: Seed = 0,
    sign: Sign = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Choose, judge and freeze a model: family, preparation and size by nested cross-validation in the table alone.

    With --batches, a long table of good batches becomes a watcher that running ones are held against. With --live, a
    table of spectra becomes a calibration that follows a process.
    """
    from homeostat.monitoring.learning import training
    from homeostat.monitoring.learning.columns import Wanted
    from homeostat.monitoring.learning.runs import Laid
    from homeostat.monitoring.learning.watching import Asked

    check_out(out, "--out")
    signer = signer_of(sign, by)
    check_meant(ctx, target, batches, live=live)
    if test is not None and test_share is not None:
        raise OptionError("there are two test sets", where="--test, --test-share", mend="give one of them")
    wanted = Wanted(tuple(columns or ()), tuple(without or ()), until)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    use = declared_use(question, target, context, critical=critical)
    if batches is not None:
        laid = Laid(batches, time, phases)
        learn(
            table,
            out,
            Asked(
                laid,
                wanted,
                hours(every),
                align,
                lags,
                components,
                name or out.stem,
                use=use,
                created=created,
            ),
            as_json=as_json,
        )
    elif target is not None and live and applied is not None:
        asked = wished(
            target,
            wavelengths or [],
            scatter or [],
            components,
            possible,
            standards,
            group=group,
            level=level,
            quick=quick,
            name=name or out.stem,
            unit=unit,
            use=use,
            created=created,
        )
        learn_live(table, applied, out, asked, as_json=as_json)
    elif target is not None:
        settings = training.Settings(
            target=target,
            group=group,
            rule=rule,
            possible=possible,
            wanted=wanted,
            level=level,
            seed=seed,
            quick=quick,
            name=name or out.stem,
            unit=unit,
            use=use,
            acceptance=acceptance(accept or []),
            created=created,
        )
        _predict(settings, _Tables(table, out, test, test_share, applied), as_json=as_json)
    seal(out, signer, by, as_json=as_json)


class _Tables(NamedTuple):
    """Where to read from, and where the model goes."""

    table: Path
    out: Path
    test: Path | None
    share: float | None
    applied: Path | None


def _predict(settings: "Settings", of: _Tables, *, as_json: bool) -> None:
    """Choose, judge and freeze a model that predicts, and say how good it is."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.locking import keep_apart
    from homeostat.monitoring.package import write

    locked = keep_apart(
        read_table(of.table), settings, None if of.test is None else read_table(of.test), of.share
    )
    trained = _trained(settings, locked, None if of.applied is None else read_table(of.applied))
    write(trained.package, of.out)
    tested = locked.test(trained.package, of.out, settings.created)
    if as_json:
        show_json(_object(trained, tested))
        return
    locked_test = [by_group("Locked test", tested)] if tested else []
    show(*_told(trained, of.out), *locked_test, *_limits(trained, tested))


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
        return training.train(table, task, settings, locked.digest(task), lambda: progress(1), rows)


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
        "coverage": package.interval.coverage,
        "promised": package.interval.promised,
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
        *([f"- {choice.why}"] if choice.why else []),
        *_widths(trained),
        _honest(trained),
        *_promised(trained),
        *([by_group("By group, held out", package.metrics[1:])] if package.metrics[1:] else []),
        "",
        f"Model: {out}, SHA-256 {package.content_hash}",
    ]


def _widths(trained: "Trained") -> list[str]:
    """How wide intervals are where, if not alike everywhere; nothing else."""
    from homeostat.monitoring.prediction import FactorInterval

    interval = trained.package.interval
    uneven = interval.uses_scale or isinstance(interval, FactorInterval)
    return [f"- intervals: {interval.method}"] if uneven else []


def _promised(trained: "Trained") -> list[str]:
    """What too few groups can promise; nothing where they are enough."""
    from homeostat.monitoring.learning.promising import promise

    told = promise(trained.package)
    return [] if told is None else ["", told]


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
