"""Rows that are like rows learnt from, and whether that tells them from new ones.

In: the inputs and targets of a table, and what a package says of its training. Out: `Alike`. A row is known by a digest
of inputs and target, and so whether it is depends on what came true: where a match is likely by chance (`chance`, kept
since the model was trained), to leave such rows out would choose the rest by their outcomes. There they count as new,
and it is said that they cannot be told apart. A package frozen before that chance was kept has such rows left out.
"""

from dataclasses import dataclass

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.chance import likely
from homeostat.monitoring.learning.identical import known_rows
from homeostat.monitoring.package import Training

UNKNOWN = " Rows that it was learnt from are not known one by one: the model was frozen before their digests."
UNKNOWN_CHANCE = (
    " How many new rows match one by chance is not known: the model was frozen before that was kept."
)


@dataclass(frozen=True, slots=True)
class Alike:
    """The `rows` of a table that are like rows learnt from; `chance` is the share of new rows expected to match one.

    It is None where the package does not tell it. `known` says that the package holds digests of its rows.
    """

    rows: frozenset[int]
    chance: float | None
    known: bool

    @property
    def left_out(self) -> frozenset[int]:
        """The rows that are evidence of nothing."""
        return frozenset() if likely(self.chance) else self.rows

    @property
    def told(self) -> str:
        """What is said of them; "" where there are none."""
        if not self.known:
            return UNKNOWN
        if not self.rows:
            return ""
        like = f" WARNING: {len(self.rows)} rows are like rows learnt from in all inputs and the target: "
        if self.chance is not None and likely(self.chance):
            return (
                f"{like}they cannot be told from new ones, for of these {100.0 * self.chance:.0f} % or more are "
                "expected to match one by chance, and count as new."
            )
        unsure = UNKNOWN_CHANCE if self.chance is None else ""
        return f"{like}they prove nothing, and are left out of the figures.{unsure}"


def alike(x: Array, y: Array, training: Training) -> Alike:
    """The rows of inputs `x` (n, p) and targets `y` (n,) that are like those of the `training`."""
    rows = frozenset(known_rows(x, y, training.keys).tolist()) if training.keys else frozenset[int]()
    return Alike(rows, training.chance, bool(training.keys))
