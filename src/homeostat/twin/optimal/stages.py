"""One stage of a Runge-Kutta step with its derivatives, symbolically: what the kernel repeats stage after stage.

In: scaled rates (x, u, p) -> dx/dt. Out: SX functions forward (slope of a stage and its derivatives by the step's
start and input) and back (adjoint, and the stage's part in the Hessian of lam' step). The Hessian of a whole step
is the sum over stages of L' H L, with H the Hessian of (adjoint)' rates at the stage and L the stage's
derivatives: the code of the rates' second derivatives is written once, however many stages and substeps follow. A
diagonally implicit stage x = base + h g f(x) is found by Newton's method; its derivatives follow from the same
matrix I - h g J. Source: Hairer, Norsett & Wanner 1993, sections II.1 and II.6; Hairer & Wanner 1996, section
IV.6.
"""

from dataclasses import dataclass

import casadi as ca

from homeostat.twin.engine.linear import SparseLU, factorise


@dataclass(frozen=True)
class Stages:
    """`forward` (X, u, p, hg, B) -> k, K, V; `back` (X, u, p, hg, V, c) -> nu, H; `newton` (X, u, p, hg, base) -> X.

    B are the derivatives of the stage's base by (x, u) at the start of the step, V those of the stage itself, K
    those of its slope k (all by columns); c what the adjoint brings to k, nu what k hands to the stage's base.
    Explicit stages have no `newton` and V = B.
    """

    forward: ca.Function
    back: ca.Function
    newton: ca.Function | None


def trace_stages(rates: ca.Function, diagonal: float) -> Stages:
    """Trace the stages of a method with this `diagonal` (0: explicit)."""
    X, u, p = rates.sx_in()
    nx, nb = X.shape[0], X.shape[0] + u.shape[0]
    f = rates(X, u, p)
    A = ca.jacobian(f, X)
    own = ca.horzcat(ca.SX(nx, nx), ca.jacobian(f, u))
    hg, base, c = ca.SX.sym("hg"), ca.SX.sym("base", nx), ca.SX.sym("c", nx)
    symbol = ca.SX.sym("V", nx, nb)
    matrix = ca.SX.eye(nx) - hg * A
    slopes, ahead, adjoint = ca.mtimes(A, symbol) + own, symbol, c
    newton = None
    if diagonal:
        lu = _factors(matrix)
        slopes = ca.horzcat(*[_solved(lu, slopes[:, k]) for k in range(nb)])
        ahead = symbol + hg * slopes
        adjoint = _solved(_factors(matrix.T), c)
        change = _solved(lu, base + hg * f - X)
        newton = ca.Function("newton", [X, u, p, hg, base], [ca.densify(ca.cse(X + change))])
    nu = ca.SX.sym(
        "nu", nx
    )  # the adjoint as a symbol of its own keeps the second derivatives apart from its solution
    second = ca.hessian(ca.dot(nu, f), ca.vertcat(X, u))[0]
    second = ca.substitute([second], [nu], [adjoint])[0]
    along = ca.vertcat(symbol, ca.horzcat(ca.SX(u.shape[0], nx), ca.SX.eye(u.shape[0])))
    curve = ca.mtimes(along.T, ca.mtimes(second, along))
    half = [ca.densify(curve)[i, j] for j in range(nb) for i in range(j + 1)]
    return Stages(
        _function("forward", [X, u, p, hg, symbol], [f, slopes, ahead]),
        _function("back", [X, u, p, hg, symbol, c], [ca.mtimes(A.T, adjoint), ca.vertcat(*half)]),
        newton,
    )


def _factors(matrix: ca.SX) -> SparseLU:
    return factorise(matrix, ca.SX.ones(matrix.shape[0]))


def _solved(lu: SparseLU, right: ca.SX) -> ca.SX:
    return ca.sparsify(lu.solve(right))


def _function(name: str, arguments: list[ca.SX], results: list[ca.SX]) -> ca.Function:
    columns = ca.cse([ca.densify(ca.vec(ca.densify(value))) for value in results])
    return ca.Function(name, [ca.vec(a) if a.shape[1] == 1 else a for a in arguments], columns)
