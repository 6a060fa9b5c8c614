"""The search: every family with every preparation, compared on held-out folds of the rows it is given.

In: a task and a menu. Out: a `Choice`: one model or an average of a few, with the error it had on rows held out.
Which of several near-equal models is best on few rows is luck, and so is any line fitted through their predictions: of
every kind of model that is worse than the best by no more than a standard error the best is kept, and their mean taken.
A size is chosen by the one-standard-error rule (Breiman et al. 1984; Hastie et al. 2009, 7.10), the standard error
being that of the paired difference to the best size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Form, Integers, Step
from homeostat.monitoring.frozen.clipped import Clipped
from homeostat.monitoring.frozen.composed import Blend, Staged
from homeostat.monitoring.frozen.exponential import Exponential
from homeostat.monitoring.learning.applied import expected_error
from homeostat.monitoring.learning.families.family import Family
from homeostat.monitoring.learning.families.linear import PLS
from homeostat.monitoring.learning.folds import inner_folds, others
from homeostat.monitoring.learning.groups import clearly_above_zero
from homeostat.monitoring.learning.logarithm import (
    ends,
    of_logarithm,
    preferred,
    reported,
    spans_decades,
)
from homeostat.monitoring.learning.menu import LINEAR, MEAN, Menu
from homeostat.monitoring.learning.preparation import Preparation, regions
from homeostat.monitoring.learning.task import Task

Divisions = Sequence[Sequence[Integers]]
"""Folds that are all rows, repeated with other folds."""
MOST_PARTS = 5
"""Models that are averaged at most."""
BEYOND = 0.1
"""How far beyond the targets learnt from a model of spectra reports, as a share of their span."""
MOST_PREPARATIONS = 4
"""Preparations that are tried on parts of the spectrum as well, unless rows are few."""
FEW_ROWS = 60


@dataclass(frozen=True, eq=False)
class Trial:
    """A family with a preparation at its chosen size: predictions (n,) of the rows held out, and their error."""

    preparation: Preparation
    family: Family
    size: int
    held_out: Array
    error: float
    """Root mean square."""
    applied: float | None = None
    """The root mean square error to be expected on the rows without truth, where there are such rows."""
    logged: bool = False
    """Whether it was learnt on the logarithm of the target; `held_out` and `error` are in the target's unit."""

    @property
    def kind(self) -> tuple[str, str]:
        """What makes two trials alike: one preparation, and both linear or both of one family; or no inputs at all."""
        if self.family.name == MEAN:
            return "", MEAN
        return self.preparation.name, "linear" if self.family.name in LINEAR else self.family.name

    def __str__(self) -> str:
        size = self.family.sizes[self.size]
        of = "of the logarithm" if self.logged else ""
        return ", ".join(part for part in (self.family.name, size, self.preparation.name, of) if part)


@dataclass(frozen=True, eq=False)
class Choice:
    """The models averaged, what was tried, and the error of the mean on rows held out.

    `why` says why the logarithm of the target was taken or not, "" where it was not tried.
    """

    parts: tuple[Trial, ...]
    trials: tuple[Trial, ...]
    held_out: Array
    error: float
    why: str = ""

    @property
    def logged(self) -> bool:
        """Whether the models were learnt on the logarithm of the target."""
        return self.parts[0].logged

    def __str__(self) -> str:
        named = " + ".join(str(part) for part in self.parts)
        return f"mean of {named}" if len(self.parts) > 1 else named


@dataclass(frozen=True, eq=False)
class Learnt:
    """A frozen model: steps that all rows pass, then a form."""

    steps: tuple[Step, ...]
    form: Form

    def view(self, task: Task) -> Array | None:
        """The task's rows (n, q) as the form sees them; None of spectra, and where there are no steps."""
        return self.prepared(task.x) if self.steps and task.axis is None else None

    def prepared(self, x: Array) -> Array:
        """Rows (n, p) after the steps."""
        for step in self.steps:
            x = step.apply(x)
        return x

    def predict(self, x: Array) -> Array:
        """Values (n,) of rows (n, p)."""
        return self.form.predict(self.prepared(x))


def choose(
    task: Task,
    menu: Menu,
    seed: int,
    step: Callable[[], None] = lambda: None,
    applied: Array | None = None,
    *,
    repeats: int | None = None,
) -> Choice:
    """The best of the menu on the task's rows; `step` is called after each preparation.

    The folds to choose by are divided as often as `inner_folds` says, but no more than `repeats` times.

    Of spectra, `applied` (m, p) are rows from where the model will be used, whose targets nobody knows: then the
    preparation of least expected error there is taken.
    """
    divisions = inner_folds(task.groups, task.y, seed, task.same)[:repeats]
    trials = _everything(task, menu, divisions, step)
    if menu.regions and task.axis is not None:
        trials += _regional(task, task.axis, trials, divisions)
        step()
    if applied is not None and task.axis is not None:
        return _cut(task, _where_applied(task, trials, applied))
    plain = _cut(task, _best(task, trials))
    return _logged_or_not(task, plain, menu, divisions, step) if spans_decades(task) else plain


