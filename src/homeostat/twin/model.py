"""A mechanistic model: one class of declared quantities and balance equations, everything else derived from it.

In: a subclass with `rates` (and `outputs`). Out: values over floats or arrays, a CasADi function, a table, a hash.
"""

import hashlib
import json
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import casadi as ca
import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.algebra import FLOATS, SYMBOLS, Algebra, Value, tracing
from homeostat.twin.declare import Group, Quantity, Signature, read_signature
from homeostat.twin.graph import canonical, instructions


class Model:
    """Base of every model; time is in hours, so `rates` are per hour.

    A subclass declares its quantities as class attributes and writes `rates` in generic arithmetic: no Python
    `if` on a state, no function but those of `m`.
    """

    signature: ClassVar[Signature]

    def __init_subclass__(cls) -> None:
        cls.signature = read_signature(cls, RESERVED)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.__dict__.update(values)

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Return the time derivative of every state, in its unit per hour."""
        raise TwinError(
            "the model has no equations", where=type(self).__name__, mend="write `rates(self, m)`"
        )

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """Return every declared output; a model that declares none keeps this."""
        return {}

    @classmethod
    def evaluate(
        cls, x: Sequence[Value], u: Sequence[Value], p: Sequence[Value], m: Algebra = FLOATS
    ) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Return (rates, outputs) in declared order at states `x`, inputs `u`, parameters `p`, in arithmetic `m`."""
        s = cls.signature
        values: dict[str, Value] = {}
        for group, given in zip(s.groups, (x, u, p), strict=False):
            if len(given) != len(group):
                raise TwinError(
                    f"expected {len(group)} {group.kind} values, got {len(given)}", where=cls.__name__
                )
            values |= dict(zip(group.names, given, strict=True))
        bound = cls(values)
        rates = _ordered(bound.rates(m), s, s.states, cls.rates)
        return rates, _ordered(bound.outputs(m), s, s.outputs, cls.outputs)

    @classmethod
    def function(cls) -> ca.Function:
        """Return the CasADi SX function (x, u, p) -> (rates, outputs), each a dense column."""
        s = cls.signature
        x, u, p = (ca.SX.sym(n, len(g)) for n, g in zip("xup", s.groups, strict=False))
        with warnings.catch_warnings(), tracing():
            warnings.filterwarnings("ignore", "\\s*casadi: a numpy function", FutureWarning)
            rates, outs = cls.evaluate(ca.vertsplit(x), _split(u), _split(p), SYMBOLS)
        for method, names, values in (
            (cls.rates, s.states.names, rates),
            (cls.outputs, s.outputs.names, outs),
        ):
            _check_numbers(_place(method), (x, u, p), dict(zip(names, values, strict=True)))
        columns = [ca.densify(ca.vertcat(*[ca.SX(v) for v in values])) for values in (rates, outs)]
        return ca.Function(cls.__name__, [x, u, p], columns, ["x", "u", "p"], ["rates", "outputs"])

    @classmethod
    def describe(cls) -> tuple[Mapping[str, Any], ...]:
        """Return the documentation table: one row per declared quantity, as written."""
        return tuple(_row(quantity) for group in cls.signature.groups for quantity in group)

    @classmethod
    def fingerprint(cls) -> str:
        """Return the SHA-256 of the declaration and of the equations as an SX graph: the identity of the model."""
        declared = json.dumps(cls.describe(), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        graph = canonical(instructions(cls.function()))
        return hashlib.sha256(f"{cls.__name__}\n{declared}\n{graph}".encode()).hexdigest()


RESERVED = frozenset(dir(Model)) | {"signature"}


def _split(column: ca.SX) -> list[ca.SX]:
    return ca.vertsplit(column) if column.shape[0] else []


def _check_numbers(where: str, symbols: tuple[ca.SX, ca.SX, ca.SX], values: Mapping[str, Value]) -> None:
    """Raise `TwinError` for an equation that is no number, holds a constant that is none, or has no kernel."""
    for name, value in values.items():
        if not _is_number(value):
            raise TwinError(
                f"the equation of {name} is no number but {_kind(value)}",
                where=where,
                mend=f'write one number or expression such as "{name}": ...',
            )
        try:
            code = instructions(ca.Function("equation", list(symbols), [ca.SX(value)]))
        except TwinError as error:
            raise TwinError(f"the equation of {name}: {error.what}", where=where, mend=error.mend) from error
        if any(c.op == "const" and math.isnan(c.value) for c in code):
            raise TwinError(
                f"the equation of {name} holds a number that is none (NaN)",
                where=where,
                mend="look for a constant that is computed as NaN, or for a function that knows no symbols",
            )


NUMBERS = (int, float, np.number, np.ndarray, ca.SX, ca.DM)
"""What an equation may be, an array if it has no dimensions."""


def _is_number(value: Value) -> bool:
    return isinstance(value, NUMBERS) and getattr(value, "shape", ()) in {(), (1, 1)}


def _kind(value: object) -> str:
    """What `value` is, in words."""
    if value is None:
        return "nothing (None)"
    name = {"str": "text", "ndarray": "array", "SX": "matrix", "DM": "matrix"}.get(type(value).__name__)
    name = name or type(value).__name__
    return name if name == "text" else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _place(method: Callable[..., Any]) -> str:
    """The class, the method and the line where it begins, as far as it is written in Python."""
    code = getattr(method, "__code__", None)
    name = method.__qualname__.rpartition("<locals>.")[2]
    return name if code is None else f"{name}, line {code.co_firstlineno}"


def _ordered(given: Any, s: Signature, group: Group, method: Callable[..., Any]) -> tuple[Value, ...]:
    called = method.__name__
    if not isinstance(given, Mapping):
        raise TwinError(
            f"`{called}` returns {_kind(given)}, not a dictionary",
            where=_place(method),
            mend=f"return exactly one entry for every declared {group.kind}: return {{{_example(group)}}}",
        )
    missing = [name for name in group.names if name not in given]
    unknown = [str(name) for name in given if name not in group.names]
    if missing or unknown:
        faults = [f"{fault} [{', '.join(n)}]" for fault, n in _faults(missing, unknown) if n]
        others = [f"; {q.name} is declared as {q.kind}" for g in s.groups for q in g if q.name in unknown]
        mend = f"return exactly one entry for every declared {group.kind}" + "".join(others)
        raise TwinError(f"`{called}` {' and '.join(faults)}", where=_place(method), mend=mend)
    return tuple(given[name] for name in group.names)


def _example(group: Group) -> str:
    return ", ".join(f'"{name}": ...' for name in group.names[:1])


def _faults(missing: list[str], unknown: list[str]) -> tuple[tuple[str, list[str]], ...]:
    return ("misses", missing), ("names unknown", unknown)


def _row(quantity: Quantity) -> Mapping[str, Any]:
    bounds = [None if abs(b) == float("inf") else b for b in (quantity.low, quantity.high)]
    return {
        "name": quantity.name,
        "kind": str(quantity.kind),
        "value": quantity.value,
        "unit": quantity.unit,
        "doc": quantity.doc,
        "low": bounds[0],
        "high": bounds[1],
        "spread": quantity.spread,
        "source": quantity.source,
        **({} if quantity.scale is None else {"scale": quantity.scale}),
    }
