"""Alignment by an indicator variable: a tag that only rises (or falls) as a batch matures says how far it has come.

    samples -> levels of the indicator passed since the last one -> values at those levels, between the two samples

Source: P. Nomikos & J. F. MacGregor, Technometrics 37 (1995) 41-59, which suggest it (recalled).
"""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.aligner import Aligner, Place
from homeostat.monitoring.frozen import Array, Vector


class Indicator(Aligner):
    """The `tag` (by place) and the `levels` (K,) of it at which samples are taken, rising or falling strictly.

    A value that lies behind the farthest so far, and one that is missing, says nothing and waits.
    """

    kind: Literal["by indicator"] = "by indicator"
    tag: int = Field(ge=0)
    levels: Vector

    @model_validator(mode="after")
    def _strict(self) -> Self:
        steps = np.diff(self.levels)
        if len(self.levels) < 2 or not ((steps > 0.0).all() or (steps < 0.0).all()):
            raise ValueError("two or more levels that only rise, or only fall, are wanted")
        return self

    @property
    def samples(self) -> int:
        """K, the number of levels."""
        return len(self.levels)

    def step(self, place: Place, values: Array) -> tuple[Place, tuple[Array, ...]]:
        """See `Aligner.step`; levels that a batch starts beyond take its first values."""
        row = np.append(values, place.seen + 1.0)
        now = self._progress(row[self.tag])
        last = np.array(place.memory) if place.memory else row
        before = self._progress(last[self.tag])
        if now != now or (place.memory and now <= before):
            return place._replace(seen=place.seen + 1, waiting=place.waiting + 1), ()
        found = []
        passed = place.passed
        while passed < len(self.levels) and (level := self._progress(self.levels[passed])) <= now:
            share = (
                (level - before) / (now - before) if now > before and level > before else float(now == before)
            )
            found.append(last + share * (row - last))
            passed += 1
        waiting = 0 if found else place.waiting + 1
        return Place(passed, place.seen + 1, waiting, tuple(row.tolist())), tuple(found)

    def _progress(self, value: float) -> float:
        return float(value) if self.levels[1] > self.levels[0] else -float(value)


def learn_indicator(batches: Sequence[Array], tag: int, samples: int) -> Indicator:
    """Even levels between the greatest start and the least end of the indicator in good `batches`, each (n, J).

    Raises MonitoringError when the tag does not rise (or fall) through a common range.
    """
    known = [batch[np.isfinite(batch[:, tag]), tag] for batch in batches]
    if not all(map(len, known)):
        raise MonitoringError(f"tag {tag + 1} has no value in a batch", mend="leave that batch out")
    sign = 1.0 if np.median([one[-1] - one[0] for one in known]) >= 0.0 else -1.0
    low = float(max(sign * one[0] for one in known))
    high = float(min((sign * one).max() for one in known))
    if not low < high or samples < 2:
        raise MonitoringError(
            f"tag {tag + 1} goes through no range common to all batches",
            mend="take a tag that only rises or only falls, and two or more samples",
        )
    return Indicator(tag=tag, levels=sign * np.linspace(low, high, samples))
