"""The level of a noisy live value, followed without looking ahead: of a bank of filters, the best predictor speaks.

Each filter is a local level model (a random walk seen through noise: the simple exponential smoother; Harvey 1989,
chapter 4) with its own ratio of walk to noise. The one whose one-step predictions have had the least discounted
squares answers, so that the strength of the smoothing comes from the values themselves. Innovations are clipped at a
multiple of their usual size: one wild value moves the level no more than a large ordinary one. Several in a row, all to
one side, are no wild values but a step: the bank begins afresh with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import sqrt

RATIOS = (1e1, 1e0, 1e-1, 1e-2, 1e-3, 1e-4)
"""Variance of the walk's steps over that of the noise: from hardly any smoothing to a lot."""
KEPT = 0.995
"""What an innovation still counts one value later: the filters are compared over the last 200 values or so."""
CLIPPED = 3.5
"""Innovations are clipped at this many of their root mean squares."""
WARM = 12
"""Values before innovations are clipped: until then their usual size is not known."""
STEP = 5
"""Clipped innovations in a row, all to one side, that are a step.

Whatever their distribution, a share of at most 1 / (1 + 3.5²) lies beyond 3.5 standard deviations to one side (Cantelli
1928): five independent ones in a row begin the bank afresh without a step at most 5 times in a million values.
"""


@dataclass(frozen=True, slots=True)
class Level:
    """The bank after `count` values: means, variances over the noise's, and discounted squared innovations.

    `doubted` are the newest values that were clipped, all to one side: they are spikes, or a step that began. `known`
    says that the usual size of an innovation was known before the bank began afresh.
    """

    means: tuple[float, ...]
    variances: tuple[float, ...]
    squares: tuple[float, ...]
    weight: float
    count: int
    doubted: tuple[float, ...] = ()
    known: bool = False

    @property
    def warm(self) -> bool:
        """Whether the usual size of an innovation is known: from so many values, or from before a step."""
        return self.known or self.count > WARM

    @property
    def value(self) -> float:
        """The mean of the filter that has predicted best; of the first among equals."""
        return self.means[self._best]

    @property
    def variance(self) -> float:
        """The variance of that filter's mean: its share of the variance of its innovations."""
        share = self.variances[self._best] / (1.0 + self.variances[self._best])
        return share * self.noise * self.noise

    @property
    def _best(self) -> int:
        return self.squares.index(min(self.squares))

    @property
    def noise(self) -> float:
        """The usual size of an innovation of that filter; 0 before the second value."""
        return sqrt(min(self.squares) / self.weight) if self.weight > 0.0 else 0.0


def begun(value: float) -> Level:
    """The bank after its first value."""
    return Level((value,) * len(RATIOS), (1.0,) * len(RATIOS), (0.0,) * len(RATIOS), 0.0, 1)


def followed(level: Level, value: float, floor: float | None = None) -> Level:
    """The bank after one more value.

    An innovation of at most `floor` is never clipped; `STEP` clipped ones to one side begin the bank afresh. With None
    there is no floor, and no step is known from a spike: so do models that were frozen without the rule.
    """
    if floor is None:
        return _one_more(level, value, 0.0)
    doubted = _doubted(level, value, floor)
    if len(doubted) >= STEP:
        return afresh(level, doubted, floor)[-1]
    return replace(_one_more(level, value, floor, step=len(doubted) > 1), doubted=doubted)


def afresh(before: Level, values: Sequence[float], floor: float) -> list[Level]:
    """The banks after each of `values`, at least one, that begin a level, as noisy as that of the bank `before`."""
    first = replace(begun(values[0]), squares=before.squares, weight=before.weight, known=True)
    return list(accumulate(values[1:], lambda level, value: _one_more(level, value, floor), initial=first))


def _doubted(level: Level, value: float, floor: float) -> tuple[float, ...]:
    """The values in a row that lie further off than is believed, all to the side of the newest, `value`."""
    off = value - level.value
    if not level.warm or abs(off) <= max(CLIPPED * level.noise, floor):
        return ()
    return (*(level.doubted if all((one - level.value) * off > 0.0 for one in level.doubted) else ()), value)


def _one_more(level: Level, value: float, floor: float, *, step: bool = False) -> Level:
    """Innovations are clipped, but not within `floor`; one more of what may be a `step` tells nothing of the noise."""
    means, variances, squares = [], [], []
    for ratio, mean, variance, square in zip(
        RATIOS, level.means, level.variances, level.squares, strict=True
    ):
        innovation = value - mean
        if level.warm:
            most = max(CLIPPED * sqrt(square / level.weight), floor)
            innovation = min(max(innovation, -most), most)
        ahead = variance + ratio
        gain = ahead / (ahead + 1.0)
        means.append(mean + gain * innovation)
        variances.append((1.0 - gain) * ahead)
        squares.append(square if step else KEPT * square + innovation * innovation)
    weight = level.weight if step else KEPT * level.weight + 1.0
    return replace(
        level,
        means=tuple(means),
        variances=tuple(variances),
        squares=tuple(squares),
        weight=weight,
        count=level.count + 1,
        doubted=(),
    )
