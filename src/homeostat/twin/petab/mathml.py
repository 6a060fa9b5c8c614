"""Mathematics as written in SBML (MathML) or in a PEtab table (infix) to `Expression` trees.

In: libsbml syntax trees or text. Out: trees with every function definition expanded; what has no counterpart in the
engine is named in the error together with its place.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.petab.expression import TIME, Expression, name, number
from homeostat.twin.petab.library import libsbml

AVOGADRO = 6.02214179e23
"""Per mole, as SBML Level 3 Version 1 section 3.4.6 fixes it."""

NAMES: Mapping[str, str] = {
    "AST_PLUS": "sum",
    "AST_TIMES": "product",
    "AST_MINUS": "minus",
    "AST_DIVIDE": "divide",
    "AST_POWER": "power",
    "AST_FUNCTION_POWER": "power",
    "AST_FUNCTION_EXP": "exp",
    "AST_FUNCTION_LN": "ln",
    "AST_FUNCTION_LOG": "log",
    "AST_FUNCTION_ROOT": "root",
    "AST_FUNCTION_ABS": "abs",
    "AST_FUNCTION_MIN": "min",
    "AST_FUNCTION_MAX": "max",
    "AST_FUNCTION_TANH": "tanh",
    "AST_FUNCTION_SINH": "sinh",
    "AST_FUNCTION_COSH": "cosh",
    "AST_FUNCTION_PIECEWISE": "piecewise",
    "AST_RELATIONAL_LT": "lt",
    "AST_RELATIONAL_LEQ": "leq",
    "AST_RELATIONAL_GT": "gt",
    "AST_RELATIONAL_GEQ": "geq",
    "AST_RELATIONAL_EQ": "eq",
    "AST_RELATIONAL_NEQ": "neq",
    "AST_LOGICAL_AND": "and",
    "AST_LOGICAL_OR": "or",
    "AST_LOGICAL_NOT": "not",
    "AST_LOGICAL_XOR": "xor",
}
CONSTANTS: Mapping[str, float] = {
    "AST_CONSTANT_E": math.e,
    "AST_CONSTANT_PI": math.pi,
    "AST_CONSTANT_TRUE": 1.0,
    "AST_CONSTANT_FALSE": 0.0,
    "AST_NAME_AVOGADRO": AVOGADRO,
}
ARITY: Mapping[str, tuple[int, ...]] = {
    "minus": (1, 2),
    "log": (1, 2),
    "root": (1, 2),
    **dict.fromkeys(("divide", "power", "lt", "leq", "gt", "geq", "eq", "neq", "xor"), (2,)),
    **dict.fromkeys(("exp", "ln", "abs", "tanh", "sinh", "cosh", "not"), (1,)),
}


@dataclass(frozen=True)
class Function:
    """A function definition of SBML: the names of its arguments and its body."""

    arguments: tuple[str, ...]
    body: Expression


Functions = Mapping[str, Function]


def parse(text: str, where: str) -> Expression:
    """Return the tree of a PEtab formula; `log` is the natural logarithm there. Raises `TwinError` at `where`."""
    library = libsbml()
    settings = library.L3ParserSettings()
    settings.setParseLog(library.L3P_PARSE_LOG_AS_LN)
    settings.setComparisonCaseSensitivity(library.L3P_COMPARE_BUILTINS_CASE_SENSITIVE)
    node = library.parseL3FormulaWithSettings(text.replace("**", "^"), settings)
    if node is None:
        reason = " ".join(library.getLastParseL3Error().split())
        raise TwinError(f"the formula {text!r} cannot be read: {reason}", where=where)
    return convert(node, {}, where)


def convert(node: Any, functions: Functions, where: str) -> Expression:
    """Return the tree of a libsbml syntax `node`, calls of `functions` expanded."""
    library, kind = libsbml(), node.getType()
    if kind in (library.AST_INTEGER, library.AST_REAL, library.AST_REAL_E, library.AST_RATIONAL):
        return number(node.getInteger() if kind == library.AST_INTEGER else node.getReal())
    if kind == library.AST_NAME:
        return name(node.getName())
    if kind == library.AST_NAME_TIME:
        return name(TIME)
    for constant, value in CONSTANTS.items():
        if kind == getattr(library, constant):
            return number(value)
    arguments = tuple(convert(node.getChild(k), functions, where) for k in range(node.getNumChildren()))
    if kind == library.AST_FUNCTION and node.getName() in functions:
        return _called(functions[node.getName()], arguments, node.getName(), where)
    return _operation(_op(node, where), arguments, where)


def _op(node: Any, where: str) -> str:
    library = libsbml()
    for constant, op in NAMES.items():
        if node.getType() == getattr(library, constant):
            return op
    label = node.getName() or library.formulaToL3String(node)
    raise TwinError(
        f"the function {label!r} is not supported",
        where=where,
        mend=f"write it with {', '.join(sorted(set(NAMES.values())))}",
    )


def _operation(op: str, arguments: tuple[Expression, ...], where: str) -> Expression:
    if op == "piecewise" and len(arguments) % 2 == 0:
        raise TwinError("a piecewise has no otherwise", where=where, mend="say what holds in all other cases")
    allowed = ARITY.get(op)
    if (allowed and len(arguments) not in allowed) or (op in ("min", "max", "piecewise") and not arguments):
        raise TwinError(f"{op} cannot take {len(arguments)} arguments", where=where)
    return Expression(op, arguments)


def _called(function: Function, arguments: tuple[Expression, ...], label: str, where: str) -> Expression:
    if len(arguments) != len(function.arguments):
        raise TwinError(
            f"{label} takes {len(function.arguments)} arguments, not {len(arguments)}", where=where
        )
    return function.body.replaced(dict(zip(function.arguments, arguments, strict=True)))
