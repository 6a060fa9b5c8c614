"""Whether a filter's doubts are honest: its innovations must scatter about 0 by as much as it says.

In: normalised innovations of one signal. Out: a verdict. Tests of mean and mean square of the last innovations, after
Bar-Shalom, Li & Kirubarajan 2001, section 5.4; the quantiles of chi-square by Wilson & Hilferty 1931, in plain
arithmetic and therefore the same on every machine.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from homeostat.twin.observer.filter import Innovation

QUANTILE = 3.2905
"""Of the normal distribution at 99.95 %: a signal that is right is flagged in a thousandth of the tests, per test."""
REJECTABLE = 8
"""One reading in so many may lie beyond the gate before the signal is flagged."""


class Verdict(StrEnum):
    """What the last innovations of a signal say."""

    UNTESTED = "untested"
    CONSISTENT = "consistent"
    BIASED = "biased"
    """Their mean is not 0: sensor and model disagree in one direction."""
    OVER_CONFIDENT = "over-confident"
    """They scatter more than the filter says."""
    CAUTIOUS = "cautious"
    """They scatter less than the filter says: harmless, the intervals are too wide."""
    REJECTED = "rejected"
    """Too many readings lie beyond the gate."""

    @property
    def flagged(self) -> bool:
        """Whether a person should know."""
        return self in (Verdict.BIASED, Verdict.OVER_CONFIDENT, Verdict.REJECTED)


@dataclass(frozen=True, slots=True)
class Window:
    """The last innovations of a signal, oldest first, and how many readings were fused and rejected in all."""

    last: tuple[Innovation, ...] = ()
    fused: int = 0
    rejected: int = 0

    def after(self, innovation: Innovation, length: int) -> "Window":
        """The window of `length` with one more; what was no reading at all is counted as rejected only."""
        count = replace(
            self, fused=self.fused + innovation.fused, rejected=self.rejected + (not innovation.fused)
        )
        if math.isnan(innovation.z):
            return count
        return replace(count, last=(*self.last, innovation)[-length:])

    @property
    def beyond(self) -> float:
        """Root mean square of the newest innovations that were not fused, in standard deviations; 0 of none."""
        total, count = 0.0, 0
        for innovation in reversed(self.last):
            if innovation.fused:
                break
            total, count = total + innovation.z * innovation.z, count + 1
        return math.sqrt(total / count) if count else 0.0

    @property
    def astray(self) -> bool:
        """Whether two readings in a row lay beyond the gate, and no two in a row within it since."""
        for later, one in zip(self.last[::-1], self.last[-2::-1], strict=False):
            if later.fused == one.fused:
                return not one.fused
        return False

    def confirmed(self, innovation: Innovation) -> bool:
        """Whether an innovation beyond the gate is the second in a row, on the side of the first."""
        beyond = bool(self.last) and not (self.last[-1].fused or innovation.fused)
        return beyond and self.last[-1].z * innovation.z > 0.0

    def verdict(self, length: int) -> Verdict:
        """The verdict on at least half a window of `length`; what was fused by widening lay beyond the gate."""
        fused = [innovation.z for innovation in self.last if innovation.fused and not innovation.widened]
        if 2 * len(self.last) < length:
            return Verdict.UNTESTED
        if REJECTABLE * (len(self.last) - len(fused)) > len(self.last):
            return Verdict.REJECTED
        total = squares = 0.0
        for z in fused:  # not by sum(), whose rounding depends on the version of Python
            total, squares = total + z, squares + z * z
        if abs(total) > QUANTILE * math.sqrt(len(fused)):
            return Verdict.BIASED
        if squares > chi_square(len(fused), QUANTILE):
            return Verdict.OVER_CONFIDENT
        return Verdict.CAUTIOUS if squares < chi_square(len(fused), -QUANTILE) else Verdict.CONSISTENT


def chi_square(freedom: int, normal: float) -> float:
    """The quantile of chi-square with `freedom` degrees where the normal distribution has `normal`."""
    ninth = 2.0 / (9.0 * freedom)
    root = max(1.0 - ninth + normal * math.sqrt(ninth), 0.0)
    return freedom * root * root * root
