"""GS1 element strings: what a scanned GS1 DataMatrix or GS1-128 code says, as application identifiers and values.

Only the identifiers of the table are read; a code with another one is taken as plain text. Lengths and the check
digit: GS1 General Specifications (paraphrase), section on application identifiers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from homeostat.errors import WordingError
from homeostat.governance.labels.check import digit_holds

SEPARATOR = "\x1d"
"""FNC1 as a reader gives it: it ends a value of variable length."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier: what it says, how long its value is, and whether a check digit ends it."""

    name: str
    length: int
    fixed: bool = True
    checked: bool = False


IDENTIFIERS: Mapping[str, Identifier] = {
    "00": Identifier("SSCC", 18, checked=True),
    "01": Identifier("GTIN", 14, checked=True),
    "10": Identifier("lot", 20, fixed=False),
    "11": Identifier("made on", 6),
    "17": Identifier("expiry", 6),
    "21": Identifier("serial", 20, fixed=False),
    "414": Identifier("GLN", 13, checked=True),
}


def elements(text: str) -> dict[str, str] | None:
    """The values by name; None where the text is not made of known identifiers.

    Raises WordingError where a check digit is wrong: the code was misread, or misprinted.
    """
    rest, found = text.removeprefix(SEPARATOR), dict[str, str]()
    while rest:
        code = next((code for code in IDENTIFIERS if rest.startswith(code)), None)
        if code is None:
            return None
        kind = IDENTIFIERS[code]
        value, rest = _value(kind, rest[len(code) :])
        if not value or kind.name in found:
            return None
        if kind.checked and not digit_holds(value):
            raise WordingError(f"the check digit of the {kind.name} is wrong", where=value)
        found[kind.name] = value
    return found or None


def _value(kind: Identifier, rest: str) -> tuple[str, str]:
    """The value that begins `rest`, and what stands behind it; an empty value where it does not fit."""
    if not kind.fixed:
        value, _, behind = rest.partition(SEPARATOR)
        return (value if len(value) <= kind.length and value.isprintable() else ""), behind
    value = rest[: kind.length]
    fits = len(value) == kind.length and value.isascii() and value.isdigit()
    return (value if fits else ""), rest[kind.length :].removeprefix(SEPARATOR)
