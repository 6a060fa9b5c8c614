"""Room for what one group of arcs computes on the way: regions of registers, and functions over them.

In: names and sizes. Out: addresses, sums of regions, functions written once into the module.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import casadi as ca
from llvmlite import ir

from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.graph import instructions
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import WIDTH


class Registers(Sequence[ir.Value]):
    """Registers side by side in memory, each loaded where the code asks for it."""

    def __init__(self, builder: ir.IRBuilder, base: ir.Value, size: int) -> None:
        self._b, self._base, self._size = builder, base, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, k: Any) -> Any:
        return self._b.load(self._b.gep(self._base, [INT(k)]))


class Scratch:
    """The regions one after the other, from the address `scratch` of the table on."""

    def __init__(self, f: Frame, sizes: Mapping[str, int]) -> None:
        self.f, self._sizes, self._starts, start = f, sizes, dict[str, int](), 0
        for name, size in sizes.items():
            self._starts[name] = start
            start += size

    def size(self, name: str) -> int:
        """Registers of a region."""
        return self._sizes[name]

    def at(self, name: str, shift: int | ir.Value = 0) -> ir.Value:
        """The address of a register of a region."""
        offset = INT(shift) if isinstance(shift, int) else shift
        base = self.f.b.inttoptr(self.f.number("scratch"), self.f.v.real.as_pointer())
        return self.f.b.gep(base, [self.f.b.add(INT(self._starts[name]), offset)])

    def clear(self, name: str, part: ir.Value | None = None, size: int = 0) -> None:
        """Zero a region, or `size` registers from the address `part` on."""
        base, times = (self.at(name), self.size(name)) if part is None else (part, size)
        with count(self.f.b, INT(times)) as k:
            self.f.b.store(self.f.v.const(0.0), self.f.b.gep(base, [k]))

    def sum(
        self, target: ir.Value, start: ir.Value, terms: Sequence[tuple[ir.Value, ir.Value]], size: int
    ) -> None:
        """target = start + the sum of factor times term, register by register."""
        b = self.f.b
        with count(b, INT(size)) as k:
            total = b.load(b.gep(start, [k]))
            for factor, address in terms:
                total = self.f.v.fma(factor, b.load(b.gep(address, [k])), total)
            b.store(total, b.gep(target, [k]))


def shared(module: ir.Module, function: ca.Function) -> ir.Function:
    """Write `function` once into the module: a pointer to registers for every argument and for its one result."""
    pointer = Lanes(ir.IRBuilder(), WIDTH).real.as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer] * (function.n_in() + 1))
    native = ir.Function(module, kind, f"rk_{function.name()}")
    native.linkage = "internal"
    v = Lanes(ir.IRBuilder(native.append_basic_block("entry")), WIDTH)
    given = [Registers(v.builder, native.args[k], function.numel_in(k)) for k in range(function.n_in())]
    for column in emit(v, instructions(function), given):
        for k, value in enumerate(column):
            v.builder.store(value, v.builder.gep(native.args[-1], [INT(k)]))
    v.builder.ret_void()
    return native
