"""Patient codes that are none: a date, which is a birthday as often as not, or a name stands in records for ever.

code -> why it tells of a person, or is none that is read and typed alike everywhere; or nothing
refused where a code is first given, never where it is on record already

A date is refused whatever its year from 1900 on: patients are newborn or old, and the day of an admission or enrolment
tells of them, too (45 CFR 164.514(b)(2)(i)(C), paraphrase: of dates that concern a person only the year may stay). A
year or a month alone is none. What is found are the usual ways to write a day or a name: this is a help, no proof.
"""

import re
from collections.abc import Iterator
from datetime import date
from unicodedata import category, normalize

from homeostat.errors import WordingError
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchStarted, ContainerAdministered, IdentityIssued

_APART = r"(?:\s*(?:[^\w\s]|_)\s*|\s+)"
"""What stands between the parts of a date: blanks, or any one sign."""
_NAMED = {
    1: "jan(?:uary|uar)?", 2: "feb(?:ruary|ruar)?", 3: "mar(?:ch)?|märz?|mrz", 4: "apr(?:il)?", 5: "may|mai",
    6: "jun[ei]?", 7: "jul[yi]?", 8: "aug(?:ust)?", 9: "sept?(?:ember)?", 10: "o[ck]t(?:ober)?",
    11: "nov(?:ember)?", 12: "de[cz](?:ember)?",
}  # fmt: skip
"""Months in English and German; an assumption: codes are given in one of both."""
_MONTH = rf"(?P<m>{'|'.join(_NAMED.values())})"
_BETWEEN = rf"(?:(?:st|nd|rd|th)?\.?{_APART}(?:of\s+)?|)"
_ALONE, _ENDING = r"(?<![^\s,;()])", r"(?![^\s,;()])"
"""Where a word begins and ends: two digits for a year make a date of a whole word, not of A-01-02-03, a number."""


def _ways(*texts: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


_DATES = _ways(
    rf"(?<!\d)(?P<y>\d{{4}}){_APART}(?P<m>\d{{1,2}}){_APART}(?P<d>\d{{1,2}})(?!\d)",
    rf"(?<!\d)(?P<d>\d{{1,2}}){_APART}(?P<m>\d{{1,2}}){_APART}(?P<y>\d{{4}})(?!\d)",
    rf"(?<!\d)(?P<m>\d{{1,2}}){_APART}(?P<d>\d{{1,2}}){_APART}(?P<y>\d{{4}})(?!\d)",
    r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)",
    r"(?<!\d)(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})(?!\d)",
    r"(?<!\d)(?P<m>\d{2})(?P<d>\d{2})(?P<y>\d{4})(?!\d)",
    rf"{_ALONE}(?P<y>\d{{2}}){_APART}(?P<m>\d{{1,2}}){_APART}(?P<d>\d{{1,2}}){_ENDING}",
    rf"{_ALONE}(?P<d>\d{{1,2}}){_APART}(?P<m>\d{{1,2}}){_APART}(?P<y>\d{{2}}){_ENDING}",
    rf"{_ALONE}(?P<m>\d{{1,2}}){_APART}(?P<d>\d{{1,2}}){_APART}(?P<y>\d{{2}}){_ENDING}",
    rf"(?<!\d)(?P<d>\d{{1,2}}){_BETWEEN}{_MONTH}{_BETWEEN}(?P<y>\d{{4}}|\d{{2}})(?!\d)",
    rf"(?<!\d)(?P<y>\d{{4}}){_BETWEEN}{_MONTH}{_BETWEEN}(?P<d>\d{{1,2}})(?!\d)",
    rf"(?<![^\W\d_]){_MONTH}{_BETWEEN}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|{_APART})(?P<y>\d{{4}})(?!\d)",
)
"""How a day is written: ISO 8601, day or month first, without signs, with two digits of a year, with a named month."""
_YEARS = range(1900, 2100)
"""The years that a date may be of, to be one of a living person; an assumption."""

_LETTER = r"[^\W\d_]"
_WORD = rf"(?:{_LETTER}{{2,}}|{_LETTER}['’]{_LETTER}+)(?:[-'’]{_LETTER}+)*"
_CAPITALISED = r"(?-i:[^\W\d_a-z][^\W\d_A-Z]+)"
_TITLE = "dr|prof|mrs?|ms|herr|frau|sir"
_NAMES = _ways(
    rf"{_WORD}\s+{_WORD}\D*",
    rf"{_WORD}\s*,\s*{_LETTER}.*",
    rf"(?:{_LETTER}\.[\s-]*)+{_WORD}.*",
    rf"{_WORD}\s+{_LETTER}\..*",
    rf"{_WORD}(?:\^{_LETTER}*)+.*",
    rf"{_CAPITALISED}(?:[_-]{_CAPITALISED})+",
    rf"\S*\d\S*\s+{_CAPITALISED}\s+{_CAPITALISED}",
    rf"(?:{_TITLE})\b\.?\s*{_WORD}.*",
)
"""Names: "Jo Doe" with no number beside, "Doe, Jo" and "Doe,J", "J. Doe", "Doe J."; "patient A" is none.

Also as DICOM writes them ("DOE^JOHN"), joined ("Doe_John", "Doe-John"; "TR-AB" is none), after a code
("P017 John Doe") and after a title ("Dr. Doe").
"""
_BORN = re.compile(r"[\W_]*(?<!\d)(?:19|20)\d\d(?!\d)[\W_]*")
"""A year beside a name, which makes no code of it."""


def telling(code: str) -> str:
    """Why a code tells of a person, in words; empty where nothing says so."""
    plain = "".join(one for one in normalize("NFKC", code) if category(one) != "Cf").strip()
    if any(_dates(plain)):
        return "it holds a date, which may be a date of birth"
    bare = _BORN.sub(" ", plain).strip()
    if any(way.fullmatch(bare) for way in _NAMES):
        return "it reads as a name"
    return ""


_PLAIN = re.compile(r"[^\W_]+(?:(?:[-._]|,? )[^\W_]+)*")
"""Letters and digits, parted by a hyphen, a point, an underscore or a blank, as "UKX 0042" or "P-1, 2026"."""
_ODD = "it holds something else than letters and digits, parted by '-', '.', '_' or a blank"


def refuse_telling(ledger: Ledger, code: str) -> None:
    """Raise WordingError where a code that is new to the site tells of a person, or holds signs that are no code's.

    Records keep it for ever, and others read it: from a label, in a list, in the name of a file. A batch may have none.
    """
    plain = _PLAIN.fullmatch(code) and normalize("NFKC", code) == code  # else it looks like another one
    found = telling(code) or ("" if plain or not code else _ODD)
    if found and code not in _given(ledger):
        raise WordingError(
            f"this is no code for a patient: {found}", where=repr(code), mend="use one made for it, as P-017"
        )


def _given(ledger: Ledger) -> set[str]:
    """The codes that are on record already: of patients, and of those whom something was given to."""
    told = ledger.events(types=(IdentityIssued.type, BatchStarted.type, ContainerAdministered.type))
    return {str(one.event.data.get(part, "")) for one in told for part in ("patient", "recipient")}


def _dates(code: str) -> Iterator[date]:
    """The days that a text may be read as."""
    for way in _DATES:
        for found in way.finditer(code):
            year, month, day = _year(found["y"]), _month(found["m"]), int(found["d"])
            if year in _YEARS:
                try:
                    yield date(year, month, day)
                except ValueError:
                    continue


def _year(text: str) -> int:
    """A year; of two digits one of this century, which has the same leap years."""
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return next(month for month, way in _NAMED.items() if re.fullmatch(way, text, re.IGNORECASE))
