"""Formulas of calculations: sums, products and whole powers of named quantities, whose units are reckoned with.

In: a text such as `cells / (volume * 2)`. Out: a tree of the few allowed operations, never executed as code, and its
value in a wanted unit. A temperature enters as a difference.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from homeostat.errors import UnitError
from homeostat.process.issues import quoted
from homeostat.process.units import Quantity, base

LONGEST = 400
_MEND = "write names, numbers, + - * / and ** with a whole power, such as: cells / (volume * 2)"
_TERMS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
}


@dataclass(frozen=True, slots=True)
class _Sized:
    """A value in base units, with the power of each."""

    value: float
    powers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: its text, its tree, and the names in it."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def value(self, quantities: Mapping[str, Quantity], unit: str) -> float:
        """The value in `unit`. Raises UnitError where a name is unknown, units do not fit or no number results."""
        found = _evaluate(self.tree, {name: _sized(quantities, name) for name in self.names})
        size, powers = base(unit)
        if found.powers != powers:
            raise UnitError(f"{self.text} is no quantity in {unit}", mend="correct the unit or the formula")
        if not math.isfinite(found.value):
            raise UnitError(f"{self.text} gives no number")
        return found.value / size


@cache
def formula(text: str) -> Formula:
    """Read a formula. Raises UnitError where it holds anything but what `Formula` can do."""
    try:
        tree = ast.parse(text.strip() if len(text) <= LONGEST else "", mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UnitError(f"{quoted(text)} is not a formula", mend=_MEND) from error
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    _refuse_strange(tree, text)
    return Formula(text, tree, tuple(dict.fromkeys(names)))


def _refuse_strange(node: ast.expr, text: str) -> None:
    match node:
        case ast.BinOp(left, ast.Pow(), ast.Constant(value=power)) if type(power) is int and 0 < power < 10:
            _refuse_strange(left, text)
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right):
            _refuse_strange(left, text)
            _refuse_strange(right, text)
        case ast.UnaryOp(ast.USub(), inner):
            _refuse_strange(inner, text)
        case ast.Name():
            pass
        case ast.Constant(value=int() | float() as number) if type(number) is not bool and abs(number) < 1e30:
            pass
        case _:
            raise UnitError(f"{quoted(text)} is not a formula", mend=_MEND)


def _sized(quantities: Mapping[str, Quantity], name: str) -> _Sized:
    if name not in quantities:
        raise UnitError(f"there is no value of {quoted(name)} yet")
    size, powers = base(quantities[name].unit)
    return _Sized(quantities[name].value * size, powers)


def _evaluate(node: ast.expr, values: Mapping[str, _Sized]) -> _Sized:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as number):
            return _Sized(float(number))
        case ast.UnaryOp(operand=inner):
            found = _evaluate(inner, values)
            return _Sized(-found.value, found.powers)
        case ast.BinOp(left, ast.Pow(), ast.Constant(value=int() as power)):
            found = _evaluate(left, values)
            return _Sized(math.prod([found.value] * power), _powers(found, found, power - 1))
        case ast.BinOp(left, sign, right):
            return _joined(_evaluate(left, values), sign, _evaluate(right, values))
    raise UnitError("this is not a formula", mend=_MEND)


def _joined(left: _Sized, sign: ast.operator, right: _Sized) -> _Sized:
    if isinstance(sign, ast.Mult):
        return _Sized(left.value * right.value, _powers(left, right, 1))
    if isinstance(sign, ast.Div):
        value = left.value / right.value if right.value else math.nan
        return _Sized(value, _powers(left, right, -1))
    if left.powers != right.powers:
        raise UnitError(
            "quantities of different kinds cannot be added", mend="look at the units of the names"
        )
    return _Sized(_TERMS[type(sign)](left.value, right.value), left.powers)


def _powers(left: _Sized, right: _Sized, sign: int) -> tuple[tuple[str, float], ...]:
    found = dict(left.powers)
    for name, power in right.powers:
        found[name] = found.get(name, 0.0) + sign * power
    return tuple(sorted((name, power) for name, power in found.items() if power))
