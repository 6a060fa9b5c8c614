"""Two measures taken one right after the other, so that both meet the same load of the machine, and their ratio."""

from collections.abc import Callable

from homeostat.bench.measuring import spread
from homeostat.bench.result import Spread

Measure = Callable[[], float]


class Duel:
    """Called as a measure itself: the ratio of `ours` to `theirs`; what was measured is kept."""

    def __init__(self, ours: Measure, theirs: Measure) -> None:
        self._measures = ours, theirs
        self._kept: list[tuple[float, float]] = []

    def __call__(self) -> float:
        first, second = self._measures
        self._kept.append((first(), second()))
        return self._kept[-1][0] / self._kept[-1][1]

    @property
    def ours(self) -> Spread:
        """What was measured of ours."""
        return spread([first for first, _ in self._kept])

    @property
    def theirs(self) -> Spread:
        """What was measured of the other."""
        return spread([second for _, second in self._kept])
