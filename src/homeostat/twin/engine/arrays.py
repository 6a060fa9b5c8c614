"""Row-major arrays of batches seen from a group of lanes: gather one batch's values a lane, scatter them again.

In: the kernel's argument table. Out: IR values. A last, incomplete group repeats its last batch in the lanes left
over: what those write is what that batch writes anyway.
"""

from collections.abc import Sequence

from llvmlite import ir

from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes

TABLE = (
    *(
        "first",
        "last",
        "states",
        "states_stride",
        "parameters",
        "parameters_stride",
        "inputs",
        "inputs_stride",
    ),
    *(
        "jumps",
        "jumps_stride",
        "hours",
        "at",
        "events",
        "stops",
        "rows",
        "values",
        "sensitivities",
        "outcome",
    ),
)
"""The kernel's argument, 64 bits each: batches `first` to `last` - 1; addresses of arrays of doubles (`events`: of
integers) and, where all batches may share one, the doubles from one batch to the next; numbers of stops and rows."""


class Arrays:
    """The arrays of one call, for the group of batches that begins at `select`'s argument."""

    def __init__(self, v: Lanes, table: ir.Value) -> None:
        self.v = v
        self._table = {
            name: v.builder.load(v.builder.gep(table, [INT(place)])) for place, name in enumerate(TABLE)
        }
        self._batches: list[ir.Value] = []

    def __getitem__(self, name: str) -> ir.Value:
        return self._table[name]

    def select(self, first: ir.Value) -> None:
        """Let the lanes stand for the batches from `first` on."""
        b, last = self.v.builder, self.v.builder.sub(self["last"], INT(1))
        places = [b.add(first, INT(lane)) for lane in range(self.v.width)]
        self._batches = [b.select(b.icmp_signed("<", place, last), place, last) for place in places]

    def offsets(self, stride: ir.Value) -> list[ir.Value]:
        """Where each lane's batch begins in an array of `stride` doubles a batch."""
        return [self.v.builder.mul(batch, stride) for batch in self._batches]

    def gather(self, name: str, shift: ir.Value, size: int) -> list[ir.Value]:
        """`size` values of each batch, `shift` doubles behind its beginning."""
        v, b = self.v, self.v.builder
        starts = [b.add(offset, shift) for offset in self.offsets(self[f"{name}_stride"])]
        bases = [b.gep(self.pointer(name), [start]) for start in starts]
        return [v.pack([b.load(b.gep(base, [INT(k)])) for base in bases]) for k in range(size)]

    def pick(self, name: str, places: Sequence[ir.Value]) -> ir.Value:
        """One shared value a lane, from the places given."""
        return self.v.pack([self.value(name, place) for place in places])

    def value(self, name: str, place: ir.Value) -> ir.Value:
        """One double that all lanes share."""
        return self.v.builder.load(self.v.builder.gep(self.pointer(name), [place]))

    def integer(self, name: str, place: ir.Value) -> ir.Value:
        """One integer that all lanes share."""
        return self.v.builder.load(self.v.builder.gep(self.pointer(name, INT), [place]))

    def pointer(self, name: str, kind: ir.Type = DOUBLE) -> ir.Value:
        """The beginning of an array."""
        return self.v.builder.inttoptr(self[name], kind.as_pointer())

    def scatter(self, bases: Sequence[ir.Value], values: Sequence[ir.Value], apart: int = 1) -> None:
        """Write the lanes of `values` from each lane's address in `bases` on, `apart` doubles from one to the next."""
        whole = len(values) - len(values) % self.v.width if apart == 1 and self.v.transposes else 0
        for first in range(0, whole, self.v.width):
            self._scatter_square(bases, values[first : first + self.v.width], first)
        b = self.v.builder
        lanes = [self.v.unpack(value) for value in values[whole:]]
        for lane, base in enumerate(bases):
            for k, value in enumerate(lanes, whole):
                b.store(value[lane], b.gep(base, [INT(k * apart)]))

    def _scatter_square(self, bases: Sequence[ir.Value], values: Sequence[ir.Value], first: int) -> None:
        """Write as many values as there are lanes, a whole register to each lane's address."""
        b = self.v.builder
        for base, row in zip(bases, self.v.transpose(values), strict=True):
            place = b.bitcast(b.gep(base, [INT(first)]), self.v.real.as_pointer())
            b.store(row, place, align=8)
