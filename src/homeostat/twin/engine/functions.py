"""exp, log, pow and tanh as strict IR: the same bits on every machine, whatever its mathematics library.

In: `Lanes` and IR values. Out: IR values, within 1 to 2 units in the last place of the exact result.
Sources: argument reductions and the logarithm's polynomial from FDLIBM 5.3 (Sun Microsystems 1993, e_exp.c, e_log.c,
s_tanh.c); error-free products and sums from Dekker 1971 and Ogita, Rump & Oishi 2005.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from llvmlite import ir

from homeostat.twin.engine.lanes import Lanes

LN2_HI = float.fromhex("0x1.62e42fee00000p-1")  # 33 bits: its product with an exponent is exact
LN2_LO = float.fromhex("0x1.a39ef35793c76p-33")
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
ONE_BITS = 0x3FF0000000000000
FRACTION_BITS = 0x000FFFFFFFFFFFFF
SMALLEST_NORMAL = 2.2250738585072014e-308
LOG_SERIES = (
    0.6666666666666735130,
    0.3999999999940941908,
    0.2857142874366239149,
    0.2222219843214978396,
    0.1818357216161805012,
    0.1531383769920937332,
    0.1479819860511658591,
)
INVERSE_FACTORIALS = tuple(1.0 / math.factorial(k) for k in range(2, 15))


class Pair(NamedTuple):
    """An unevaluated sum hi + lo carrying about 106 bits."""

    hi: ir.Value
    lo: ir.Value


def exp(v: Lanes, x: ir.Value) -> ir.Value:
    """Return e to the power x; overflows to infinity, underflows gradually to 0."""
    return _exp_pair(v, Pair(x, v.const(0.0)))


def log(v: Lanes, x: ir.Value) -> ir.Value:
    """Return the natural logarithm of x: -infinity at 0, not-a-number below."""
    b = v.builder
    exponent, f = _split(v, x)
    s = b.fdiv(f, b.fadd(f, v.const(2.0)))
    half_square = b.fmul(b.fmul(v.const(0.5), f), f)
    series = _estrin(v, b.fmul(s, s), LOG_SERIES)
    rest = b.fmul(s, v.fma(b.fmul(s, s), series, half_square))
    low = v.fma(exponent, v.const(LN2_LO), rest)
    inner = b.fsub(b.fsub(half_square, low), f)
    finite = b.fsub(b.fmul(exponent, v.const(LN2_HI)), inner)
    return _log_limits(v, x, finite)


def pow(v: Lanes, x: ir.Value, y: ir.Value) -> ir.Value:
    """Return x to the power y for x >= 0 (0 to the power 0 is 1); not-a-number for x < 0."""
    b = v.builder
    logarithm = _log_pair(v, x)
    high = b.fmul(y, logarithm.hi)
    low = v.fma(y, logarithm.lo, v.fma(y, logarithm.hi, b.fneg(high)))
    # Beyond, only overflow or underflow is left, and the low part may not be a number.
    bounded = v.less(v.abs(high), v.const(2000.0))
    value = _exp_pair(v, Pair(high, v.select(bounded, low, v.const(0.0))))
    zero, one = v.const(0.0), v.const(1.0)
    at_zero = v.select(v.less(y, zero), v.const(math.inf), v.select(v.less(zero, y), zero, one))
    value = v.select(b.fcmp_ordered("==", x, zero), at_zero, value)
    defined = b.and_(v.at_most(zero, x), b.fcmp_ordered("ord", y, y))
    return v.select(defined, value, v.const(math.nan))


def tanh(v: Lanes, x: ir.Value) -> ir.Value:
    """Return the hyperbolic tangent, t / (t + 2) with t = exp(2|x|) - 1."""
    b = v.builder
    doubled = b.fmul(v.const(2.0), v.abs(x))
    capped = v.select(v.less(v.const(60.0), doubled), v.const(60.0), doubled)  # 1 to the last bit beyond 38
    n, r = _reduce(v, Pair(capped, v.const(0.0)))
    p = _exp_minus_one(v, r)
    scale = _power_of_two(v, n)
    t = _fast_sum(v, b.fsub(scale, v.const(1.0)), b.fmul(scale, p.hi))
    t = Pair(t.hi, v.fma(scale, p.lo, t.lo))
    d = _fast_sum(v, v.select(v.less(t.hi, v.const(2.0)), v.const(2.0), t.hi), v.min(t.hi, v.const(2.0)))
    ratio = _quotient(v, t, Pair(d.hi, b.fadd(d.lo, t.lo)))
    return v.with_sign(b.fadd(ratio.hi, ratio.lo), x)


def _exp_pair(v: Lanes, x: Pair) -> ir.Value:
    """Return exp(hi + lo), |lo| << 1; a power of two is applied in two halves so that neither overflows early."""
    b = v.builder
    high = v.select(v.less(x.hi, v.const(-800.0)), v.const(-800.0), x.hi)
    high = v.select(v.less(v.const(800.0), high), v.const(800.0), high)
    n, r = _reduce(v, Pair(high, x.lo))
    p = _exp_minus_one(v, r)
    value = b.fadd(b.fadd(p.hi, v.const(1.0)), p.lo)
    half = b.fsub(v.fma(n, v.const(0.5), v.const(ROUNDER)), v.const(ROUNDER))
    scaled = b.fmul(value, _power_of_two(v, half))
    return b.fmul(scaled, _power_of_two(v, b.fsub(n, half)))


def _reduce(v: Lanes, x: Pair) -> tuple[ir.Value, Pair]:
    """Return integer n and r = x - n ln 2 with |r| <= 0.35, as a pair."""
    b = v.builder
    n = b.fsub(v.fma(x.hi, v.const(1.0 / math.log(2.0)), v.const(ROUNDER)), v.const(ROUNDER))
    coarse = v.fma(n, v.const(-LN2_HI), x.hi)
    shift = v.fma(n, v.const(-LN2_LO), x.lo)
    high = b.fadd(coarse, shift)
    return n, Pair(high, b.fadd(b.fsub(coarse, high), shift))


def _exp_minus_one(v: Lanes, r: Pair) -> Pair:
    """Return exp(r) - 1 for |r| <= 0.35: Taylor polynomial of degree 14, remainder below 1e-18."""
    b = v.builder
    square = b.fmul(r.hi, r.hi)
    tail = v.fma(square, _estrin(v, r.hi, INVERSE_FACTORIALS), v.fma(r.hi, r.lo, r.lo))
    return _fast_sum(v, r.hi, tail)


def _power_of_two(v: Lanes, n: ir.Value) -> ir.Value:
    """Return 2 to the power n for an integer-valued n within [-1022, 1023]."""
    b = v.builder
    integer = v.bits(b.fadd(n, v.const(ROUNDER + 1023.0)))
    return v.from_bits(b.shl(integer, v.const_int(52)))


def _split(v: Lanes, x: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Return (k, f) with x = 2^k (1 + f) and 1 + f within [sqrt(1/2), sqrt(2))."""
    b = v.builder
    tiny = v.less(x, v.const(SMALLEST_NORMAL))
    bits = v.bits(v.select(tiny, b.fmul(x, v.const(2.0**54)), x))
    shifted = b.add(bits, v.const_int(ONE_BITS - SQRT_HALF_BITS))
    biased = b.or_(b.lshr(shifted, v.const_int(52)), v.const_int(0x4330000000000000))
    exponent = b.fsub(v.from_bits(biased), v.const(4503599627370496.0 + 1023.0))
    exponent = b.fsub(exponent, v.select(tiny, v.const(54.0), v.const(0.0)))
    mantissa = b.add(b.and_(shifted, v.const_int(FRACTION_BITS)), v.const_int(SQRT_HALF_BITS))
    return exponent, b.fsub(v.from_bits(mantissa), v.const(1.0))


