"""The Newton direction from a factorised tree: gradients backward to the root, steps forward to the leaves.

In: what `riccati` factorised, gradients of costs and rows, what the dynamics miss. Out: steps of the variables and
of the dynamics' multipliers; lam of a node is the gradient of its value function. Sources as in `riccati`.
"""

from llvmlite import ir

from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.optimal.frame import DECIDES, FOLLOWS, Frame
from homeostat.twin.optimal.riccati import entry


def emit_backward(f: Frame) -> None:
    """Write the backward pass of `solve`: gradients of the value functions."""
    s = f.layout
    with f.nodes() as n:
        _gradient(f, n)
    with f.nodes(backwards=True) as n:
        q = f.at("q", n)
        if s.nu:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(DECIDES))):
                _eliminate_vector(f, n, q)
        if s.nv:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(FOLLOWS))):
                for j in range(s.nu):
                    f.add(f.get(q, s.ns + j), q, j)
        with f.b.if_then(f.b.icmp_signed(">", n, INT(0))):
            target = f.at("q", f.index("parent", n))
            f.put_row(_value_gradient(f, n), f.base("product"))
            gain = f.at("gain", n)
            row = f.gathered(
                s.lw,
                target,
                s.ns,
                lambda k: (f.b.gep(gain, [f.b.mul(k, INT(s.lw))]), f.get(f.base("product"), k)),
            )
            f.put_row(row, target)


def _gradient(f: Frame, n: ir.Value) -> None:
    """q = gradient of the cost + J' (y + W t) + (y + W t) of the bounds."""
    s = f.layout
    y, weigh, shift, q = (f.at(name, n) for name in ("y", "weigh", "shift", "q"))

    def force(i: ir.Value) -> ir.Value:
        return f.one.fma(f.get(weigh, i), f.get(shift, i), f.get(y, i))

    if s.ng:
        jac = f.at("jac", n)
        row = f.gathered(
            s.lw,
            f.at("grad", n),
            s.ng,
            lambda k: (f.b.gep(jac, [f.b.mul(k, INT(s.lw))]), force(f.b.add(k, INT(s.bounded)))),
        )
    else:
        row = f.row(f.at("grad", n), s.lw)
    f.put_row(row, q)
    with count(f.b, INT(s.bounded)) as i:
        f.add(force(i), q, f.b.add(i, INT(s.nv)))


def _eliminate_vector(f: Frame, n: ir.Value, q: ir.Value) -> None:
    """Eliminate u from the gradient; what stood at u is kept in `feed` for the way forward."""
    s, feed = f.layout, f.at("feed", n)
    with count(f.b, INT(s.nu)) as j:
        k = f.b.sub(INT(s.nw - 1), j)
        pivot_row, own = entry(f, "matrix", n, k), f.get(q, k)
        f.put(own, feed, j)
        factor = f.b.fneg(f.b.fdiv(own, f.get(pivot_row, k)))
        f.put_row(f.scaled(f.row(pivot_row, s.lw), factor, f.row(q, s.lw)), q)


def _value_gradient(f: Frame, n: ir.Value) -> list[ir.Value]:
    """q + P c of node n: the gradient of its value function where the parent's prediction ends."""
    s, c = f.layout, f.at("c", n)
    return f.gathered(
        s.lw, f.at("q", n), s.nx, lambda k: (entry(f, "matrix", n, f.b.add(k, INT(s.nv))), f.get(c, k))
    )


def emit_forward(f: Frame, *, free: bool) -> None:
    """Write the forward pass of `solve`: the step of variables and of the dynamics' multipliers."""
    s = f.layout
    zero = [f.v.const(0.0)] * (s.lw // f.v.width)
    with f.nodes() as n:
        w = f.at("d_w", n)
        f.put_row(zero, w)
        root = f.b.icmp_signed("==", n, INT(0))
        if free:
            with f.b.if_then(root):
                _solve_root(f, w)
        with f.b.if_then(f.b.not_(root)):
            _arrive(f, n, w)
        if s.nu:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(DECIDES))):
                _decide(f, n, w)
        if s.nv:
            with f.b.if_then(f.b.icmp_signed("==", f.index("kind", n), INT(FOLLOWS))):
                for j in range(s.nu):
                    f.put(f.get(w, j), w, s.ns + j)


def _arrive(f: Frame, n: ir.Value, w: ir.Value) -> None:
    """s = G w of the parent + c, and the multiplier of that equation, P s + q."""
    s, gain, parent = f.layout, f.at("gain", n), f.at("d_w", f.index("parent", n))
    c, lam, step = f.at("c", n), f.at("lam", n), f.at("d_lam", n)
    with count(f.b, INT(s.ns)) as i:
        f.put(f.dot(f.b.gep(gain, [f.b.mul(i, INT(s.lw))]), parent, s.lw), f.base("product"), i)
    for i in range(s.nv):
        f.put(f.get(f.base("product"), i), w, i)
    with count(f.b, INT(s.nx)) as i:
        place = f.b.add(i, INT(s.nv))
        f.put(f.b.fadd(f.get(f.base("product"), place), f.get(c, i)), w, place)
    row = f.gathered(s.lw, f.at("q", n), s.ns, lambda k: (entry(f, "matrix", n, k), f.get(w, k)))
    f.put_row(row, f.base("product"))
    with count(f.b, INT(s.nx)) as i:
        ahead = f.get(f.base("product"), f.b.add(i, INT(s.nv)))
        f.put(f.b.fsub(ahead, f.get(lam, i)), step, i)


def _decide(f: Frame, n: ir.Value, w: ir.Value) -> None:
    s, feed = f.layout, f.at("feed", n)
    with count(f.b, INT(s.nu)) as j:
        k = f.b.add(j, INT(s.ns))
        row = entry(f, "matrix", n, k)
        total = f.b.fadd(f.get(feed, f.b.sub(INT(s.nu - 1), j)), f.dot(row, w, s.lw))
        f.put(f.b.fneg(f.b.fdiv(total, f.get(row, k))), w, k)


def _solve_root(f: Frame, w: ir.Value) -> None:
    """Free components of x_0 minimise the root's value function, the fixed ones stay."""
    s, stride, zero = f.layout, f.stride("lam"), f.one.const(0.0)
    fixed, root, right = f.base("fixed"), f.base("root"), f.base("product")
    q = f.at("q", INT(0))
    with count(f.b, INT(s.nx)) as i:
        held = f.one.less(zero, f.get(fixed, i))
        f.put(f.b.select(held, zero, f.get(q, f.b.add(i, INT(s.nv)))), right, i)
    with count(f.b, INT(s.nx)) as j:
        k = f.b.sub(INT(s.nx - 1), j)
        line = f.b.gep(root, [f.b.mul(k, INT(stride))])
        own = f.b.fneg(f.b.fdiv(f.get(right, k), f.get(line, k)))
        with f.b.if_then(f.b.icmp_signed(">", k, INT(0))), count(f.b, k) as i:
            f.add(f.b.fmul(own, f.get(line, i)), right, i)
    with count(f.b, INT(s.nx)) as k:
        line = f.b.gep(root, [f.b.mul(k, INT(stride))])
        value = f.one.slot()
        f.b.store(f.get(right, k), value)
        with f.b.if_then(f.b.icmp_signed(">", k, INT(0))), count(f.b, k) as i:
            moved = f.get(w, f.b.add(i, INT(s.nv)))
            f.b.store(f.one.fma(f.get(line, i), moved, f.b.load(value)), value)
        f.put(f.b.fneg(f.b.fdiv(f.b.load(value), f.get(line, k))), w, f.b.add(k, INT(s.nv)))
