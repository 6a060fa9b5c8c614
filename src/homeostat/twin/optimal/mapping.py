"""Traced functions at many nodes at once: one node a lane, its numbers gathered and the results scattered again.

In: a `Traced` function and a list of nodes, filled up to whole groups. Out: IR that evaluates it at all of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.graph import instructions
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import WIDTH
from homeostat.twin.optimal.trace import Place, Read, Traced


class Slice(Sequence[ir.Value]):
    """One argument of a function: loaded number by number where the code asks for it."""

    def __init__(self, frame: Frame, addresses: Sequence[ir.Value], size: int) -> None:
        self._frame, self._addresses, self._size = frame, addresses, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, k: Any) -> Any:
        return self._frame.v.pack([self._frame.get(address, k) for address in self._addresses])


class Group:
    """As many nodes as there are lanes, and their parents."""

    def __init__(self, frame: Frame, nodes: Sequence[ir.Value], parents: Sequence[ir.Value]) -> None:
        self.frame, self.nodes, self.parents = frame, nodes, parents

    def slice(self, read: Read) -> Slice:
        """An argument, one node a lane."""
        nodes = self.parents if read.parent else self.nodes
        addresses = [self.frame.at(read.array, node, read.start) for node in nodes] if read.count else []
        return Slice(self.frame, addresses, read.count)

    def bases(self, array: str, *, parents: bool = False) -> list[ir.Value]:
        """Where the rows of the lanes' nodes begin."""
        return [self.frame.at(array, node) for node in (self.parents if parents else self.nodes)]

    def gather(self, bases: Sequence[ir.Value], place: ir.Value) -> ir.Value:
        """One number a lane."""
        return self.frame.v.pack([self.frame.get(base, place) for base in bases])

    def put(self, value: ir.Value, bases: Sequence[ir.Value], place: ir.Value) -> None:
        """Write one number a lane."""
        for lane, base in zip(self.frame.v.unpack(value), bases, strict=True):
            self.frame.put(lane, base, place)

    def scatter(self, values: Sequence[ir.Value], places: Sequence[Sequence[Place]]) -> None:
        """Write each value to its places in the rows of the lanes' nodes."""
        bases: dict[str, list[ir.Value]] = {}
        for value, targets in zip(values, places, strict=True):
            lanes = self.frame.v.unpack(value)
            for array, offset in targets:
                if array not in bases:
                    bases[array] = self.bases(array)
                for lane, base in zip(lanes, bases[array], strict=True):
                    self.frame.put(lane, base, offset)


@contextmanager
def groups(frame: Frame, nodes: str, parents: str = "") -> Iterator[Group]:
    """Emit what is written inside for every group of the index list `nodes` (and the one of their parents)."""
    with count(frame.b, frame.number(f"{nodes}_groups")) as k:
        first = frame.b.mul(k, INT(WIDTH))
        places = [frame.b.add(first, INT(lane)) for lane in range(WIDTH)]
        found = [[frame.index(name, place) for place in places] for name in (nodes, parents) if name]
        yield Group(frame, found[0], found[-1])


def evaluate(group: Group, traced: Traced) -> None:
    """Evaluate `traced` at the nodes of `group`."""
    arguments = [group.slice(read) for read in traced.reads]
    columns = emit(group.frame.v, instructions(traced.function), arguments)
    group.scatter(columns[0] if columns else [], traced.places)