def _log_limits(v: Lanes, x: ir.Value, finite: ir.Value) -> ir.Value:
    b = v.builder
    value = v.select(v.less(x, v.const(math.inf)), finite, x)
    value = v.select(b.fcmp_ordered("==", x, v.const(0.0)), v.const(-math.inf), value)
    return v.select(v.less(x, v.const(0.0)), v.const(math.nan), value)


def _log_pair(v: Lanes, x: ir.Value) -> Pair:
    """Return log(x) to about 65 bits: 2 atanh(s) with s = f / (2 + f) and its cubic term carried as pairs."""
    b = v.builder
    exponent, f = _split(v, x)
    s = _quotient(v, Pair(f, v.const(0.0)), _fast_sum(v, v.const(2.0), f))
    z = b.fmul(s.hi, s.hi)
    z_low = v.fma(v.const(2.0), b.fmul(s.hi, s.lo), v.fma(s.hi, s.hi, b.fneg(z)))
    series = b.fmul(z, _horner(v, z, tuple(1.0 / k for k in range(5, 27, 2))))
    third = _fast_sum(v, v.const(1.0 / 3.0), b.fadd(series, v.const(THIRD_LO)))
    cubic = _product(v, _product(v, Pair(z, z_low), third), s)
    atanh = _sum(v, s, cubic)
    twice = Pair(b.fmul(v.const(2.0), atanh.hi), b.fmul(v.const(2.0), atanh.lo))
    return _sum(v, Pair(b.fmul(exponent, v.const(LN2_HI)), b.fmul(exponent, v.const(LN2_LO))), twice)


