"""Lanes turned into rows: what is written to memory lane by lane may leave in whole registers."""

import ctypes

import numpy as np
import pytest
from llvmlite import ir

from homeostat.twin import Target
from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes
from homeostat.twin.engine.native import library


def _transposed(rows: np.ndarray) -> np.ndarray:
    """`Lanes.transpose` of a square array, compiled for this processor."""
    width = len(rows)
    module = ir.Module("alone")
    pointer = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer]), "alone")
    v = Lanes(ir.IRBuilder(function.append_basic_block()), width)
    b = v.builder
    source, sink = (
        [b.bitcast(b.gep(base, [INT(k * width)]), v.real.as_pointer()) for k in range(width)]
        for base in function.args
    )
    for place, row in zip(sink, v.transpose([b.load(place, align=8) for place in source]), strict=True):
        b.store(row, place, align=8)
    b.ret_void()
    text, out = str(module), np.zeros_like(rows)
    call = library(text, lambda: text, Target.host()).function("alone", 2)
    call(ctypes.c_void_p(rows.ctypes.data), ctypes.c_void_p(out.ctypes.data))
    return out


@pytest.mark.parametrize("width", [2, 4, 8])
def test_lane_i_of_result_k_is_lane_k_of_value_i(width: int) -> None:
    rows = np.arange(float(width * width)).reshape(width, width)
    np.testing.assert_array_equal(_transposed(rows), rows.T)


@pytest.mark.parametrize(
    ("width", "can"), [(1, False), (2, True), (3, False), (4, True), (6, False), (8, True)]
)
def test_only_powers_of_two_are_transposed(width: int, can: bool) -> None:
    assert Lanes(ir.IRBuilder(), width).transposes is can
