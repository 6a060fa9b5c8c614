"""Gauss-Legendre quadrature on [0, 1], with the same bits on every machine.

The roots are bisected between those of the polynomial one degree lower, which they interlace, with + - * / alone.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple


class Rule(NamedTuple):
    """The `nodes` and `weights` of a rule: n of them are exact for polynomials up to degree 2 n - 1."""

    nodes: tuple[float, ...]
    weights: tuple[float, ...]


@lru_cache(maxsize=64)
def gauss(n: int) -> Rule:
    """The rule of `n` >= 1 nodes on [0, 1]."""
    roots = _roots(n)
    slopes = [n * (x * _legendre(n, x) - _legendre(n - 1, x)) / (x * x - 1.0) for x in roots]
    weights = tuple(1.0 / ((1.0 - x * x) * slope * slope) for x, slope in zip(roots, slopes, strict=True))
    return Rule(tuple(0.5 + 0.5 * x for x in roots), weights)


def _roots(n: int) -> tuple[float, ...]:
    brackets: tuple[float, ...] = ()
    for degree in range(1, n + 1):
        brackets = tuple(_bisect(degree, a, b) for a, b in pairwise((-1.0, *brackets, 1.0)))
    return brackets


def _bisect(degree: int, low: float, high: float) -> float:
    rising = _legendre(degree, low) < 0.0
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        if (_legendre(degree, middle) < 0.0) == rising:
            low = middle
        else:
            high = middle


def _legendre(degree: int, x: float) -> float:
    before, value = 1.0, x
    if degree == 0:
        return before
    for k in range(2, degree + 1):
        before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
    return value
