"""The Newton matrix of the whole trajectory factorised by a Riccati recursion over the tree, in loops over registers.

In: Hessians of all nodes, condensed rows, gradients of the steps. Out: `factor`, which says whether every block
that is eliminated is positive definite, which is whether the reduced Hessian is. A node's matrix over w = (v, x,
u) is its own Hessian plus what its children hand back; eliminating u leaves the value function over s = (v, x) in
its leading block. Sources: Rao, Wright & Rawlings 1998; for trees, Steinbach 2001; for interior-point use of the
recursion, Frison & Jorgensen 2013 and Vanroye et al. 2023 (fatrop).
"""

from llvmlite import ir

from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal.frame import DECIDES, FOLLOWS, Frame

SMALLEST_PIVOT = 1e-12


def emit_factor(f: Frame, *, free: bool) -> None:
    """Write `factor`: `sound` in the head is 1 if all pivots are positive, 0 if `delta` must grow."""
    sound = f.one.slot()
    f.b.store(f.one.const(1.0), sound)
    with f.nodes() as n:
        _start(f, n)
    with f.nodes(backwards=True) as n:
        if f.layout.nu:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(DECIDES))):
                _eliminate(f, n, sound)
        if f.layout.nv:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(FOLLOWS))):
                _fold(f, n)
        with f.b.if_then(f.b.icmp_signed(">", n, INT(0))):
            _hand_back(f, n)
    if free:
        _factor_root(f, sound)
    f.found("sound", f.b.load(sound))
    f.done()


def entry(f: Frame, name: str, n: ir.Value, i: ir.Value) -> ir.Value:
    """The address of row i of a node's matrix over w."""
    return f.at(name, n, f.b.mul(i, INT(f.layout.lw)))


def _start(f: Frame, n: ir.Value) -> None:
    """matrix = Hessian + J' W J + W of the bounds + delta."""
    s = f.layout
    weigh, jac = f.at("weigh", n), f.at("jac", n)
    with count(f.b, INT(s.nw)) as i:
        if s.ng:

            def term(k: ir.Value, i: ir.Value = i) -> tuple[ir.Value, ir.Value]:
                line = f.b.gep(jac, [f.b.mul(k, INT(s.lw))])
                return line, f.b.fmul(f.get(line, i), f.get(weigh, f.b.add(k, INT(s.bounded))))

            row = f.gathered(s.lw, entry(f, "hess", n, i), s.ng, term)
        else:
            row = f.row(entry(f, "hess", n, i), s.lw)
        target = entry(f, "matrix", n, i)
        f.put_row(row, target)
        f.add(f.given("delta"), target, i)
    with count(f.b, INT(s.bounded)) as i:
        place = f.b.add(i, INT(s.nv))
        f.add(f.get(weigh, i), entry(f, "matrix", n, place), place)


def _eliminate(f: Frame, n: ir.Value, sound: ir.Value) -> None:
    s = f.layout
    with count(f.b, INT(s.nu)) as j:
        k = f.b.sub(INT(s.nw - 1), j)
        pivot_row = entry(f, "matrix", n, k)
        pivot = f.get(pivot_row, k)
        positive = f.one.less(f.one.const(SMALLEST_PIVOT), pivot)
        f.b.store(f.b.select(positive, f.b.load(sound), f.one.const(0.0)), sound)
        row, inverse = f.row(pivot_row, s.lw), f.b.fdiv(f.one.const(-1.0), pivot)
        with count(f.b, k) as i:
            target = entry(f, "matrix", n, i)
            factor = f.b.fmul(f.get(pivot_row, i), inverse)
            f.put_row(f.scaled(row, factor, f.row(target, s.lw)), target)


def _fold(f: Frame, n: ir.Value) -> None:
    """u = v: add the rows and columns of u to those of v."""
    s = f.layout
    with count(f.b, INT(s.nu)) as j:
        target, source = entry(f, "matrix", n, j), entry(f, "matrix", n, f.b.add(j, INT(s.ns)))
        f.put_row(f.scaled(f.row(source, s.lw), f.one.const(1.0), f.row(target, s.lw)), target)
    with count(f.b, INT(s.ns)) as i:
        target = entry(f, "matrix", n, i)
        for j in range(s.nu):
            f.add(f.get(target, s.ns + j), target, j)


def _hand_back(f: Frame, n: ir.Value) -> None:
    """matrix of the parent += curvature of the step + G' P G, with P the value function of node n."""
    s, parent = f.layout, f.index("parent", n)
    gain, product = f.at("gain", n), f.base("product")
    zero = [f.v.const(0.0)] * (s.lw // f.v.width)
    with count(f.b, INT(s.ns)) as i:
        value = entry(f, "matrix", n, i)
        target = f.b.gep(product, [f.b.mul(i, INT(s.lw))])
        f.put_row(zero, target)
        f.put_row(
            f.gathered(
                s.lw, target, s.ns, lambda k: (f.b.gep(gain, [f.b.mul(k, INT(s.lw))]), f.get(value, k))
            ),
            target,
        )
    with count(f.b, INT(s.nw)) as i:
        target = entry(f, "matrix", parent, i)
        one = f.one.const(1.0)
        f.put_row(
            f.scaled(f.row(entry(f, "curve", n, i), s.lw), one, f.row(target, s.lw)),
            target,
        )

        def term(k: ir.Value, i: ir.Value = i) -> tuple[ir.Value, ir.Value]:
            line = f.b.mul(k, INT(s.lw))
            return f.b.gep(product, [line]), f.get(f.b.gep(gain, [line]), i)

        f.put_row(f.gathered(s.lw, target, s.ns, term), target)


def _factor_root(f: Frame, sound: ir.Value) -> None:
    """root = the x block of the root's value function, rows and columns of fixed components those of the identity."""
    s, stride = f.layout, f.stride("lam")
    one, zero, fixed, root = f.one.const(1.0), f.one.const(0.0), f.base("fixed"), f.base("root")

    def is_fixed(i: ir.Value) -> ir.Value:
        return f.one.less(zero, f.get(fixed, i))

    with count(f.b, INT(s.nx)) as i:
        line, source = (
            f.b.gep(root, [f.b.mul(i, INT(stride))]),
            entry(f, "matrix", INT(0), f.b.add(i, INT(s.nv))),
        )
        with count(f.b, INT(s.nx)) as j:
            own = f.b.select(f.b.icmp_signed("==", i, j), one, zero)
            held = f.b.or_(is_fixed(i), is_fixed(j))
            f.put(f.b.select(held, own, f.get(source, f.b.add(j, INT(s.nv)))), line, j)
    with count(f.b, INT(s.nx)) as j:
        k = f.b.sub(INT(s.nx - 1), j)
        pivot_row = f.b.gep(root, [f.b.mul(k, INT(stride))])
        pivot = f.get(pivot_row, k)
        positive = f.one.less(f.one.const(SMALLEST_PIVOT), pivot)
        f.b.store(f.b.select(positive, f.b.load(sound), zero), sound)
        row, inverse = f.row(pivot_row, stride), f.b.fdiv(f.one.const(-1.0), pivot)
        with f.b.if_then(f.b.icmp_signed(">", k, INT(0))), count(f.b, k) as i:
            target = f.b.gep(root, [f.b.mul(i, INT(stride))])
            f.put_row(f.scaled(row, f.b.fmul(f.get(pivot_row, i), inverse), f.row(target, stride)), target)
