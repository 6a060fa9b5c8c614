"""Runge-Kutta steps of many arcs at once, with exact first and second derivatives, as loops over substeps and stages.

In: a `RungeKutta` step in scaled variables. Out: IR that evaluates f, `gain` and `curve` of a group of arcs, one arc
a lane. Forward it keeps every stage's point and tangents (by the start and the input, column by column); backward it
sums the stages' parts V' H V of the Hessian of lam' step. `tangents` holds the products with V.
"""

from llvmlite import ir

from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal.dynamics import RungeKutta
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import Layout
from homeostat.twin.optimal.mapping import Group
from homeostat.twin.optimal.scratch import Scratch, shared
from homeostat.twin.optimal.stages import trace_stages
from homeostat.twin.optimal.tangents import Tangents
from homeostat.twin.optimal.trace import Scaled

NEWTON = 6
"""Newton steps of an implicit stage, always as many: quadratic from the start of the stage's own step."""


class Arcs:
    """Emits the step of one group of arcs after the other."""

    def __init__(self, f: Frame, scaled: Scaled, dynamics: RungeKutta) -> None:
        self.f, self.s, self.dynamics = f, scaled.layout, dynamics
        self.tableau, self.nb = dynamics.tableau, scaled.layout.bounded
        stages = trace_stages(scaled.rates(dynamics), dynamics.tableau.diagonal)
        self.scratch = Scratch(f, sizes(scaled.layout, dynamics))
        self.tangents = Tangents(f, self.scratch, stages, self.s.nx, self.s.nu)
        self.slope, self.second = shared(f.module, stages.slope), shared(f.module, stages.second)
        self.newton = self.adjoint = None
        if stages.implicit is not None:
            self.newton = shared(f.module, stages.implicit.newton)
            self.adjoint = shared(f.module, stages.implicit.adjoint)
        self.length = shared(f.module, scaled.length(dynamics))

    def step(self, group: Group) -> None:
        """Evaluate the arcs of `group`."""
        f, s, at = self.f, self.s, self.scratch.at
        self._gather(group, "x", "w", s.nv, s.nx)
        self._gather(group, "u", "w", s.ns, s.nu)
        self._gather(group, "p", "p", 0, s.np)
        self._gather(group, "lam", "lam", 0, s.nx)
        f.b.call(self.length, [at("p"), at("h")])
        self._unit()
        with count(f.b, INT(self.dynamics.substeps)) as j:
            self._ahead(j)
        self._results(group)
        self.scratch.clear("curve")
        with count(f.b, INT(self.dynamics.substeps)) as j:
            self._backwards(f.b.sub(INT(self.dynamics.substeps - 1), j))
        self._curvature(group)

    def _gather(self, group: Group, region: str, array: str, start: int, size: int) -> None:
        """Read `size` numbers of each arc: states and inputs of its parent, the rest its own."""
        if not size:
            return
        bases = group.bases(array, parents=array == "w")
        with count(self.f.b, INT(size)) as k:
            value = group.gather(bases, self.f.b.add(k, INT(start)))
            self.f.b.store(value, self.scratch.at(region, k))

    def _unit(self) -> None:
        """The derivatives of the start by (x, u), by columns: [I 0]."""
        self.scratch.clear("V")
        for k in range(self.s.nx):
            self.f.b.store(self.f.v.const(1.0), self.scratch.at("V", k * (self.s.nx + 1)))

    def _results(self, group: Group) -> None:
        """Write the next state and its gradient by (x, u)."""
        s, b = self.s, self.f.b
        after, gain = group.bases("f"), group.bases("gain")
        with count(b, INT(s.nx)) as i:
            group.put(b.load(self.scratch.at("x", i)), after, i)
            line = b.add(b.mul(b.add(i, INT(s.nv)), INT(s.lw)), INT(s.nv))
            with count(b, INT(self.nb)) as j:
                value = b.load(self.scratch.at("V", b.add(b.mul(j, INT(s.nx)), i)))
                group.put(value, gain, b.add(line, j))

    def _curvature(self, group: Group) -> None:
        """Write the Hessian by (x, u), both triangles of it."""
        s, b, bases = self.s, self.f.b, group.bases("curve")
        corner = INT(s.nv * s.lw + s.nv)
        with count(b, INT(self.nb)) as j:
            column = b.sdiv(b.mul(j, b.add(j, INT(1))), INT(2))
            with count(b, b.add(j, INT(1))) as i:
                value = b.load(self.scratch.at("curve", b.add(column, i)))
                for row, place in ((i, j), (j, i)):
                    group.put(value, bases, b.add(b.add(b.mul(row, INT(s.lw)), place), corner))

    def _hours(self, factor: float) -> ir.Value:
        return self.f.b.fmul(self.f.b.load(self.scratch.at("h")), self.f.v.const(factor))

    def _kept(self, name: str, j: ir.Value, i: int) -> ir.Value:
        """Where substep j keeps stage i."""
        n = len(self.tableau.b)
        size = self.scratch.size(name) // (self.dynamics.substeps * n)
        return self.scratch.at(name, self.f.b.mul(self.f.b.add(self.f.b.mul(j, INT(n)), INT(i)), INT(size)))

    def _ahead(self, j: ir.Value) -> None:
        """One substep: x and V at its end, every stage kept for the way back."""
        f, at, nx, nv = self.f, self.scratch.at, self.s.nx, self.s.nx * self.nb
        f.b.store(self._hours(self.tableau.diagonal), at("hg"))
        for i, row in enumerate(self.tableau.a):
            parts = [(self._hours(a), k) for k, a in enumerate(row) if a]
            X, V = self._kept("points", j, i), self._kept("tangents", j, i)
            self.scratch.sum(at("base"), at("x"), [(h, at("k", m * nx)) for h, m in parts], nx)
            self.scratch.sum(V, at("V"), [(h, at("K", m * nv)) for h, m in parts], nv)
            self.scratch.sum(X, at("base"), [], nx)
            if self.newton is not None:
                with count(f.b, INT(NEWTON)):
                    f.b.call(self.newton, [X, at("u"), at("p"), at("hg"), at("base"), X])
            f.b.call(self.slope, [X, at("u"), at("p"), at("slope")])
            self.scratch.sum(at("k", i * nx), at("slope"), [], nx)
            self.tangents.ahead(V, at("K", i * nv))
        weights = [(self._hours(b), i) for i, b in enumerate(self.tableau.b)]
        self.scratch.sum(at("x"), at("x"), [(h, at("k", i * nx)) for h, i in weights], nx)
        self.scratch.sum(at("V"), at("V"), [(h, at("K", i * nv)) for h, i in weights], nv)

    def _backwards(self, j: ir.Value) -> None:
        """One substep back: lam at its beginning, the stages' curvature added."""
        f, at, nx, method = self.f, self.scratch.at, self.s.nx, self.tableau
        f.b.store(self._hours(method.diagonal), at("hg"))
        for i in reversed(range(len(method.b))):
            later = [(self._hours(row[i]), m) for m, row in enumerate(method.a) if m > i and row[i]]
            own = [(self._hours(method.b[i]), at("lam"))]
            self.scratch.sum(at("c"), at("none"), [*own, *((h, at("nu", m * nx)) for h, m in later)], nx)
            X, V = self._kept("points", j, i), self._kept("tangents", j, i)
            if self.adjoint is not None:
                f.b.call(self.adjoint, [X, at("u"), at("p"), at("hg"), at("c"), at("a")])
            else:
                self.scratch.sum(at("a"), at("c"), [], nx)
            f.b.call(self.second, [X, at("u"), at("p"), at("a"), at("second")])
            self.scratch.sum(at("nu", i * nx), at("second"), [], nx)
            self.tangents.curve(V)
        ones = [(f.v.const(1.0), at("nu", i * nx)) for i in range(len(method.b))]
        self.scratch.sum(at("lam"), at("lam"), ones, nx)


def sizes(s: Layout, dynamics: RungeKutta) -> dict[str, int]:
    """Registers of every region of the scratch; for nonzeros as many as there could be, without tracing a model."""
    n, nb = len(dynamics.tableau.b), s.bounded
    every, tangent = n * dynamics.substeps, s.nx * nb
    return {
        **{"u": s.nu, "x": s.nx, "p": s.np, "lam": s.nx, "h": 1, "hg": 1, "V": tangent, "base": s.nx},
        **{"k": n * s.nx, "K": n * tangent, "c": s.nx, "a": s.nx, "nu": n * s.nx, "none": s.nx},
        **{"slope": s.nx + tangent, "second": s.nx + nb**2, "lu": s.nx**2},
        **{"column": s.nx, "bent": nb**2, "curve": nb * (nb + 1) // 2},
        **{"points": every * s.nx, "tangents": every * tangent},
    }
