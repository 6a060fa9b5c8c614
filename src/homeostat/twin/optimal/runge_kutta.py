"""Runge-Kutta steps of many arcs at once, with exact first and second derivatives, as loops over substeps and stages.

In: a `RungeKutta` step in scaled variables. Out: IR that evaluates f, `gain` and `curve` of a group of arcs, one
arc a lane. Forward it keeps every stage's point and derivatives; backward it sums the stages' parts in the
Hessian.
"""

from collections.abc import Sequence
from typing import Any

import casadi as ca
from llvmlite import ir

from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.graph import instructions
from homeostat.twin.optimal.dynamics import RungeKutta
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import WIDTH, Layout
from homeostat.twin.optimal.mapping import Group
from homeostat.twin.optimal.stages import trace_stages
from homeostat.twin.optimal.trace import Place, Read, Scaled

NEWTON = 6
"""Newton steps of an implicit stage, always as many: quadratic from the start of the stage's own step."""
Terms = Sequence[tuple[ir.Value, ir.Value]]


class Registers(Sequence[ir.Value]):
    """An argument in memory, one register a number, loaded where the code asks for it."""

    def __init__(self, builder: ir.IRBuilder, base: ir.Value, size: int) -> None:
        self._b, self._base, self._size = builder, base, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, k: Any) -> Any:
        return self._b.load(self._b.gep(self._base, [INT(k)]))


def _shared(module: ir.Module, function: ca.Function) -> ir.Function:
    """Write `function` once into the module: a pointer to registers for every argument and result."""
    name, total = f"rk_{function.name()}", function.n_in() + function.n_out()
    pointer = Lanes(ir.IRBuilder(), WIDTH).real.as_pointer()
    native = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer] * total), name)
    native.linkage = "internal"
    v = Lanes(ir.IRBuilder(native.append_basic_block("entry")), WIDTH)
    given = [Registers(v.builder, native.args[k], function.numel_in(k)) for k in range(function.n_in())]
    columns = emit(v, instructions(function), given)
    for column, target in zip(columns, native.args[function.n_in() :], strict=True):
        for k, value in enumerate(column):
            v.builder.store(value, v.builder.gep(target, [INT(k)]))
    v.builder.ret_void()
    return native


