"""Identification: the lag or integrator with dead time that explains a record best, by least squares.

    y(t) = start + drift t + bend t² + gain x(t; lag, delay),   x: the output, delayed and lagged, or integrated

For each lag and delay the other constants follow by linear least squares (variable projection: Golub and Pereyra 1973);
lag and delay are found on a grid and refined by the simplex method of Nelder and Mead.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from homeostat.control.regulatory.tuning.models import Array, Integrating, Lagged, Model, integrated, lagged
from homeostat.errors import ControlError

LEAST = 12
"""Usable samples that a record needs."""
LONGEST = 5.0
"""A lag longer than so many records is none: the plant integrates, as far as the record tells."""
WORTH = 0.98
"""A lag must leave less than this share of the squared error of an integrator, or the simpler model stands."""
TELLING = 40.0
"""How many times the variance that is left a model must explain, beyond the drift (an F ratio)."""
QUICKEST = 0.25
"""A lag shorter than this share of the interval cannot be told from none."""
GRID = 12


@dataclass(frozen=True, slots=True)
class Identified:
    """The model; the tag's drift at the start (units per hour); the error left (1 s.d.) and the share explained."""

    model: Model
    drift: float
    error: float
    explained: float


@dataclass(frozen=True, slots=True)
class _Fit:
    slope: float
    drift: float
    squares: float


def identify(inputs: Sequence[float], values: Sequence[float], hours: float) -> Identified:
    """The model behind a record of controller outputs and readings (NaN: none), each `hours` after the last.

    The output `inputs[k]` is in force from sample k on. The record should begin at rest, before the output moves.
    Raises ControlError for a record that is too short, in which nothing moves, or that no such model explains.
    """
    u, y = np.asarray(inputs, float), np.asarray(values, float)
    if np.isfinite(y).sum() < LEAST:
        raise ControlError(f"the record has fewer than {LEAST} readings", mend="record for longer")
    if np.ptp(u) == 0.0:
        raise ControlError("the output never moves in the record", mend="record a step of the output")
    u = u - u[0]
    moved = int(np.argmax(u != 0.0))
    longest = (len(u) - moved) * hours
    flat = _Fit(0.0, 0.0, _without(y, hours))
    lag, lag_fit = _best_lag(u, y, hours, longest)
    pure, pure_fit = _best_integrator(u, y, hours, longest)
    simpler = lag.lag > LONGEST * longest or lag_fit.squares > WORTH * pure_fit.squares
    model, fit = (pure, pure_fit) if simpler else (lag, lag_fit)
    known = y[np.isfinite(y)]
    left = fit.squares / max(len(known) - 6, 1)
    if not flat.squares - fit.squares > TELLING * left:
        mend = "make a larger step, or record for longer"
        raise ControlError("the tag does not follow the output in the record", mend=mend)
    total = float(((known - known.mean()) ** 2).sum())
    return Identified(model, fit.drift, math.sqrt(left), 1.0 - fit.squares / total)


def _best_lag(u: Array, y: Array, hours: float, longest: float) -> tuple[Lagged, _Fit]:
    def squares(at: Array) -> float:
        lag, delay = math.exp(float(at[0])), abs(float(at[1]))
        if delay > 0.5 * longest or not QUICKEST * hours <= lag <= 50.0 * longest:
            return math.inf
        return _project(lagged(u, hours, lag, delay), y, hours).squares

    lags = np.geomspace(0.5 * hours, 2.0 * LONGEST * longest, GRID)
    starts = [np.array([math.log(lag), delay]) for lag in lags for delay in _delays(hours, longest)]
    found = _refined(squares, starts)
    lag, delay = math.exp(float(found[0])), abs(float(found[1]))
    fit = _project(lagged(u, hours, lag, delay), y, hours)
    return Lagged(fit.slope, lag, delay), fit


def _best_integrator(u: Array, y: Array, hours: float, longest: float) -> tuple[Integrating, _Fit]:
    def squares(at: Array) -> float:
        delay = abs(float(at[0]))
        return math.inf if delay > 0.5 * longest else _project(integrated(u, hours, delay), y, hours).squares

    found = _refined(squares, [np.array([delay]) for delay in _delays(hours, longest)])
    delay = abs(float(found[0]))
    fit = _project(integrated(u, hours, delay), y, hours)
    return Integrating(fit.slope, delay), fit


def _delays(hours: float, longest: float) -> Iterator[float]:
    yield 0.0
    yield from np.geomspace(0.5 * hours, 0.4 * longest, GRID).tolist()


def _refined(squares: Callable[[Any], float], starts: Sequence[Array]) -> Array:
    """The best start, refined."""
    best: Any = min(starts, key=squares)
    scale = np.where(best == 0.0, 0.05, 0.1 * np.abs(best))
    simplex = np.vstack([best, *(best + np.eye(len(best)) * scale)])
    options: Any = {"initial_simplex": simplex, "xatol": 1e-6, "fatol": 1e-12, "maxiter": 400}
    found = minimize(squares, best, method="Nelder-Mead", options=options)
    return np.asarray(found.x if found.fun <= squares(best) else best)


def _project(course: Array, y: Array, hours: float) -> _Fit:
    """Start, drift, bend and slope by linear least squares over the readings that there are."""
    known = np.isfinite(y)
    times = hours * np.arange(len(y))[known]
    scaled = times / times[-1]
    columns = np.column_stack([np.ones(len(times)), scaled, scaled * scaled, course[known]])
    solution, *_ = np.linalg.lstsq(columns, y[known], rcond=None)
    left = y[known] - columns @ solution
    return _Fit(float(solution[3]), float(solution[1] / times[-1]), float(left @ left))


def _without(y: Array, hours: float) -> float:
    """The squared error of the drift alone."""
    return _project(np.zeros(len(y)), y, hours).squares
