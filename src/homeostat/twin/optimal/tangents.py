"""Products of a stage's sparse derivatives with its dense tangents V (nx, nx + nu), as loops over columns.

In: nonzeros of the Jacobians and of the Hessian in the scratch. Out: IR of K = J V + [0, by input], solved with the
stage's factors where it is implicit, and of curve += V' H V for the tangents [V; 0 I] of (state, input).
"""

from llvmlite import ir

from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.scratch import Scratch, shared
from homeostat.twin.optimal.stages import Pattern, Stages


class Tangents:
    """Emits the products of one stage."""

    def __init__(self, f: Frame, scratch: Scratch, stages: Stages, nx: int, nu: int) -> None:
        self.f, self.scratch, self.stages, self.nx, self.nb = f, scratch, stages, nx, nx + nu
        self.factors = self.solve = None
        if stages.implicit is not None:
            self.factors = shared(f.module, stages.implicit.factors)
            self.solve = shared(f.module, stages.implicit.solve)

    def ahead(self, V: ir.Value, K: ir.Value) -> None:
        """K = derivatives of the slope along `V`; where the stage is implicit, V on entry is that of its base."""
        f, at, nx = self.f, self.scratch.at, self.nx
        self.scratch.clear("", K, nx * self.nb)
        first = nx + len(self.stages.by_state)
        for k, (i, j) in enumerate(self.stages.by_input):
            f.b.store(f.b.load(at("slope", first + k)), f.b.gep(K, [INT((nx + j) * nx + i)]))
        if self.factors is not None:
            f.b.call(self.factors, [at("slope", nx), at("hg"), at("lu")])
        with count(f.b, INT(self.nb)) as c:
            own, along = (f.b.gep(base, [f.b.mul(c, INT(nx))]) for base in (K, V))
            self._times(self.stages.by_state, at("slope", nx), along, own)
            if self.solve is not None:
                f.b.call(self.solve, [at("lu"), own, at("column")])
                self.scratch.sum(own, at("column"), [], nx)
                self.scratch.sum(along, along, [(f.b.load(at("hg")), own)], nx)

    def curve(self, V: ir.Value) -> None:
        """curve (upper triangle by columns) += [V; 0 I]' H [V; 0 I]."""
        f, at, nx, nb = self.f, self.scratch.at, self.nx, self.nb
        curved, values = self.stages.curved, at("second", nx)
        if not curved:
            return
        self.scratch.clear("bent")
        for k, (i, j) in enumerate(curved):
            if j >= nx:
                f.b.store(f.b.load(f.b.gep(values, [INT(k)])), at("bent", j * nb + i))
        by_state = [(k, pair) for k, pair in enumerate(curved) if pair[1] < nx]
        with count(f.b, INT(nb)) as c:
            along, bent = f.b.gep(V, [f.b.mul(c, INT(nx))]), at("bent", f.b.mul(c, INT(nb)))
            self._accumulate(by_state, values, along, bent)
        states = sorted({i for i, _ in curved if i < nx})
        inputs = sorted({i for i, _ in curved if i >= nx})
        with count(f.b, INT(nb)) as b:
            bent = at("bent", f.b.mul(b, INT(nb)))
            column = f.b.sdiv(f.b.mul(b, f.b.add(b, INT(1))), INT(2))
            if states:
                with count(f.b, f.b.add(b, INT(1))) as a:
                    along = f.b.gep(V, [f.b.mul(a, INT(nx))])
                    place = at("curve", f.b.add(column, a))
                    total = f.b.load(place)
                    for i in states:
                        left, right = (f.b.load(f.b.gep(base, [INT(i)])) for base in (along, bent))
                        total = f.v.fma(left, right, total)
                    f.b.store(total, place)
            for i in inputs:
                with f.b.if_then(f.b.icmp_signed(">=", b, INT(i))):
                    place = at("curve", f.b.add(column, INT(i)))
                    own = f.b.load(f.b.gep(bent, [INT(i)]))
                    f.b.store(f.b.fadd(f.b.load(place), own), place)

    def _times(self, pattern: Pattern, values: ir.Value, along: ir.Value, target: ir.Value) -> None:
        """target += sparse matrix times `along`."""
        self._accumulate(list(enumerate(pattern)), values, along, target)

    def _accumulate(
        self, pairs: list[tuple[int, tuple[int, int]]], values: ir.Value, along: ir.Value, target: ir.Value
    ) -> None:
        f = self.f
        for row in sorted({i for _, (i, _) in pairs}):
            place = f.b.gep(target, [INT(row)])
            total = f.b.load(place)
            for k, (i, j) in pairs:
                if i == row:
                    left, right = f.b.load(f.b.gep(values, [INT(k)])), f.b.load(f.b.gep(along, [INT(j)]))
                    total = f.v.fma(left, right, total)
            f.b.store(total, place)
