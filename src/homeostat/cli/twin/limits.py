"""Specifications as they are typed, and the chance to keep them, with how well it is known."""

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeostat.cli.twin.columns import quantities
from homeostat.cli.twin.values import OptionError, declared, in_unit

if TYPE_CHECKING:
    from homeostat.twin import Model
    from homeostat.twin.virtual import Limit, Survey

_ONE = re.compile(r"\s*(\w+)\s*(<=|>=)\s*(.+)")
_TWO = re.compile(r"\s*(.+?)\s*<=\s*(\w+)\s*<=\s*(.+)")
_FALLING = re.compile(r"\s*(.+?)\s*>=\s*(\w+)\s*>=\s*(.+)")
_STRICT = re.compile(r"[<>](?!=)|=[<>]")
"""A sign that limits are not written with: < or > alone, or => and =<."""
_Z = 1.959964
"""Of the normal distribution at 97.5 %."""


def limit(model: "type[Model]", text: str) -> "Limit":
    """NAME>=VALUE, NAME<=VALUE or LOW<=NAME<=HIGH; values without a unit are in the model's own."""
    from homeostat.twin.virtual import Limit

    where = f"--limit {text}"
    _check_signs(text, where)
    two, one = _TWO.fullmatch(text), _ONE.fullmatch(text)
    if two:
        name, ends = two[2], (two[1], two[3])
    elif one:
        name, ends = one[1], (one[3], "") if one[2] == ">=" else ("", one[3])
    else:
        mend = "write such as 'viability>=80', in quotation marks"
        raise OptionError("this is no limit", where=where, mend=mend)
    unit = declared(quantities(model).values(), name, where).unit
    low, high = (in_unit(end, unit, where) if end else None for end in ends)
    if low is not None and high is not None and low > high:
        what = f"nothing lies between {ends[0].strip()} and {ends[1].strip()}"
        mend = f"the lower end comes first: '{ends[1].strip()}<={name}<={ends[0].strip()}'"
        raise OptionError(what, where=where, mend=mend)
    return Limit(name, -math.inf if low is None else low, math.inf if high is None else high)


def _check_signs(text: str, where: str) -> None:
    """Raise OptionError for signs and orders that limits are not written in."""
    if falling := _FALLING.fullmatch(text):
        mend = f"write '{falling[3].strip()}<={falling[2]}<={falling[1].strip()}'"
        raise OptionError("a limit with two ends is written from low to high", where=where, mend=mend)
    if _STRICT.search(text):
        mend = "write >= or <=, such as 'viability>=80', in quotation marks"
        raise OptionError("a limit holds its end", where=where, mend=mend)


def probabilities(text: str) -> tuple[float, ...]:
    """Quantiles between 0 and 1, ascending, each once."""
    where = f"--quantiles {text}"
    found = sorted({in_unit(part, "1", where) for part in text.split(",") if part.strip()})
    if not found or found[0] < 0.0 or found[-1] > 1.0:
        raise OptionError("quantiles lie between 0 and 1", where=where, mend="write such as 0.05,0.5,0.95")
    return tuple(found)


@dataclass(frozen=True)
class Chance:
    """A share of batches with its standard error and the 95 % interval of Wilson 1927 (JASA 22:209), which also
    holds where all or none of the batches kept the limit."""

    share: float
    error: float
    low: float
    high: float

    @property
    def cells(self) -> tuple[str, str, str]:
        """The chance as a table shows it."""
        return f"{self.share:.4f}", f"{self.error:.4f}", f"{self.low:.4f} to {self.high:.4f}"

    @property
    def short(self) -> str:
        """The chance in a few characters."""
        return f"{100 * self.share:.2f} ± {100 * self.error:.2f} %"

    @property
    def plain(self) -> dict[str, object]:
        """The chance as plain data."""
        return {
            "probability": self.share,
            "standard_error": self.error,
            "interval95": [self.low, self.high],
        }


def chance(result: "Survey", kept: int) -> Chance:
    """The chance that a batch is among those that `kept` counts."""
    share, error = result.probability(kept)
    return Chance(share, error, *wilson(share, result.n))


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of the probability of which `n` draws showed the `share`; see `Chance`."""
    z2 = _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)
