"""The reports of an ensemble kernel: columns of a row at a stop, or anywhere within a step by its dense output.

In: lanes and the arrays they write to. Out: IR that fills rows of values and sensitivities in order of time. Every lane
counts its own rows, for within one turn of the step loop each gets as far as its own step.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from homeostat.twin.engine.arrays import Arrays
from homeostat.twin.engine.dense import interpolate
from homeostat.twin.engine.emit import Body
from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes
from homeostat.twin.engine.status import Status
from homeostat.twin.engine.stepping import Cells, Taken, clip
from homeostat.twin.engine.tangents import Tangents
from homeostat.twin.engine.trace import Step

Tangent = Callable[[ir.Value], list[ir.Value]]
"""The tangent of the states along one direction, where the report is."""


class Reports:
    """What is written, and the row that each lane writes next."""

    def __init__(
        self, v: Lanes, cells: Cells, arrays: Arrays, traced: Step, columns: int, tangents: Tangents | None
    ) -> None:
        self.v, self.cells, self.arrays = v, cells, arrays
        self._traced, self._columns, self._tangents = traced, columns, tangents
        with v.builder.goto_entry_block():
            self._row = v.builder.alloca(v.int)
            self._waste = v.builder.alloca(DOUBLE, INT(columns * max(1, tangents.count if tangents else 0)))
        self._states = cells.signature.states

    def begin(self) -> None:
        """Start at row 0."""
        self.v.builder.store(self.v.const_int(0), self._row)

    def rows(self) -> ir.Value:
        """Rows written while the lane was sound, as doubles."""
        return self.v.builder.sitofp(self.v.builder.load(self._row), self.v.real)

    def at_stop(self, row: ir.Value) -> None:
        """Report `row` (one number for all lanes) from the states where they stand."""
        v, b, rows = self.v, self.v.builder, [row] * self.v.width
        states = clip(v, self._states, self.cells.values(0))
        tangent = self._tangents.now if self._tangents else None
        self._write(states, rows, self.cells.sound(), tangent)
        following = v.pack([b.add(row, INT(1))] * self.v.width)
        before = b.load(self._row)
        b.store(b.select(self.cells.sound(), following, before), self._row)

    def within(self, taken: Taken, until: ir.Value) -> None:
        """Report every row before `until` that lies in the step just taken."""
        v, b = self.v, self.v.builder
        loop, done = b.append_basic_block("within"), b.append_basic_block("past")
        end, before = b.fadd(taken.start, taken.size), b.block
        first = self._next(taken.mask, end, until)
        b.cbranch(v.any_lane(first[1]), loop, done)
        b.position_at_end(loop)
        at, due = b.phi(v.real), b.phi(v.mask)
        where = b.fdiv(b.fsub(at, taken.start), taken.size)
        states = interpolate(v, where, taken.old, taken.new, taken.more)
        tangents = self._tangents
        tangent = (lambda d: tangents.within(d, where)) if tangents else None
        rows = v.unpack(b.load(self._row))
        self._write(clip(v, self._states, states), rows, due, tangent)
        written = b.and_(due, self.cells.sound())
        b.store(b.add(b.load(self._row), b.zext(written, v.int)), self._row)
        following = self._next(taken.mask, end, until)
        for phi, entering, again in zip((at, due), first, following, strict=True):
            phi.add_incoming(entering, before)
            phi.add_incoming(again, b.block)
        b.cbranch(v.any_lane(following[1]), loop, done)
        b.position_at_end(done)

    def _next(self, mask: ir.Value, end: ir.Value, until: ir.Value) -> tuple[ir.Value, ir.Value]:
        """Hours of each lane's next row since the interval began, and the mask of lanes where it is due."""
        v, b, row = self.v, self.v.builder, self.v.builder.load(self._row)
        last = b.sub(self.arrays["rows"], INT(1))
        places = [b.select(b.icmp_signed("<", r, last), r, last) for r in v.unpack(row)]
        at = self.arrays.pick("at", places)
        left = b.icmp_signed("<", row, v.pack([until] * v.width))
        return at, v.all([mask, self.cells.sound(), left, v.at_most(at, end)])

    def _write(
        self, states: Sequence[ir.Value], rows: Sequence[ir.Value], mask: ir.Value, tangent: Tangent | None
    ) -> None:
        """Write one row of the lanes of `mask`; a value that is not finite ends its lane."""
        v, cells = self.v, self.cells
        body = Body(v, self._traced.code)
        (values,) = body.run(self._traced.early, [states, cells.values(1), cells.values(2)])
        finite = v.all_finite(values)
        cells.fail(v.builder.and_(mask, v.builder.not_(finite)), v.const(Status.NON_FINITE))
        written = v.builder.and_(mask, finite)
        self.arrays.scatter(self._bases("values", rows, written, 1), values)
        if self._tangents and tangent:
            self._write_tangents(self._tangents, body, rows, written, tangent)

    def _write_tangents(
        self, tangents: Tangents, body: Body, rows: Sequence[ir.Value], mask: ir.Value, tangent: Tangent
    ) -> None:
        """Sensitivities lie (row, column, direction): those along one direction are `count` doubles apart."""
        bases = self._bases("sensitivities", rows, mask, tangents.count)
        with tangents.each() as direction:
            values = tangents.run(body, self._traced, direction, tangent(direction))
            places = [self.v.builder.gep(base, [direction]) for base in bases]
            self.arrays.scatter(places, values, apart=tangents.count)

    def _bases(self, name: str, rows: Sequence[ir.Value], mask: ir.Value, each: int) -> list[ir.Value]:
        """Where each lane writes its row; lanes outside `mask` write where nobody reads."""
        b, size = self.v.builder, INT(self._columns * each)
        starts = self.arrays.offsets(b.mul(self.arrays["rows"], size))
        lanes = zip(starts, rows, self.v.unpack(mask), strict=True)
        base = self.arrays.pointer(name)
        return [b.select(on, b.gep(base, [b.add(s, b.mul(r, size))]), self._waste) for s, r, on in lanes]
