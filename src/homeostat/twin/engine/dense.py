"""Dense output: values anywhere within a step, from the states at its ends and two bends.

In: the ends of a step, its bends, where in it. Out: the states there, as the cubic that belongs to the method.
"""

from collections.abc import Sequence

from llvmlite import ir

from homeostat.twin.engine.lanes import Lanes

Vector = Sequence[ir.Value]


def interpolate(v: Lanes, at: ir.Value, old: Vector, new: Vector, bends: Sequence[Vector]) -> list[ir.Value]:
    """Return (1 - t) old + t new + t (1 - t)(first + t second) at the fraction t = `at` of a step.

    Hairer & Wanner 1996, section IV.7: the form in which the code RODAS evaluates its dense output.
    """
    b, rest = v.builder, v.builder.fsub(v.const(1.0), at)
    first, second = bends
    values = []
    for x, y, bend, twist in zip(old, new, first, second, strict=True):
        bent = v.fma(at, twist, bend)
        values.append(v.fma(at, v.fma(rest, bent, y), b.fmul(rest, x)))
    return values
