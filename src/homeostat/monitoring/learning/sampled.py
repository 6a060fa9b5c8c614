"""Rows of a process with a reference value: what stood beside each, and how often that missed it.

In: samples as a live calibration was followed. Out: the counts that are told of them, each made once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.monitoring.spectra import LiveValue


@dataclass(frozen=True, slots=True)
class Sampled:
    """A row with a reference value: what stood when it was drawn, and whether its result was told.

    `unused` says why a told one corrected nothing; one that `waited` did so only when the next agreed.
    """

    row: int
    measured: float
    standing: LiveValue | None
    told: bool
    unused: str = ""
    waited: bool = False

    @property
    def missed(self) -> bool:
        """Whether the interval that stood did not hold what was measured."""
        stood = self.standing
        low, high = (None, None) if stood is None else (stood.low, stood.high)
        return low is not None and high is not None and not low <= self.measured <= high


@dataclass(frozen=True, slots=True)
class Beside:
    """Of the told samples that count, beside how many an interval `stood`, and how many of these `missed` the result.

    `unused` more were told and corrected nothing: they may be mistyped, and say nothing of intervals.
    """

    counted: int
    stood: int
    missed: int
    unused: int

    @property
    def words(self) -> str | None:
        """What is said of them; None where none was told."""
        if not self.counted:
            none = f"The {self.unused} told samples corrected nothing: what stood beside them is not counted."
            return none if self.unused else None
        more = f" {self.unused} more corrected nothing, and are not counted." if self.unused else ""
        intervals = f"{self.stood} intervals, of which {self.missed} missed the result."
        return f"What stood beside the {self.counted} told samples that count: {intervals}{more}"


def beside(samples: Sequence[Sampled]) -> Beside:
    """The counts of the told ones among `samples`."""
    told = [one for one in samples if one.told]
    counted = [one for one in told if not one.unused]
    stood = [one for one in counted if one.standing is not None and one.standing.value is not None]
    return Beside(len(counted), len(stood), sum(one.missed for one in stood), len(told) - len(counted))