THIRD_LO = float.fromhex("0x1.5555555555555p-56")
"""1/3 minus its double, so that the coefficient of the cubic term is a pair."""


def _quotient(v: Lanes, a: Pair, d: Pair) -> Pair:
    """Return a / d as a pair."""
    b = v.builder
    q = b.fdiv(a.hi, d.hi)
    remainder = v.fma(b.fneg(q), d.lo, b.fadd(v.fma(b.fneg(q), d.hi, a.hi), a.lo))
    return Pair(q, b.fdiv(remainder, d.hi))


def _fast_sum(v: Lanes, a: ir.Value, c: ir.Value) -> Pair:
    """Return a + c exactly, for |a| >= |c|. Dekker 1971."""
    total = v.builder.fadd(a, c)
    return Pair(total, v.builder.fsub(c, v.builder.fsub(total, a)))


def _sum(v: Lanes, a: Pair, c: Pair) -> Pair:
    """Return a + c as a pair, for |a| >= |c| or a = 0."""
    head = _fast_sum(v, a.hi, c.hi)
    tail = v.builder.fadd(head.lo, v.builder.fadd(a.lo, c.lo))
    return _fast_sum(v, head.hi, tail)


def _product(v: Lanes, a: Pair, c: Pair) -> Pair:
    b = v.builder
    high = b.fmul(a.hi, c.hi)
    low = v.fma(a.hi, c.hi, b.fneg(high))
    return Pair(high, v.fma(a.hi, c.lo, v.fma(a.lo, c.hi, low)))


def _estrin(v: Lanes, x: ir.Value, coefficients: Sequence[float]) -> ir.Value:
    """Return c0 + c1 x + c2 x^2 + ... pair by pair (Estrin 1960): few operations wait for each other."""
    terms: list[ir.Value] = [v.const(c) for c in coefficients]
    while len(terms) > 1:
        pairs = [v.fma(x, b, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs if len(terms) % 2 == 0 else [*pairs, terms[-1]]
        x = v.builder.fmul(x, x)
    return terms[0]


def _horner(v: Lanes, z: ir.Value, coefficients: tuple[float, ...]) -> ir.Value:
    """Return c0 + c1 z + c2 z^2 + ..., one fused multiply-add per coefficient."""
    value: ir.Value = v.const(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        value = v.fma(value, z, v.const(c))
    return value
