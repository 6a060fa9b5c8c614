"""One sample's arithmetic as native code: a few hundred products whose order is written here, nothing fused.

In: what the model holds for the sample, the values, the sums before. Out: the sums after, scores, T², SPE, residuals.
The twin's engine turns strict IR into machine code; elementwise numpy would spend its time on starting each operation.
Layouts, in doubles, row-major:

    model   mean (J), scale (J), loadings (J, A), block (3A+J, A)
    before  (A+1)                   sums  (J, A+1)
    out     sums (J, A+1), trimmed scores and x'x (A+1), head (3A), residuals (J), T², SPE, newest SPE
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from llvmlite import ir

from homeostat.monitoring.frozen import Array
from homeostat.twin.engine.lanes import DOUBLE, INT
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.native import Library, Target, library

NAME = "batch_sample"
T2, SPE, NEWEST = range(3)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand for J `tags` and A `size` components."""

    tags: int
    size: int

    @property
    def record(self) -> int:
        """Doubles of the model for one sample."""
        return 2 * self.tags + 2 * self.tags * self.size + 3 * self.size * self.size

    @property
    def trimmed(self) -> int:
        """Where the trimmed scores stand in the results: behind the sums."""
        return self.tags * (self.size + 1)

    @property
    def head(self) -> int:
        """Where the head stands in the results."""
        return self.trimmed + self.size + 1

    @property
    def residuals(self) -> int:
        """Where the residuals stand in the results."""
        return self.head + 3 * self.size

    @property
    def results(self) -> int:
        """Doubles of the results."""
        return self.residuals + self.tags + 3


class Native:
    """The native function with its model: `records` (K, doubles of a record), one row a sample."""

    def __init__(self, layout: Layout, records: Array) -> None:
        self.samples = len(records)
        self._records = np.ascontiguousarray(records)
        first, step = self._records.ctypes.data, self._records.strides[0]
        self._addresses = [first + step * number for number in range(self.samples)]
        self._code = _library(layout).function(NAME, 5)
        self._results = ctypes.c_double * layout.results
        self._sums = 8 * layout.trimmed
        self._scores = slice(layout.head, layout.head + layout.size)
        self._residuals = slice(layout.residuals, layout.residuals + layout.tags)
        self._last = slice(layout.residuals + layout.tags, layout.results)

    def run(
        self, sample: int, values: Array, before: bytes, sums: bytes
    ) -> tuple[bytes, tuple[float, ...], tuple[float, float, float], tuple[float, ...]]:
        """The sums after a sample, the scores (A,), T², SPE and newest SPE, and the residuals (J,)."""
        out = self._results()
        self._code(self._addresses[sample], values.tobytes(), before, sums, out)
        t2, spe, newest = out[self._last]
        return (
            bytes(out)[: self._sums],
            tuple(out[self._scores]),
            (t2, spe, newest),
            tuple(out[self._residuals]),
        )


@lru_cache(maxsize=64)
def _library(layout: Layout) -> Library:
    text = str(_emit(layout))
    return library(text, lambda: text, Target.host())


def _emit(layout: Layout) -> ir.Module:
    module = ir.Module(NAME)
    kind = ir.FunctionType(ir.VoidType(), [DOUBLE.as_pointer()] * 5)
    function = ir.Function(module, kind, NAME)
    _Writer(ir.IRBuilder(function.append_basic_block("entry")), layout, function.args).write()
    return module


