"""The mathematics of one constraint row, symbolically: the same straight-line code for every row of every node.

In and out: CasADi SX functions of a row's numbers. A row misses r = d(w) - s + el - eu, with its slack s strictly
between its bounds and el, eu > 0 by how much a soft row is broken; zl, zu, wl, wu are the multipliers of these bounds
and y that of the row. Slacks are condensed: what a row adds to the Newton matrix of w is one number, `weigh`, times
the outer product of its gradient. Source: Waechter & Biegler 2006, sections 2 and 3; the elastic variables as in
Gill, Murray & Saunders 2005 (SNOPT), section 1.
"""

import casadi as ca

from homeostat.twin.optimal.layout import SLACKS

ROW = ("low", "high", "linear", "quadratic", "s", "y", "zl", "zu", "el", "eu", "wl", "wu", "r")
EQUALITY = 1e-8
"""What an equality row is condensed with instead of a slack: a proximal term, which vanishes at the solution."""
SPREAD = 1e10
"""How far a bound's multiplier may be from mu / distance. Waechter & Biegler 2006, eq. 16."""


class Symbols:
    """A row's numbers as symbols, which of its parts exist, and its condensed derivatives at barrier `mu`."""

    def __init__(self) -> None:
        self.given = {name: ca.SX.sym(name) for name in ROW}
        self.mu = ca.SX.sym("mu")
        g = self.given
        self.equal = g["low"] == g["high"]
        other = ca.logic_not(self.equal)
        self.below = ca.logic_and(g["low"] > -ca.inf, other)
        self.above = ca.logic_and(g["high"] < ca.inf, other)
        self.active = ca.logic_or(ca.logic_or(self.below, self.above), self.equal)
        self.soft = ca.logic_and(g["linear"] < ca.inf, self.active)
        self.slack = ca.logic_and(self.active, other)
        self.under, self.over = g["s"] - g["low"], g["high"] - g["s"]

    def barrier(self) -> ca.SX:
        """The derivative of the barrier by s."""
        return _where(self.above, self.mu / self.over) - _where(self.below, self.mu / self.under)

    def prices(self) -> tuple[ca.SX, ca.SX]:
        """The derivatives of the price by el and eu."""
        g = self.given
        return g["linear"] + g["quadratic"] * g["el"], g["linear"] + g["quadratic"] * g["eu"]

    def compliances(self) -> tuple[ca.SX, ca.SX, ca.SX]:
        """How far s, el and eu yield to the row's multiplier."""
        g = self.given
        stiff = _where(self.below, g["zl"] / self.under) + _where(self.above, g["zu"] / self.over)
        low = _where(self.soft, 1.0 / (g["quadratic"] + g["wl"] / g["el"]))
        high = _where(self.soft, 1.0 / (g["quadratic"] + g["wu"] / g["eu"]))
        return _where(self.slack, 1.0 / stiff), low, high

    def forces(self) -> tuple[ca.SX, ca.SX, ca.SX]:
        """The derivatives of the barrier function by s, el and eu."""
        g, (low, high) = self.given, self.prices()
        return (
            _where(self.slack, self.barrier() - g["y"]),
            _where(self.soft, low + g["y"] - self.mu / g["el"]),
            _where(self.soft, high - g["y"] - self.mu / g["eu"]),
        )

    def sides(self) -> tuple[tuple[ca.SX, str, ca.SX, float], ...]:
        """(distance, its multiplier, whether it exists, its change with s or el, eu) of the four bounds of a row."""
        g = self.given
        return (
            (self.under, "zl", self.below, 1.0),
            (self.over, "zu", self.above, -1.0),
            (g["el"], "wl", self.soft, 1.0),
            (g["eu"], "wu", self.soft, 1.0),
        )


def _where(condition: ca.SX, value: ca.SX) -> ca.SX:
    return ca.if_else(condition, value, 0.0)


def residual() -> ca.Function:
    """(row, d) -> r: what the row misses."""
    row, d = Symbols(), ca.SX.sym("d")
    g = row.given
    value = d - g["s"] + _where(row.soft, g["el"] - g["eu"])
    return ca.Function("residual", [*g.values(), d], [_where(row.active, value)])


def condense() -> ca.Function:
    """(row, mu) -> (weigh, shift): the row acts on w by the stiffness `weigh` and the force y + weigh shift."""
    row = Symbols()
    s, el, eu = row.compliances()
    at_s, at_el, at_eu = row.forces()
    total = s + el + eu + _where(row.equal, ca.SX(EQUALITY))
    weigh = _where(row.active, 1.0 / total)
    shift = _where(row.active, row.given["r"] + s * at_s + eu * at_eu - el * at_el)
    return ca.Function("condense", [*row.given.values(), row.mu], ca.cse([weigh, shift]))


