"""A native function over the arrays of a solve: its table of addresses, rows of registers, loops over nodes.

In: a module, a name and a layout. Out: a `Frame`, through which the rest of the kernel is written. Every function
of the kernel takes one argument, the table: counts, addresses of index lists and of the arrays in `layout`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal.layout import DERIVED, GIVEN, POINT, STEP, WIDTH, WORK, Layout

COUNTS = ("nodes", "inner_groups", "leaf_groups", "arc_groups")
LISTS = ("inner", "leaf", "arc", "above", "parent", "kind")
"""Nodes with inputs, leaves, nodes with a parent and their parents, each filled up to whole groups of lanes by its
last; for each node its parent and its kind."""
ARRAYS = (
    *POINT,
    *DERIVED,
    *(f"next_{name}" for name in POINT),
    *STEP,
    *GIVEN,
    *WORK,
    "head",
    "arrival",
    "scratch",
)
TABLE = (*COUNTS, *LISTS, *ARRAYS)
DECIDES, FOLLOWS, ENDS = 0, 1, 2
"""Kinds of nodes: one that chooses its input, one that keeps its parent's, a leaf."""
HEAD = (
    *("mu", "tau", "delta", "primal", "dual"),
    *("sound", "reach_primal", "reach_dual", "slope"),
    *(
        "cost",
        "price",
        "logs",
        "theta",
        "scatter",
        "size",
        "zsize",
        "missed",
        "still",
        "most",
        "least",
        "gap",
    ),
)
"""Numbers exchanged with the caller: first those given, then those found by `factor`, `solve` and `measure`."""


class Frame:
    """One function of the kernel while it is written."""

    def __init__(self, function: ir.Function, layout: Layout) -> None:
        self.layout, self.module = layout, function.module
        self.b = ir.IRBuilder(function.append_basic_block("entry"))
        self.v, self.one = Lanes(self.b, WIDTH), Lanes(self.b, 1)
        self._table = function.args[0]
        self._loaded: dict[str, ir.Value] = {}

    @classmethod
    def named(cls, module: ir.Module, name: str, layout: Layout) -> "Frame":
        """A new function of one table."""
        return cls(ir.Function(module, ir.FunctionType(ir.VoidType(), [INT.as_pointer()]), name), layout)

    def number(self, name: str) -> ir.Value:
        """An entry of the table, as an integer."""
        if name not in self._loaded:
            with self.b.goto_entry_block():
                self._loaded[name] = self.b.load(self.b.gep(self._table, [INT(TABLE.index(name))]))
        return self._loaded[name]

    def base(self, name: str, kind: ir.Type = DOUBLE) -> ir.Value:
        """The beginning of an array."""
        key = f"{name}:{kind}"
        if key not in self._loaded:
            number = self.number(name)
            with self.b.goto_entry_block():
                self._loaded[key] = self.b.inttoptr(number, kind.as_pointer())
        return self._loaded[key]

    def stride(self, name: str) -> int:
        """Doubles a node of an array."""
        return self.layout.strides[name.removeprefix("next_")]

    def at(self, name: str, node: ir.Value, shift: int | ir.Value = 0) -> ir.Value:
        """The address of a node's numbers, from `shift` on."""
        place = self.b.mul(node, INT(self.stride(name)))
        offset = INT(shift) if isinstance(shift, int) else shift
        return self.b.gep(self.base(name), [self.b.add(place, offset)])

    def index(self, name: str, place: ir.Value) -> ir.Value:
        """An entry of an index list."""
        return self.b.load(self.b.gep(self.base(name, INT), [place]))

    def get(self, address: ir.Value, place: int | ir.Value = 0) -> ir.Value:
        """One double."""
        return self.b.load(self._moved(address, place))

    def put(self, value: ir.Value, address: ir.Value, place: int | ir.Value = 0) -> None:
        """Write one double."""
        self.b.store(value, self._moved(address, place))

    def add(self, value: ir.Value, address: ir.Value, place: int | ir.Value = 0) -> None:
        """Add to one double in memory."""
        where = self._moved(address, place)
        self.b.store(self.b.fadd(self.b.load(where), value), where)

    def row(self, address: ir.Value, size: int) -> list[ir.Value]:
        """`size` doubles (whole registers) from an address on."""
        return [self.b.load(self._register(address, k), align=8) for k in range(size // WIDTH)]

    def put_row(self, values: Sequence[ir.Value], address: ir.Value) -> None:
        """Write registers side by side."""
        for k, value in enumerate(values):
            self.b.store(value, self._register(address, k), align=8)

    def scaled(self, row: Sequence[ir.Value], factor: ir.Value, onto: Sequence[ir.Value]) -> list[ir.Value]:
        """factor row + onto, register by register."""
        wide = self.v.splat(factor)
        return [self.v.fma(wide, a, c) for a, c in zip(row, onto, strict=True)]

    def dot(self, left: ir.Value, right: ir.Value, size: int) -> ir.Value:
        """The inner product of two rows in memory: lane by lane, then the lanes from first to last."""
        total = self.v.const(0.0)
        for a, c in zip(self.row(left, size), self.row(right, size), strict=True):
            total = self.v.fma(a, c, total)
        return self.summed(total)

    def summed(self, lanes: ir.Value) -> ir.Value:
        """The lanes of a register added from first to last."""
        first, *others = self.v.unpack(lanes)
        for other in others:
            first = self.b.fadd(first, other)
        return first

    def gathered(self, size: int, start: ir.Value, times: int, term: "Term") -> list[ir.Value]:
        """The row at `start` plus `times` multiples of other rows: `term` yields (address, factor) of the k-th."""
        slots = [self.v.slot() for _ in range(size // WIDTH)]
        for slot, value in zip(slots, self.row(start, size), strict=True):
            self.b.store(value, slot)
        with count(self.b, INT(times)) as k:
            address, factor = term(k)
            held = [self.b.load(slot) for slot in slots]
            for slot, value in zip(slots, self.scaled(self.row(address, size), factor, held), strict=True):
                self.b.store(value, slot)
        return [self.b.load(slot) for slot in slots]

    @contextmanager
    def nodes(self, *, backwards: bool = False) -> Iterator[ir.Value]:
        """Emit what is written inside for every node, from the root on or back to it."""
        total = self.number("nodes")
        with count(self.b, total) as k:
            yield self.b.sub(self.b.sub(total, INT(1)), k) if backwards else k

    def given(self, name: str) -> ir.Value:
        """A number that the caller gave."""
        return self.get(self.base("head"), HEAD.index(name))

    def found(self, name: str, value: ir.Value) -> None:
        """Hand a number to the caller."""
        self.put(value, self.base("head"), HEAD.index(name))

    def done(self) -> None:
        """End the function."""
        self.b.ret_void()

    def _moved(self, address: ir.Value, place: int | ir.Value) -> ir.Value:
        return self.b.gep(address, [INT(place) if isinstance(place, int) else place])

    def _register(self, address: ir.Value, k: int) -> ir.Value:
        return self.b.bitcast(self._moved(address, k * WIDTH), self.v.real.as_pointer())


Term = Callable[[ir.Value], tuple[ir.Value, ir.Value]]