def _logged_or_not(
    task: Task, plain: Choice, menu: Menu, divisions: Divisions, step: Callable[[], None]
) -> Choice:
    """The better one of what is learnt on the target as it is and on its logarithm, which spans decades."""
    inner = of_logarithm(task)
    found = _best(inner, _everything(inner, menu, divisions, step))
    known = {id(trial): _told_back(task, trial) for trial in found.trials}
    parts = tuple(known[id(part)] for part in found.parts)
    told = task.possible.cut(reported(found.held_out, task.y))
    trials = tuple(sorted((*plain.trials, *known.values()), key=lambda trial: trial.error))
    taken = preferred(task, plain.held_out, told)
    error = _rms(told - task.y)
    why = (
        f"the target spans {task.y.min():.4g} to {task.y.max():.4g}, so its logarithm was tried and "
        f"{'' if taken else 'not '}taken (RMSE {error:.4g}, without it {plain.error:.4g}; intervals counted as well)"
    )
    if taken:
        return Choice(parts, trials, told, error, why)
    return replace(plain, trials=trials, why=why)


def _told_back(task: Task, trial: Trial) -> Trial:
    """A trial on the logarithm, in the target's unit."""
    told = reported(trial.held_out, task.y)
    return replace(trial, held_out=told, error=_rms(told - task.y), logged=True)


def _cut(task: Task, choice: Choice) -> Choice:
    """The choice as it will be told: nothing beyond what is possible."""
    if not task.possible.bounded:
        return choice
    told = task.possible.cut(choice.held_out)
    return replace(choice, held_out=told, error=_rms(told - task.y))


def _everything(task: Task, menu: Menu, divisions: Divisions, step: Callable[[], None]) -> list[Trial]:
    """Every family with every preparation. Raises MonitoringError where no preparation leaves numbers."""
    trials: list[Trial] = []
    for preparation in menu.preparations:
        trials += _tried(task, preparation, menu.families, divisions)
        step()
    if not trials:
        raise MonitoringError(
            "no preparation leaves numbers of these spectra",
            mend="leave out spectra that are flat or a straight line",
        )
    return trials


def _where_applied(task: Task, trials: Sequence[Trial], applied: Array) -> Choice:
    """The PLS of least expected error on the rows `applied`; those whose error there cannot be told come last."""
    judged = [
        replace(trial, applied=expected_error(task, trial.preparation, trial.size + 1, applied))
        for trial in trials
        if isinstance(trial.family, PLS)
    ]
    ranked = sorted(judged, key=lambda trial: (trial.applied is None, trial.applied or trial.error))
    best = ranked[0]
    return Choice((best,), tuple(ranked), best.held_out, best.error)


def learn(task: Task, choice: Choice) -> Learnt:
    """The chosen models, learnt from all rows of the task and frozen."""
    y = np.log(task.y) if choice.logged else task.y
    names = {part.preparation.name for part in choice.parts}
    forms: list[Form] = []
    common: tuple[Step, ...] = ()
    for part in choice.parts:
        steps, prepared = part.preparation.fit(task.x)
        form = part.family.freeze(prepared, y, part.size)
        if len(names) == 1:
            common = steps
        else:
            form = Staged(steps=steps, form=form)
        forms.append(form)
    return Learnt(common, _reportable(_told(_blended(forms), task, choice), task))


def _told(form: Form, task: Task, choice: Choice) -> Form:
    """The form in the target's unit, where it was learnt on the logarithm."""
    if not choice.logged:
        return form
    low, high = ends(task.y)
    return Exponential(form=Clipped(form=form, low=low, high=high))


def _reportable(form: Form, task: Task) -> Form:
    """A form that tells nothing impossible; on spectra no value far from those learnt from, for of another matrix it
    would tell anything at all."""
    low, high = task.possible.low, task.possible.high
    if task.axis is not None:
        ends = np.array([task.y.min(), task.y.max()]) + BEYOND * float(np.ptp(task.y)) * np.array([-1.0, 1.0])
        low, high = task.possible.cut(ends).tolist()
    return form if low is None and high is None else Clipped(form=form, low=low, high=high)


def _blended(forms: Sequence[Form]) -> Form:
    if len(forms) == 1:
        return forms[0]
    return Blend(forms=tuple(forms), weights=np.full(len(forms), 1.0 / len(forms)))


