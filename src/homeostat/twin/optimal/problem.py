"""An optimal control problem as data: dynamics, costs, bounds and constraints, which all nodes of a tree share.

In: CasADi SX functions over plain numbers in the model's units. Out: a frozen `Problem`, checked once. Index
convention, everywhere: node n has state x_n and, unless it is a leaf, input u_n, held until its children; v_n is the
input held before n (u of the parent; at the root the input in force); p_n belongs to the arc from the parent to n.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.optimal.dynamics import Dynamics, check_symbolic

INF = math.inf


@dataclass(frozen=True)
class Row:
    """One row low <= g <= high; it may be broken by e >= 0 at the price `linear` e + `quadratic` e²/2, if finite.

    Without a price it is hard. A linear price above the row's multiplier makes the penalty exact: the row is broken
    only where it cannot be held (Fletcher 1987, section 14.3). low = high is an equality.
    """

    low: float = -INF
    high: float = INF
    linear: float = INF
    quadratic: float = 0.0

    def __post_init__(self) -> None:
        if not self.low <= self.high or not self.linear >= 0.0 or not 0.0 <= self.quadratic < INF:
            raise TwinError("a row needs low <= high and prices that are not negative", where="Row")
        if self.low == INF or self.high == -INF:
            raise TwinError("a row that nothing satisfies", where="Row")
        if math.isinf(self.linear) and self.quadratic > 0.0:
            raise TwinError(
                "a hard row has no quadratic price", where="Row", mend="give a linear price as well"
            )


@dataclass(frozen=True)
class Problem:
    """What is minimised and what must hold at every node.

    `cost` (x, u, v, p) counts at inner nodes, `terminal` (x, p) at leaves, `arrival` (x, a) at the root, where the
    components of x that are `free` are decided as well. `constraints` (x, u, v, p) -> g hold at inner nodes,
    `ending` (x, p) -> h at leaves. A leaf has no input of its own: where the last one counts there too, both take it
    as (x, v, p). `states` and `inputs` are bounds; those of a fixed initial state do not count, for nothing can be
    decided about it. `state_scales` and `input_scales` are sizes of change that matter equally.
    """

    dynamics: Dynamics
    cost: ca.Function | None = None
    terminal: ca.Function | None = None
    states: Sequence[Row] = ()
    inputs: Sequence[Row] = ()
    constraints: ca.Function | None = None
    rows: Sequence[Row] = ()
    ending: ca.Function | None = None
    ending_rows: Sequence[Row] = ()
    arrival: ca.Function | None = None
    free: Sequence[bool] = ()
    state_scales: Sequence[float] = ()
    input_scales: Sequence[float] = ()
    name: str = field(default="problem")

    def __post_init__(self) -> None:
        nx, nu, _ = self.dynamics.sizes
        defaults = {
            "states": (nx, Row()),
            "inputs": (nu, Row()),
            "free": (nx, False),
            "state_scales": (nx, 1.0),
            "input_scales": (nu, 1.0),
        }
        for key, (size, default) in defaults.items():
            given = tuple(getattr(self, key)) or (default,) * size
            object.__setattr__(self, key, self._sized(key, given, size))
        for key, function in (("rows", self.constraints), ("ending_rows", self.ending)):
            size = function.numel_out(0) if function is not None else 0
            object.__setattr__(self, key, self._sized(key, tuple(getattr(self, key)), size))
        if not all(0.0 < s < INF for s in (*self.state_scales, *self.input_scales)):
            raise TwinError("scales are finite and above 0", where=self.name)
        if any(math.isfinite(row.linear) for row in self.inputs):
            raise TwinError("bounds of inputs are always hard", where=self.name)
        self._check_functions()

    def _sized(self, key: str, given: tuple[object, ...], size: int) -> tuple[object, ...]:
        if len(given) != size:
            raise TwinError(f"{key} has {len(given)} entries, not {size}", where=self.name)
        return given

    def _check_functions(self) -> None:
        nx, nu, np = self.dynamics.sizes
        stage, leaf = ((nx, nu, nu, np),), ((nx, np), (nx, nu, np))
        expected = (
            ("cost", self.cost, stage),
            ("constraints", self.constraints, stage),
            ("terminal", self.terminal, leaf),
            ("ending", self.ending, leaf),
            ("arrival", self.arrival, ((nx, self.arrivals),)),
        )
        for key, function, sizes in expected:
            if function is None:
                continue
            found = tuple(function.numel_in(k) for k in range(function.n_in()))
            check_symbolic(key, function, function.numel_out(0) if key in ("constraints", "ending") else 1)
            if found not in sizes:
                wanted = " or ".join(map(str, sizes))
                raise TwinError(f"{key} takes columns of {found}, not of {wanted}", where=self.name)

    @property
    def asks_before(self) -> bool:
        """Whether a cost or a constraint of a node depends on the input held before it."""
        asked = [(f, 2) for f in (self.cost, self.constraints) if f is not None]
        asked += [(f, 1) for f in (self.terminal, self.ending) if f is not None and f.n_in() == 3]
        return any(bool(f.sparsity_jac(place, 0).nnz()) for f, place in asked)

    @property
    def arrivals(self) -> int:
        """The number of parameters of the arrival cost."""
        return 0 if self.arrival is None else int(self.arrival.numel_in(1))


def at_leaf(function: ca.Function, x: ca.SX, v: ca.SX, p: ca.SX) -> ca.SX:
    """`terminal` or `ending` at a leaf, which may take the input held before it."""
    return function(x, v, p) if function.n_in() == 3 else function(x, p)
