"""What cannot be learnt from these runs, why, and which further sample would help: in words and as data.

In: a fit. Out: `Identifiability`. A quantity counts as learnt when its standard deviation is below a share of its
value (practical identifiability: Raue et al. 2009, Bioinformatics 25:1923-1929). Eigenvectors of the Fisher information
in relative units are the combinations that the runs do or do not tell; Brun, Reichert & Kuensch 2001, Water Resources
Research 37:1015-1030, make an index of collinearity of the smallest eigenvalue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.linalg import qr

from homeostat.twin.fit.free import Scale
from homeostat.twin.fit.influence import Lone, lone
from homeostat.twin.fit.information import SINGULAR
from homeostat.twin.fit.protocol import Array
from homeostat.twin.fit.relative import relative_deviations, relative_units
from homeostat.twin.fit.result import Fit
from homeostat.twin.fit.samples import Sample, next_samples

LOOSE = 0.5
"""A standard deviation above this share of the value counts as not learnt."""
HELPS = 0.9
"""A sample helps when it brings some uncertainty below this share of what it was."""
PART = 0.2
"""Weights below this share of a direction's largest are left out of it."""


@dataclass(frozen=True)
class Direction:
    """A combination that the runs do not tell: relative changes of several quantities that leave the fit as it is.

    `weights` by name, the largest 1; `deviation`: how far they may go, as a share (infinite: any distance).
    """

    weights: Mapping[str, float]
    deviation: float
    logarithmic: bool

    def __str__(self) -> str:
        far = "any distance" if np.isinf(self.deviation) else f"±{self.deviation:.0%}"
        if len(self.weights) == 1:
            return f"{next(iter(self.weights))} alone ({far})"
        moves = ", ".join(f"{name} by {0.1 * weight:+.0%}" for name, weight in self.weights.items())
        return f"{moves} together ({far}){self._known()}"

    def _known(self) -> str:
        """Which product or quotient stays as it is, where two quantities trade one for one."""
        names, weights = list(self.weights), list(self.weights.values())
        if len(names) != 2 or not self.logarithmic or abs(abs(weights[1]) - 1.0) > 0.05:
            return ""
        sign, word = ("*", "product") if weights[1] < 0.0 else ("/", "ratio")
        return f": only the {word} {names[0]} {sign} {names[1]} can be learnt"


@dataclass(frozen=True)
class Unlearnt:
    """A quantity that was not learnt, its relative standard `deviation`, and `why` in words."""

    name: str
    deviation: float
    why: str


@dataclass(frozen=True)
class Identifiability:
    """Relative standard `deviations` by name, what was not learnt, the open `directions`, and helpful `samples`.

    `lone` are values on which a quantity hangs, and which no other value checks; `bounded` says of each quantity at
    a bound which one: its deviation is that of an estimate which the bound holds back.
    """

    deviations: Mapping[str, float]
    unlearnt: tuple[Unlearnt, ...]
    directions: tuple[Direction, ...]
    samples: tuple[Sample, ...]
    lone: tuple[Lone, ...] = ()
    bounded: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> tuple[str, ...]:
        """The report in words."""
        held = [
            f"{name} lies at its bound, {bound}: the runs ask for a value beyond it, or do not tell it"
            for name, bound in self.bounded.items()
        ]
        return (*held, *self._learnt(), *map(str, self.lone))

    def _learnt(self) -> tuple[str, ...]:
        if not self.unlearnt and self.bounded:
            others = any(name not in self.bounded for name in self.deviations)
            return ("every other quantity can be learnt from these runs",) if others else ()
        if not self.unlearnt:
            return ("every quantity can be learnt from these runs",)
        told = [f"{each.name}: {each.why}" for each in self.unlearnt]
        told += [f"not told by the runs: {direction}" for direction in self.directions]
        if not self.samples:
            return (
                *told,
                "no single further sample of these runs would help: vary the inputs, or fix what is known",
            )
        return (*told, *(f"would help: {sample}" for sample in self.samples))

    def to_json(self) -> dict[str, Any]:
        """The report as plain data; null stands for a deviation without limit."""
        return {
            "relative_deviations": {name: _finite(value) for name, value in self.deviations.items()},
            "unlearnt": [
                {"name": u.name, "relative_deviation": _finite(u.deviation), "why": u.why}
                for u in self.unlearnt
            ],
            "directions": [
                {"weights": dict(d.weights), "relative_deviation": _finite(d.deviation), "text": str(d)}
                for d in self.directions
            ],
            "samples": [sample.to_json() for sample in self.samples],
            "lone": [each.to_json() for each in self.lone],
            "at_bounds": list(self.bounded),
            "text": list(self.lines()),
        }


