"""ISBT 128 as far as its structure is public: data identifiers and the donation number's check character.

No table of ICCBBA is here: what a facility code or a product code stands for, and how long another structure is, the
site supplies (`tables`). Source of the check: ISO 7064 MOD 37-2, worked example G123498654321 -> H, flag 77.
"""

import re
from dataclasses import dataclass

from homeostat.errors import WordingError
from homeostat.governance.labels.check import check_character, check_value, holds

_NUMBER = re.compile(r"[A-Z0-9]{5}[0-9]{8}")
"""A donation number: five characters of the facility, two digits of the year, six of the sequence."""
_FLAGS = re.compile(r"[0-9A-Z]{2}")

CHAIN_OF_IDENTITY = "&/"
"""The data identifier of a chain of identity (data structure 040). What follows it is taken as it is."""

_IDENTIFIER = re.compile(r"[=&].")


@dataclass(frozen=True, slots=True)
class Donation:
    """A donation identification number; `flags` are the two characters of a code that are not part of it."""

    number: str
    flags: str

    @property
    def facility(self) -> str:
        """The code of the facility that collected: looked up in a table which the site supplies."""
        return self.number[:5]

    @property
    def check(self) -> str:
        """The check character, printed beside the number."""
        return check_character(self.number)

    @property
    def printed(self) -> str:
        """The number as people read it: facility, year, sequence, and the check character apart."""
        return f"{self.number[:5]} {self.number[5:7]} {self.number[7:]} {self.check}"


@dataclass(frozen=True, slots=True)
class Structure:
    """Any other data structure: its identifier and its content, untouched."""

    identifier: str
    content: str


def donation(text: str) -> Donation | None:
    """A donation number: as a code holds it (`=` first, flags last), typed with its check character, or bare.

    None where the text has another shape. Raises WordingError where the check character, or flags of 60 to 96 that
    stand for it, belong to another number.
    """
    bare = text.replace(" ", "")
    code = bare.startswith("=")
    body, rest = bare[code:][:13], bare[code:][13:]
    if not _NUMBER.fullmatch(body):
        return None
    if code:
        return _with_flags(body, rest)
    if rest and not (len(rest) == 1 and holds(body + rest)):
        if len(rest) != 1:
            return None
        raise WordingError(
            f"the check character of the donation number is {check_character(body)}, not {rest}",
            where=text,
            mend="read it again",
        )
    return Donation(body, "")


def _with_flags(body: str, flags: str) -> Donation | None:
    if not _FLAGS.fullmatch(flags):
        return None
    if flags.isdigit() and 60 <= int(flags) <= 96 and int(flags) != check_value(body) + 60:
        raise WordingError(
            f"the flags of the donation number are {check_value(body) + 60}, not {flags}",
            where=f"={body}{flags}",
            mend="read it again",
        )
    return Donation(body, flags)


def structure(text: str) -> Structure | None:
    """A data identifier and what follows it; None where the text does not begin with one."""
    if not _IDENTIFIER.match(text) or len(text) <= 2:
        return None
    return Structure(text[:2], text[2:])