def _tried(
    task: Task, preparation: Preparation, families: Sequence[Family], divisions: Divisions
) -> Iterator[Trial]:
    _, prepared = preparation.fit(task.x)
    if not np.isfinite(prepared).all():
        return  # a flat spectrum has no scatter to correct: the preparation is not for this table
    rows = _turned(prepared) if task.axis is not None else prepared
    for family in families:
        paths = np.stack([_held_out(family, rows, task.y, folds) for folds in divisions])
        losses = np.mean((paths - task.y) ** 2, axis=0)
        size = simplest(losses)
        yield Trial(
            preparation, family, size, paths[:, size].mean(axis=0), float(np.sqrt(losses[size].mean()))
        )


def _held_out(family: Family, rows: Array, y: Array, folds: Sequence[Integers]) -> Array:
    """Predictions (sizes, n) of all rows, each by models that had not seen its fold."""
    found = np.empty((len(family.sizes), len(rows)))
    for fold in folds:
        rest = others(fold, len(rows))
        found[:, fold] = family.path(rows[rest], y[rest], rows[fold])
    return found


def _turned(x: Array) -> Array:
    """Centred rows (n, p), n < p, in the n coordinates they span: linear families and distances do not notice."""
    if x.shape[1] <= len(x):
        return x
    values, vectors = np.linalg.eigh(x @ x.T)
    kept = values > 1e-12 * values[-1]
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]), np.float64)


def simplest(losses: Array) -> int:
    """The simplest size whose losses (sizes, n) exceed the best one's by no more than a standard error."""
    means = losses.mean(axis=1)
    best = int(np.argmin(means))
    for size in range(best):
        excess = losses[size] - losses[best]
        if excess.mean() <= excess.std(ddof=1) / np.sqrt(len(excess)):
            return size
    return best


def _regional(task: Task, axis: Array, trials: Sequence[Trial], divisions: Divisions) -> list[Trial]:
    """The best preparations on parts of the spectrum, kept where a part is better by more than a standard error."""
    ranked = _by_preparation(trials)
    best, tried = ranked[0], ranked if len(task.y) <= FEW_ROWS else ranked[:MOST_PREPARATIONS]
    found = [
        trial
        for whole in tried
        for preparation in regions(whole.preparation, axis)
        for trial in _tried(task, preparation, (whole.family,), divisions)
    ]
    return [trial for trial in found if _clearly_better(task, trial, best)]


def _by_preparation(trials: Sequence[Trial]) -> list[Trial]:
    """The best trial of each preparation, from the best on."""
    found: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda each: each.error):
        if trial.family.name in LINEAR:
            found.setdefault(trial.preparation.name, trial)
    return list(found.values())


def _clearly_better(task: Task, trial: Trial, than: Trial) -> bool:
    """Whether a trial's squared errors are less by more than a standard error, counted over groups if they are many."""
    gain = (than.held_out - task.y) ** 2 - (trial.held_out - task.y) ** 2
    labels = np.arange(len(gain)) if task.groups is None else np.array(task.groups)
    return clearly_above_zero(gain, labels)


def _best(task: Task, trials: Sequence[Trial]) -> Choice:
    """The mean of the best trials of each kind that are no worse than the best by more than a standard error.

    Preparations of spectra are averaged only where their mean is no worse than the best of them on rows held out: they
    share their family and its errors, and each leans on something of its own that another matrix may not have.
    """
    ranked = sorted(trials, key=lambda trial: trial.error)
    parts = _unlike(_modest(task, ranked))
    mean = np.asarray(np.mean([part.held_out for part in parts], axis=0), np.float64)
    if task.axis is not None and _rms(mean - task.y) > _rms(parts[0].held_out - task.y):
        parts, mean = parts[:1], parts[0].held_out
    return Choice(tuple(parts), tuple(ranked), mean, _rms(mean - task.y))


def _modest(task: Task, ranked: Sequence[Trial]) -> list[Trial]:
    """Those that are worse than the best by no more than a standard error; without groups, those that claim least.

    Groups held out have shown whether a scatter correction carries over to others. Where there are none, one that does
    not pay for itself on the samples is left out: the process to come may have another matrix.
    """
    near = [trial for trial in ranked if not _clearly_better(task, ranked[0], trial)]
    if task.groups is not None:
        return near
    least = min(trial.preparation.claims for trial in near)
    return [trial for trial in near if trial.preparation.claims == least]


def _unlike(ranked: Sequence[Trial]) -> list[Trial]:
    """The best of each kind."""
    found: dict[tuple[str, str], Trial] = {}
    for trial in ranked:
        found.setdefault(trial.kind, trial)
    return list(found.values())[:MOST_PARTS]


def _rms(errors: Array) -> float:
    return float(np.sqrt(np.mean(errors**2)))
