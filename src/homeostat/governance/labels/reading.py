"""What a scanner or a person's keyboard gave, made out: whose label, which identifier, in which system.

text -> parsers, in order -> `Scanned`. A site's other symbologies are further parsers in the same table.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from homeostat.errors import WordingError
from homeostat.governance.labels import gs1, isbt, private

MARK = "H1"
"""Begins the text of a label's code: the first form of Homeostat's labels."""

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""What some readers put first: the symbology's identifier (ISO/IEC 15424), which says nothing about the label."""

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text that was made out. `system` says which parser knew it; `identifier` is what it names."""

    system: str
    identifier: str
    identity: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


Parser: TypeAlias = Callable[[str], Scanned | None]


def label_text(identity: str, container: str) -> str:
    """The text of a label's two-dimensional code: the chain of identity, and the container unless there is none."""
    return "|".join((MARK, identity, container))


def own_label(text: str) -> Scanned | None:
    """A label of a Homeostat site."""
    mark, *rest = text.split("|")
    if mark != MARK or len(rest) != 2 or not rest[0]:
        return None
    return Scanned("label", rest[1] or rest[0], rest[0])


def own_number(text: str) -> Scanned | None:
    """A bare private identifier."""
    number = private.parse(text)
    if number is None:
        return None
    identity = number.text if number.kind == "identity" else ""
    return Scanned(number.kind, number.text, identity, {"site": number.site})


def isbt_donation(text: str) -> Scanned | None:
    """A donation number of ISBT 128."""
    found = isbt.donation(text)
    if found is None:
        return None
    fields = {
        "facility": found.facility,
        "check": found.check,
        "flags": found.flags,
        "printed": found.printed,
    }
    return Scanned("ISBT 128 donation", found.number, "", fields)


def isbt_structure(text: str) -> Scanned | None:
    """Another structure of ISBT 128: only the chain of identity is understood, as an opaque text."""
    found = isbt.structure(text)
    if found is None:
        return None
    if found.identifier == isbt.CHAIN_OF_IDENTITY:
        return Scanned("ISBT 128 chain of identity", found.content, found.content)
    return Scanned("ISBT 128 structure", found.content, "", {"structure": found.identifier})


def gs1_elements(text: str) -> Scanned | None:
    """An element string of GS1."""
    found = gs1.elements(text)
    return None if found is None else Scanned("GS1", text, "", found)


PARSERS: tuple[Parser, ...] = (own_label, own_number, isbt_donation, isbt_structure, gs1_elements)


def read(text: str, parsers: tuple[Parser, ...] = PARSERS) -> Scanned:
    """What `text` says; the system is "unknown" where no parser knows it.

    Raises WordingError where nothing, or something endless was given, or a check character or digit is wrong.
    """
    given = (
        _SYMBOLOGY.sub("", text.strip(" \t\r\n"), count=1) if text.startswith("]") else text.strip(" \t\r\n")
    )
    if not 0 < len(given) <= _LONGEST:
        raise WordingError(f"a scan gives 1 to {_LONGEST} characters", mend="scan the label again")
    for parser in parsers:
        if found := parser(given):
            return found
    return Scanned("unknown", given)
