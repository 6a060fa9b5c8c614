"""Virtual donors: what varies from batch to batch, drawn so that batch k is the same in every ensemble of a seed.

In: a model, spreads, a seed. Out: arrays of initial states and parameters. A spread s is a coefficient of variation:
the declared value is multiplied by exp(sigma z) with sigma^2 = ln(1 + s^2), a log-normal factor of median 1, and kept
within the declared bounds. Every name has random numbers of its own: one more changes no other.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.declare import Group
from homeostat.twin.model import Model

Array = NDArray[np.float64]
MOST = 100.0
"""Batches that differ by more than 10,000 % have no typical value."""
BLOCK = 1024
"""Batches whose numbers are drawn together."""


@dataclass(frozen=True)
class Spreads:
    """Relative spreads by the name of a parameter or state; `Spreads.declared` has those of the model itself."""

    by_name: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def declared(cls, model: type[Model]) -> "Spreads":
        """The spreads between donors that the model's parameters declare."""
        return cls({q.name: q.spread for q in model.signature.parameters if q.spread > 0.0})


@dataclass(frozen=True)
class Donors:
    """The donors of one seed. `states` and `parameters` are the medians, by name; declared values for the rest.

    Raises `TwinError` for a name that the model does not have or a spread that is none.
    """

    model: type[Model]
    spreads: Spreads
    seed: int = 0
    states: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.model.signature
        for name, spread in self.spreads.by_name.items():
            if name not in (*s.states.names, *s.parameters.names):
                raise TwinError(
                    f"no state or parameter is called {name!r}",
                    where=self.model.__name__,
                    mend="it has: " + ", ".join((*s.states.names, *s.parameters.names)),
                )
            if not 0.0 <= spread <= MOST:
                mend = f"give a share from 0 to {MOST:g}, the standard deviation over the value"
                raise TwinError(f"{spread:g} is not a spread of {name}", where=self.model.__name__, mend=mend)
        s.states.vector(self.states)
        s.parameters.vector(self.parameters)

    def draw(self, first: int, last: int) -> tuple[Array, Array]:
        """Initial states (n, nx) and parameters (n, np) of the batches `first` to `last` - 1."""
        s = self.model.signature
        return (
            self._values(s.states, self.states, first, last),
            self._values(s.parameters, self.parameters, first, last),
        )

    def _values(self, group: Group, given: Mapping[str, float], first: int, last: int) -> Array:
        values = np.tile(group.vector(given), (last - first, 1))
        for place, quantity in enumerate(group):
            spread = self.spreads.by_name.get(quantity.name, 0.0)
            if spread:
                values[:, place] *= self._factors(quantity.name, spread, first, last)
                np.clip(values[:, place], quantity.low, quantity.high, out=values[:, place])
        return values

    def _factors(self, name: str, spread: float, first: int, last: int) -> Array:
        blocks = range(first // BLOCK, -(-last // BLOCK))
        normal = np.concatenate([_normal(self.seed, name, block) for block in blocks])
        start = first - blocks[0] * BLOCK
        factors: Array = np.exp(math.sqrt(math.log1p(spread**2)) * normal[start : start + last - first])
        return factors


def _normal(seed: int, name: str, block: int) -> Array:
    digest = hashlib.sha256(f"{seed}\n{name}\n{block}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key)).standard_normal(BLOCK)
