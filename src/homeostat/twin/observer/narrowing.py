"""Whether the other signals tell of what one measures: whether they would notice if it were elsewhere.

    estimate before a signal disagreed, with that quantity in doubt -> + the others' readings -> its variance
                                                                    -> + no readings at all   -> its variance

A signal that disagrees may lie, or the model may be wrong in what it measures. Under the second hypothesis the quantity
is as much in doubt as the signal is off, and nothing else is: only signals that narrow that doubt can speak against it.
Variances depend on the model, the errors and the times of readings; their values matter only as far as the model is
not linear (Kalman 1960, J. Basic Eng. 82, 35).
"""

from collections.abc import Iterable

from homeostat.twin.observer.entries import Advance, Deferral, Entry, Reading
from homeostat.twin.observer.filter import Estimate, Filter
from homeostat.twin.observer.jumps import Jump

NARROWED = 0.5
"""The others narrow a quantity where its variance is at most this share of that without readings.

At one half they bring as much information (reciprocal variance) as there was without them: they count at least as much
as the doubt that they are to decide. That this is enough is an assumption.
"""


def narrowed(of: Filter, start: Estimate, entries: Iterable[Entry], signal: int, off: float) -> bool:
    """Whether readings of the other signals among `entries` narrow what `signal` measures.

    `start` is the estimate before them, `off` the standard deviation (in the quantity's unit) that the quantity is
    given there. False where nothing of it can be doubted, or the model could not be followed.
    """
    listed, doubted = [e for e in entries if not isinstance(e, Deferral)], of.doubting(start, signal, off)
    if doubted is None:
        return False
    told = of.settle(_followed(of, doubted, listed, signal))
    untold = of.settle(_followed(of, doubted, [e for e in listed if not isinstance(e, Reading)], signal))
    if not (told.sound and untold.sound):
        return False
    return of.variance(told, signal) <= NARROWED * of.variance(untold, signal)


def _followed(
    of: Filter, estimate: Estimate, entries: Iterable[Advance | Reading | Jump], but: int
) -> Estimate:
    """The estimate after all `entries`, readings of one signal left out."""
    for entry in entries:
        if isinstance(entry, Advance):
            estimate = of.advance(estimate, entry.inputs, entry.hours)
        elif not isinstance(entry, Reading):
            estimate = of.jump(estimate, entry)
        elif entry.signal != but:
            estimate, _ = of.fuse(estimate, entry.signal, entry.value)
    return estimate