class Arcs:
    """Emits the step of one group of arcs after the other."""

    def __init__(self, f: Frame, scaled: Scaled, dynamics: RungeKutta) -> None:
        self.f, self.s, self.dynamics = f, scaled.layout, dynamics
        self.tableau, self.nb = dynamics.tableau, scaled.layout.bounded
        stages = trace_stages(scaled.rates(dynamics), self.tableau.diagonal)
        self.forward, self.back = _shared(f.module, stages.forward), _shared(f.module, stages.back)
        self.newton = _shared(f.module, stages.newton) if stages.newton is not None else None
        p = ca.SX.sym("p", self.s.np)
        self.length = _shared(f.module, ca.Function("length", [p], [ca.densify(dynamics.length(p))]))
        self.places = scratch(self.s, dynamics)

    def at(self, name: str, shift: int | ir.Value = 0) -> ir.Value:
        """The address of a region of the scratch, in registers."""
        offset = INT(shift) if isinstance(shift, int) else shift
        base = self.f.b.inttoptr(self.f.number("scratch"), self.f.v.real.as_pointer())
        return self.f.b.gep(base, [self.f.b.add(INT(self.places[name][0]), offset)])

    def step(self, group: Group) -> None:
        """Evaluate the arcs of `group`."""
        f, s = self.f, self.s
        reads = {
            "u": Read("w", s.ns, s.nu, True),
            "x": Read("w", s.nv, s.nx, True),
            "p": Read("p", 0, s.np),
            "lam": Read("lam", 0, s.nx),
        }
        for name, read in reads.items():
            values = group.slice(read)
            for k in range(read.count):
                f.b.store(values[k], self.at(name, k))
        f.b.call(self.length, [self.at("p"), self.at("h")])
        self._unit()
        with count(f.b, INT(self.dynamics.substeps)) as j:
            self._ahead(j)
        self._results(group)
        with count(f.b, INT(self.places["curve"][1])) as k:
            f.b.store(f.v.const(0.0), self.at("curve", k))
        with count(f.b, INT(self.dynamics.substeps)) as j:
            self._backwards(f.b.sub(INT(self.dynamics.substeps - 1), j))
        curve = Registers(f.b, self.at("curve"), self.places["curve"][1])
        group.scatter([curve[k] for k in range(len(curve))], self._curve_places())

    def _unit(self) -> None:
        """The derivatives of the start by (x, u), by columns: [I 0]."""
        for k in range(self.s.nx * self.nb):
            self.f.b.store(
                self.f.v.const(float(k % (self.s.nx + 1) == 0 and k < self.s.nx**2)), self.at("V", k)
            )

    def _results(self, group: Group) -> None:
        s = self.s
        x, V = (Registers(self.f.b, self.at(n), self.places[n][1]) for n in ("x", "V"))
        places: list[list[Place]] = [[("f", k)] for k in range(s.nx)]
        places += [[("gain", (s.nv + i) * s.lw + s.nv + j)] for j in range(self.nb) for i in range(s.nx)]
        group.scatter([*(x[k] for k in range(len(x))), *(V[k] for k in range(len(V)))], places)

    def _curve_places(self) -> list[list[Place]]:
        s, pairs = self.s, [(i + self.s.nv, j + self.s.nv) for j in range(self.nb) for i in range(j + 1)]
        return [[("curve", i * s.lw + j)] + ([("curve", j * s.lw + i)] if i != j else []) for i, j in pairs]

    def _hours(self, factor: float) -> ir.Value:
        return self.f.b.fmul(self.f.b.load(self.at("h")), self.f.v.const(factor))

    def _sum(self, target: ir.Value, start: ir.Value, terms: Terms, size: int) -> None:
        """target = start + the sum of factor times term, number by number."""
        b = self.f.b
        with count(b, INT(size)) as k:
            total = b.load(b.gep(start, [k]))
            for factor, address in terms:
                total = self.f.v.fma(factor, b.load(b.gep(address, [k])), total)
            b.store(total, b.gep(target, [k]))

    def _kept(self, name: str, j: ir.Value, i: int) -> ir.Value:
        """Where substep j keeps stage i."""
        size = self.places[name][1] // (self.dynamics.substeps * len(self.tableau.b))
        return self.at(
            name, self.f.b.mul(self.f.b.add(self.f.b.mul(j, INT(len(self.tableau.b))), INT(i)), INT(size))
        )

    def _ahead(self, j: ir.Value) -> None:
        """One substep: x and V at its end, every stage kept for the way back."""
        f, nx, nv = self.f, self.s.nx, self.s.nx * self.nb
        f.b.store(self._hours(self.tableau.diagonal), self.at("hg"))
        for i, row in enumerate(self.tableau.a):
            parts = [(self._hours(a), k) for k, a in enumerate(row) if a]
            X, V = self._kept("points", j, i), self._kept("tangents", j, i)
            self._sum(self.at("base"), self.at("x"), [(h, self.at("k", m * nx)) for h, m in parts], nx)
            self._sum(V, self.at("V"), [(h, self.at("K", m * nv)) for h, m in parts], nv)
            self._sum(X, self.at("base"), [], nx)
            common = [self.at("u"), self.at("p"), self.at("hg")]
            if self.newton is not None:
                with count(f.b, INT(NEWTON)):
                    f.b.call(self.newton, [X, *common, self.at("base"), X])
            f.b.call(self.forward, [X, *common, V, self.at("k", i * nx), self.at("K", i * nv), V])
        weights = [(self._hours(b), i) for i, b in enumerate(self.tableau.b)]
        self._sum(self.at("x"), self.at("x"), [(h, self.at("k", i * nx)) for h, i in weights], nx)
        self._sum(self.at("V"), self.at("V"), [(h, self.at("K", i * nv)) for h, i in weights], nv)

    def _backwards(self, j: ir.Value) -> None:
        """One substep back: lam at its beginning, the stages' curvature added."""
        f, nx, method = self.f, self.s.nx, self.tableau
        f.b.store(self._hours(method.diagonal), self.at("hg"))
        for i in reversed(range(len(method.b))):
            later = [(self._hours(row[i]), m) for m, row in enumerate(method.a) if m > i and row[i]]
            zero = [(self._hours(method.b[i]), self.at("lam"))]
            terms = [*zero, *((h, self.at("nu", m * nx)) for h, m in later)]
            self._sum(self.at("c"), self.at("none"), terms, nx)
            common = [self.at("u"), self.at("p"), self.at("hg")]
            kept = self._kept("points", j, i), self._kept("tangents", j, i)
            results = [self.at("nu", i * nx), self.at("half")]
            f.b.call(self.back, [kept[0], *common, kept[1], self.at("c"), *results])
            one = f.v.const(1.0)
            self._sum(self.at("curve"), self.at("curve"), [(one, self.at("half"))], self.places["curve"][1])
        ones = [(f.v.const(1.0), self.at("nu", i * nx)) for i in range(len(method.b))]
        self._sum(self.at("lam"), self.at("lam"), ones, nx)


def scratch(s: Layout, dynamics: RungeKutta) -> dict[str, tuple[int, int]]:
    """Regions (start, size) of the scratch, in registers; the last one is empty and marks the end."""
    n, every = len(dynamics.tableau.b), len(dynamics.tableau.b) * dynamics.substeps
    tangent = s.nx * s.bounded
    sizes = {
        **{"u": s.nu, "x": s.nx, "p": max(1, s.np), "lam": s.nx, "h": 1, "hg": 1, "V": tangent, "base": s.nx},
        **{"k": n * s.nx, "K": n * tangent, "c": s.nx, "nu": n * s.nx, "none": s.nx},
        **{"half": s.bounded * (s.bounded + 1) // 2, "curve": s.bounded * (s.bounded + 1) // 2},
        **{"points": every * s.nx, "tangents": every * tangent, "end": 0},
    }
    places, start = {}, 0
    for name, size in sizes.items():
        places[name] = (start, size)
        start += size
    return places
