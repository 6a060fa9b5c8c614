"""Sums over the points of a spectrum as native code: products with directions, and moments of what a kernel leaves.

In: points as plain doubles. Out: a few sums. Elementwise numpy writes every product down before it adds them up; here
points pass once, `LANES` running sums side by side, each lane in the order of the points and the lanes one after the
other at the end. Nothing is fused or reordered, so that the bits are the same on every machine. The twin's engine turns
strict IR into machine code.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
from llvmlite import ir

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.native import Library, Target, library

LANES = 8
"""Running sums beside each other; processors with narrower registers take several for them."""
BYTES = 8
PRODUCTS, MOMENTS = "products", "moments"


class Products:
    """The products of rows of points with `directions` (a, w)."""

    def __init__(self, directions: Array, target: Target | None = None) -> None:
        rows, points = directions.shape
        self._blocks = -(-points // LANES)
        self._fill = bytes(BYTES * (self._blocks * LANES - points))
        self._directions = np.zeros((rows, self._blocks * LANES))
        self._directions[:, :points] = directions
        self._address = self._directions.ctypes.data
        self._out = ctypes.c_double * max(rows, 1)
        self._rows, self._points = rows, points
        self._code = _products(rows, self._blocks, target or Target.host()).function(PRODUCTS, 3)

    def of(self, points: bytes) -> tuple[float, ...]:
        """The products (a,) of `points`, w doubles. Raises MonitoringError where they are not as many."""
        _check(points, self._points)
        if not self._rows:
            return ()
        out = self._out()
        self._code(self._address, points + self._fill, out)
        return tuple(out)


class Moments:
    """The sum and the sum of squares of the points that a kernel leaves, which has a middle and is `even` or odd.

    Beyond its ends a spectrum of `points` stays as it is there, as `derivative` has it.
    """

    def __init__(self, kernel: Array, points: int, *, even: bool, target: Target | None = None) -> None:
        self._half, self._points = len(kernel) // 2, points
        self._fill = bytes(BYTES * (-points % LANES))
        self._kernel = np.ascontiguousarray(kernel)
        self._address = self._kernel.ctypes.data
        self._out = ctypes.c_double * 2
        self._code = _moments(self._half, points, even, target or Target.host()).function(MOMENTS, 3)

    def of(self, points: bytes) -> tuple[float, float]:
        """Sum and sum of squares of the filtered `points`. Raises MonitoringError where they are not as many."""
        _check(points, self._points)
        before, after = points[:BYTES] * self._half, points[-BYTES:] * self._half
        out = self._out()
        self._code(self._address, b"".join((before, points, after, self._fill)), out)
        total, squares = out
        return total, squares


def _check(points: bytes, number: int) -> None:
    """Native code reads so many doubles, whatever is there."""
    if len(points) != BYTES * number:
        raise MonitoringError(
            f"the spectrum has {len(points) // BYTES} points where {number} are read",
            mend="resample it onto the calibration's wavelengths",
        )


@lru_cache(maxsize=64)
def _products(rows: int, blocks: int, target: Target) -> Library:
    with _function(PRODUCTS) as (module, b, (directions, points, out)):
        lanes = Lanes(b, LANES)
        sums = _zeros(lanes, rows)
        with count(b, INT(blocks)) as block:
            place = b.mul(block, INT(LANES))
            x = _load(lanes, points, place)
            for row, total in enumerate(sums):
                weight = _load(lanes, directions, b.add(INT(row * blocks * LANES), place))
                b.store(b.fadd(b.load(total), b.fmul(weight, x)), total)
        _tell(lanes, out, [b.load(total) for total in sums])
    return _compiled(module, target)


@lru_cache(maxsize=64)
def _moments(half: int, points: int, even: bool, target: Target) -> Library:
    with _function(MOMENTS) as (module, b, (kernel, padded, out)):
        lanes = Lanes(b, LANES)
        sums = _zeros(lanes, 2)
        factors = [lanes.splat(b.load(b.gep(kernel, [INT(2 * half - shift)]))) for shift in range(half + 1)]
        whole, rest = divmod(points, LANES)
        if whole:
            with count(b, INT(whole)) as block:
                first = b.mul(block, INT(LANES))
                _gather(lanes, sums, _filtered(lanes, padded, first, factors, even=even))
        if rest:
            last = _filtered(lanes, padded, INT(whole * LANES), factors, even=even)
            there = ir.Constant(lanes.mask, [int(lane < rest) for lane in range(LANES)])
            _gather(lanes, sums, lanes.select(there, last, lanes.const(0.0)))
        _tell(lanes, out, [b.load(total) for total in sums])
    return _compiled(module, target)


def _filtered(
    lanes: Lanes, padded: ir.Value, first: ir.Value, factors: Sequence[ir.Value], *, even: bool
) -> ir.Value:
    """A block of filtered points from `first` on: pairs at one distance from the middle are taken together."""
    b, half = lanes.builder, len(factors) - 1
    found = lanes.const(0.0)
    if even:
        found = b.fmul(_load(lanes, padded, b.add(first, INT(half))), factors[half])
    for shift, factor in enumerate(factors[:half]):
        later = _load(lanes, padded, b.add(first, INT(2 * half - shift)))
        earlier = _load(lanes, padded, b.add(first, INT(shift)))
        pair = b.fadd(later, earlier) if even else b.fsub(later, earlier)
        found = b.fadd(found, b.fmul(pair, factor))
    return found


def _gather(lanes: Lanes, sums: Sequence[ir.Value], points: ir.Value) -> None:
    b = lanes.builder
    for total, part in zip(sums, (points, b.fmul(points, points)), strict=True):
        b.store(b.fadd(b.load(total), part), total)


def _zeros(lanes: Lanes, number: int) -> list[ir.Value]:
    slots = [lanes.slot() for _ in range(number)]
    for slot in slots:
        lanes.builder.store(lanes.const(0.0), slot)
    return slots


def _load(lanes: Lanes, array: ir.Value, place: ir.Value) -> ir.Value:
    b = lanes.builder
    return b.load(b.bitcast(b.gep(array, [place]), lanes.real.as_pointer()), align=BYTES)


def _tell(lanes: Lanes, out: ir.Value, totals: Sequence[ir.Value]) -> None:
    """Write down each sum over its lanes, the first lane first."""
    b = lanes.builder
    for place, total in enumerate(totals):
        first, *others = lanes.unpack(total)
        for lane in others:
            first = b.fadd(first, lane)
        b.store(first, b.gep(out, [INT(place)]))


@contextmanager
def _function(name: str) -> Iterator[tuple[ir.Module, ir.IRBuilder, Sequence[ir.Value]]]:
    """A module with one function of three arrays of doubles; what is written inside is its body."""
    module = ir.Module(name)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [DOUBLE.as_pointer()] * 3), name)
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    yield module, builder, function.args
    builder.ret_void()


def _compiled(module: ir.Module, target: Target) -> Library:
    text = str(module)
    return library(text, lambda: text, target)
