"""How good a point is: cost, barrier, what the constraints miss, and the stationarity of the Lagrangian.

In: an evaluated point. Out: `measure`, which writes the numbers of `frame.HEAD` from `cost` on. The gradient of the
Lagrangian by w is gathered from the leaves to the root, for a held input's multiplier passes through every node that
holds it.
"""

from llvmlite import ir

from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal import rowwise
from homeostat.twin.optimal.frame import ENDS, FOLLOWS, Frame
from homeostat.twin.optimal.layout import WIDTH
from homeostat.twin.optimal.rows import LEAST, MOST, SUM, Totals, every_register
from homeostat.twin.optimal.rowwise import ROW

KINDS = {
    "cost": SUM,
    **dict.fromkeys(("price", "logs", "theta", "scatter", "size", "zsize"), SUM),
    **dict.fromkeys(("missed", "still", "most"), MOST),
    "least": LEAST,
    "gap": SUM,
}
_OF_ROWS = ("price", "logs", "theta", "scatter", "size", "zsize", "missed", "still", "most", "least")


def emit_measure(f: Frame) -> None:
    """Write `measure`."""
    totals = Totals(f, KINDS)
    with every_register(f, ROW, (), rowwise.measure()) as (values, _):
        for name, value in zip(_OF_ROWS, values, strict=True):
            totals.take(name, value)
    with count(f.b, f.b.mul(f.number("nodes"), INT(f.stride("c") // WIDTH))) as k:
        place = f.b.mul(k, INT(WIDTH))
        (missed,), (multiplier,) = (f.row(f.b.gep(f.base(name), [place]), WIDTH) for name in ("c", "lam"))
        for name in ("theta", "missed"):
            totals.take(name, f.v.abs(missed))
        totals.take("size", f.v.abs(multiplier))
        totals.take("gap", f.v.abs(f.b.fmul(missed, multiplier)))
    _stationarity(f, totals)
    totals.tell()
    cost = f.one.slot()
    f.b.store(f.one.const(0.0), cost)
    with f.nodes() as n:
        f.b.store(f.b.fadd(f.b.load(cost), f.get(f.at("cost", n))), cost)
    f.found("cost", f.b.load(cost))
    f.done()


def _stationarity(f: Frame, totals: Totals) -> None:
    s = f.layout
    with f.nodes() as n:
        _own(f, n)
    with f.nodes(backwards=True) as n:
        own, kind, root = f.at("stationary", n), f.index("kind", n), f.b.icmp_signed("==", n, INT(0))
        zero = f.one.const(0.0)
        if s.nv:
            with f.b.if_then(f.b.icmp_signed("==", kind, INT(FOLLOWS))):
                for j in range(s.nu):
                    f.add(f.get(own, s.ns + j), own, j)
                    f.put(zero, own, s.ns + j)
        with f.b.if_then(f.b.icmp_signed("==", kind, INT(ENDS))):
            for j in range(s.nu):
                f.put(zero, own, s.ns + j)
        with f.b.if_then(f.b.not_(root)):
            _pass_on(f, n, own)
        for j in range(s.nv):
            f.put(zero, own, j)
        with f.b.if_then(root), count(f.b, INT(s.nx)) as i:
            held = f.one.less(zero, f.get(f.base("fixed"), i))
            place = f.b.add(i, INT(s.nv))
            f.put(f.b.select(held, zero, f.get(own, place)), own, place)
        for value in f.row(own, s.lw):
            totals.take("still", f.v.abs(value))
            totals.take("scatter", f.v.abs(value))


def _own(f: Frame, n: ir.Value) -> None:
    """A node's own part: gradient of the cost + J' y + y of the bounds - lam."""
    s, own, y, jac, lam = f.layout, f.at("stationary", n), f.at("y", n), f.at("jac", n), f.at("lam", n)
    row = f.row(f.at("grad", n), s.lw)
    if s.ng:
        row = f.gathered(
            s.lw,
            f.at("grad", n),
            s.ng,
            lambda k: (f.b.gep(jac, [f.b.mul(k, INT(s.lw))]), f.get(y, f.b.add(k, INT(s.bounded)))),
        )
    f.put_row(row, own)
    with count(f.b, INT(s.bounded)) as i:
        f.add(f.get(y, i), own, f.b.add(i, INT(s.nv)))
    with count(f.b, INT(s.nx)) as i:
        f.add(f.b.fneg(f.get(lam, i)), own, f.b.add(i, INT(s.nv)))


def _pass_on(f: Frame, n: ir.Value, own: ir.Value) -> None:
    """Add G' (multipliers of v and x) to the parent."""
    s, gain, lam, held = f.layout, f.at("gain", n), f.at("lam", n), f.base("product")
    for j in range(s.nv):
        f.put(f.get(own, j), held, j)
    with count(f.b, INT(s.nx)) as i:
        f.put(f.get(lam, i), held, f.b.add(i, INT(s.nv)))
    target = f.at("stationary", f.index("parent", n))
    row = f.gathered(s.lw, target, s.ns, lambda k: (f.b.gep(gain, [f.b.mul(k, INT(s.lw))]), f.get(held, k)))
    f.put_row(row, target)
