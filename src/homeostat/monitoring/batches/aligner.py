"""What aligns a running batch with the good ones: samples come in, aligned samples go out as soon as they are known."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from homeostat.monitoring.frozen import Array, Piece


class Place(NamedTuple):
    """How far a batch has come: `passed` samples of the aligned batch, `seen` samples of its own, `waiting` since.

    `memory` is the aligner's own.
    """

    passed: int
    seen: int
    waiting: int
    memory: tuple[float, ...]

    @classmethod
    def restore(cls, plain: Iterable[Any]) -> "Place":
        """The place that was written as a JSON list."""
        passed, seen, waiting, memory = plain
        return cls(int(passed), int(seen), int(waiting), tuple(map(float, memory)))


START = Place(0, 0, 0, ())


class Aligner(Piece):
    """A causal alignment: an aligned sample never changes once it has gone out."""

    @property
    @abstractmethod
    def samples(self) -> int:
        """K, how many samples an aligned batch has."""

    @abstractmethod
    def step(self, place: Place, values: Array) -> tuple[Place, tuple[Array, ...]]:
        """The next place, and the aligned samples (J+1,) that the newest `values` (J,) complete: none, one or more.

        Each ends with the number of samples that it took to get there, so that what is slow or quick is not hidden.
        """

    def align(self, rows: Array) -> Array:
        """A whole batch of `rows` (n, J) aligned as it would have been live, (K, J+1); NaN where it did not get to."""
        found = np.full((self.samples, rows.shape[1] + 1), np.nan)
        place, at = START, 0
        for values in rows:
            place, aligned = self.step(place, values)
            for one in aligned:
                found[at] = one
                at += 1
        return found
