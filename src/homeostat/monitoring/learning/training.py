"""From a table to a model package: state the task, judge the search, learn from all rows, freeze.

In: a `Table` and `Settings`. Out: `Trained`: the package, how it was judged, and what was tried.
"""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from homeostat import __version__
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import chance
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.folds import outer_folds
from homeostat.monitoring.learning.groups import members
from homeostat.monitoring.learning.identical import row_digests, whole_digest
from homeostat.monitoring.learning.intervals import banded, ruling
from homeostat.monitoring.learning.judging import Judged, judge
from homeostat.monitoring.learning.logarithm import spans_decades
from homeostat.monitoring.learning.menu import menu
from homeostat.monitoring.learning.search import Choice, Learnt, choose, learn
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.task import Task, bounded, state
from homeostat.monitoring.learning.threads import one_thread
from homeostat.monitoring.package import (
    Acceptance,
    Input,
    IntendedUse,
    LockedTest,
    Package,
    Training,
    freeze,
    table_digest,
)
from homeostat.monitoring.package.metrics import check_limits
from homeostat.monitoring.prediction import GroupSpace, InputSpace, learn_group_space
from homeostat.monitoring.prediction.space_learning import learn_space

MISSING_ALLOWED = 0.2
"""Share of a row's inputs that may be missing."""
GAPS = 0.01
"""Share of a spectrum's points that may be."""
LIBRARIES = ("numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Settings:
    """What the user declares beside the table; `created` is the time in words, as the caller's clock says."""

    target: str
    group: str | None = None
    rule: str | None = None
    possible: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    level: float = 0.9
    seed: int = 0
    quick: bool = False
    name: str = "model"
    version: str = "1"
    unit: str = ""
    use: IntendedUse = field(default_factory=lambda: IntendedUse(question="prediction of the target"))
    acceptance: tuple[Acceptance, ...] = ()
    created: str = ""


@dataclass(frozen=True, eq=False)
class Trained:
    """The frozen model, the task it answers, how well the search did on rows it had not seen, and what it chose."""

    package: Package
    task: Task
    judged: Judged
    choice: Choice


def preparations(task: Task, settings: Settings) -> int:
    """How many preparations training will try, over all folds: what a progress bar counts."""
    seed = settings.seed
    offered = menu(task, seed, quick=settings.quick)
    each = len(offered.preparations) * (2 if spans_decades(task) else 1) + (1 if offered.regions else 0)
    return each * (len(outer_folds(task.groups, task.y, seed, task.same)) + 1)


def pose(table: Table, settings: Settings) -> Task:
    """The task that the table poses. Raises MonitoringError where it poses none, or a limit fits none."""
    task = state(table, settings.target, settings.wanted, settings.group, settings.rule)
    check_limits(settings.acceptance, ruled=task.question.rule is not None, grouped=task.groups is not None)
    return task if settings.possible is None else bounded(task, table, settings.possible)


def train(
    table: Table,
    task: Task,
    settings: Settings,
    locked: LockedTest | None = None,
    step: Callable[[], None] = lambda: None,
    applied: Array | None = None,
) -> Trained:
    """Judge the search by nested cross-validation, then search and learn with all rows, and freeze what came out.

    `applied` (m, p) are inputs from where the model will be used; see `search.choose`.
    """
    judged = judge(task, settings.level, settings.seed, step, quick=settings.quick, applied=applied)
    with one_thread():
        choice = choose(task, menu(task, settings.seed, quick=settings.quick), settings.seed, step, applied)
        learnt = learn(task, choice)
        band = banded(
            task,
            judged.held_out,
            settings.level,
            seen=learnt.view(task),
            logged=choice.logged,
        )
    package = freeze(
        task.x,
        name=settings.name,
        version=settings.version,
        use=settings.use,
        target=settings.target,
        unit=settings.unit,
        classes=_classes(task),
        rule=task.question.rule,
        inputs=_inputs(task),
        labels=task.labels,
        missing_allowed=int((GAPS if task.axis is not None else MISSING_ALLOWED) * len(task.names)),
        steps=learnt.steps,
        form=band.on(learnt.form),
        space=_space(task, learnt),
        group_space=_group_space(task, learnt),
        reached=None if task.question.classes else (float(task.y.min()), float(task.y.max())),
        interval=band.interval,
        ruling=ruling(task, judged.held_out, settings.level),
        training=_training(table, task),
        metrics=judged.metrics,
        acceptance=settings.acceptance,
        locked_test=locked,
        tried=_told(choice, judged),
        created=settings.created,
        software={"homeostat": __version__, "python": platform.python_version(), **versions()},
    )
    return Trained(package, task, judged, choice)


def _classes(task: Task) -> tuple[str, str] | None:
    if not task.question.classes:
        return None
    others = task.question.others
    return (others[0] if len(others) == 1 else f"not {task.question.positive}"), task.question.positive


def _inputs(task: Task) -> tuple[Input, ...]:
    return tuple(described(name, column) for name, column in zip(task.names, task.x.T, strict=True))


def described(name: str, column: Array, unit: str = "") -> Input:
    """An input as it is in training: its range, mean, spread and gaps over the rows of a `column` (n,)."""
    known = column[np.isfinite(column)]
    return Input(
        name=name,
        unit=unit,
        low=float(known.min()),
        high=float(known.max()),
        mean=float(known.mean()),
        deviation=float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        missing=1.0 - len(known) / len(column),
    )


def _space(task: Task, learnt: Learnt) -> InputSpace:
    """The input space of the rows as the model sees them, after the steps that all models share."""
    rows = learnt.prepared(task.x)
    return learn_space(rows, members(task), after=len(learnt.steps))


def _group_space(task: Task, learnt: Learnt) -> GroupSpace | None:
    """The space of the groups as the model sees them; None where there are no groups."""
    if task.groups is None:
        return None
    return learn_group_space(learnt.prepared(task.x), members(task), after=len(learnt.steps))


def _training(table: Table, task: Task) -> Training:
    columns: dict[str, Any] = dict(zip(task.names, task.x.T, strict=True))
    columns[task.target] = task.y
    if task.group is not None and task.groups is not None:
        columns[task.group] = task.groups
    return Training(
        sha256=table_digest(columns),
        rows=len(task.y),
        groups=len(np.unique(members(task))),
        columns=(*task.names, task.target),
        group=task.group or "",
        note=f"{table.name} (SHA-256 of the file {table.sheet.sha256}). " + ". ".join(task.decisions),
        keys=tuple(sorted(set(row_digests(task.x, task.y)))),
        chance=chance(task.x, task.y),
        whole=whole_digest(task.x, task.y),
    )


def _told(choice: Choice, judged: Judged) -> tuple[dict[str, Any], ...]:
    """What was tried on all rows, from the best on, and what was chosen; then what each outer fold chose."""
    chosen = {str(part) for part in choice.parts}
    trials = [
        {"model": str(trial), "rmse held out": trial.error, "chosen": str(trial) in chosen}
        | ({} if trial.applied is None else {"rmse expected where applied": trial.applied})
        for trial in choice.trials
    ]
    whole = {"chosen": str(choice), "rmse held out": choice.error} | (
        {"why": choice.why} if choice.why else {}
    )
    return (
        whole,
        *trials,
        *({"fold": number, "chose": told} for number, told in enumerate(judged.choices, 1)),
    )


def versions() -> dict[str, str]:
    """The versions of the libraries that learn."""
    return {name: version(name) for name in LIBRARIES}
