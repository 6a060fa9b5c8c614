"""A linear mixed model: what is common to all donors, how they spread, and each donor's own values.

In: each donor's log-likelihood as a quadratic of its coordinates. Out: `Mixed`. The random coordinates of a donor are
Gaussian about the common centre, independent of each other; the others are the same in every donor. Spreads maximise
the likelihood of the data, restricted (the centre's uncertainty counts) or not: Laird & Ware 1982, Biometrics
38:963-974; Harville 1977, Journal of the American Statistical Association 72:320-338.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from homeostat.twin.fit.information import Information
from homeostat.twin.fit.local import Settings, search
from homeostat.twin.fit.protocol import Array, Scalar

SETTINGS = Settings(ftol=1e-13, gtol=1e-9, evaluations=500)


class Quadratic(NamedTuple):
    """A negative log-likelihood x'F x / 2 - h'x: `matrix` F (d, d), `linear` h (d,)."""

    matrix: Array
    linear: Array


@dataclass(frozen=True, eq=False)
class Mixed:
    """Centre (d,) and its covariance (d, d); spreads (r,) of the random coordinates; donors' values (n, d), (n, d, d).

    `curvature` (r, r): second derivative of the negative log-likelihood by the logarithms of the spreads.
    """

    centre: Array
    covariance: Array
    spread: Array
    curvature: Array
    donors: Array
    donor_covariances: Array


class Spreads:
    """The negative log-likelihood of `donors` as a function of the logarithms of the spreads, centre profiled out."""

    def __init__(
        self,
        donors: Sequence[Quadratic],
        belief: Quadratic,
        random: Sequence[int],
        names: Sequence[str],
        width: Array,
        restricted: bool = True,
    ) -> None:
        self.matrices = np.stack([donor.matrix for donor in donors])
        self.linear = np.stack([donor.linear for donor in donors])
        self.belief, self.random, self.restricted = belief, list(random), restricted
        self.all_names, self.width = tuple(names), width
        self.names = tuple(names[i] for i in random)
        self.lower = np.log(1e-5 * width[self.random])
        self.upper = np.log(width[self.random])

    def objective(self, theta: Array) -> Scalar:
        """Value and gradient at `theta` (r,), by Fisher's identity from the conditional second moments."""
        solved = _solve(self, np.exp(theta))
        n, variances = len(self.matrices), np.exp(2.0 * theta)
        return Scalar(solved.value, n - solved.moments / variances)

    def curvature(self, theta: Array, step: float = 1e-4) -> Array:
        """Second derivative (r, r) at `theta`, by central differences of the gradient."""
        moves = step * np.eye(len(theta))
        rows = [
            (self.objective(theta + m).gradient - self.objective(theta - m).gradient) / (2.0 * step)
            for m in moves
        ]
        found = np.stack(rows)
        return 0.5 * (found + found.T)


class _Solved(NamedTuple):
    """The model at given spreads; `moments` (r,) are the summed squares expected of the random effects."""

    value: float
    centre: Array
    covariance: Array
    moments: Array
    donors: Array
    donor_covariances: Array


def linear_mixed(problem: Spreads, begin: Array) -> Mixed:
    """Maximise the likelihood from spreads `begin` (r,). Raises `TwinError` where the centre is undetermined."""
    found = search(problem, np.log(begin), SETTINGS)
    solved = _solve(problem, np.exp(found.theta))
    return Mixed(
        solved.centre,
        solved.covariance,
        np.exp(found.theta),
        problem.curvature(found.theta),
        solved.donors,
        solved.donor_covariances,
    )


def _solve(p: Spreads, spread: Array) -> _Solved:
    """Integrate the random effects out, solve for the centre, and come back to the donors."""
    cross = p.matrices[:, :, p.random]
    scaled = spread[:, None] * cross[:, p.random, :] * spread
    inner = np.eye(len(spread)) + scaled
    effects = spread[:, None] * np.linalg.inv(inner) * spread
    gain = effects @ cross.transpose(0, 2, 1)
    normal = p.belief.matrix + (p.matrices - cross @ gain).sum(axis=0)
    right = p.belief.linear + (p.linear - np.einsum("nrd,nr->nd", gain, p.linear[:, p.random])).sum(axis=0)
    covariance = Information(p.all_names, normal, p.width).inverse()
    centre = covariance @ right
    pull = p.linear[:, p.random] - cross.transpose(0, 2, 1) @ centre
    means = np.einsum("nij,nj->ni", effects, pull)
    value = 0.5 * centre @ (p.belief.matrix + p.matrices.sum(axis=0)) @ centre
    value -= (p.belief.linear + p.linear.sum(axis=0)) @ centre
    value += 0.5 * (np.linalg.slogdet(inner)[1].sum() - np.einsum("ni,ni->", pull, means))
    spreading = effects.copy()
    if p.restricted:
        value += 0.5 * np.linalg.slogdet(normal)[1]
        spreading += gain @ covariance @ gain.transpose(0, 2, 1)
    moments = (means**2 + np.diagonal(spreading, axis1=1, axis2=2)).sum(axis=0)
    return _Solved(
        float(value), centre, covariance, moments, *_donors(p, centre, covariance, effects, gain, means)
    )


def _donors(
    p: Spreads, centre: Array, covariance: Array, effects: Array, gain: Array, means: Array
) -> tuple[Array, Array]:
    """Each donor's coordinates and their covariance, with what is uncertain about the centre."""
    size, count = len(centre), len(means)
    donors = np.tile(centre, (count, 1))
    donors[:, p.random] += means
    follows = np.tile(np.eye(size), (count, 1, 1))
    follows[:, p.random, :] -= gain
    covariances = follows @ covariance @ follows.transpose(0, 2, 1)
    place = np.ix_(range(count), p.random, p.random)
    covariances[place] += effects
    return donors, covariances
