"""Values that the others contradict, also where several hide behind each other.

In: rows, and of which quantity each is. Out: how suspect each value is. The most suspect is left out, then the next,
for up to a third of the values, and all before the last that is beyond the limit are suspects: several cannot mask
each other (generalised extreme studentised residuals: Rosner 1983, Technometrics 25:165-172; in regression Paul & Fung
1991, Technometrics 33:339-348). Then, as there, each is asked again, and put back if the values that are not suspects
do not contradict it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from homeostat.twin.fit.deletion import Deleted, Mask, Rows
from homeostat.twin.fit.linearised import typical_residuals
from homeostat.twin.fit.protocol import Array

OUTLIER = 5.0
"""Standard deviations from the model beyond which a value is told: by chance one of 1.7 million."""
LEAST_FREEDOM = 3.0
"""Degrees of freedom without which nothing is said of a residual by the others."""
MOST = 32
"""Most values that are left out one after the other."""
FAR = 3.5
"""Typical residuals beyond which a value is first left out, before anything is judged (assumption)."""
SHARE = 3
"""At most one of so many values is a suspect: of more, nobody knows which are the wrong ones."""


class Suspected(NamedTuple):
    """How each value (m,) looks to a fit without it and without those `gone` (m,).

    `deviations`: how many standard deviations of its error it lies away; `ratio`: its surprise over the limit.
    """

    deviations: Array
    ratio: Array
    gone: Mask


@dataclass(frozen=True, eq=False)
class Judge:
    """Judges `rows`, each of a quantity of `blocks`; `estimated`: their residuals themselves tell the errors."""

    rows: Rows
    blocks: NDArray[np.str_]
    estimated: bool

    def far(self) -> Mask:
        """The values (m,) to begin without: far off beside the typical residual of their quantity, and their error."""
        gone, sizes = np.zeros(len(self.blocks), np.bool_), np.abs(self.rows.r)
        for quantity, size in typical_residuals(self.rows, self.blocks.tolist()).items():
            mine = np.flatnonzero(self.blocks == quantity)
            beyond = FAR * (size if self.estimated else max(size, 1.0))
            worst = mine[np.argsort(-sizes[mine], kind="stable")][: len(mine) // SHARE]
            gone[worst] = sizes[worst] > beyond
        return gone

    def suspects(self) -> Suspected:
        """Which values the others contradict."""
        return self.judged(self._backward(self._forward()))

    def judged(self, gone: Mask) -> Suspected:
        """Each value beside those that are not `gone` (m,), itself not counted."""
        seen = self.rows.without(gone)
        if not self.estimated:
            return Suspected(seen.distance, seen.surprise / OUTLIER, gone)
        deviations, ratio = np.zeros(len(gone)), np.zeros(len(gone))
        for quantity in dict.fromkeys(self.blocks.tolist()):
            mine = self.blocks == quantity
            deviations[mine], ratio[mine] = _studentised(seen, mine, gone)
        return Suspected(deviations, ratio, gone)

    def _forward(self) -> Mask:
        """Those left out already, and those up to the last that is beyond the limit, the most suspect first."""
        gone, kept = self.rows.left_out.copy(), self.rows.left_out.copy()
        room = {q: self._room(q) for q in dict.fromkeys(self.blocks.tolist())}
        for _ in range(min(MOST, sum(max(each, 0) for each in room.values()))):
            open_ = ~gone & np.array([room[q] > 0 for q in self.blocks.tolist()])
            ratio = np.where(open_, self.judged(gone).ratio, -1.0)
            worst = int(np.argmax(ratio))
            gone[worst] = True
            room[str(self.blocks[worst])] -= 1
            if ratio[worst] > 1.0:
                kept = gone.copy()
        return kept

    def _room(self, quantity: str) -> int:
        """How many more values of a quantity may be left out."""
        mine = self.blocks == quantity
        return int(mine.sum()) // SHARE - int((mine & self.rows.left_out).sum())

    def _backward(self, gone: Mask) -> Mask:
        """Those of `gone` that the others contradict."""
        gone = gone.copy()
        while gone.any():
            ratio = np.where(gone, self.judged(gone).ratio, np.inf)
            least = int(np.argmin(ratio))
            if ratio[least] > 1.0:
                break
            gone[least] = False
        return gone


def _studentised(seen: Deleted, mine: Mask, gone: Mask) -> tuple[Array, Array]:
    """As `Suspected` for the values `mine`: over the error that the others tell, the limit of equal probability."""
    surprise, out = seen.surprise[mine], gone[mine]
    squares, freedom = float((seen.residual[mine & ~gone] ** 2).sum()), float(seen.freedom[mine].sum())
    if freedom - 1.0 < LEAST_FREEDOM:
        return np.zeros(len(out)), np.zeros(len(out))
    floor = 1e-12 * max(float((seen.residual[mine] ** 2).sum()), np.finfo(float).tiny)
    told = np.maximum(squares - surprise**2, floor) / (freedom - 1.0)
    error = np.sqrt(np.where(out, max(squares, floor) / freedom, told))
    return seen.distance[mine] / error, surprise / error / np.where(out, limit(freedom), limit(freedom - 1.0))


def limit(freedom: float) -> float:
    """Deviations as improbable as `OUTLIER`, where the error is told by `freedom` degrees of freedom."""
    return float(stats.t.isf(stats.norm.sf(OUTLIER), freedom))
