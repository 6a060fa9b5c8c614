"""Straight-line functions as native code: CasADi SX in, callables over floats out, the same bits on every machine.

The engine's emitter decides every rounding; here its code is only wrapped: each function takes a flat array of all its
arguments and fills a flat array of all its results.
"""

import ctypes
import struct
from collections.abc import Sequence

import casadi as ca
from llvmlite import ir

from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.native import Library
from homeostat.twin.graph import instructions


def emitted(functions: Sequence[ca.Function]) -> str:
    """Return the IR of SX functions in one module; all their arguments and results are dense columns."""
    module = ir.Module("straight")
    for function in functions:
        _emit(module, function)
    return str(module)


def _emit(module: ir.Module, function: ca.Function) -> None:
    pointer = Lanes(ir.IRBuilder(), 1).real.as_pointer()
    native = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer]), function.name())
    for argument in native.args:
        argument.add_attribute("noalias")
    v = Lanes(ir.IRBuilder(native.append_basic_block("entry")), 1)
    counts = [function.numel_in(k) for k in range(function.n_in())]
    columns = emit(v, instructions(function), _read(v, native.args[0], counts))
    for k, value in enumerate(value for column in columns for value in column):
        v.builder.store(value, v.builder.gep(native.args[1], [INT(k)]))
    v.builder.ret_void()


def _read(v: Lanes, base: ir.Value, counts: Sequence[int]) -> list[list[ir.Value]]:
    groups, at = [], 0
    for count in counts:
        groups.append([v.builder.load(v.builder.gep(base, [INT(at + k)])) for k in range(count)])
        at += count
    return groups


class Native:
    """The function `name` of a library, with the numbers of its arguments and results."""

    def __init__(self, library: Library, name: str, arguments: int, results: int) -> None:
        self._code = library.function(name, 2)
        self._pack = struct.Struct(f"{arguments}d").pack
        self._results = ctypes.c_double * results

    def __call__(self, *values: float) -> list[float]:
        """Return all results at `values`, all arguments one after the other."""
        results = self._results()
        self._code(self._pack(*values), results)
        return results[:]
