"""Instructions to IR: one straight-line function per symbolic function, multiply-adds fused where this file says so.

In: instructions of a CasADi SX function. Out: IR values of its outputs. Whether a product is fused into the sum that
uses it, and whether a reciprocal is shared, is decided here and is therefore the same on every machine.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from llvmlite import ir

from homeostat.twin.engine import functions
from homeostat.twin.engine.lanes import Lanes
from homeostat.twin.graph import Instruction

Values = Sequence[Sequence[ir.Value]]
MAX_POWER = 16
"""Largest constant whole exponent written out as products; others go through `functions.pow`."""


def emit(v: Lanes, code: Sequence[Instruction], arguments: Values) -> list[list[ir.Value]]:
    """Return the outputs of `code`, one list per output; `arguments` holds the inputs in the same shape."""
    return Body(v, code).run(code, arguments)


class Body:
    """Code that may be emitted in parts: the values emitted so far, the products and reciprocals still to be placed.

    `code` is all of it, for what is fused depends on every use.
    """

    def __init__(self, v: Lanes, code: Sequence[Instruction]) -> None:
        self.v = v
        self.uses = Counter(a for c in code for a in c.args)
        self.divisors = Counter(c.args[1] for c in code if c.op == "div")
        self.constants = {c.dst: c.value for c in code if c.op == "const"}
        self.values: dict[int, ir.Value] = {}
        self.products: dict[int, tuple[ir.Value, ir.Value]] = {}
        self.reciprocals: dict[int, ir.Value] = {}

    def run(self, part: Sequence[Instruction], arguments: Values) -> list[list[ir.Value]]:
        """Emit `part`, whose inputs are `arguments`, and return its outputs, one list per output."""
        outputs: dict[tuple[int, int], ir.Value] = {}
        for c in part:
            if c.op == "in":
                self.values[c.dst] = arguments[c.slot[0]][c.slot[1]]
            elif c.op == "const":
                self.values[c.dst] = self.v.const(c.value)
            elif c.op == "out":
                outputs[c.slot] = self.value(c.args[0])
            else:
                self._assign(c)
        return _columns(outputs)

    def value(self, register: int) -> ir.Value:
        """Return a register's value, emitting its pending product when no sum took it."""
        if register not in self.values:
            self.values[register] = self.v.builder.fmul(*self.products[register])
        return self.values[register]

    def _assign(self, c: Instruction) -> None:
        if c.op in ("mul", "square") and self.uses[c.dst] == 1:
            self.products[c.dst] = (self.value(c.args[0]), self.value(c.args[-1]))
        elif c.op in ("add", "sub"):
            self.values[c.dst] = self._sum(c)
        elif c.op == "div" and self.divisors[c.args[1]] > 1:
            self.values[c.dst] = self.v.builder.fmul(self.value(c.args[0]), self._reciprocal(c.args[1]))
        elif c.op == "pow":
            self.values[c.dst] = self._power(c)
        else:
            self.values[c.dst] = OPERATIONS[c.op](self.v, *[self.value(a) for a in c.args])

    def _sum(self, c: Instruction) -> ir.Value:
        b = self.v.builder
        left, right = c.args
        if self._pending(right):
            x, y = self.products[right]
            return self.v.fma(x if c.op == "add" else b.fneg(x), y, self.value(left))
        if self._pending(left):
            x, y = self.products[left]
            z = self.value(right)
            return self.v.fma(x, y, z if c.op == "add" else b.fneg(z))
        a, z = self.value(left), self.value(right)
        return b.fadd(a, z) if c.op == "add" else b.fsub(a, z)

    def _pending(self, register: int) -> bool:
        return register in self.products and register not in self.values

    def _reciprocal(self, register: int) -> ir.Value:
        if register not in self.reciprocals:
            self.reciprocals[register] = self.v.builder.fdiv(self.v.const(1.0), self.value(register))
        return self.reciprocals[register]

    def _power(self, c: Instruction) -> ir.Value:
        base, exponent = c.args
        constant = self.constants.get(exponent)
        if constant is not None and constant.is_integer() and 0 < abs(constant) <= MAX_POWER:
            product = _repeated(self.v, self.value(base), int(abs(constant)))
            return product if constant > 0 else self.v.builder.fdiv(self.v.const(1.0), product)
        return OPERATIONS["pow"](self.v, self.value(base), self.value(exponent))


