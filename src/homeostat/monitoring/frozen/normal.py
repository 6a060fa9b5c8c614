"""The error function and the normal distribution, with the same bits on every machine.

Source: FDLIBM 5.3, s_erf.c. Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a
Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely granted,
provided that this notice is preserved. Changed here: written for arrays, and exp is this package's own.
"""

from functools import reduce

import numpy as np

from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.strict import exp

SPLIT = 4294967297.0  # 2^32 + 1: Veltkamp's splitter, which leaves 21 leading bits
ERX = 8.45062911510467529297e-01
SQRT_HALF = 0.70710678118654752440

SMALL = (
    (
        1.28379167095512558561e-01,
        -3.25042107247001499370e-01,
        -2.84817495755985104766e-02,
        -5.77027029648944159157e-03,
        -2.37630166566501626084e-05,
    ),
    (
        1.0,
        3.97917223959155352819e-01,
        6.50222499887672944485e-02,
        5.08130628187576562776e-03,
        1.32494738004321644526e-04,
        -3.96022827877536812320e-06,
    ),
)
"""Numerator and denominator on [0, 0.84375), in x^2."""
MIDDLE = (
    (
        -2.36211856075265944077e-03,
        4.14856118683748331666e-01,
        -3.72207876035701323847e-01,
        3.18346619901161753674e-01,
        -1.10894694282396677476e-01,
        3.54783043256182359371e-02,
        -2.16637559486879084300e-03,
    ),
    (
        1.0,
        1.06420880400844228286e-01,
        5.40397917702171048937e-01,
        7.18286544141962662868e-02,
        1.26171219808761642112e-01,
        1.36370839120290507362e-02,
        1.19844998467991074170e-02,
    ),
)
"""On [0.84375, 1.25), in x - 1."""
LARGE = (
    (
        -9.86494403484714822705e-03,
        -6.93858572707181764372e-01,
        -1.05586262253232909814e01,
        -6.23753324503260060396e01,
        -1.62396669462573470355e02,
        -1.84605092906711035994e02,
        -8.12874355063065934246e01,
        -9.81432934416914548592e00,
    ),
    (
        1.0,
        1.96512716674392571292e01,
        1.37657754143519042600e02,
        4.34565877475229228821e02,
        6.45387271733267880336e02,
        4.29008140027567833386e02,
        1.08635005541779435134e02,
        6.57024977031928170135e00,
        -6.04244152148580987438e-02,
    ),
)
"""On [1.25, 1/0.35), in 1 / x^2."""
TAIL = (
    (
        -9.86494292470009928597e-03,
        -7.99283237680523006574e-01,
        -1.77579549177547519889e01,
        -1.60636384855821916062e02,
        -6.37566443368389627722e02,
        -1.02509513161107724954e03,
        -4.83519191608651397019e02,
    ),
    (
        1.0,
        3.03380607434824582924e01,
        3.25792512996573918826e02,
        1.53672958608443695994e03,
        3.19985821950859553908e03,
        2.55305040643316442583e03,
        4.74528541206955367215e02,
        -2.24409524465858183362e01,
    ),
)
"""On [1/0.35, 28], in 1 / x^2."""

Rational = tuple[tuple[float, ...], tuple[float, ...]]


def erfc(x: Array) -> Array:
    """1 - erf(x) of each element, NaN where `x` is NaN; within 4 units in the last place down to 1e-300."""
    size = np.abs(x)
    small = _small(x)
    middle = (1.0 - ERX) - _ratio(np.minimum(size, 1.25) - 1.0, MIDDLE)
    tail = _tail(np.minimum(np.maximum(size, 1.25), 28.0))
    upper = np.where(size < 1.25, middle, np.where(size < 28.0, tail, 0.0))
    found = np.where(size < 0.84375, small, np.where(x < 0.0, 2.0 - upper, upper))
    return np.where(np.isnan(x), np.nan, found)


def erf(x: Array) -> Array:
    """The error function of each element, NaN where `x` is NaN; within 2 units in the last place."""
    size = np.minimum(np.abs(x), 28.0)
    inner = np.minimum(size, 0.84375)
    small = inner + inner * _ratio(inner * inner, SMALL)
    middle = ERX + _ratio(np.minimum(size, 1.25) - 1.0, MIDDLE)
    outer = 1.0 - _tail(np.maximum(size, 1.25))
    found = np.where(size < 0.84375, small, np.where(size < 1.25, middle, outer))
    return np.where(np.isnan(x), np.nan, np.copysign(found, x))


def normal_cdf(z: Array) -> Array:
    """The probability that a standard normal variable is below each element.

    Rounding of z / sqrt(2) makes the relative error in the lower tail about z^2 / 2 units in the last place.
    """
    return 0.5 * erfc(-z * SQRT_HALF)


def _small(x: Array) -> Array:
    inner = np.minimum(np.maximum(x, -0.84375), 0.84375)
    y = inner * _ratio(inner * inner, SMALL)
    return np.where(inner < 0.25, 1.0 - (inner + y), 0.5 - (y + (inner - 0.5)))


def _tail(x: Array) -> Array:
    """erfc on [1.25, 28]: exp(-x^2) is taken in two parts, the square of the leading bits of x being exact."""
    s = 1.0 / (x * x)
    g = np.where(x < 1.0 / 0.35, _ratio(s, LARGE), _ratio(s, TAIL))
    wide = SPLIT * x
    z = wide - (wide - x)
    return exp(-z * z - 0.5625) * exp((z - x) * (z + x) + g) / x


def _ratio(z: Array, rational: Rational) -> Array:
    numerator, denominator = rational
    return _horner(z, numerator) / _horner(z, denominator)


def _horner(z: Array, coefficients: tuple[float, ...]) -> Array:
    return reduce(lambda value, c: value * z + c, coefficients[-2::-1], np.full_like(z, coefficients[-1]))
