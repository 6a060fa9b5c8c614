"""Forward sensitivities in a kernel: one tangent of the states a direction, carried along with every step taken.

In: what has just been computed for the states. Out: the same, for each direction in a loop: the code of one tangent
stands once in the kernel, however many directions there are.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from homeostat.twin.engine.dense import interpolate
from homeostat.twin.engine.emit import Body
from homeostat.twin.engine.lanes import DOUBLE, INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.stepping import Taken
from homeostat.twin.engine.trace import Directions, Step

NOW, OLD, BENDS = 0, 1, 2
"""What is kept of a direction: the tangent now, at the start of the last step, and of the step's two bends."""
KEPT = 4


class Tangents:
    """d states / d direction, for every direction and lane."""

    def __init__(self, v: Lanes, along: Directions, states: int) -> None:
        self.v, self.along, self.size, self.count = v, along, states, len(along)
        with v.builder.goto_entry_block():
            self._memory = v.builder.alloca(v.real, INT(self.count * KEPT * states))
        self._seeded = len(along.inputs) + len(along.parameters)
        self._seeds = _constants(v.builder.module, along.seeds)

    def begin(self) -> None:
        """Set the tangents of the initial states."""
        for direction, start in enumerate(self.along.starts):
            values = [self.v.const(float(k == start)) for k in range(self.size)]
            self._keep(INT(direction), NOW, values)

    def follow(self, traced: Step, taken: Taken) -> None:
        """Carry every tangent over a step that some lanes took."""
        v = self.v
        with self.each() as direction:
            old = self._load(direction, NOW)
            change = self.run(taken.body, traced, direction, old)
            new = [v.select(taken.mask, a, b) for a, b in zip(change[: self.size], old, strict=True)]
            self._keep(direction, OLD, old)
            self._keep(direction, NOW, new)
            self._keep(direction, BENDS, change[self.size :])

    def jump(self, body: Body, traced: Step, sound: ir.Value) -> None:
        """Carry every tangent over a jump of the `sound` lanes."""
        with self.each() as direction:
            old = self.now(direction)
            (after,) = body.run(traced.late, [(), (), old])
            self._keep(direction, NOW, [self.v.select(sound, a, b) for a, b in zip(after, old, strict=True)])

    def now(self, direction: ir.Value) -> list[ir.Value]:
        """The tangent of the states where they stand."""
        return self._load(direction, NOW)

    def within(self, direction: ir.Value, at: ir.Value) -> list[ir.Value]:
        """The tangent of the states at the fraction `at` of the last step."""
        bends = [self._load(direction, BENDS + k) for k in range(2)]
        return interpolate(self.v, at, self._load(direction, OLD), self._load(direction, NOW), bends)

    @contextmanager
    def each(self) -> Iterator[ir.Value]:
        """Loop over the directions; yields the direction's number."""
        with count(self.v.builder, INT(self.count)) as direction:
            yield direction

    def run(
        self, body: Body, traced: Step, direction: ir.Value, tangent: Sequence[ir.Value]
    ) -> list[ir.Value]:
        """Emit the code of one direction; `body` has emitted what does not depend on it."""
        before: list[Sequence[ir.Value]] = [()] * (traced.inputs - 2)
        (values,) = body.run(traced.late, [*before, tangent, self._read_seeds(direction)])
        return values

    def _load(self, direction: ir.Value, what: int) -> list[ir.Value]:
        return [self.v.builder.load(place) for place in self._places(direction, what, self.size)]

    def _keep(self, direction: ir.Value, what: int, values: Sequence[ir.Value]) -> None:
        for place, value in zip(self._places(direction, what, len(values)), values, strict=True):
            self.v.builder.store(value, place)

    def _places(self, direction: ir.Value, what: int, size: int) -> list[ir.Value]:
        b = self.v.builder
        first = b.add(b.mul(direction, INT(KEPT * self.size)), INT(what * self.size))
        return [b.gep(self._memory, [b.add(first, INT(k))]) for k in range(size)]

    def _read_seeds(self, direction: ir.Value) -> list[ir.Value]:
        b = self.v.builder
        first = b.mul(direction, INT(self._seeded))
        places = [b.add(first, INT(k)) for k in range(self._seeded)]
        return [self.v.splat(b.load(b.gep(self._seeds, [INT(0), place]))) for place in places]


def _constants(module: ir.Module, rows: Sequence[Sequence[float]]) -> ir.GlobalVariable:
    """A table of doubles in the module; at least one, for an array of none has no address."""
    flat = [value for row in rows for value in row] or [0.0]
    kind = ir.ArrayType(DOUBLE, len(flat))
    table = ir.GlobalVariable(module, kind, "seeds")
    table.linkage, table.global_constant = "internal", True
    table.initializer = ir.Constant(kind, flat)
    return table
