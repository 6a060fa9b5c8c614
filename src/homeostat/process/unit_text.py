"""The grammar of units: products and quotients of names with small powers and powers of ten, such as mmol/(1e9 cell h).

In: a text. Out: its scale and the power of each name. Which names exist is the registry's business (`units.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from homeostat.errors import UnitError
from homeostat.process.issues import quoted

_FACTOR = r"(?:1(?:e[0-9]{1,2})?|(?:%|°C|[A-Za-zµ][A-Za-z_]*)(?:(?:\*\*|\^)-?[1-9])?)"
_BETWEEN = r"(?: *[*/] *| +)"
_GROUP = rf"(?:{_FACTOR}|\({_FACTOR}(?:{_BETWEEN}{_FACTOR})*\))"
_UNIT = re.compile(rf"{_GROUP}(?:{_BETWEEN}{_GROUP})*")
_TOKEN = re.compile(r"(?P<scale>1e[0-9]{1,2}|1(?!e))|(?P<name>%|°C|[A-Za-zµ][A-Za-z_]*)|(?P<sign>[/()*])| +")
_POWER = re.compile(r"(?:\*\*|\^)(-?[1-9])")
_ALIAS = {"%": "percent", "°C": "degC"}
MAX_LENGTH = 40


@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit as written: `scale` times the product of each name to its power."""

    scale: float
    powers: Mapping[str, int]


def parse_unit(text: str) -> UnitText:
    """Read `text`. Raises UnitError when it does not follow the grammar."""
    if len(text) > MAX_LENGTH or not _UNIT.fullmatch(text):
        raise UnitError(f"{quoted(text)} is not a unit", mend="write for example mL/h, degC, 1e6 cell/mL, %")
    unit = _evaluate(text)
    if not 1e-30 <= unit.scale <= 1e30:
        raise UnitError(
            f"'{text}' has a power of ten beyond what can be meant", mend="write for example 1e6 cell/mL"
        )
    return unit


def _evaluate(text: str) -> UnitText:
    """Fold the tokens of a well-formed `text`: "/" inverts the next factor, or the whole next group."""
    scale, powers = 1.0, dict[str, int]()
    group = pending = 1
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if sign := match["sign"]:
            group, pending = _after(sign, group, pending)
        elif match["scale"] or match["name"]:
            raised = _POWER.match(text, position)
            position = raised.end() if raised else position
            power = group * pending * int(raised[1] if raised else 1)
            scale *= float(match["scale"] or 1.0) ** (group * pending)
            name = _ALIAS.get(match["name"] or "", match["name"])
            if name:
                powers[name] = powers.get(name, 0) + power
            pending = 1
    return UnitText(scale, powers)


def _after(sign: str, group: int, pending: int) -> tuple[int, int]:
    """The exponents' signs of the open group and of the next factor, after `sign`."""
    if sign == "(":
        return pending, 1
    return (1, 1) if sign == ")" else (group, -1 if sign == "/" else 1)
