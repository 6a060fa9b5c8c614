"""Where everything stands: the vector the filter estimates, and the upper triangle of its covariance.

The vector holds the model's states, then the learnt parameters, then the biases of signals that have one.
"""

from dataclasses import dataclass
from functools import cached_property

from homeostat.twin.model import Model
from homeostat.twin.observer.settings import Settings


@dataclass(frozen=True)
class Layout:
    """Positions: `learnt` parameters by their index in the model, `biased` signals by theirs in the settings."""

    states: int
    learnt: tuple[int, ...]
    biased: tuple[int, ...]

    @classmethod
    def of(cls, model: type[Model], settings: Settings) -> "Layout":
        """The layout of a checked `settings`."""
        parameters = model.signature.parameters
        return cls(
            len(model.signature.states),
            tuple(parameters.index(learnt.name) for learnt in settings.learnt),
            tuple(k for k, signal in enumerate(settings.signals) if signal.bias > 0.0),
        )

    @property
    def size(self) -> int:
        """Length n of the estimated vector."""
        return self.states + len(self.learnt) + len(self.biased)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The entries (i, j), i <= j, of the upper triangle, row by row."""
        return tuple((i, j) for i in range(self.size) for j in range(i, self.size))

    @cached_property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """Where the triangle holds the entry (i, j), whichever comes first, row by row."""
        at, n = {pair: k for k, pair in enumerate(self.pairs)}, self.size
        return tuple(tuple(at[min(i, j), max(i, j)] for j in range(n)) for i in range(n))

    @cached_property
    def diagonal(self) -> tuple[int, ...]:
        """Positions of the variances in the triangle."""
        return tuple(k for k, (i, j) in enumerate(self.pairs) if i == j)

    def bias_of(self, signal: int) -> int | None:
        """The position of a signal's bias in the vector."""
        return self.states + len(self.learnt) + self.biased.index(signal) if signal in self.biased else None
