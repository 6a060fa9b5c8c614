"""Arithmetic with the same bits on every machine: sums, products of rows with weights, and the exponential.

In: float64 arrays, rows first. Out: float64. Only + - * / on elements is used, in an order that is written here, so
neither BLAS, nor the mathematics library, nor numpy's own order of summation has a say. A row's result never depends
on the other rows. Every function has a twin for plain floats (`_of`) that gives the same bits.

Source of the exponential: FDLIBM 5.3, e_exp.c (Sun Microsystems 1993): below 1 unit in the last place.
"""

import math
from collections.abc import Sequence
from operator import add, mul
from typing import TypeVar

import numpy as np

from homeostat.monitoring.frozen.arrays import Array

Number = TypeVar("Number", float, Array)

BLOCK = 1 << 21
"""Numbers held at a time by `project`: rows are taken in blocks, which no result depends on."""

LN2_HI = 6.93147180369123816490e-01  # its last 20 bits are zero: the product with an exponent is exact
LN2_LO = 1.90821492927058770002e-10
PER_LN2 = 1.44269504088896338700e00
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
LARGEST = 709.782712893383973096  # exp of anything above overflows
SMALLEST = -745.133219101941108420  # exp of anything below is zero
EXP_SERIES = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)


def fold(terms: Array) -> Array:
    """The sums (...) of `terms` (..., p) over the last axis. `terms` is used up.

    The upper half is added to the lower one until one column is left: the error grows with log2(p).
    """
    width = terms.shape[-1]
    if width == 0:
        return np.zeros(terms.shape[:-1])
    while width > 1:
        half = (width + 1) // 2
        terms[..., : width - half] += terms[..., half:width]
        width = half
    found: Array = terms[..., 0].copy()
    return found


def fold_of(terms: Sequence[float]) -> float:
    """The sum of plain floats, with the bits of `fold`."""
    left = list(terms)
    width = len(left)
    while width > 1:
        half = (width + 1) // 2
        middle = left[width - half : half]
        left = list(map(add, left, left[half:])) + middle
        width = half
    return left[0] if left else 0.0


def dot(x: Array, weights: Array) -> Array:
    """The sums (...) of `x` (..., p) times `weights` (p,) or (..., p)."""
    return fold(np.multiply(x, weights, order="C"))


def dot_of(x: Sequence[float], weights: Sequence[float]) -> float:
    """The sum of products of plain floats, with the bits of `dot`."""
    return fold_of(list(map(mul, x, weights)))


def project(x: Array, directions: Array) -> Array:
    """The products (n, a) of rows `x` (n, p) with `directions` (a, p)."""
    count, width = directions.shape
    found = np.empty((len(x), count))
    step = max(1, BLOCK // max(1, count * width))
    for start in range(0, len(x), step):
        rows = x[start : start + step]
        found[start : start + step] = fold(np.multiply(rows[:, None, :], directions[None], order="C"))
    return found


def project_of(x: Sequence[float], directions: Sequence[Sequence[float]]) -> list[float]:
    """The products of a row of plain floats with each direction, with the bits of `project`."""
    return [dot_of(x, direction) for direction in directions]


def exp(x: Array) -> Array:
    """e to the power of each element: 0 below -745.1, infinity above 709.8, NaN where `x` is NaN."""
    known = np.where(np.isnan(x), 0.0, x)
    bounded = np.minimum(np.maximum(known, SMALLEST), LARGEST)
    power = _nearest(bounded * PER_LN2)
    found = np.ldexp(_mantissa(bounded, power), power.astype(np.int32))
    found = np.where(known > LARGEST, np.inf, np.where(known < SMALLEST, 0.0, found))
    return np.where(np.isnan(x), np.nan, found)


def exp_of(x: float) -> float:
    """e to the power of a plain float, with the bits of `exp`."""
    if x != x:
        return math.nan
    if x > LARGEST:
        return math.inf
    if x < SMALLEST:
        return 0.0
    power = _nearest(x * PER_LN2)
    return math.ldexp(_mantissa(x, power), int(power))


def logistic(x: Array) -> Array:
    """1 / (1 + exp(-x)) of each element."""
    return 1.0 / (1.0 + exp(-x))


def logistic_of(x: float) -> float:
    """1 / (1 + exp(-x)) of a plain float, with the bits of `logistic`."""
    return 1.0 / (1.0 + exp_of(-x))


def _nearest(x: Number) -> Number:
    return (x + ROUNDER) - ROUNDER


def _mantissa(x: Number, power: Number) -> Number:
    """exp(x) / 2^power, with `power` the integer nearest to x / ln 2."""
    high = x - power * LN2_HI
    low = power * LN2_LO
    r = high - low
    square = r * r
    p1, p2, p3, p4, p5 = EXP_SERIES
    c = r - square * (p1 + square * (p2 + square * (p3 + square * (p4 + square * p5))))
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high)
