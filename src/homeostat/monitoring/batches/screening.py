"""Which batches of a history are unlike the others, before the rest is called good.

    batches -> each left out in turn, model of the others -> its greatest statistic over what is usual -> unlike or not

A batch is unlike the others when the logarithm of that ratio lies more than 3.5 modified z-scores above their median
(B. Iglewicz & D. C. Hoaglin, How to Detect and Handle Outliers, ASQC, 1993); it is repeated until none is. What is left
out here is told: a false-alarm rate of the batches that are kept says nothing of those that are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.batches.fitting import fit
from homeostat.monitoring.batches.following import follow
from homeostat.monitoring.batches.unfolding import cube
from homeostat.monitoring.frozen import Array

UNLIKE = 3.5
NORMAL = 0.6745  # the median absolute deviation of normal values, in standard deviations
LEAST = 0.05  # of the mean of a statistic's usual level (assumption)


@dataclass(frozen=True)
class Screened:
    """The places of the batches that are `kept` and of those that are `unlike` them, in the order found."""

    kept: tuple[int, ...]
    unlike: tuple[int, ...]


def screen(batches: Sequence[Array], tags: Sequence[str], components: int = 2, rounds: int = 10) -> Screened:
    """Screen aligned `batches`, each (K, J), by models of few `components`; at most half are found unlike.

    Raises MonitoringError when they do not fit together or do not vary.
    """
    everything = cube(batches)
    kept, unlike = list(range(len(everything))), list[int]()
    for _ in range(rounds):
        found = [kept[place] for place in _unlike(everything[kept], tags, components)]
        if not found or len(unlike) + len(found) > len(everything) // 2:
            break
        unlike += found
        kept = [place for place in kept if place not in found]
    return Screened(tuple(kept), tuple(unlike))


def _unlike(batches: Array, tags: Sequence[str], components: int) -> list[int]:
    traces = np.stack(
        [
            follow(fit(np.delete(batches, place, axis=0), tags, components), rows).statistics
            for place, rows in enumerate(batches)
        ]
    )
    usual = np.median(traces, axis=0)
    ratios = traces / np.maximum(usual, np.maximum(LEAST * usual.mean(axis=0), 1e-12))
    greatest = np.log(np.maximum(np.max(ratios, axis=1), 1e-12))
    centre = np.median(greatest, axis=0)
    spread = np.median(np.abs(greatest - centre), axis=0)
    scores = NORMAL * (greatest - centre) / np.where(spread > 0.0, spread, 1.0)
    return [int(place) for place in np.flatnonzero((scores > UNLIKE).any(axis=1))]
