"""Codes as dark and light modules: DataMatrix (ISO/IEC 16022) and Code 128 (ISO/IEC 15417).

The symbols come from ppf-datamatrix and python-barcode; here they become rows of booleans, true is dark.
"""

from typing import TypeAlias

from barcode.codex import Code128
from ppf.datamatrix import DataMatrix

from homeostat.errors import WordingError

Modules: TypeAlias = tuple[tuple[bool, ...], ...]

_FIRST, _LAST = " ", "~"


class _Code128(Code128):  # type: ignore[misc]
    """python-barcode 0.16 takes 99, as the first pair of digits, for a change of the code set: "990" would read "0"."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        optimised: list[int] = (
            encoded if self.code[:2].isdigit() and self.code[1:] else super()._try_to_optimize(encoded)
        )
        return optimised


def data_matrix(text: str) -> Modules:
    """The square symbol of `text`, rows from above; WordingError where it is not plain printable ASCII."""
    _refuse_unprintable(text)
    return tuple(tuple(bool(module) for module in row) for row in DataMatrix(text).matrix)


def code_128(text: str) -> tuple[bool, ...]:
    """The bars of `text` from the left, without quiet zones; WordingError where it is not printable ASCII."""
    _refuse_unprintable(text)
    (bars,) = _Code128(text).build()
    return tuple(module == "1" for module in bars)


def _refuse_unprintable(text: str) -> None:
    if not text or not all(_FIRST <= character <= _LAST for character in text):
        raise WordingError("a code holds printable ASCII characters only", where=repr(text))
