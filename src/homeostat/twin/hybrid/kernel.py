"""A Gaussian process as a term: the mean of a process that is known at fixed places.

In: scaled arguments. Out: the unshaped value f(x) = k(x) . L^-T w, with k the covariances between x and the places,
K = L L^T that of the places, and weights w. Standard normal priors of w make the values at the places normal with
covariance K, so that the weights of greatest posterior density give the subset-of-regressors mean (Rasmussen & Williams
2006, Gaussian Processes for Machine Learning, section 8.3.1; fixed places as in Titsias 2009, AISTATS, PMLR 5:567-574,
but chosen on a grid). The covariance is rational quadratic (ibid., eq. 4.19) with alpha = 2, which takes no exp:
every constant of the term comes from IEEE-exact operations and has the same bits on every machine.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.hybrid.term import Term

Table = tuple[tuple[float, ...], ...]
MOST = 64
"""Places beyond which a kernel grows too large to compile quickly."""
JITTER = 1e-8
"""Added to the diagonal of K, so that close places do not make it singular (ibid., section 3.4.3)."""


@dataclass(frozen=True)
class KernelTerm(Term):
    """A process over the arguments with `places` along each, `length` its length scale, the range being -1 to 1.

    Beyond the declared ranges the term returns to its neutral value. No argument can be monotone.
    """

    places: int = 5
    length: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.places < 2 or self.places ** len(self.arguments) > MOST or self.length <= 0.0:
            raise TwinError(
                f"a process needs 2 to {MOST} places on its grid and a length above 0",
                where=type(self).__name__,
                mend="give fewer places or arguments",
            )
        if any(each.monotone for each in self.arguments.values()):
            raise TwinError(
                "a process cannot be monotone by construction",
                where=type(self).__name__,
                mend="use a NeuralTerm",
            )

    @cached_property
    def grid(self) -> Table:
        """The places (p, arguments) on the scaled axes."""
        axis = [2.0 * k / (self.places - 1) - 1.0 for k in range(self.places)]
        return tuple(product(axis, repeat=len(self.arguments)))

    def weights(self) -> Sequence[str]:
        """See `Term`: one for each place."""
        return tuple(f"g{k}" for k in range(1, len(self.grid) + 1))

    def raw(self, m: Algebra, w: Mapping[str, Value], at: Sequence[Value]) -> Value:
        """See `Term`."""
        total: Value = 0.0
        for place, factor in zip(self.grid, self._factors(w), strict=True):
            total = total + factor * self._covariance(at, place)
        return total

    def structure(self) -> Mapping[str, Any]:
        """See `Term`."""
        return {"places": self.places, "length": self.length}

    def _factors(self, w: Mapping[str, Value]) -> list[Value]:
        """L^-T w, one for each place: back substitution."""
        given: list[Value] = [w[name] for name in self.weights()]
        factors: list[Value] = [0.0] * len(self.grid)
        for i in reversed(range(len(given))):
            rest = given[i]
            for j in range(i + 1, len(given)):
                rest = rest - self._root[j][i] * factors[j]
            factors[i] = rest * (1.0 / self._root[i][i])
        return factors

    def _covariance(self, a: Sequence[Value], b: Sequence[float]) -> Value:
        distance: Value = 0.0
        for x, y in zip(a, b, strict=True):
            distance = distance + (x - y) * (x - y)
        inner = 1.0 + distance * (1.0 / (4.0 * self.length * self.length))
        return 1.0 / (inner * inner)

    @cached_property
    def _root(self) -> Table:
        """The lower Cholesky factor of K, in plain arithmetic: the same bits on every machine."""
        root: list[list[float]] = []
        for i, a in enumerate(self.grid):
            row: list[float] = []
            for j, b in enumerate(self.grid[: i + 1]):
                inner = self._covariance(a, b) + (JITTER if i == j else 0.0)
                for x, y in zip(row, root[j] if j < i else row, strict=False):
                    inner -= x * y
                row.append(math.sqrt(inner) if i == j else inner / root[j][j])
            root.append(row)
        return tuple(tuple(row) for row in root)
