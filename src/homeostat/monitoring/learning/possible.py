"""What a target can be at all: a share lies between 0 and 100 %, a concentration is not below 0.

In: the range as declared, such as '0..100' or '>= 0'. Out: a `Possible`, to which values and intervals are cut.
Nothing is guessed: without a declaration everything is possible.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.prediction import Rule

MEND = "write such as '0..100', '>= 0' or '<= 100'"
_ENDS = re.compile(r"^\s*(\S+?)\s*(?:\.\.|–|to)\s*(\S+?)\s*%?\s*$")


@dataclass(frozen=True, slots=True)
class Possible:
    """From `low` to `high`, both included; None where there is no such end."""

    low: float | None = None
    high: float | None = None

    def cut(self, values: Array) -> Array:
        """The values (n,), those beyond an end moved to it."""
        if self.low is not None:
            values = np.where(values < self.low, self.low, values)
        return values if self.high is None else np.where(values > self.high, self.high, values)

    def beyond(self, values: Array) -> Integers:
        """The places of the values (n,) that are not possible; those that are not known (NaN) are none of them."""
        return np.flatnonzero(np.isfinite(values) & (self.cut(values) != values))

    def check(self, values: Array, place: Callable[[int], str]) -> None:
        """Raise MonitoringError where one of the `values` (n,) is not possible; `place` says where the i-th stands."""
        beyond = self.beyond(values).tolist()
        if beyond:
            more = f"; so do {len(beyond) - 1} more rows" if len(beyond) > 1 else ""
            raise MonitoringError(
                f"{values[beyond[0]]:g} lies outside what was declared possible, {self}{more}",
                where=place(beyond[0]),
                mend="correct the value, or declare a wider range with --possible",
            )

    @property
    def bounded(self) -> bool:
        """Whether anything is impossible."""
        return self.low is not None or self.high is not None

    def __str__(self) -> str:
        """The range in words."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        return "anything" if self.high is None else f"{self.high:g} or less"


ANYTHING = Possible()


def possible(declared: str) -> Possible:
    """The range that is declared. Raises MonitoringError where it is none, or runs backwards."""
    where = f"--possible '{declared}'"
    try:
        limits = Rule.parse(declared)
    except MonitoringError as error:
        raise MonitoringError(_fault(declared), where=where, mend=MEND) from error
    if limits.strict:
        raise MonitoringError("an end of what is possible is possible itself", where=where, mend=MEND)
    return Possible(limits.low, limits.high)


def _fault(declared: str) -> str:
    """What is wrong with a range that is none."""
    ends = _ENDS.match(declared)
    try:
        low, high = (float(end) for end in ends.groups()) if ends else (0.0, 1.0)
    except ValueError:
        low, high = 0.0, 1.0
    return (
        "the range runs backwards or is empty: its lower end comes first"
        if low >= high
        else "this is no range"
    )
