"""Strict floating-point IR over `width` lanes: one IEEE 754 operation each, nowhere contracted or reordered.

In: an llvmlite builder and the lane width. Out: IR values. Width 1 is a plain double; a wider one turns the same
calls into SIMD, and each lane keeps the bits it would have alone.
"""

from collections.abc import Sequence

from llvmlite import ir

DOUBLE, INT, BIT = ir.DoubleType(), ir.IntType(64), ir.IntType(1)


class Lanes:
    """Emits arithmetic on `width` doubles at once into `builder`."""

    def __init__(self, builder: ir.IRBuilder, width: int) -> None:
        self.builder = builder
        self.width = width
        self.real = _wide(DOUBLE, width)
        self.int = _wide(INT, width)
        self.mask = _wide(BIT, width)

    def const(self, value: float) -> ir.Constant:
        """Return `value` in every lane."""
        return self._fill(self.real, float(value))

    def const_int(self, value: int) -> ir.Constant:
        """Return the 64-bit integer `value` in every lane."""
        return self._fill(self.int, value)

    def const_mask(self, value: bool) -> ir.Constant:
        """Return the truth value in every lane."""
        return self._fill(self.mask, int(value))

    def fma(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        """Return x*y + z rounded once (emulated in software where the processor has no such instruction)."""
        return self._call("llvm.fma", x, y, z)

    def sqrt(self, x: ir.Value) -> ir.Value:
        """Return the correctly rounded square root."""
        return self._call("llvm.sqrt", x)

    def abs(self, x: ir.Value) -> ir.Value:
        """Return |x|."""
        return self._call("llvm.fabs", x)

    def with_sign(self, x: ir.Value, sign: ir.Value) -> ir.Value:
        """Return |x| with the sign of `sign`."""
        return self._call("llvm.copysign", x, sign)

    def less(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """Return the mask x < y; false where either is not a number."""
        return self.builder.fcmp_ordered("<", x, y)

    def at_most(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """Return the mask x <= y; false where either is not a number."""
        return self.builder.fcmp_ordered("<=", x, y)

    def all_finite(self, values: Sequence[ir.Value]) -> ir.Value:
        """Return the mask of lanes in which all `values` are: a product with 0 is 0 only for what is."""
        zero = self.const(0.0)
        total = zero
        for value in values:
            total = self.fma(value, zero, total)
        return self.builder.fcmp_ordered("==", total, zero)

    def min(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """Return x < y ? x : y (so `y` where either is not a number)."""
        return self.builder.select(self.less(x, y), x, y)

    def max(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """Return y < x ? x : y (so `y` where either is not a number)."""
        return self.builder.select(self.less(y, x), x, y)

    def select(self, mask: ir.Value, then: ir.Value, otherwise: ir.Value) -> ir.Value:
        """Return `then` in the lanes of `mask`, else `otherwise`."""
        return self.builder.select(mask, then, otherwise)

    def all(self, masks: Sequence[ir.Value]) -> ir.Value:
        """Return the lane-wise conjunction; true for none."""
        held = self.const_mask(True)
        for mask in masks:
            held = self.builder.and_(held, mask)
        return held

    def any_lane(self, mask: ir.Value) -> ir.Value:
        """Return one bit: whether any lane of `mask` holds."""
        if self.width == 1:
            return mask
        bits = ir.IntType(self.width)
        return self.builder.icmp_unsigned("!=", self.builder.bitcast(mask, bits), bits(0))

    def slot(self) -> ir.Value:
        """Return a variable of one value, set aside where the function begins."""
        with self.builder.goto_entry_block():
            return self.builder.alloca(self.real)

    def pack(self, values: Sequence[ir.Value]) -> ir.Value:
        """Return the lanes `values`, one scalar each."""
        if self.width == 1:
            return values[0]
        packed: ir.Value = ir.Constant(ir.VectorType(values[0].type, self.width), ir.Undefined)
        for lane, value in enumerate(values):
            packed = self.builder.insert_element(packed, value, INT(lane))
        return packed

    def splat(self, value: ir.Value) -> ir.Value:
        """Return one scalar in every lane."""
        return self.pack([value] * self.width)

    def unpack(self, x: ir.Value) -> list[ir.Value]:
        """Return the lanes of `x` as scalars."""
        if self.width == 1:
            return [x]
        return [self.builder.extract_element(x, INT(lane)) for lane in range(self.width)]

    @property
    def transposes(self) -> bool:
        """Whether there is a `transpose` for this width: it must be a power of two, and more than one lane."""
        return self.width > 1 and self.width & (self.width - 1) == 0

    def transpose(self, rows: Sequence[ir.Value]) -> list[ir.Value]:
        """Turn as many values as there are lanes: lane i of result k is lane k of `rows[i]`. Eklundh 1972."""
        turned, apart = list(rows), 1
        while apart < self.width:
            for k in range(self.width):
                if not k & apart:
                    turned[k], turned[k + apart] = self._swapped(turned[k], turned[k + apart], apart)
            apart *= 2
        return turned

    def _swapped(self, x: ir.Value, y: ir.Value, apart: int) -> tuple[ir.Value, ir.Value]:
        """Exchange the lanes of `x` whose number has the bit `apart` with those of `y` that lie `apart` before."""
        n = self.width
        low = [n + k - apart if k & apart else k for k in range(n)]
        high = [n + k if k & apart else k + apart for k in range(n)]
        return self._shuffle(x, y, low), self._shuffle(x, y, high)

    def _shuffle(self, x: ir.Value, y: ir.Value, places: Sequence[int]) -> ir.Value:
        kind = ir.VectorType(ir.IntType(32), self.width)
        return self.builder.shuffle_vector(x, y, ir.Constant(kind, list(places)))

    def bits(self, x: ir.Value) -> ir.Value:
        """Return the 64 bits of each double as an integer."""
        return self.builder.bitcast(x, self.int)

    def from_bits(self, i: ir.Value) -> ir.Value:
        """Return the double with these 64 bits."""
        return self.builder.bitcast(i, self.real)

    def _call(self, intrinsic: str, *args: ir.Value) -> ir.Value:
        suffix = "f64" if self.width == 1 else f"v{self.width}f64"
        return call(self.builder, f"{intrinsic}.{suffix}", self.real, *args)

    def _fill(self, kind: ir.Type, value: float) -> ir.Constant:
        return ir.Constant(kind, value if self.width == 1 else [value] * self.width)


def call(builder: ir.IRBuilder, name: str, result: ir.Type, *args: ir.Value) -> ir.Value:
    """Call the function `name`, declaring it in the builder's module when it is not there yet."""
    module = builder.module
    function = module.globals.get(name)
    if function is None:
        function = ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
    return builder.call(function, args)


def _wide(kind: ir.Type, width: int) -> ir.Type:
    return kind if width == 1 else ir.VectorType(kind, width)
