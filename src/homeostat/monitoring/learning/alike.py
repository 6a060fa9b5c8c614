"""Rows that are like rows learnt from, and whether that tells them from new ones.

In: the inputs and targets of a table, and what a package says of its training. Out: `Alike`. A row is known by a digest
of inputs and target, and so whether it is depends on what came true: where a match is likely by chance, to leave such
rows out would choose the rest by their outcomes. About as likely as rows learnt from repeat each other is it that a new
one repeats one of them; where that is often, they count as new, and it is said that they cannot be told apart.
"""

from dataclasses import dataclass

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.identical import known_rows
from homeostat.monitoring.package import Training

LIKELY = 0.05
"""Share of rows learnt from that repeat another from which on a match proves nothing (assumption)."""
UNKNOWN = " Rows that it was learnt from are not known one by one: the model was frozen before their digests."


@dataclass(frozen=True, slots=True)
class Alike:
    """The `rows` of a table that are like rows learnt from; `repeated` is the share of these that repeat another.

    `known` says that the package holds digests of its rows.
    """

    rows: frozenset[int]
    repeated: float
    known: bool

    @property
    def left_out(self) -> frozenset[int]:
        """The rows that are evidence of nothing."""
        return frozenset() if self.repeated > LIKELY else self.rows

    @property
    def told(self) -> str:
        """What is said of them; "" where there are none."""
        if not self.known:
            return UNKNOWN
        if not self.rows:
            return ""
        like = f" WARNING: {len(self.rows)} rows are like rows learnt from in all inputs and the target: "
        if self.left_out:
            return f"{like}they prove nothing, and are left out of the figures."
        return (
            f"{like}they cannot be told from new ones, for {100.0 * self.repeated:.0f} % of the rows learnt from "
            "repeat another, and count as new."
        )


def alike(x: Array, y: Array, training: Training) -> Alike:
    """The rows of inputs `x` (n, p) and targets `y` (n,) that are like those of the `training`."""
    rows = frozenset(known_rows(x, y, training.keys).tolist()) if training.keys else frozenset[int]()
    return Alike(rows, repeated(training.keys, training.rows), bool(training.keys))


def repeated(keys: tuple[str, ...], rows: int) -> float:
    """The share of so many `rows` that repeat another one; `keys` are their digests."""
    return 1.0 - len(set(keys)) / rows if keys else 0.0
