"""Where every number of a solve stands: one array a quantity, one row of whole SIMD registers a node.

In: the sizes of a problem. Out: names and row lengths. The variables of a node are w = (v, x, u) in this order, so
that what a node hands on, s = (v, x), leads and the inputs, which are eliminated, come last; the rows are (x, u,
g).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

WIDTH = 4
"""Doubles in a register of the kernel: fixed, so that sums are formed in the same order on every machine."""

SLACKS = ("s", "y", "zl", "zu", "el", "eu", "wl", "wu")
"""Of each row: its slack and multiplier, the multipliers of the slack's bounds, how far it is broken below and above,
and the multipliers of these."""
POINT = ("w", "lam", *SLACKS)
"""What is iterated: variables, multipliers of the dynamics, and the rows' own."""
DERIVED = ("cost", "grad", "hess", "d", "jac", "f", "gain", "curve", "c", "r")
"""What follows from a point: cost, its gradient and the Hessian of the Lagrangian; values and gradients of rows; the
next state, its gradient and curvature; what the dynamics (c) and rows (r) miss."""
STEP = tuple(f"d_{name}" for name in POINT)
"""The direction in which the point moves."""
GIVEN = ("low", "high", "linear", "quadratic", "p", "weight", "fixed")
"""Bounds and prices of rows, parameters, weights, and which components of the root's state are fixed (1)."""
WORK = ("weigh", "shift", "matrix", "q", "feed", "stationary", "product", "root")
"""Condensed rows, Riccati matrices and vectors, stationarity, and room for one product and for the root's matrix."""


def padded(size: int) -> int:
    """`size` rounded up to whole registers."""
    return -(-size // WIDTH) * WIDTH


@dataclass(frozen=True)
class Layout:
    """Sizes: states, inputs, held inputs carried as states (`nu` or 0), parameters, rows of g, of the arrival."""

    nx: int
    nu: int
    nv: int
    np: int
    ng: int
    na: int

    @property
    def nw(self) -> int:
        """Variables of a node."""
        return self.ns + self.nu

    @property
    def ns(self) -> int:
        """What a node hands on: v and x."""
        return self.nv + self.nx

    @property
    def bounded(self) -> int:
        """Rows that are bounds: of x and u, which stand side by side in w behind v."""
        return self.nx + self.nu

    @property
    def rows(self) -> int:
        """Constraint rows of a node."""
        return self.bounded + self.ng

    @property
    def lw(self) -> int:
        """Doubles in a row of a matrix over w."""
        return padded(self.nw)

    @cached_property
    def strides(self) -> Mapping[str, int]:
        """Doubles a node of every array."""
        w, x, m, square = self.lw, padded(self.nx), padded(self.rows), self.nw * self.lw
        point = {"w": w, "lam": x, **dict.fromkeys(SLACKS, m)}
        derived = dict(
            zip(DERIVED, (1, w, square, m, max(1, self.ng) * w, x, self.ns * w, square, x, m), strict=True)
        )
        steps = {f"d_{name}": stride for name, stride in point.items()}
        given = dict(zip(GIVEN, (m, m, m, m, max(1, self.np), 1, x), strict=True))
        work = dict(
            zip(WORK, (m, m, square, w, padded(max(1, self.nu)), w, square, self.nx * x), strict=True)
        )
        return {**point, **derived, **steps, **given, **work}
