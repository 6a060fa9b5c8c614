"""The functions of a problem traced with their derivatives: what the kernel evaluates at every node and arc.

In: a `Problem`. Out: `Traced` functions, each an SX function of named slices of the node's arrays into one column of
structural nonzeros, with the places each of them is written to. Everything is in scaled variables x / scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import casadi as ca

from homeostat.twin.optimal.dynamics import Discrete, RungeKutta
from homeostat.twin.optimal.layout import Layout
from homeostat.twin.optimal.problem import Problem, at_leaf

Place = tuple[str, int]


@dataclass(frozen=True)
class Read:
    """An argument: `count` doubles of `array` from `start` on, at the node itself or at its parent."""

    array: str
    start: int
    count: int
    parent: bool = False


@dataclass(frozen=True)
class Traced:
    """`function` of the `reads`, whose k-th result goes to every one of `places[k]`."""

    function: ca.Function
    reads: tuple[Read, ...]
    places: tuple[tuple[Place, ...], ...]


class _Results:
    """Collects nonzeros and where they go."""

    def __init__(self) -> None:
        self.values: list[ca.SX] = []
        self.places: list[tuple[Place, ...]] = []

    def matrix(self, value: ca.SX, array: str, stride: int, start: int = 0) -> None:
        rows, columns = value.sparsity().get_triplet()
        for at, (i, j) in enumerate(zip(rows, columns, strict=True)):
            self.values.append(value.nz[at])
            self.places.append(((array, start + i * stride + j),))

    def symmetric(self, value: ca.SX, array: str, stride: int) -> None:
        half = ca.triu(value)
        rows, columns = half.sparsity().get_triplet()
        for at, (i, j) in enumerate(zip(rows, columns, strict=True)):
            self.values.append(half.nz[at])
            both = ((array, i * stride + j), (array, j * stride + i))
            self.places.append(both if i != j else both[:1])

    def traced(self, name: str, arguments: Sequence[ca.SX], reads: Sequence[Read]) -> Traced:
        column = ca.densify(ca.cse(ca.vertcat(*self.values)))
        function = ca.Function(name, list(arguments), [column])
        return Traced(function, tuple(reads), tuple(self.places))


@dataclass(frozen=True)
class Scaled:
    """A problem in scaled variables, as symbols."""

    problem: Problem
    layout: Layout

    @classmethod
    def of(cls, problem: Problem, *, carries: bool = False) -> "Scaled":
        """Lay out `problem`; held inputs are states where a cost or constraint asks for them, or if it `carries`."""
        nx, nu, np_ = problem.dynamics.sizes
        ng = max(len(problem.rows), len(problem.ending_rows))
        held = nu if carries or problem.asks_before else 0
        return cls(problem, Layout(nx, nu, held, np_, ng, problem.arrivals))

    @cached_property
    def scales(self) -> tuple[ca.DM, ca.DM]:
        """Scales of states and inputs."""
        return ca.DM(list(self.problem.state_scales)), ca.DM(list(self.problem.input_scales))

    def symbols(self) -> tuple[ca.SX, ca.SX, ca.SX, ca.SX]:
        """u, x, v, p of one node, scaled; v is empty where it is not carried."""
        s = self.layout
        return ca.SX.sym("u", s.nu), ca.SX.sym("x", s.nx), ca.SX.sym("v", s.nv), ca.SX.sym("p", s.np)

    def plain(self, u: ca.SX, x: ca.SX, v: ca.SX) -> tuple[ca.SX, ca.SX, ca.SX]:
        """(x, u, v) in the model's units."""
        sx, su = self.scales
        held = v * su if self.layout.nv else ca.SX.zeros(self.layout.nu)
        return x * sx, u * su, held

    def rates(self, dynamics: RungeKutta) -> ca.Function:
        """(x, u, p) -> dx/dt, scaled."""
        u, x, v, p = self.symbols()
        plain_x, plain_u, _ = self.plain(u, x, v)
        return ca.Function(
            "rates", [x, u, p], [ca.densify(dynamics.rates(plain_x, plain_u, p) / self.scales[0])]
        )

    def length(self, dynamics: RungeKutta) -> ca.Function:
        """P -> hours of a substep."""
        p = ca.SX.sym("p", self.layout.np)
        return ca.Function("length", [p], [ca.densify(dynamics.length(p))])