def identifiability(fit: Fit, *, loose: float = LOOSE, samples: int = 3) -> Identifiability:
    """Name what `fit` could not learn to a relative standard deviation of `loose`, and the `samples` to take next.

    Samples may be of any state or output, also of those not measured so far; only those that help are listed.
    """
    deviations = relative_deviations(fit)
    units = relative_units(fit)
    matrix = fit.information.matrix * np.outer(units, units)
    directions = _directions(fit, matrix, loose)
    unlearnt = tuple(
        Unlearnt(name, deviation, _why(fit, matrix, name, loose, directions))
        for name, deviation in deviations.items()
        if deviation > loose
    )
    return Identifiability(
        deviations, unlearnt, directions, _helpful(fit, unlearnt, samples), lone(fit), _bounded(fit)
    )


def _bounded(fit: Fit) -> Mapping[str, str]:
    """The bound, with its unit, of every quantity that lies at one."""
    at, found = fit.at_bounds(), {}
    for place, each in enumerate(fit.problem.free):
        if each.name in at:
            middle = 0.5 * (fit.problem.lower[place] + fit.problem.upper[place])
            found[each.name] = f"{each.lower if fit.theta[place] < middle else each.upper:g} {each.unit}"
    return found


def _helpful(fit: Fit, unlearnt: tuple[Unlearnt, ...], count: int) -> tuple[Sample, ...]:
    """Samples that narrow something unlearnt, each given those before it."""
    if not unlearnt or not count:
        return ()
    names = [each.name for each in unlearnt]
    return tuple(
        sample
        for sample in next_samples(fit, count, targets=names)
        if any(sample.after[name] < HELPS * sample.before[name] for name in names)
    )


def _directions(fit: Fit, matrix: Array, loose: float) -> tuple[Direction, ...]:
    """The eigenvectors along which the estimate may move by more than `loose`, least told first."""
    values, vectors = np.linalg.eigh(matrix)
    null = values <= SINGULAR * max(values.max(), np.finfo(float).tiny)
    spreads = np.where(null, np.inf, 1.0 / np.sqrt(np.where(null, 1.0, values)))
    kept = ~null & (spreads > loose)
    columns = [(np.inf, column) for column in _sparse(vectors[:, null]).T]
    columns += list(zip(spreads[kept].tolist(), vectors[:, kept].T, strict=True))
    return tuple(_direction(fit, column, spread) for spread, column in columns)


def _sparse(basis: Array) -> Array:
    """Another basis (k, d) of the same space, each vector alone in moving one of d chosen quantities."""
    if not basis.shape[1]:
        return basis
    _, _, order = qr(basis.T, pivoting=True, mode="economic")
    chosen = np.sort(order[: basis.shape[1]])
    return np.asarray(basis @ np.linalg.inv(basis[chosen]), np.float64)


def _direction(fit: Fit, column: Array, spread: float) -> Direction:
    sizes = np.round(np.abs(column) / np.abs(column).max(), 6)
    largest = int(np.argmax(sizes))
    shares = column / column[largest]
    kept = [i for i in np.argsort(-sizes, kind="stable").tolist() if sizes[i] >= PART]
    weights = {fit.problem.names[i]: float(shares[i]) for i in kept}
    length = float(abs(column[largest]) / np.linalg.norm(column))
    logarithmic = all(fit.problem.free[i].scale is Scale.LOG10 for i in kept)
    return Direction(weights, spread * length, logarithmic)


def _why(fit: Fit, matrix: Array, name: str, loose: float, directions: tuple[Direction, ...]) -> str:
    place = fit.problem.names.index(name)
    own = float(matrix[place, place])
    if own <= 0.0:
        return "nothing that was measured depends on it"
    alone = own**-0.5
    if alone > loose:
        return f"the measured values hardly react to it (even with all else known: ±{alone:.0%})"
    partners = dict.fromkeys(
        other for each in directions if name in each.weights for other in each.weights if other != name
    )
    undone = " and ".join(partners) or "several others together"
    return f"a change of it can be undone by {undone} (with all else known: ±{alone:.1%})"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
