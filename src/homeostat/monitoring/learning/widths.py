"""How wide an interval is where: alike everywhere, or as the error is expected to be at this value, or of such inputs.

In: errors of rows held out, their values and inputs. Out: a `Scale`, or none where no scale is clearly better.

Errors divided by their expected size are calibrated in place of the errors (normalised conformal prediction, Lei et al.
2018, section 5.2). The expected size of each row comes from rows of other groups. A scale is taken where the interval
score (Gneiting & Raftery 2007, eq. 43) is less than that of intervals of one width by more than two standard errors of
the paired differences, counted over groups if they are many; of two such the one of the lesser score. One standard
error, which serves to choose models, was too little: sizes of errors are known less well than the errors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from homeostat.monitoring.frozen import Array, Form, Integers
from homeostat.monitoring.frozen.scaled import Scaled
from homeostat.monitoring.learning.folds import grouped, others
from homeostat.monitoring.learning.groups import Labels, clearly_above_zero
from homeostat.monitoring.prediction.exporting import from_trees

SURE = 2.0
"""Standard errors by which an interval score must be less."""
LEAST = 0.5
"""The smallest scale, as a share of the mean error: what few rows say of an error of nearly nothing is not believed."""
FEWEST = 30
"""Rows from which on a line through the errors is tried (assumption)."""
FEWEST_BY_INPUTS = 80
"""Rows from which on trees are (assumption)."""
FOLDS = 5
TREES = 40
LEAVES = 5


@dataclass(frozen=True, eq=False)
class Scale:
    """The expected size of an error: `offset` + `slope` * value + what `by` tells of the inputs, `least` to `most`."""

    told: str
    least: float
    most: float
    offset: float = 0.0
    slope: float = 0.0
    by: Form | None = None

    def on(self, form: Form) -> Scaled:
        """The form with this scale."""
        return Scaled(
            form=form,
            by=self.by,
            offset=self.offset,
            slope=self.slope,
            least=self.least,
            most=self.most,
        )

    def of(self, x: Array, value: Array) -> Array:
        """The scale (n,) of rows `x` (n, q) with their values (n,)."""
        found = self.offset + self.slope * value + (0.0 if self.by is None else self.by.predict(x))
        return np.minimum(np.maximum(found, self.least), self.most)


@dataclass(frozen=True, eq=False)
class Rows:
    """Errors (n,) of rows held out, the values (n,) told of them, inputs (n, q) as the form sees them, groups (n,)."""

    errors: Array
    value: Array
    x: Array | None
    groups: Labels

    def part(self, places: Integers) -> "Rows":
        """Some of the rows."""
        x = None if self.x is None else self.x[places]
        return Rows(self.errors[places], self.value[places], x, self.groups[places])


Making = Callable[[Rows], Scale]


def scales(rows: Rows) -> Iterator[tuple[Scale, Array]]:
    """Every scale that is tried, learnt from all rows; and that of each row (n,), learnt without its group."""
    for make, fewest in ((_growing, FEWEST), (_by_inputs, FEWEST_BY_INPUTS)):
        if len(rows.errors) < fewest or (make is _by_inputs and rows.x is None):
            continue
        yield make(rows), _without(rows, make)


def better(scores: Array, than: Array, groups: Labels) -> bool:
    """Whether interval scores (n,) are clearly less than others."""
    return clearly_above_zero(than - scores, groups, SURE)


def _without(rows: Rows, make: Making) -> Array:
    found = np.empty(len(rows.errors))
    for fold in grouped([str(each) for each in rows.groups], FOLDS, 0):
        mine = rows.part(fold)
        x = np.zeros((len(fold), 1)) if mine.x is None else mine.x
        found[fold] = make(rows.part(others(fold, len(found)))).of(x, mine.value)
    return found


def _least(sizes: Array) -> float:
    return max(LEAST * float(sizes.mean()), 1e-300)


def _growing(rows: Rows) -> Scale:
    """A line through the sizes of the errors over the value, level beyond the values it was learnt from."""
    sizes = np.abs(rows.errors)
    middle = rows.value - rows.value.mean()
    spread = float(middle @ middle)
    slope = float(middle @ sizes) / spread if spread > 0.0 else 0.0
    offset = float(sizes.mean() - slope * rows.value.mean())
    ends = [offset + slope * float(end) for end in (rows.value.min(), rows.value.max())]
    least = max(_least(sizes), min(ends))
    return Scale("as wide as the error at this value", least, max(least, *ends), offset, slope)


def _by_inputs(rows: Rows) -> Scale:
    """Trees on the sizes of the errors."""
    sizes = np.abs(rows.errors)
    trees = ExtraTreesRegressor(TREES, min_samples_leaf=LEAVES, random_state=0)
    least, most = _least(sizes), max(_least(sizes), float(sizes.max()))
    return Scale("as wide as the error of such inputs", least, most, by=from_trees(trees.fit(rows.x, sizes)))