class _Writer:
    """Writes the function: places are integers or IR values, counted in doubles."""

    def __init__(self, builder: ir.IRBuilder, layout: Layout, arrays: Sequence[ir.Value]) -> None:
        self.b, self.layout = builder, layout
        self.model, self.values, self.before, self.sums, self.out = arrays

    def write(self) -> None:
        """Write all of it."""
        tags, size = INT(self.layout.tags), INT(self.layout.size)
        with count(self.b, INT(self.layout.size + 1)) as a:
            self._set(self._trimmed(a), self._get(self.before, a))
        with count(self.b, tags) as j:
            self._take(j)
        with count(self.b, INT(3 * self.layout.size)) as place:
            self._set(self._at(self.layout.head, place), DOUBLE(0.0))
            self._project(place, self._at(self.layout.head, place), self.b.fadd)
        self._set(self._last(NEWEST), DOUBLE(0.0))
        with count(self.b, tags) as j:
            self._leave(j)
        self._set(self._last(SPE), self._get(self.out, self._trimmed(size)))
        self._set(self._last(T2), DOUBLE(0.0))
        with count(self.b, size) as a:
            self._finish(a)
        self.b.ret_void()

    def _take(self, j: ir.Value) -> None:
        """Scale a tag's value and add its part to the tag's sums and to the trimmed scores."""
        b, size = self.b, self.layout.size
        mean = self._get(self.model, j)
        scale = self._get(self.model, self._at(self.layout.tags, j))
        z = b.fdiv(b.fsub(self._get(self.values, j), mean), scale)
        self._set(self._at(self.layout.residuals, j), z)
        with count(b, INT(size)) as a:
            place = self._at(2 * self.layout.tags, b.add(b.mul(j, INT(size)), a))
            self._gather(j, a, b.fmul(self._get(self.model, place), z))
        self._gather(j, INT(size), b.fmul(z, z))

    def _gather(self, j: ir.Value, a: ir.Value, part: ir.Value) -> None:
        place = self.b.add(self.b.mul(j, INT(self.layout.size + 1)), a)
        total = self.b.fadd(self._get(self.sums, place), part)
        self._set(place, total)
        self._set(self._trimmed(a), self.b.fadd(self._get(self.out, self._trimmed(a)), total))

    def _project(self, row: ir.Value, onto: ir.Value, operation: Callable[..., ir.Value]) -> None:
        """Add to (or take from) a result the product of a row of the block with the trimmed scores, term by term."""
        b, size, tags = self.b, self.layout.size, self.layout.tags
        with count(b, INT(size)) as a:
            place = self._at(2 * tags + tags * size, b.add(b.mul(row, INT(size)), a))
            term = b.fmul(self._get(self.model, place), self._get(self.out, self._trimmed(a)))
            self._set(onto, operation(self._get(self.out, onto), term))

    def _leave(self, j: ir.Value) -> None:
        """Take what the scores explain from a tag's value, and add the square of what is left."""
        place = self._at(self.layout.residuals, j)
        self._project(self._at(3 * self.layout.size, j), place, self.b.fsub)
        left = self._get(self.out, place)
        self._set(
            self._last(NEWEST), self.b.fadd(self._get(self.out, self._last(NEWEST)), self.b.fmul(left, left))
        )

    def _finish(self, a: ir.Value) -> None:
        """Add a component's part of SPE and of T²."""
        b, size = self.b, self.layout.size
        score, excess, weight = (
            self._get(self.out, self._at(self.layout.head + k * size, a)) for k in range(3)
        )
        spe, t2 = self._get(self.out, self._last(SPE)), self._get(self.out, self._last(T2))
        self._set(self._last(SPE), b.fadd(spe, b.fmul(score, excess)))
        self._set(self._last(T2), b.fadd(t2, b.fmul(self._get(self.out, self._trimmed(a)), weight)))

    def _get(self, array: ir.Value, place: ir.Value) -> ir.Value:
        return self.b.load(self.b.gep(array, [place]))

    def _set(self, place: ir.Value, value: ir.Value) -> None:
        self.b.store(value, self.b.gep(self.out, [place]))

    def _at(self, start: int, place: ir.Value) -> ir.Value:
        return self.b.add(INT(start), place)

    def _trimmed(self, a: ir.Value) -> ir.Value:
        return self._at(self.layout.trimmed, a)

    def _last(self, number: int) -> ir.Value:
        return INT(self.layout.residuals + self.layout.tags + number)
