"""Samples of a live calibration that are to be looked at: far off when left out, or below 0.

In: what the samples are, and how far off each is when left out. Out: what is said of them, in words.
"""

from collections.abc import Callable

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.possible import Possible

STRANGE = 6.0
"""Usual errors by which a left-out sample is off that is told to be strange (assumption).

Of tables with normal errors alone 1.7 % have such a sample at 5 samples, 0.5 % at 10, 0.06 % at 30 (simulated).
"""


def strange(errors: Array, where: Callable[[int], str]) -> list[str]:
    """What is said of samples whose scaled `errors` (n,) lie `STRANGE` usual ones off and more; `where` places them.

    The usual one is the median, as the multiple of it that is the standard deviation of normal errors: one sample that
    is mistyped cannot hide itself in it.
    """
    sizes = np.abs(errors)
    usual = 1.4826 * float(np.median(sizes))
    if usual <= 0.0:
        return []
    return [
        f"WARNING: the sample in {where(place)} is off {sizes[place] / usual:.3g} times as far as is usual of samples "
        "left out: look whether it is mistyped"
        for place in np.flatnonzero(sizes > STRANGE * usual).tolist()
    ]


def negative(values: Array, low: float, possible: Possible) -> list[str]:
    """What is said of samples below 0 among `values` (n,), reported from `low` on, where nothing was declared."""
    below = int((values < 0.0).sum())
    if not below or possible.low is not None:
        return []
    told = f"{below} samples lie below 0, so values are reported down to {low:.3g}"
    return [f"{told}; --possible says what can be"]