def trace_stage(scaled: Scaled) -> Traced:
    """(u, x, v, p, y, weight) -> cost, rows and their derivatives at an inner node."""
    problem, s = scaled.problem, scaled.layout
    u, x, v, p = scaled.symbols()
    plain = (*scaled.plain(u, x, v), p)
    cost = problem.cost(*plain) if problem.cost is not None else ca.SX(0)
    g = problem.constraints(*plain) if problem.constraints is not None else ca.SX.zeros(0)
    return _node("stage", s, (u, x, v, p), cost, g)


def trace_leaf(scaled: Scaled) -> Traced:
    """(u, x, v, p, y, weight) -> terminal cost, rows and their derivatives at a leaf."""
    problem, s = scaled.problem, scaled.layout
    u, x, v, p = scaled.symbols()
    plain, _, held = scaled.plain(u, x, v)
    cost = at_leaf(problem.terminal, plain, held, p) if problem.terminal is not None else ca.SX(0)
    g = at_leaf(problem.ending, plain, held, p) if problem.ending is not None else ca.SX.zeros(0)
    return _node("leaf", s, (u, x, v, p), cost, g)


def _node(name: str, s: Layout, symbols: tuple[ca.SX, ...], cost: ca.SX, g: ca.SX) -> Traced:
    u, x, v, p = symbols
    w, y, weight = ca.vertcat(v, x, u), ca.SX.sym("y", s.ng), ca.SX.sym("weight")
    weighted = weight * cost
    gradient = ca.gradient(weighted, w)
    n = g.shape[0]
    lagrangian = weighted + (ca.dot(y[:n], g) if n else 0)
    found, row = _Results(), s.lw
    found.matrix(ca.densify(weighted), "cost", 1)
    found.matrix(gradient, "grad", 1)
    found.symmetric(ca.hessian(lagrangian, w)[0], "hess", row)
    found.matrix(ca.densify(g), "d", 1, s.bounded)
    found.matrix(ca.jacobian(g, w), "jac", row)
    reads = (
        Read("w", s.ns, s.nu),
        Read("w", s.nv, s.nx),
        Read("w", 0, s.nv),
        Read("p", 0, s.np),
        Read("y", s.bounded, s.ng),
        Read("weight", 0, 1),
    )
    return found.traced(name, [u, x, v, p, y, weight], reads)


def trace_arrival(scaled: Scaled) -> ca.Function:
    """(w, a, weight) -> arrival cost at the root, its gradient and Hessian by w = (v, x, u)."""
    u, x, v, _ = scaled.symbols()
    a = ca.SX.sym("a", scaled.layout.na)
    arrival = scaled.problem.arrival
    weight, w = ca.SX.sym("weight"), ca.vertcat(v, x, u)
    value = weight * arrival(scaled.plain(u, x, v)[0], a) if arrival is not None else ca.SX(0)
    results = [ca.densify(t) for t in (value, ca.gradient(value, w), ca.hessian(value, w)[0])]
    return ca.Function("arrival", [w, a, weight], results)


def trace_arc(scaled: Scaled, dynamics: Discrete) -> Traced:
    """(u, x, p, lam) -> next state, its gradient and the Hessian of lam' f, for a step that is one SX function."""
    s = scaled.layout
    u, x, v, p = scaled.symbols()
    (plain_x, plain_u, _), (sx, _) = scaled.plain(u, x, v), scaled.scales
    after = ca.densify(dynamics.step(plain_x, plain_u, p) / sx)
    w, lam = ca.vertcat(v, x, u), ca.SX.sym("lam", s.nx)
    found = _Results()
    found.matrix(after, "f", 1)
    found.matrix(ca.jacobian(after, w), "gain", s.lw, s.nv * s.lw)
    found.symmetric(ca.hessian(ca.dot(lam, after), w)[0], "curve", s.lw)
    reads = (
        Read("w", s.ns, s.nu, True),
        Read("w", s.nv, s.nx, True),
        Read("p", 0, s.np),
        Read("lam", 0, s.nx),
    )
    return found.traced("arc", [u, x, p, lam], reads)