def recover() -> ca.Function:
    """(row, weigh, shift, J dw, mu, tau) -> (steps of s, y, zl, zu, el, eu, wl, wu; reach primal, dual; slope).

    `reach` is the longest step that keeps the share 1 - tau of every distance (ibid., eq. 15), `slope` the row's part
    in the derivative of the barrier function along the step.
    """
    row, tau = Symbols(), ca.SX.sym("tau")
    weigh, shift, moved = ca.SX.sym("weigh"), ca.SX.sym("shift"), ca.SX.sym("moved")
    g, (s, el, eu), (at_s, at_el, at_eu) = row.given, row.compliances(), row.forces()
    dy = _where(row.active, weigh * (moved + shift))
    step = {"s": s * (dy - at_s), "y": dy, "el": -el * (dy + at_el), "eu": eu * (dy - at_eu)}
    primal, dual = ca.SX(1.0), ca.SX(1.0)
    for distance, z, exists, sign in row.sides():
        change = sign * step[{"zl": "s", "zu": "s", "wl": "el", "wu": "eu"}[z]]
        step[z] = _where(exists, row.mu / distance - g[z] - g[z] / distance * change)
        primal = ca.fmin(primal, _reach(exists, distance, change, tau))
        dual = ca.fmin(dual, _reach(exists, g[z], step[z], tau))
    low, high = row.prices()
    slope = _where(row.slack, row.barrier() * step["s"]) + _where(
        row.soft, (low - row.mu / g["el"]) * step["el"] + (high - row.mu / g["eu"]) * step["eu"]
    )
    ordered = [step[name] for name in SLACKS]
    arguments = [*g.values(), weigh, shift, moved, row.mu, tau]
    return ca.Function("recover", arguments, ca.cse([*ordered, primal, dual, slope]))


def _reach(exists: ca.SX, distance: ca.SX, change: ca.SX, tau: ca.SX) -> ca.SX:
    return ca.if_else(ca.logic_and(exists, change < 0.0), -tau * distance / change, 1.0)


def advance() -> ca.Function:
    """(row, steps, mu, primal, dual) -> the row's point after the step, multipliers kept near mu / distance."""
    row = Symbols()
    g = dict(row.given)
    names = SLACKS
    step = {name: ca.SX.sym(f"d_{name}") for name in names}
    primal, dual = ca.SX.sym("primal"), ca.SX.sym("dual")
    arguments = [*g.values(), *step.values(), row.mu, primal, dual]
    for name in names:
        row.given[name] = g[name] + (dual if name in ("zl", "zu", "wl", "wu") else primal) * step[name]
    row.under, row.over = row.given["s"] - g["low"], g["high"] - row.given["s"]
    for distance, z, exists, _ in row.sides():
        central = row.mu / distance
        kept = ca.fmax(ca.fmin(row.given[z], SPREAD * central), central / SPREAD)
        row.given[z] = _where(exists, kept)
    return ca.Function("advance", arguments, ca.cse([row.given[name] for name in names]))


MEASURES = ("price", "logs", "theta", "scatter", "size", "zsize", "primal", "dual", "most", "least")
"""Of a row: price of what is broken, -sum of log distances, |r|, |stationarity|; |multipliers| of all and of bounds;
largest |r| and |stationarity|; largest and smallest product of distance and multiplier."""


def measure() -> ca.Function:
    """(row) -> `MEASURES`."""
    row = Symbols()
    g = row.given
    low, high = row.prices()
    price = g["linear"] * (g["el"] + g["eu"]) + 0.5 * g["quadratic"] * (g["el"] ** 2 + g["eu"] ** 2)
    still = [
        _where(row.slack, g["zu"] - g["zl"] - g["y"]),
        _where(row.soft, low + g["y"] - g["wl"]),
        _where(row.soft, high - g["y"] - g["wu"]),
    ]
    logs, zsize, most, least = ca.SX(0), ca.SX(0), ca.SX(0), ca.SX(ca.inf)
    for distance, z, exists, _ in row.sides():
        logs = logs - _where(exists, ca.log(distance))
        zsize = zsize + _where(exists, g[z])
        most = ca.fmax(most, _where(exists, distance * g[z]))
        least = ca.fmin(least, ca.if_else(exists, distance * g[z], ca.inf))
    sizes = [ca.fabs(value) for value in still]
    dual = ca.fmax(ca.fmax(sizes[0], sizes[1]), sizes[2])
    missed = ca.fabs(g["r"])
    results = [
        *(_where(row.soft, price), logs, missed, sizes[0] + sizes[1] + sizes[2]),
        *(ca.fabs(g["y"]) + zsize, zsize, missed, dual, most, least),
    ]
    return ca.Function("measure", list(g.values()), ca.cse(results))
