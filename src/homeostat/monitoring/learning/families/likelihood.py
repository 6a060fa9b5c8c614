"""How likely targets are under a Gaussian process with a line and a radial kernel, and the likeliest kernels.

In: rows (n, p) and targets (n,), both centred, the rows in units of the root mean squared distance between them. Out:
`Kernels`. The variance of the process is told in closed form and cancels. A wide prior on the other parameters keeps
few rows from lengths and noises that no more rows would bear out.

Source: Rasmussen & Williams 2006, eq. 2.30 (the likelihood), 4.2.4 (sums of kernels), 5.1 (a length for each input) and
5.9 (the gradient); the search is L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995) from the best place of a grid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.optimize import minimize

from homeostat.monitoring.frozen import Array

LENGTHS = (4.0, 2.0, 1.0, 0.5)
"""Lengths of the grid that the search starts from."""
SHARES = (10.0, 1.0, 0.1)
"""Variances of the line of that grid."""
NOISES = tuple(10.0 ** (power / 3.0) for power in range(-12, 7))
"""Noise variances of that grid, in units of both kernels' variance."""
MOST_ROWS = 200
"""Rows that the kernels are found from, evenly spaced where there are more: its work grows with their cube."""
STEPS = 60
BOUNDS_OF_SHARE = (1e-3, 1e3)
BOUNDS_OF_NOISE = (1e-7, 1e3)
BOUNDS_OF_LENGTH = (0.1, 50.0)
"""An input whose length is 50 root mean squared distances bends nothing."""
EXPECTED_SHARE, EXPECTED_NOISE, EXPECTED_LENGTH = (0.0, 2.0), (-4.0, 3.0), (0.7, 1.0)
"""Mean and deviation of the logarithm of each before the targets are seen: a wide prior."""
TINY = 1e-300


class Kernels(NamedTuple):
    """`lengths` (1 or p,) that rows are divided by; the variance `share` of the line at a row whose size is 1 then, and
    that of the noise, both in units of the radial kernel's.
    """

    lengths: Array
    share: float
    noise: float

    @property
    def logarithms(self) -> Array:
        """The parameters of the search."""
        return np.asarray(np.log(np.concatenate([[self.share, self.noise], self.lengths])), np.float64)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Of the targets `y` (n,) given the rows `x` (n, p)."""

    x: Array
    y: Array

    @classmethod
    def of(cls, x: Array, y: Array) -> "Likelihood":
        """From rows and targets, or, where they are many, some of them; the targets' scale cancels and is left out."""
        some = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_ROWS)).astype(int))
        return cls(x[some], y[some] / max(float(np.abs(y[some]).max()), TINY))

    def lost(self, logarithms: Array) -> tuple[float, Array]:
        """Minus the logarithm of the likelihood, less a constant, at these parameters, and its gradient."""
        share, noise, *lengths = np.exp(logarithms)
        rows, n = self.x / np.array(lengths), len(self.y)
        bent, line = radial(rows, rows), rows @ rows.T
        factor = cholesky(bent + share * line + noise * np.eye(n), lower=True)
        inverse = cho_solve((factor, True), np.eye(n))
        weights = inverse @ self.y
        misfit = max(float(self.y @ weights), TINY)
        value = 0.5 * n * np.log(misfit / n) + np.sum(np.log(np.diag(factor)))
        pulled = inverse - (n / misfit) * np.outer(weights, weights)
        felt = pulled * bent
        by_input = (rows**2).T @ felt.sum(axis=1) - np.sum(rows * ((felt + share * pulled) @ rows), axis=0)
        by_length = by_input if len(lengths) > 1 else by_input.sum(keepdims=True)
        slopes = [0.5 * share * np.sum(pulled * line), 0.5 * noise * np.trace(pulled)]
        return float(value), np.concatenate([slopes, by_length])

    def doubted(self, logarithms: Array) -> tuple[float, Array]:
        """The same of likelihood times prior."""
        value, gradient = self.lost(logarithms)
        expected, spread = _prior(len(logarithms) - 2)
        odd = (logarithms - expected) / spread
        return value + 0.5 * float(odd @ odd), gradient + odd / spread


def likeliest(x: Array, y: Array, *, each: bool) -> Iterator[Kernels]:
    """The kernels of greatest likelihood times prior: one length for all inputs; if `each`, then one for each, from
    there on."""
    given = Likelihood.of(x, y)
    found = _climbed(given, _coarse(given))
    yield found
    if each:
        yield _climbed(given, found._replace(lengths=np.repeat(found.lengths, x.shape[1])))


def _prior(lengths: int) -> tuple[Array, Array]:
    """Means and deviations of the logarithms."""
    means, deviations = np.array([EXPECTED_SHARE, EXPECTED_NOISE, *[EXPECTED_LENGTH] * lengths]).T
    return means, deviations


def _climbed(given: Likelihood, start: Kernels) -> Kernels:
    """The top that is reached from `start`; `start` itself where the targets do not vary."""
    if not given.y.any():
        return start
    bounds = [BOUNDS_OF_SHARE, BOUNDS_OF_NOISE, *[BOUNDS_OF_LENGTH] * len(start.lengths)]
    ends = np.log(np.array(bounds))
    first = np.clip(start.logarithms, ends[:, 0], ends[:, 1])
    reached = minimize(
        given.doubted, first, jac=True, method="L-BFGS-B", bounds=ends.tolist(), options={"maxiter": STEPS}
    )
    share, noise, *lengths = np.exp(reached.x).tolist()
    return Kernels(np.array(lengths), share, noise)


def _coarse(given: Likelihood) -> Kernels:
    """The likeliest of a grid: an eigendecomposition of each sum of kernels gives the likelihood of all noises."""
    best, found = -np.inf, Kernels(np.ones(1), 1.0, 1.0)
    for length, share in product(LENGTHS, SHARES):
        rows = given.x / length
        gram = radial(rows, rows) + share * rows @ rows.T
        values, vectors = np.linalg.eigh(gram)
        along = (vectors.T @ given.y) ** 2
        for unit in NOISES:
            noise = unit * (1.0 + share)
            likely = _of_eigenvalues(np.maximum(values, 0.0) + noise, along)
            if likely > best:
                best, found = likely, Kernels(np.array([length]), share, noise)
    return found


def _of_eigenvalues(values: Array, along: Array) -> float:
    variance = max(float(np.mean(along / values)), TINY)
    return float(-0.5 * (len(values) * np.log(variance) + np.sum(np.log(values))))


def radial(a: Array, b: Array) -> Array:
    """exp(-d^2 / 2) (m, n) of the distances d between rows (m, p) and (n, p)."""
    squares = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1)[None, :] - 2.0 * (a @ b.T)
    return np.asarray(np.exp(-0.5 * np.maximum(squares, 0.0)), np.float64)
