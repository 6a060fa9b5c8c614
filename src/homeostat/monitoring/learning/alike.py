"""Rows that are like rows learnt from, and whether that tells them from new ones.

In: the inputs and targets of a table, and what a package says of its training. Out: `Alike`. A row is known by a digest
of inputs and target, and so whether it is depends on what came true: where a match is likely by chance (`chance`, kept
since the model was trained), to leave such rows out would choose the rest by their outcomes. There they count as new,
and it is said that they cannot be told apart, unless clearly more match than chance explains: then they are a part of
the table learnt from, and left out. A package frozen before that chance was kept has such rows left out.
"""

from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import likely, spread
from homeostat.monitoring.learning.identical import known_rows
from homeostat.monitoring.package import Training

CLEARLY = 3.0
"""Standard errors by which more rows must match than chance explains, to be taken for rows learnt from (assumption)."""
UNKNOWN = " Rows that it was learnt from are not known one by one: the model was frozen before their digests."
UNKNOWN_CHANCE = (
    " How many new rows match one by chance is not known: the model was frozen before that was kept."
)


@dataclass(frozen=True, slots=True)
class Alike:
    """The `rows` of a table that are like rows learnt from; `chance` is the share of new rows expected to match one.

    It is None where the package does not tell it. `known` says that the package holds digests of its rows, `reused`
    that clearly more rows are like them than chance explains.
    """

    rows: frozenset[int]
    chance: float | None
    known: bool
    reused: bool = False

    @property
    def left_out(self) -> frozenset[int]:
        """The rows that are evidence of nothing."""
        return frozenset() if likely(self.chance) and not self.reused else self.rows

    @property
    def told(self) -> str:
        """What is said of them; "" where there are none."""
        if not self.known:
            return UNKNOWN
        if not self.rows:
            return ""
        like = f" WARNING: {len(self.rows)} rows are like rows learnt from in all inputs and the target: "
        if self.chance is not None and likely(self.chance):
            share = f"{100.0 * self.chance:.0f} %"
            if self.reused:
                return (
                    f"{like}many more than the {share} or so of new ones that match one by chance. They prove "
                    "nothing, and are left out of the figures; what is left is a choice of rows that match less often."
                )
            return (
                f"{like}they cannot be told from new ones, for of these {share} or more are "
                "expected to match one by chance, and count as new."
            )
        unsure = UNKNOWN_CHANCE if self.chance is None else ""
        return f"{like}they prove nothing, and are left out of the figures.{unsure}"


def alike(x: Array, y: Array, training: Training) -> Alike:
    """The rows of inputs `x` (n, p) and targets `y` (n,) that are like those of the `training`."""
    rows = frozenset(known_rows(x, y, training.keys).tolist()) if training.keys else frozenset[int]()
    told = int(np.isfinite(y).sum())
    return Alike(rows, training.chance, bool(training.keys), _reused(len(rows), told, training))


def _reused(like: int, rows: int, training: Training) -> bool:
    """Whether more of so many rows are like those learnt from than a new table of as many would hold by chance."""
    if not rows or training.chance is None:
        return False
    error = np.hypot(spread(training.chance, rows), spread(training.chance, training.rows))
    return bool(like / rows - training.chance > CLEARLY * error)
