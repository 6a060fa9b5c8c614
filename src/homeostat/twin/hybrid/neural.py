"""A small neural network as a term: one layer of tanh units.

In: scaled arguments. Out: the unshaped value. Where an argument is monotone, its weights and those of the output are
squares, which makes the sum monotone in that argument for any weights (Sill 1998, Monotonic Networks, Advances in
Neural Information Processing Systems 10:661-667).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.hybrid.term import Term


@dataclass(frozen=True)
class NeuralTerm(Term):
    """`units` tanh units over the arguments. Beyond the declared ranges the units saturate: the term goes level.

    Standard normal priors of the weights, with the output divided by the root of the number of units, make priors
    over functions that do not depend on it (Neal 1996, Bayesian Learning for Neural Networks, section 2.1).
    """

    units: int = 4
    steepness: float = 2.0
    """Slope of a unit at a weight of 1, per scaled argument."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.units < 1 or self.steepness <= 0.0:
            raise TwinError("a network needs a unit and a steepness above 0", where=type(self).__name__)

    @property
    def directed(self) -> bool:
        """Whether the term is monotone in any argument."""
        return any(each.monotone for each in self.arguments.values())

    def weights(self) -> Sequence[str]:
        """See `Term`: of each unit its arguments, offset and output, then the common offset."""
        unit = (*self.arguments, "offset", "out")
        return (*(f"u{k}_{part}" for k in range(1, self.units + 1) for part in unit), "offset")

    def raw(self, m: Algebra, w: Mapping[str, Value], at: Sequence[Value]) -> Value:
        """See `Term`."""
        total = w["offset"]
        for k in range(1, self.units + 1):
            total = total + self._out(w[f"u{k}_out"]) * m.tanh(self._inner(w, f"u{k}_", at))
        return total

    def structure(self) -> Mapping[str, Any]:
        """See `Term`."""
        return {"units": self.units, "steepness": self.steepness}

    def _inner(self, w: Mapping[str, Value], unit: str, at: Sequence[Value]) -> Value:
        total = w[unit + "offset"]
        for (name, each), value in zip(self.arguments.items(), at, strict=True):
            weight = w[unit + name]
            total = total + (each.monotone * weight * weight if each.monotone else weight) * value
        return self.steepness * total

    def _out(self, weight: Value) -> Value:
        return (weight * weight if self.directed else weight) * (1.0 / math.sqrt(self.units))
