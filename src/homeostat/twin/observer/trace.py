"""The filter's mathematics as symbolic straight-line functions: covariance ahead, outputs' gradients, an update.

In: a model and a layout. Out: CasADi SX functions over dense columns; a covariance is its upper triangle, row by row.
Sources: extended Kalman filter, Jazwinski 1970, ch. 8; update in the form of Bucy & Joseph 1968, which stays positive
where rounding would not; transition matrix by the L-stable rational function of order 2 with the double pole
1 - 1/sqrt(2) (Hairer & Wanner 1996, table IV.6.4), so that a stiff state's variance decays and never rings.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import casadi as ca

from homeostat.twin.declare import Quantity
from homeostat.twin.engine.linear import factorise
from homeostat.twin.model import Model
from homeostat.twin.observer.layout import Layout

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
Matrix = list[list[Any]]


def ahead(model: type[Model], layout: Layout) -> ca.Function:
    """Trace (start, end, u, p, P, relative, absolute, forget, hours) -> (P ahead, pivot quality).

    `start` (states) and `end` (n) are the interval's ends, at whose middle the rates are linearised. `relative` and
    `absolute` (n) make the variance gained in an hour, (relative x)² + absolute²; a bias instead is multiplied by
    1 / (1 + hours forget) and gains what keeps its variance at absolute².
    """
    f, n, nx = model.function(), layout.size, layout.states
    learnt = len(layout.learnt)
    x0, x1 = ca.SX.sym("start", nx), ca.SX.sym("end", n)
    u, p = f.sx_in()[1:]
    triangle, h = ca.SX.sym("P", len(layout.pairs)), ca.SX.sym("hours")
    relative, absolute, forget = ca.SX.sym("r", n), ca.SX.sym("a", n), ca.SX.sym("f", len(layout.biased))
    A, B = _derivatives(f, layout, 0)(0.5 * (x0 + x1[:nx]), u, p)
    flow, quality = _flow(A, B, h)
    kept = [1.0] * learnt + [1.0 / (1.0 + h * forget[k]) for k in range(len(layout.biased))]
    P, half = (
        _square(triangle, layout),
        [0.5 * h * ((relative[i] * x1[i]) ** 2 + absolute[i] ** 2) for i in range(n)],
    )
    _add_diagonal(
        P, half[: nx + learnt]
    )  # half of the noise before the flow, half after: right to second order
    result = _carried(P, flow, kept, nx)
    _add_diagonal(result, half[: nx + learnt])
    for i in range(nx + learnt, n):
        result[i][i] = result[i][i] + absolute[i] ** 2 * (1.0 - kept[i - nx] ** 2)
    columns = [_triangle(result, layout), quality]
    return _function("ahead", [x0, x1, u, p, triangle, relative, absolute, forget, h], columns)


def _add_diagonal(matrix: Matrix, values: Sequence[ca.SX]) -> None:
    for i, value in enumerate(values):
        matrix[i][i] = matrix[i][i] + value


def _derivatives(f: ca.Function, layout: Layout, result: int) -> ca.Function:
    """(x, u, p) -> derivatives of the rates (0) or outputs (1) by the states and by the learnt parameters."""
    x, u, p = f.sx_in()
    values = f(x, u, p)[result]
    by = ca.jacobian(values, p)[:, list(layout.learnt)] if layout.learnt else ca.SX(values.shape[0], 0)
    return ca.Function("derivatives", [x, u, p], [ca.jacobian(values, x), by])


def _flow(A: ca.SX, B: ca.SX, h: ca.SX) -> tuple[ca.SX, ca.SX]:
    """Return [F G], the states' share of the transition matrix of d(x, q)/dt = (A x + B q, 0), and pivot quality.

    R(z) = (1 + (1 - 2g) z) / (1 - g z)² applied to the whole matrix; its blocks are written out.
    """
    n, g = A.shape[0], GAMMA
    lu = factorise(ca.SX.eye(n) - (g * h) * A, 1.0 + ca.fabs(g * h) * ca.fabs(ca.diag(ca.densify(A))))
    right = ca.horzcat(ca.SX.eye(n) + ((1.0 - 2.0 * g) * h) * A, h * B - (g * g * h * h) * ca.mtimes(A, B))
    for _ in range(2):
        right = ca.horzcat(*[_solved(lu, right, k) for k in range(right.shape[1])])
    return right, lu.quality


def _solved(lu: Any, right: ca.SX, column: int) -> ca.SX:
    solved: ca.SX = ca.sparsify(lu.solve(right[:, column]))
    return solved


def _carried(P: Matrix, flow: ca.SX, kept: Sequence[Any], nx: int) -> Matrix:
    """Return T P T' (upper triangle) for T = [[flow, 0], [0, diag(kept)]]: flow spans states and learnt parameters."""
    n = len(P)
    terms = [[(k, flow[i, k]) for k in range(flow.shape[1]) if flow.has_nz(i, k)] for i in range(nx)]
    half = [[_sum(w * P[k][j] for k, w in row) for j in range(n)] for row in terms]
    result = [[ca.SX(0.0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i, n):
            if j < nx:
                result[i][j] = _sum(half[i][k] * w for k, w in terms[j])
            elif i < nx:
                result[i][j] = half[i][j] * kept[j - nx]
            else:
                result[i][j] = P[i][j] * kept[i - nx] * kept[j - nx]
    return result


def seen(model: type[Model], layout: Layout) -> ca.Function:
    """Trace (x, u, p) -> (outputs (ny), their gradients by the estimated vector (ny n), row by row)."""
    x, u, p, outputs, gradient = _outputs(model, layout)
    flat = [gradient[k, i] for k in range(gradient.shape[0]) for i in range(layout.size)]
    return _function("seen", [x, u, p], [outputs, _column(flat)])


def spread(model: type[Model], layout: Layout) -> ca.Function:
    """Trace (x, u, p, P) -> standard deviations of the n estimated quantities, then of the outputs."""
    x, u, p, _, gradient = _outputs(model, layout)
    triangle = ca.SX.sym("P", len(layout.pairs))
    P = _square(triangle, layout)
    own = [P[i][i] for i in range(layout.size)]
    rows = [[i for i in range(layout.size) if gradient.has_nz(k, i)] for k in range(gradient.shape[0])]
    seen_variances = [
        _sum(gradient[k, i] * _sum(gradient[k, j] * P[i][j] for j in row) for i in row)
        for k, row in enumerate(rows)
    ]
    deviations = [ca.sqrt(ca.fmax(variance, 0.0)) for variance in own + seen_variances]
    return _function("spread", [x, u, p, triangle], [_column(deviations)])


def _outputs(model: type[Model], layout: Layout) -> tuple[ca.SX, ca.SX, ca.SX, ca.SX, ca.SX]:
    """The symbols x (n), u, p, the outputs (ny), and their gradients (ny, n)."""
    f, x = model.function(), ca.SX.sym("x", layout.size)
    u, p = f.sx_in()[1:]
    states = x[: layout.states]
    outputs = f(states, u, p)[1]
    by_states, by_learnt = _derivatives(f, layout, 1)(states, u, p)
    return x, u, p, outputs, ca.horzcat(by_states, by_learnt, ca.SX(outputs.shape[0], len(layout.biased)))


def reach(layout: Layout) -> ca.Function:
    """Trace (P, gradient) -> (P gradient, its own variance): how estimates go with what is read, and how sure that is.

    First part of one update, which is in three because one function of all of it takes ten times as long to compile.
    """
    P, H = ca.SX.sym("P", len(layout.pairs)), ca.SX.sym("H", layout.size)
    rows = _square(P, layout)
    v = [_sum(a * H[j] for j, a in enumerate(row)) for row in rows]
    own = ca.fmax(_sum(H[i] * v[i] for i in range(layout.size)), 0.0)
    return _function("reach", [P, H], [_column(v), own])


def weigh(bounds: Sequence[Quantity], layout: Layout) -> ca.Function:
    """Trace (x, reach, own, error, variance, gate) -> (x, gain, rest, back, normalised innovation, 1 if fused).

    One scalar reading: `error` is reading minus expectation, `variance` that of the reading, `own` that of what was
    expected. Beyond `gate` standard deviations nothing changes. `bounds` are those of states and learnt parameters:
    what lies beyond is brought back.
    """
    n = layout.size
    x, v, own = ca.SX.sym("x", n), ca.SX.sym("v", n), ca.SX.sym("own")
    error, variance, gate = ca.SX.sym("e"), ca.SX.sym("r"), ca.SX.sym("gate")
    total = own + variance
    z = error / ca.sqrt(total)
    fused = ca.fabs(z) <= gate
    gain = [ca.if_else(fused, v[i] / total, 0.0) for i in range(n)]
    rest = [v[i] - gain[i] * own for i in range(n)]  # (I - K H) P H'
    moved = [x[i] + gain[i] * error for i in range(n)]
    inside = [_bounded(value, q) for value, q in zip(moved, bounds, strict=False)] + moved[len(bounds) :]
    back = [a - b for a, b in zip(inside, moved, strict=True)]
    columns = [_column(values) for values in (inside, gain, rest, back)]
    return _function("weigh", [x, v, own, error, variance, gate], [*columns, z, fused])


def narrow(layout: Layout) -> ca.Function:
    """Trace (P, reach, gain, rest, back, variance) -> P after the update.

    With d = `back`, d d' is added to P, which keeps P the mean square error about the estimate.
    """
    n, variance = layout.size, ca.SX.sym("r")
    triangle = ca.SX.sym("P", len(layout.pairs))
    v, gain, rest, back = ca.SX.sym("v", n), ca.SX.sym("k", n), ca.SX.sym("w", n), ca.SX.sym("d", n)
    after = []
    for at, (i, j) in enumerate(layout.pairs):
        joseph = triangle[at] - gain[i] * v[j] - rest[i] * gain[j] + (variance * gain[i]) * gain[j]
        entry = joseph + back[i] * back[j]
        after.append(ca.fmax(entry, 0.0) if i == j else entry)
    return _function("narrow", [triangle, v, gain, rest, back, variance], [_column(after)])


def _bounded(value: ca.SX, quantity: Quantity) -> ca.SX:
    raised = ca.fmax(value, quantity.low) if math.isfinite(quantity.low) else value
    return ca.fmin(raised, quantity.high) if math.isfinite(quantity.high) else raised


def _square(triangle: ca.SX, layout: Layout) -> Matrix:
    square: Matrix = [[None] * layout.size for _ in range(layout.size)]
    for k, (i, j) in enumerate(layout.pairs):
        square[i][j] = square[j][i] = triangle[k]
    return square


def _triangle(square: Matrix, layout: Layout) -> ca.SX:
    return _column([square[i][j] for i, j in layout.pairs])


def _column(values: Sequence[Any]) -> ca.SX:
    column: ca.SX = ca.vertcat(*values)
    return column


def _sum(terms: Iterable[Any]) -> Any:
    """The sum from left to right; a structural 0 for none."""
    listed = list(terms)
    return sum(listed[1:], listed[0]) if listed else ca.SX(0.0)


def _function(name: str, arguments: list[ca.SX], columns: list[ca.SX]) -> ca.Function:
    return ca.Function(name, arguments, [ca.densify(column) for column in ca.cse(columns)])
