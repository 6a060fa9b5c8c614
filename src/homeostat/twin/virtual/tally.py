"""The compiled counter: each value of a chunk of results goes into its bin.

In: values (n, cells) row-major, lowest edge and bins per unit of each cell, and whether its bins are even in the value
or in its logarithm. For the latter the 64 bits of a positive double are read as an integer, which rises with the value
and piecewise linearly with its logarithm. Out: counts (cells, bins) increased in place. Values outside go into the
first or last bin; what is not a number is not counted. Integers sum exactly, in any order: counts of two threads are
added without a trace of which was which.
"""

from functools import lru_cache

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from homeostat.twin.engine.lanes import DOUBLE, INT
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.native import Library, Target, library

TOGETHER = 8
"""Cells counted in one go: the doubles of one cache line."""
_COUNT = ir.IntType(32)


def tally(
    values: NDArray[np.float64],
    lowest: NDArray[np.float64],
    per_unit: NDArray[np.float64],
    logarithmic: NDArray[np.int64],
    counts: NDArray[np.uint32],
) -> None:
    """Count `values` (n, cells) into `counts` (cells, bins), all contiguous, from `lowest` (cells,) on."""
    cells, bins = counts.shape
    if not len(values):
        return
    sizes = np.array([len(values), cells, bins], np.int64)
    arrays = (values, lowest, per_unit, logarithmic, counts, sizes)
    _compiled().function("tally", len(arrays))(*(array.ctypes.data for array in arrays))


@lru_cache(maxsize=1)
def _compiled() -> Library:
    text = str(_emit())
    return library(text, lambda: text, Target.host())


def _emit() -> ir.Module:
    module = ir.Module("tally")
    double, integer = DOUBLE.as_pointer(), INT.as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [double, double, double, integer, _COUNT.as_pointer(), integer])
    function = ir.Function(module, kind, "tally")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    n, cells, bins = (b.load(b.gep(function.args[5], [INT(k)])) for k in range(3))
    groups = b.sdiv(b.add(cells, INT(TOGETHER - 1)), INT(TOGETHER))
    with count(b, groups) as group:
        first = b.mul(group, INT(TOGETHER))
        left = b.sub(cells, first)
        size = b.select(b.icmp_signed("<", left, INT(TOGETHER)), left, INT(TOGETHER))
        with count(b, n) as row, count(b, size) as k:
            cell = b.add(first, k)
            _count_one(b, function, b.add(b.mul(row, cells), cell), cell, bins)
    b.ret_void()
    return module


def _count_one(b: ir.IRBuilder, function: ir.Function, at: ir.Value, cell: ir.Value, bins: ir.Value) -> None:
    values, lowest, per_unit, logarithmic, counts, _ = function.args
    value = b.load(b.gep(values, [at]))
    even = b.icmp_signed("==", b.load(b.gep(logarithmic, [cell])), INT(0))
    scaled = b.select(even, value, b.sitofp(b.bitcast(value, INT), DOUBLE))
    place = b.fmul(b.fsub(scaled, b.load(b.gep(lowest, [cell]))), b.load(b.gep(per_unit, [cell])))
    top = b.sitofp(b.sub(bins, INT(1)), DOUBLE)
    place = b.select(b.fcmp_ordered("<", place, top), place, top)
    place = b.select(b.fcmp_ordered(">", place, DOUBLE(0.0)), place, DOUBLE(0.0))
    with b.if_then(b.fcmp_ordered("ord", value, value)):
        where = b.gep(counts, [b.add(b.mul(cell, bins), b.fptosi(place, INT))])
        b.store(b.add(b.load(where), _COUNT(1)), where)