def _repeated(v: Lanes, x: ir.Value, n: int) -> ir.Value:
    """Return x to the whole power n >= 1 by repeated squaring: exact in sign for negative x."""
    half = x if n == 1 else _repeated(v, v.builder.fmul(x, x), n // 2)
    return half if n == 1 or n % 2 == 0 else v.builder.fmul(x, half)


def _columns(outputs: Mapping[tuple[int, int], ir.Value]) -> list[list[ir.Value]]:
    columns: dict[int, list[ir.Value]] = {}
    for slot in sorted(outputs):
        columns.setdefault(slot[0], []).append(outputs[slot])
    return list(columns.values())


def _truth(v: Lanes, mask: ir.Value) -> ir.Value:
    return v.select(mask, v.const(1.0), v.const(0.0))


def _holds(v: Lanes, a: ir.Value) -> ir.Value:
    return v.builder.fcmp_unordered("!=", a, v.const(0.0))


def _sign(v: Lanes, a: ir.Value) -> ir.Value:
    return v.select(v.less(v.abs(a), v.const(5e-324)), a, v.with_sign(v.const(1.0), a))


def _shared(body: Callable[..., ir.Value]) -> Callable[..., ir.Value]:
    """Return an emitter that writes `body` once into the module and calls it: a model uses exp dozens of times."""

    def emit_call(v: Lanes, *args: ir.Value) -> ir.Value:
        name = f"twin_{body.__name__}"
        function = v.builder.module.globals.get(name)
        if function is None:
            function = ir.Function(v.builder.module, ir.FunctionType(v.real, [v.real] * len(args)), name)
            function.linkage = "internal"
            inner = Lanes(ir.IRBuilder(function.append_basic_block("entry")), v.width)
            inner.builder.ret(body(inner, *function.args))
        return v.builder.call(function, args)

    return emit_call


OPERATIONS: Mapping[str, Callable[..., ir.Value]] = {
    "mul": lambda v, a, b: v.builder.fmul(a, b),
    "div": lambda v, a, b: v.builder.fdiv(a, b),
    "min": Lanes.min,
    "max": Lanes.max,
    "lt": lambda v, a, b: _truth(v, v.less(a, b)),
    "le": lambda v, a, b: _truth(v, v.at_most(a, b)),
    "eq": lambda v, a, b: _truth(v, v.builder.fcmp_ordered("==", a, b)),
    "ne": lambda v, a, b: _truth(v, v.builder.fcmp_unordered("!=", a, b)),
    "and": lambda v, a, b: _truth(v, v.builder.and_(_holds(v, a), _holds(v, b))),
    "or": lambda v, a, b: _truth(v, v.builder.or_(_holds(v, a), _holds(v, b))),
    "not": lambda v, a: _truth(v, v.builder.not_(_holds(v, a))),
    "where": lambda v, a, b: v.select(_holds(v, a), b, v.const(0.0)),
    "neg": lambda v, a: v.builder.fneg(a),
    "exp": _shared(functions.exp),
    "log": _shared(functions.log),
    "sqrt": Lanes.sqrt,
    "square": lambda v, a: v.builder.fmul(a, a),
    "twice": lambda v, a: v.builder.fadd(a, a),
    "inverse": lambda v, a: v.builder.fdiv(v.const(1.0), a),
    "abs": Lanes.abs,
    "sign": _sign,
    "tanh": _shared(functions.tanh),
    "pow": _shared(functions.pow),
    "copy": lambda v, a: a,
}
