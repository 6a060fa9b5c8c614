"""What an optimiser needs to know of a problem, whoever states it: names, bounds, values with derivatives.

In: `theta` (k,) in the problem's own scaled coordinates. Out: residuals or a scalar, or the typed refusal `Rejected`.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError

Array = NDArray[np.float64]


class Rejected(TwinError):  # noqa: N818 - named for what happened
    """The problem has no value at this point: a simulation ended with a status, or a number was not finite."""


class Residuals(NamedTuple):
    """Residuals `r` (m,), whose half sum of squares is minimised, and their Jacobian `jacobian` (m, k)."""

    r: Array
    jacobian: Array

    @property
    def cost(self) -> float:
        """Half the sum of squares: the negative log-likelihood up to a constant."""
        return 0.5 * float(self.r @ self.r)


class Scalar(NamedTuple):
    """A `value` to minimise and its `gradient` (k,)."""

    value: float
    gradient: Array


class Bounded(Protocol):
    """Named coordinates between finite bounds `lower` < `upper`, each (k,)."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the coordinates."""

    @property
    def lower(self) -> Array:
        """The lower bounds."""

    @property
    def upper(self) -> Array:
        """The upper bounds."""


@runtime_checkable
class LeastSquares(Bounded, Protocol):
    """A sum of squares."""

    def residuals(self, theta: Array) -> Residuals:
        """Residuals at `theta`; the same number at every point. Raises `Rejected`."""


@runtime_checkable
class Objective(Bounded, Protocol):
    """Any smooth scalar, such as a negative log-likelihood with estimated error parameters."""

    def objective(self, theta: Array) -> Scalar:
        """Value and gradient at `theta`. Raises `Rejected`."""


@runtime_checkable
class Batched(LeastSquares, Protocol):
    """A sum of squares that is cheaper for many points at once than one after the other."""

    def residuals_at(self, thetas: Array) -> Sequence[Residuals | Rejected]:
        """Residuals at each row of `thetas` (n, k), or why there are none."""


Problem = LeastSquares | Objective
"""What `multistart` can minimise."""
