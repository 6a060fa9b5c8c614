"""The mathematics handed to a model as `m`: the same equations over floats, numpy arrays or CasADi symbols.

In: numbers or symbols. Out: the same kind. The smooth functions have bounded derivatives everywhere, so that a
stiff integrator may differentiate them.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from types import FrameType
from typing import Any, Protocol

import casadi as ca
import numpy as np

from homeostat.errors import TwinError

Value = Any
"""A float, a numpy array or a CasADi SX: whatever the model is being evaluated with."""


class Algebra(Protocol):
    """The functions a model may use beyond + - * / and comparisons."""

    def exp(self, a: Value) -> Value:
        """Return e to the power `a`."""

    def log(self, a: Value) -> Value:
        """Return the natural logarithm of `a` > 0."""

    def sqrt(self, a: Value) -> Value:
        """Return the square root of `a` >= 0."""

    def tanh(self, a: Value) -> Value:
        """Return the hyperbolic tangent of `a`."""

    def pow(self, a: Value, b: Value) -> Value:
        """Return `a` >= 0 to the power `b`."""

    def if_else(self, condition: Value, then: Value, otherwise: Value) -> Value:
        """Return `then` where `condition` holds, else `otherwise`; both are evaluated."""

    def maximum(self, a: Value, b: Value, width: float = 1e-3) -> Value:
        """Return the smooth larger of `a` and `b`: rounded over `width`, at most width/2 above the true one."""

    def minimum(self, a: Value, b: Value, width: float = 1e-3) -> Value:
        """Return the smooth smaller of `a` and `b`: rounded over `width`, at most width/2 below the true one."""

    def logistic(self, a: Value) -> Value:
        """Return 1 / (1 + exp(-`a`)) without overflow."""


class _Smooth:
    """What every algebra derives from its own square root and tanh."""

    sqrt: Any
    tanh: Any

    def maximum(self, a: Value, b: Value, width: float = 1e-3) -> Value:
        return 0.5 * (a + b + self.sqrt((a - b) * (a - b) + width * width))

    def minimum(self, a: Value, b: Value, width: float = 1e-3) -> Value:
        return 0.5 * (a + b - self.sqrt((a - b) * (a - b) + width * width))

    def logistic(self, a: Value) -> Value:
        return 0.5 + 0.5 * self.tanh(0.5 * a)


class _Floats(_Smooth):
    exp = staticmethod(math.exp)
    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    tanh = staticmethod(math.tanh)
    pow = staticmethod(math.pow)

    def if_else(self, condition: Value, then: Value, otherwise: Value) -> Value:
        return then if condition else otherwise


class _Arrays(_Smooth):
    exp = staticmethod(np.exp)
    log = staticmethod(np.log)
    sqrt = staticmethod(np.sqrt)
    tanh = staticmethod(np.tanh)
    pow = staticmethod(np.power)
    if_else = staticmethod(np.where)


class _Symbols(_Smooth):
    exp = staticmethod(ca.exp)
    log = staticmethod(ca.log)
    sqrt = staticmethod(ca.sqrt)
    tanh = staticmethod(ca.tanh)
    if_else = staticmethod(ca.if_else)

    def pow(self, a: Value, b: Value) -> Value:
        return a**b


FLOATS: Algebra = _Floats()
"""Python's math module: the independent oracle of the compiled kernels."""

ARRAYS: Algebra = _Arrays()
"""numpy, element by element."""

SYMBOLS: Algebra = _Symbols()
"""CasADi SX: the one symbolic form from which kernels, derivatives and controllers come."""

_NUMBERS: Mapping[str, tuple[Callable[[ca.SX], Any], str, str]] = {
    "__float__": (
        ca.SX.__float__,
        "a state, an input or a parameter is made a plain number, by float() or by a function of `math`",
        "leave float() out, use m.exp, m.log, m.sqrt, m.pow and the like, and m.if_else in the place of an `if`",
    ),
    "__int__": (
        ca.SX.__int__,
        "a state, an input or a parameter is made a plain number, by int()",
        "leave int() out, and use m.if_else in the place of an `if`",
    ),
    "__bool__": (
        ca.SX.__bool__,
        "a Python `if` (or `and`, `or`, `min`, `max`) on a state, an input or a parameter",
        "use m.if_else, m.maximum, m.minimum",
    ),
}
"""What CasADi does where Python asks a symbol for a number; what that is, and its mend, in words."""
_TRACING = RLock()


@contextmanager
def tracing() -> Iterator[None]:
    """While equations are traced, `float`, `int` and `bool` of what is no constant raise `TwinError`.

    CasADi's own `float` gives NaN, by which a Python `if` would choose a branch for good, and nobody would see it.
    """
    with _TRACING:
        before = {name: getattr(ca.SX, name) for name in _NUMBERS}
        for name in _NUMBERS:
            setattr(ca.SX, name, _refusing(name))
        try:
            yield
        finally:
            for name, converted in before.items():
                setattr(ca.SX, name, converted)


def _refusing(name: str) -> Callable[[ca.SX], Any]:
    own, what, mend = _NUMBERS[name]

    def convert(symbol: ca.SX) -> Any:
        if symbol.is_constant():
            return own(symbol)
        raise TwinError(what, where=_place(sys._getframe(1)), mend=mend)

    return convert


def _place(frame: FrameType) -> str:
    """The function and the line of `frame`."""
    return f"{frame.f_code.co_qualname.rpartition('<locals>.')[2]}, line {frame.f_lineno}"
