"""The equations as the text of another tool's language, one line an operation, so that nothing is computed twice."""

from collections.abc import Callable
from typing import Any

from homeostat.bench.twin.equations import rates
from homeostat.bench.twin.model import PerfusedTCells

_LETTERS = 26


def letters(number: int) -> str:
    """A name of letters alone: DiffSL allows no digit in a name."""
    high, low = divmod(number, _LETTERS)
    return (letters(high - 1) if high else "") + chr(ord("a") + low)


class Term:
    """A piece of text that can be computed with; `keep` says what becomes of an operation's text."""

    def __init__(self, text: str, keep: "Callable[[str], Term]") -> None:
        self.text = text
        self._keep = keep

    def __add__(self, other: Any) -> "Term":
        return self._keep(f"{self.text} + {text(other)}")

    def __sub__(self, other: Any) -> "Term":
        return self._keep(f"{self.text} - {text(other)}")

    def __mul__(self, other: Any) -> "Term":
        return self._keep(f"{self.text} * {text(other)}")

    def __truediv__(self, other: Any) -> "Term":
        return self._keep(f"{self.text} / {text(other)}")

    def __radd__(self, other: float) -> "Term":
        return self._keep(f"{other!r} + {self.text}")

    def __rsub__(self, other: float) -> "Term":
        return self._keep(f"{other!r} - {self.text}")

    def __rmul__(self, other: float) -> "Term":
        return self._keep(f"{other!r} * {self.text}")

    def __rtruediv__(self, other: float) -> "Term":
        return self._keep(f"{other!r} / {self.text}")

    def __neg__(self) -> "Term":
        return self._keep(f"-{self.text}")


def text(value: Any) -> str:
    """The text of a term or number."""
    return value.text if isinstance(value, Term) else repr(float(value))


class Script:
    """The equations written out: `lines` of (name, text) in order, then the text of each of the twelve `rates`.

    `x`, `u`, `p` are the names of states, inputs and parameters. If not `named`, everything stays in one nested
    expression a state. `log` is the language's word for the natural logarithm.
    """

    def __init__(self, *, named: bool, log: str) -> None:
        self.lines: list[tuple[str, str]] = []
        self._named, self._log = named, log
        sizes = map(len, PerfusedTCells.signature.groups[:3])
        self.x, self.u, self.p = (
            [f"{kind}{letters(k)}" for k in range(size)]
            for kind, size in zip(("xx", "uu", "pp"), sizes, strict=True)
        )
        terms = [[Term(name, self._keep) for name in names] for names in (self.x, self.u, self.p)]
        self.rates = [text(value) for value in rates(terms[0], terms[1], terms[2], self)]

    def exp(self, a: Term) -> Term:
        """Return e to the power `a`."""
        return self._keep(f"exp({a.text})")

    def log(self, a: Term) -> Term:
        """Return the natural logarithm of `a`."""
        return self._keep(f"{self._log}({a.text})")

    def sqrt(self, a: Term) -> Term:
        """Return the square root of `a`."""
        return self._keep(f"sqrt({a.text})")

    def _keep(self, operation: str) -> Term:
        if not self._named:
            return Term(f"({operation})", self._keep)
        self.lines.append((f"vv{letters(len(self.lines))}", operation))
        return Term(self.lines[-1][0], self._keep)
