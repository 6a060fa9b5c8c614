"""Reconciliation of sensors with linear balances: the least corrections by which all of them close.

Weighted least squares under A x + B u = c, where x is measured with known standard deviations and u is not: B is
eliminated (Crowe, Garcia Campos and Hrymak 1983, AIChE J. 29:881-888), then x = y - S A' V^-1 (A y - c) with
V = A S A' + R (Narasimhan and Jordache 2000, Data Reconciliation and Gross Error Detection). R is the uncertainty of
the balances themselves, so that they bind softly. A nonlinear balance enters linearised about the present state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from homeostat.errors import MonitoringError
from homeostat.monitoring.signals.solve import Row, Rows, backward, cholesky, dot, eliminate, forward


@dataclass(frozen=True, slots=True)
class Balance:
    """`sum(coefficient * value) = constant`, which holds within `doubt` (1 s.d., in the balance's own unit)."""

    name: str
    coefficients: Mapping[str, float]
    constant: float = 0.0
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its standard deviation; NaN, or a value that is not usable, is given as missing (None)."""

    name: str
    value: float | None
    deviation: float


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The reconciled values and what the corrections say.

    `values`: of every name that the balances determine, measured or not; what they do not determine is not there.
    `deviations`: of the reconciled measured values. `tests`: each measured value's correction in its standard
    deviations (the measurement test); only of values that a balance checks. `total`: the global test, chi-squared
    with `freedom` degrees of freedom where the deviations are right. `closures`: what each balance lacks with the
    measured values (None where one of them is missing).
    """

    values: Mapping[str, float]
    deviations: Mapping[str, float]
    tests: Mapping[str, float]
    total: float
    freedom: int
    closures: Mapping[str, float | None]


def reconcile(balances: Sequence[Balance], measured: Sequence[Measured]) -> Reconciled:
    """Reconcile measured values with balances. Missing values and names nobody measures are estimated if they can be.

    Raises MonitoringError for a deviation that is not positive and for balances that depend on each other.
    """
    known = [m for m in measured if m.value is not None and m.value - m.value == 0.0]
    _check(known)
    names = [m.name for m in known]
    mentioned = dict.fromkeys(name for balance in balances for name in balance.coefficients)
    unknown = [name for name in mentioned if name not in names]
    rows, pivots = eliminate(_system(balances, unknown, names), len(unknown))
    free = _parts(rows[len(pivots) :], len(unknown), len(names))
    y = tuple(m.value for m in known if m.value is not None)
    fit = _fit(free, y, [m.deviation**2 for m in known], [b.doubt**2 for b in balances])
    values = dict(zip(names, fit.x, strict=True))
    values.update(_determined(rows[: len(pivots)], pivots, unknown, fit.x))
    return Reconciled(
        values=values,
        deviations=dict(zip(names, fit.deviations, strict=True)),
        tests={n: z for n, z in zip(names, fit.tests, strict=True) if z is not None},
        total=fit.total,
        freedom=len(free),
        closures={b.name: _closure(b, dict(zip(names, y, strict=True))) for b in balances},
    )


@dataclass(frozen=True, slots=True)
class _Free:
    """A balance without unknowns: coefficients, constant, and how it is made of the declared ones."""

    coefficients: Row
    constant: float
    made: Row


@dataclass(frozen=True, slots=True)
class _Fit:
    x: Row
    deviations: Row
    tests: tuple[float | None, ...]
    total: float


def _check(measured: Sequence[Measured]) -> None:
    for each in measured:
        if not each.deviation > 0.0 or each.deviation - each.deviation != 0.0:
            raise MonitoringError(
                "a measured value needs a positive standard deviation",
                where=each.name,
                mend="declare the noise of the tag",
            )


def _system(balances: Sequence[Balance], unknown: Sequence[str], names: Sequence[str]) -> Rows:
    """One row a balance: coefficients of the unknown and the measured, the constant, and a one to mark the balance."""
    return tuple(
        (
            *(balance.coefficients.get(name, 0.0) for name in (*unknown, *names)),
            balance.constant,
            *(float(k == row) for k in range(len(balances))),
        )
        for row, balance in enumerate(balances)
    )


def _parts(rows: Rows, unknown: int, known: int) -> tuple[_Free, ...]:
    """The rows without unknowns that check at least one measured value."""
    end = unknown + known
    parts = (_Free(row[unknown:end], row[end], row[end + 1 :]) for row in rows)
    return tuple(part for part in parts if any(part.coefficients))


def _fit(free: Sequence[_Free], y: Row, variance: Sequence[float], doubt: Sequence[float]) -> _Fit:
    """x = y - S A' V^-1 (A y - c), with the variances of x and of the corrections."""
    if not free:
        return _Fit(y, tuple(sqrt(v) for v in variance), (None,) * len(y), 0.0)
    spread = [[a * v for a, v in zip(row.coefficients, variance, strict=True)] for row in free]
    weighed = [[m * r for m, r in zip(row.made, doubt, strict=True)] for row in free]
    lower = cholesky(
        [
            [dot(spread[i], other.coefficients) + dot(weighed[i], other.made) for other in free]
            for i in range(len(free))
        ]
    )
    residual = [dot(row.coefficients, y) - row.constant for row in free]
    half = forward(lower, residual)
    solved = backward(lower, half)
    correction = [dot([row[j] for row in spread], solved) for j in range(len(y))]
    gained = [_square(forward(lower, [row[j] for row in spread])) for j in range(len(y))]
    return _Fit(
        x=tuple(value - c for value, c in zip(y, correction, strict=True)),
        deviations=tuple(sqrt(max(v - g, 0.0)) for v, g in zip(variance, gained, strict=True)),
        tests=tuple(c / sqrt(g) if g > 0.0 else None for c, g in zip(correction, gained, strict=True)),
        total=_square(half),
    )


def _square(x: Sequence[float]) -> float:
    return dot(x, x)


def _determined(rows: Rows, pivots: Sequence[int], unknown: Sequence[str], x: Row) -> dict[str, float]:
    """The unknown values that the balances leave no choice about: rows in which no other unknown stands."""
    start, end = len(unknown), len(unknown) + len(x)
    return {
        unknown[pivot]: row[end] - dot(row[start:end], x)
        for row, pivot in zip(rows, pivots, strict=True)
        if not any(row[column] for column in range(start) if column != pivot)
    }


def _closure(balance: Balance, values: Mapping[str, float]) -> float | None:
    if any(name not in values for name in balance.coefficients):
        return None
    return (
        dot(list(balance.coefficients.values()), [values[n] for n in balance.coefficients]) - balance.constant
    )
