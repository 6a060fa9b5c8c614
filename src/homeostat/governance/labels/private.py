"""Identifiers for private use: a site's own numbers, which need no registration and resemble no registered ones.

`SSSS K NNNNNN C`: the site (four characters of its key's fingerprint), the kind (I a chain of identity, C a container,
D a donation), a number from 1 that is never given again, the check character of ISO 7064 MOD 37-2.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from homeostat.governance.labels.check import ALPHABET, check_character, holds

Kind: TypeAlias = Literal["identity", "container", "donation"]

LETTERS: Mapping[Kind, str] = {"identity": "I", "container": "C", "donation": "D"}
_KINDS: Mapping[str, Kind] = {letter: kind for kind, letter in LETTERS.items()}

_SITE, _DIGITS = 4, 6
_LENGTH = _SITE + 1 + _DIGITS + 1
_SIGNS = ALPHABET[:36]


@dataclass(frozen=True, slots=True)
class Number:
    """A private identifier, taken apart."""

    text: str
    site: str
    kind: Kind
    sequence: int


def site_prefix(fingerprint: str) -> str:
    """The four characters that begin a site's numbers, from the fingerprint of its public key."""
    value = int.from_bytes(hashlib.sha256(f"identifiers of {fingerprint}".encode()).digest())
    signs = []
    for _ in range(_SITE):
        value, sign = divmod(value, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)


def written(site: str, kind: Kind, sequence: int) -> str:
    """The identifier of this number."""
    body = f"{site}{LETTERS[kind]}{sequence:0{_DIGITS}d}"
    return body + check_character(body)


def next_number(site: str, kind: Kind, last: int) -> Number:
    """The first number behind `last` whose check character is no `*`, which shells and file names misread."""
    sequence = last + 1
    while (text := written(site, kind, sequence)).endswith("*"):
        sequence += 1
    return Number(text, site, kind, sequence)


def parse(text: str) -> Number | None:
    """The identifier, taken apart; None where the text is none, or its check character is wrong."""
    kind = _KINDS.get(text[_SITE : _SITE + 1])
    digits = text[_SITE + 1 : -1]
    if len(text) != _LENGTH or kind is None or not digits.isdecimal() or not holds(text):
        return None
    return Number(text, text[:_SITE], kind, int(digits))
