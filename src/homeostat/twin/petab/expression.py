"""Formulas as immutable trees, evaluated through the generic algebra: floats, arrays or symbols, never `eval`.

In: trees made by `mathml`. Out: values; names are looked up in a `Scope`, which knows definitions (assignment rules,
reaction rates, initial assignments) and evaluates each of them once, when it is first needed.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.algebra import Algebra, Value

TIME = "<time>"
"""The name under which every scope holds the time; no SBML identifier can be spelt so."""
PER_LN10 = 1.0 / math.log(10.0)


@dataclass(frozen=True)
class Expression:
    """A number (`value`), a name (`name`) or an operation `op` on `args`."""

    op: str
    args: tuple["Expression", ...] = ()
    value: float = 0.0
    name: str = ""

    def names(self) -> Iterator[str]:
        """Yield every name in the tree, in reading order, repeated where it is repeated."""
        if self.op == "name":
            yield self.name
        for argument in self.args:
            yield from argument.names()

    def replaced(self, by: Mapping[str, "Expression"]) -> "Expression":
        """Return the tree with names replaced by trees, as the call of a function does."""
        if self.op == "name":
            return by.get(self.name, self)
        return Expression(self.op, tuple(a.replaced(by) for a in self.args), self.value)


def number(value: float) -> Expression:
    """Return the literal `value`."""
    return Expression("number", value=float(value))


def name(identifier: str) -> Expression:
    """Return a reference to `identifier`."""
    return Expression("name", name=identifier)


class Scope:
    """Values by name, and definitions evaluated when first asked for; `where` names the file in errors."""

    def __init__(
        self, values: Mapping[str, Value], definitions: Mapping[str, Expression], m: Algebra, where: str
    ) -> None:
        self._values = dict(values)
        self._definitions = definitions
        self._open: set[str] = set()
        self._m = m
        self._where = where

    def __getitem__(self, identifier: str) -> Value:
        """Return the value called `identifier`. Raises `TwinError` for an unknown name or a circular definition."""
        if identifier not in self._values:
            self._values[identifier] = self._defined(identifier)
        return self._values[identifier]

    def evaluate(self, expression: Expression) -> Value:
        """Return the value of `expression`."""
        if expression.op == "number":
            return expression.value
        if expression.op == "name":
            return self[expression.name]
        return OPERATIONS[expression.op](self._m, *[self.evaluate(a) for a in expression.args])

    def _defined(self, identifier: str) -> Value:
        if identifier not in self._definitions:
            label = "time" if identifier == TIME else identifier
            raise TwinError(
                f"{label!r} is not defined",
                where=self._where,
                mend="define it in the SBML model or the parameter table",
            )
        if identifier in self._open:
            raise TwinError(f"{identifier!r} is defined by itself", where=self._where)
        self._open.add(identifier)
        value = self.evaluate(self._definitions[identifier])
        self._open.discard(identifier)
        return value


def _sum(m: Algebra, *terms: Value) -> Value:
    return sum(terms[1:], terms[0]) if terms else 0.0


def _product(m: Algebra, *factors: Value) -> Value:
    return math.prod(factors[1:], start=factors[0]) if factors else 1.0


def _minus(m: Algebra, *terms: Value) -> Value:
    return -terms[0] if len(terms) == 1 else terms[0] - terms[1]


def _power(m: Algebra, base: Value, exponent: Value) -> Value:
    """A variable exponent (Hill) takes a base <= 0 as 0, whose logarithm in the derivative is then never met."""
    if isinstance(exponent, float):
        return m.pow(base, exponent)
    inside = base > 0.0
    return m.if_else(inside, m.pow(m.if_else(inside, base, 1.0), exponent), 0.0)


def _log(m: Algebra, *args: Value) -> Value:
    return m.log(args[0]) * PER_LN10 if len(args) == 1 else m.log(args[1]) / m.log(args[0])


def _root(m: Algebra, *args: Value) -> Value:
    if len(args) == 1 or args[0] == 2.0:
        return m.sqrt(args[-1])
    return _power(m, args[1], 1.0 / args[0])


def _piecewise(m: Algebra, *args: Value) -> Value:
    """Values and conditions in turn, the last one the value otherwise."""
    chosen = args[-1]
    for k in range(len(args) - 3, -1, -2):
        chosen = m.if_else(args[k + 1], args[k], chosen)
    return chosen


def _and(m: Algebra, *args: Value) -> Value:
    held: Value = 1.0
    for condition in args:
        held = m.if_else(condition, held, 0.0)
    return held


def _or(m: Algebra, *args: Value) -> Value:
    held: Value = 0.0
    for condition in args:
        held = m.if_else(condition, 1.0, held)
    return held


def _extreme(larger: bool) -> Callable[..., Value]:
    def extreme(m: Algebra, *args: Value) -> Value:
        best = args[0]
        for other in args[1:]:
            best = m.if_else(best < other, *((other, best) if larger else (best, other)))
        return best

    return extreme


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "sum": _sum,
    "product": _product,
    "minus": _minus,
    "divide": lambda m, a, b: a / b,
    "power": _power,
    "exp": lambda m, a: m.exp(a),
    "ln": lambda m, a: m.log(a),
    "log": _log,
    "root": _root,
    "abs": lambda m, a: abs(a),
    "min": _extreme(larger=False),
    "max": _extreme(larger=True),
    "tanh": lambda m, a: m.tanh(a),
    "sinh": lambda m, a: 0.5 * (m.exp(a) - m.exp(-a)),
    "cosh": lambda m, a: 0.5 * (m.exp(a) + m.exp(-a)),
    "piecewise": _piecewise,
    "lt": lambda m, a, b: a < b,
    "leq": lambda m, a, b: a <= b,
    "gt": lambda m, a, b: a > b,
    "geq": lambda m, a, b: a >= b,
    "eq": lambda m, a, b: a == b,
    "neq": lambda m, a, b: a != b,
    "and": _and,
    "or": _or,
    "not": lambda m, a: m.if_else(a, 0.0, 1.0),
    "xor": lambda m, a, b: m.if_else(a, m.if_else(b, 0.0, 1.0), m.if_else(b, 1.0, 0.0)),
}
RELATIONS = frozenset({"lt", "leq", "gt", "geq", "eq", "neq"})
