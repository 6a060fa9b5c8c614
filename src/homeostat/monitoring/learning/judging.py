"""How good a table's models are, told honestly: the whole search is repeated without the rows that judge it.

In: a task. Out: for every row a prediction by a model whose family, preparation and size were chosen without the row
and its group (nested cross-validation: Stone 1974; Varma & Simon 2006), intervals calibrated on the other folds, and
the figures that follow, beside those of the mean.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.folds import alone, others, outer_folds
from homeostat.monitoring.learning.groups import members
from homeostat.monitoring.learning.intervals import banded, ruling
from homeostat.monitoring.learning.menu import menu
from homeostat.monitoring.learning.search import Choice, choose, learn
from homeostat.monitoring.learning.task import Task
from homeostat.monitoring.learning.threads import one_thread
from homeostat.monitoring.package import Metrics
from homeostat.monitoring.package.metrics import measure
from homeostat.monitoring.prediction import Rule, Ruling, Verdict, decide

DRAWS = 1000
"""Resamples of groups behind the interval of an error."""
MOST_SUBGROUPS = 60
SINGLE_REPEATS = 2
"""Divisions that a search chooses by which is repeated for every row."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Predictions (n,) by models that had not seen the rows, those of the mean, the fold of each row, what was chosen.

    `probability` (n,) tells how probable it was said to be that each row meets the rule, NaN where that is not told;
    `metrics` are over all rows, then by group.
    """

    held_out: Array
    baseline: Array
    fold: Integers
    choices: tuple[str, ...]
    probability: Array
    metrics: tuple[Metrics, ...]

    @property
    def values(self) -> Mapping[str, float]:
        """The figures over all rows."""
        return self.metrics[0].values


def judge(
    task: Task,
    level: float,
    seed: int,
    step: Callable[[], None] = lambda: None,
    *,
    quick: bool = False,
    applied: Array | None = None,
) -> Judged:
    """Nested cross-validation of the whole search; `step` is called after each preparation that was tried."""
    nested = _nested(task, seed, step, applied, quick=quick)
    verdicts = _verdicts(task, nested, level)
    metrics = _figures(task, verdicts, nested.baseline, seed)
    choices = tuple(str(choice) for choice in nested.choices)
    told = np.array([verdict.probability for verdict in verdicts], np.float64)
    return Judged(nested.held_out, nested.baseline, nested.fold, choices, told, metrics)


class _Nested(NamedTuple):
    """Predictions and means (n,) without the row's fold, the fold (n,), and what was chosen without each fold.

    `views` are all rows (n, q) as the model without the fold sees them; None where widths do not follow the inputs.
    """

    held_out: Array
    baseline: Array
    fold: Integers
    choices: tuple[Choice, ...]
    views: tuple[Array | None, ...]


def _nested(
    task: Task, seed: int, step: Callable[[], None], applied: Array | None, *, quick: bool
) -> _Nested:
    """Every outer fold is predicted by a search without it.

    Of few rows each is a fold, and there are as many searches as rows. Then a search is cheaper: smaller forests, and
    two divisions of its rows, other ones in every search, so that the luck of a division evens out over the folds. The
    search whose model is frozen is not cut short. Nor are those of spectra, whose families cost little.
    """
    views: list[Array | None] = []
    rows, single = len(task.y), task.axis is None and alone(task.groups, task.y, task.same)
    held_out, baseline, fold_of, choices = np.empty(rows), np.empty(rows), np.empty(rows, np.int64), []
    for number, fold in enumerate(outer_folds(task.groups, task.y, seed, task.same)):
        known = task.part(others(fold, rows))
        with one_thread():
            offered = menu(known, seed, quick=quick, single=single)
            divided, repeats = (seed + SINGLE_REPEATS * number, SINGLE_REPEATS) if single else (seed, None)
            choice = choose(known, offered, divided, step, applied, repeats=repeats)
            learnt = learn(known, choice)
            held_out[fold] = learnt.predict(task.x[fold])
        views.append(learnt.view(task))
        baseline[fold], fold_of[fold] = known.y.mean(), number
        choices.append(choice)
    return _Nested(held_out, baseline, fold_of, tuple(choices), tuple(views))


def _verdicts(task: Task, nested: _Nested, level: float) -> tuple[Verdict, ...]:
    """What would have been said of each row: interval and ruling come from the other folds, the space has no say.

    The probability comes from the values that the search without the fold had of the rows it held out itself: nothing
    of the fold has a part in them.
    """
    held_out = nested.held_out
    rule = None if task.question.rule is None else Rule.parse(task.question.rule)
    found: dict[int, Verdict] = {}
    for number, (choice, view) in enumerate(zip(nested.choices, nested.views, strict=True)):
        mine = np.flatnonzero(nested.fold == number)
        rest = np.flatnonzero(nested.fold != number)
        band = banded(task, held_out, level, rest, seen=view, logged=choice.logged)
        ruled = ruling(task, held_out, level, rest, choice.held_out)
        x = np.zeros((len(mine), 1)) if view is None else view[mine]
        low, high = band.band(x, held_out[mine])
        for row, value, *ends in zip(
            *(each.tolist() for each in (mine, held_out[mine], low, high)), strict=True
        ):
            found[row] = _verdict(rule, ruled, value, *ends)
    return tuple(found[row] for row in range(len(held_out)))


def _verdict(rule: Rule | None, ruled: Ruling | None, value: float, low: float, high: float) -> Verdict:
    said = None if ruled is None or rule is None else ruled.said(rule, value)
    probability = None if said is None else said.probability
    decision, reason = decide(rule, (low, high), None, None, said)
    return Verdict(value, low, high, decision, None, None, None, None, (), (), reason, "", probability)


def _figures(task: Task, verdicts: tuple[Verdict, ...], baseline: Array, seed: int) -> tuple[Metrics, ...]:
    groups = members(task)
    few = task.groups is not None and len(set(task.groups)) <= MOST_SUBGROUPS
    rule = None if task.question.rule is None else Rule.parse(task.question.rule)
    found = measure(task.y, verdicts, rule=rule, subgroups=groups if few else None, groups=groups)
    beside = {"rmsep_of_mean": float(np.sqrt(np.mean((task.y - baseline) ** 2)))}
    if rule is not None:
        met = task.question.meets(task.y)
        beside["accuracy_of_majority"] = float(max(met.mean(), 1.0 - met.mean()))
        if "brier" in found[0].values:
            beside["brier_of_share"] = float(met.var())
    low, high = _span(task, np.array([verdict.value for verdict in verdicts]), seed)
    whole = found[0].model_copy(
        update={"values": {**found[0].values, "rmsep_low": low, "rmsep_high": high, **beside}}
    )
    return (whole, *found[1:])


def _span(task: Task, held_out: Array, seed: int) -> tuple[float, float]:
    """The 95 % interval of the root mean square error, by resampling groups (or rows)."""
    squares = (task.y - held_out) ** 2
    _, member = np.unique(members(task), return_inverse=True)
    sums, counts = np.bincount(member, squares), np.bincount(member).astype(np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (DRAWS, len(sums)))
    errors = np.sqrt(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.quantile(errors, (0.025, 0.975))
    return float(low), float(high)
