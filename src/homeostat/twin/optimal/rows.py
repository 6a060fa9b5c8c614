"""The rows of all nodes, a register of them at a time: condensing, recovering, advancing and measuring slacks.

In: the symbolic mathematics of one row. Out: loops over whole arrays, with sums and extremes gathered lane by lane
and the lanes joined from first to last, so that the order never depends on the machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import casadi as ca
from llvmlite import ir

from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.graph import instructions
from homeostat.twin.optimal import rowwise
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import SLACKS, WIDTH
from homeostat.twin.optimal.rowwise import ROW

SUM, MOST, LEAST = "sum", "most", "least"
STARTS: Mapping[str, float] = {SUM: 0.0, MOST: 0.0, LEAST: float("inf")}


class Totals:
    """Running sums and extremes of registers."""

    def __init__(self, f: Frame, kinds: Mapping[str, str]) -> None:
        self.f, self.kinds = f, kinds
        self._slots = {name: f.v.slot() for name in kinds}
        for name, kind in kinds.items():
            f.b.store(f.v.const(STARTS[kind]), self._slots[name])

    def take(self, name: str, value: ir.Value) -> None:
        """Add or compare one register; what is not a number makes a sum none, and is passed by in an extreme."""
        slot = self._slots[name]
        self.f.b.store(self._joined(self.f.v, name, value, self.f.b.load(slot)), slot)

    def tell(self) -> None:
        """Join the lanes and write every total to the head."""
        for name, slot in self._slots.items():
            first, *others = self.f.v.unpack(self.f.b.load(slot))
            for other in others:
                first = self._joined(self.f.one, name, other, first)
            self.f.found(name, first)

    def _joined(self, v: Lanes, name: str, value: ir.Value, held: ir.Value) -> ir.Value:
        kind = self.kinds[name]
        if kind == SUM:
            return self.f.b.fadd(held, value)
        return v.max(value, held) if kind == MOST else v.min(value, held)


@contextmanager
def every_register(
    f: Frame, arrays: Sequence[str], scalars: Sequence[str], function: ca.Function
) -> Iterator[tuple[list[ir.Value], ir.Value]]:
    """Emit `function` of these arrays and head numbers for every register; yields its results and where it stands."""
    per_node = f.stride("s") // WIDTH
    constants = [[f.v.splat(f.given(name))] for name in scalars]
    code = instructions(function)
    with count(f.b, f.b.mul(f.number("nodes"), INT(per_node))) as k:
        place = f.b.mul(k, INT(WIDTH))
        given = [f.row(f.b.gep(f.base(name), [place]), WIDTH) for name in arrays]
        yield [column[0] for column in emit(f.v, code, [*given, *constants])], place


def _write(f: Frame, names: Sequence[str], values: Sequence[ir.Value], place: ir.Value) -> None:
    for name, value in zip(names, values, strict=True):
        f.put_row([value], f.b.gep(f.base(name), [place]))


def emit_residual(f: Frame) -> None:
    """r = d - s + el - eu of every active row."""
    with every_register(f, (*ROW, "d"), (), rowwise.residual()) as (values, place):
        _write(f, ("r",), values, place)


def emit_condense(f: Frame) -> None:
    """Write `condense`: the stiffness and force of every row."""
    with every_register(f, ROW, ("mu",), rowwise.condense()) as (values, place):
        _write(f, ("weigh", "shift"), values, place)


def emit_recover(f: Frame) -> None:
    """Write the last part of `solve`: steps of slacks and multipliers, their longest, slope of the barrier."""
    _moved(f)
    totals = Totals(f, {"reach_primal": LEAST, "reach_dual": LEAST, "slope": SUM})
    arrays = (*ROW, "weigh", "shift", "d_y")
    with every_register(f, arrays, ("mu", "tau"), rowwise.recover()) as (values, place):
        _write(f, [f"d_{name}" for name in SLACKS], values[: len(SLACKS)], place)
        for name, value in zip(totals.kinds, values[len(SLACKS) :], strict=True):
            totals.take(name, value)
    with count(f.b, f.b.mul(f.number("nodes"), INT(f.layout.lw // WIDTH))) as k:
        place = f.b.mul(k, INT(WIDTH))
        (gradient,), (step,) = (f.row(f.b.gep(f.base(name), [place]), WIDTH) for name in ("grad", "d_w"))
        totals.take("slope", f.b.fmul(gradient, step))
    totals.tell()


def _moved(f: Frame) -> None:
    """What each row's value changes by along the step, J dw, left where the row's own step will stand."""
    s = f.layout
    with f.nodes() as n:
        w, target, jac = f.at("d_w", n), f.at("d_y", n), f.at("jac", n)
        with count(f.b, INT(s.bounded)) as i:
            f.put(f.get(w, f.b.add(i, INT(s.nv))), target, i)
        if s.ng:
            with count(f.b, INT(s.ng)) as k:
                line = f.b.gep(jac, [f.b.mul(k, INT(s.lw))])
                f.put(f.dot(line, w, s.lw), target, f.b.add(k, INT(s.bounded)))


def emit_advance(f: Frame) -> None:
    """Write `advance`: the next point, at the given lengths of the step."""
    primal = f.v.splat(f.given("primal"))
    for name in ("w", "lam"):
        with count(f.b, f.b.mul(f.number("nodes"), INT(f.stride(name) // WIDTH))) as k:
            place = f.b.mul(k, INT(WIDTH))
            (value,), (step,) = (f.row(f.b.gep(f.base(n), [place]), WIDTH) for n in (name, f"d_{name}"))
            _write(f, (f"next_{name}",), [f.v.fma(primal, step, value)], place)
    arrays = (*ROW, *(f"d_{name}" for name in SLACKS))
    with every_register(f, arrays, ("mu", "primal", "dual"), rowwise.advance()) as (values, place):
        _write(f, [f"next_{name}" for name in SLACKS], values, place)
