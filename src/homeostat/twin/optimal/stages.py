"""One stage of a Runge-Kutta step with its derivatives, symbolically: what the kernel repeats stage after stage.

In: scaled rates (x, u, p) -> dx/dt. Out: SX functions of structural nonzeros: a stage's slope with its Jacobian, and
the Hessian of (adjoint)' rates. Products with the stage's tangents are left to loops in the kernel, so that the code
grows with the nonzeros of a model, not with the cube of its size. A diagonally implicit stage x = base + h g f(x) is
found by Newton's method; its derivatives follow from the same matrix I - h g J.
Source: Hairer, Norsett & Wanner 1993, sections II.1 and II.6; Hairer & Wanner 1996, section IV.6.
"""

from dataclasses import dataclass

import casadi as ca

from homeostat.twin.engine.linear import SparseLU, factorise

Pattern = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Implicit:
    """What a stage with a diagonal needs beside: Newton's step, factors of I - h g J, solutions with them.

    `newton` (X, u, p, hg, base) -> X; `factors` (nonzeros of J, hg) -> LU; `solve` (LU, right) -> y; `adjoint`
    (X, u, p, hg, c) -> solution of the transposed system.
    """

    newton: ca.Function
    factors: ca.Function
    solve: ca.Function
    adjoint: ca.Function


@dataclass(frozen=True)
class Stages:
    """`slope` (X, u, p) -> k, nonzeros of its Jacobians by X and u; `second` (X, u, p, a) -> a' J, nonzeros of H.

    H is the Hessian of a' rates by (X, u), all of it. The patterns (row, column) go with the nonzeros.
    """

    slope: ca.Function
    second: ca.Function
    by_state: Pattern
    by_input: Pattern
    curved: Pattern
    implicit: Implicit | None


def trace_stages(rates: ca.Function, diagonal: float) -> Stages:
    """Trace the stages of a method with this `diagonal` (0: explicit)."""
    X, u, p = rates.sx_in()
    f = rates(X, u, p)
    A, B, adjoint = ca.jacobian(f, X), ca.jacobian(f, u), ca.SX.sym("a", X.shape[0])
    H = ca.hessian(ca.dot(adjoint, f), ca.vertcat(X, u))[0]
    return Stages(
        _function("slope", [X, u, p], [f, _nonzeros(A), _nonzeros(B)]),
        _function("second", [X, u, p, adjoint], [ca.mtimes(A.T, adjoint), _nonzeros(H)]),
        _pattern(A),
        _pattern(B),
        _pattern(H),
        _implicit(rates, A) if diagonal else None,
    )


def _implicit(rates: ca.Function, A: ca.SX) -> Implicit:
    X, u, p = rates.sx_in()
    nx = X.shape[0]
    hg, base, c = ca.SX.sym("hg"), ca.SX.sym("base", nx), ca.SX.sym("c", nx)
    unit = ca.SX.eye(nx)
    found = X + _factors(unit - hg * A).solve(base + hg * rates(X, u, p) - X)
    held = ca.SX.sym("held", A.nnz())
    lu = _factors(unit - hg * ca.SX(A.sparsity(), held))
    entries = [(i, j) for i in range(nx) for j in sorted(lu.rows[i])]
    given = ca.SX.sym("lu", len(entries))
    rows = [{j: given[k] for k, (row, j) in enumerate(entries) if row == i} for i in range(nx)]
    solved = SparseLU(lu.order, rows, (), ()).solve(c)
    return Implicit(
        _function("newton", [X, u, p, hg, base], [found]),
        _function("factors", [held, hg], [ca.vertcat(*[lu.rows[i][j] for i, j in entries])]),
        _function("solve", [given, c], [solved]),
        _function("adjoint", [X, u, p, hg, c], [_factors((unit - hg * A).T).solve(c)]),
    )


def _factors(matrix: ca.SX) -> SparseLU:
    return factorise(matrix, ca.SX.ones(matrix.shape[0]))


def _nonzeros(matrix: ca.SX) -> ca.SX:
    return ca.vertcat(*[matrix.nz[k] for k in range(matrix.nnz())]) if matrix.nnz() else ca.SX.zeros(0)


def _pattern(matrix: ca.SX) -> Pattern:
    rows, columns = matrix.sparsity().get_triplet()
    return tuple(zip(rows, columns, strict=True))


def _function(name: str, arguments: list[ca.SX], results: list[ca.SX]) -> ca.Function:
    """All results in one dense column: the kernel knows where each begins."""
    return ca.Function(name, arguments, [ca.densify(ca.cse(ca.vertcat(*results)))])
