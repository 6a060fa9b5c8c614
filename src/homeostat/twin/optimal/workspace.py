"""The memory of a solver: every array of the layout over the nodes of a tree, and the tables the kernel reads.

In: a kernel and a tree. Out: named numpy views, and calls of the kernel's functions at one of two points: the one
held and the one tried, which change places when a step is taken.
"""

import numpy as np
from numpy.typing import NDArray

from homeostat.twin.optimal.frame import DECIDES, ENDS, FOLLOWS, HEAD, TABLE
from homeostat.twin.optimal.kernel import Kernel
from homeostat.twin.optimal.layout import DERIVED, GIVEN, POINT, STEP, WIDTH, WORK
from homeostat.twin.optimal.tree import Tree

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class Workspace:
    """Arrays (nodes, stride): `points[0]`, `points[1]` by name, `data` for what both share, `head` for numbers.

    `beats` counts the iterations that were ever begun in it: what a watchdog looks at, and nothing depends on.
    """

    beats: int = 0

    def __init__(self, kernel: Kernel, tree: Tree) -> None:
        self.kernel, self.tree = kernel, tree
        n, strides = len(tree), kernel.layout.strides
        self.points = tuple({name: _zeros(n, strides[name]) for name in (*POINT, *DERIVED)} for _ in range(2))
        self.data = {name: _zeros(n, strides[name]) for name in (*STEP, *GIVEN, *WORK)}
        self.head = _zeros(1, len(HEAD))[0]
        self.arrival = _zeros(1, max(1, kernel.layout.na))[0]
        self._scratch = _zeros(1, WIDTH * max(1, kernel.scratch))[0]
        self._lists, counts = _lists(tree)
        self._tables = tuple(self._table(k, counts) for k in range(2))
        self._addresses = tuple(table.ctypes.data for table in self._tables)
        self._constants()

    def _constants(self) -> None:
        s = self.kernel.layout
        self.data["weight"][:, 0] = self.tree.weights
        for point in self.points:
            gain = point["gain"].reshape(len(self.tree), s.ns, s.lw)
            for j in range(s.nv):
                gain[1:, j, s.ns + j] = 1.0

    def _table(self, point: int, counts: dict[str, int]) -> Indices:
        addresses: dict[str, int] = dict(counts)
        addresses |= {name: array.ctypes.data for name, array in self._lists.items()}
        addresses |= {name: array.ctypes.data for name, array in self.points[point].items()}
        addresses |= {f"next_{name}": self.points[1 - point][name].ctypes.data for name in POINT}
        addresses |= {name: array.ctypes.data for name, array in self.data.items()}
        addresses |= {"head": self.head.ctypes.data, "arrival": self.arrival.ctypes.data}
        addresses |= {"scratch": self._scratch.ctypes.data}
        return np.array([addresses[name] for name in TABLE], dtype=np.int64)

    def table(self, point: int) -> int:
        """The address of the table at which `point` is the one held."""
        return self._addresses[point]


def _zeros(rows: int, columns: int) -> Array:
    """Zeros that begin at a whole register."""
    size = rows * columns
    raw = np.zeros(size + 2 * 8)
    start = -(raw.ctypes.data // 8) % 8
    return raw[start : start + size].reshape(rows, columns)


def _filled(nodes: tuple[int, ...]) -> tuple[int, ...]:
    return nodes + nodes[-1:] * (-len(nodes) % WIDTH)


def _lists(tree: Tree) -> tuple[dict[str, Indices], dict[str, int]]:
    arcs = _filled(tuple(range(1, len(tree))))
    leaves = set(tree.leaves)
    kinds = [ENDS if n in leaves else FOLLOWS if tree.blocked[n] else DECIDES for n in range(len(tree))]
    lists = {
        "inner": _filled(tree.inner),
        "leaf": _filled(tree.leaves),
        "arc": arcs,
        "above": tuple(tree.parents[n] for n in arcs),
        "parent": tree.parents,
        "kind": tuple(kinds),
    }
    counts = {f"{name}_groups": len(lists[name]) // WIDTH for name in ("inner", "leaf", "arc")}
    return {k: np.array(v, dtype=np.int64) for k, v in lists.items()}, {"nodes": len(tree), **counts}
