"""Patient codes that are none: a date, which is a birthday as often as not, or a name stands in records for ever.

code -> why it tells of a person, or nothing; refused where a code is first given, never where it is on record already
"""

import re
from collections.abc import Iterator
from datetime import date

from homeostat.errors import WordingError
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchStarted, IdentityIssued

_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})[-./ ](?P<m>\d{1,2})[-./ ](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})[-./ ](?P<m>\d{1,2})[-./ ](?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})[-./ ](?P<d>\d{1,2})[-./ ](?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>\d{2})(?P<d>\d{2})(?P<y>\d{4})(?!\d)"),
)
"""How a day is written: ISO 8601, then day or month first, with and without signs between."""
_YEARS = range(1900, 2100)
"""The years that a date may be of, to be one of a living person; an assumption."""
_NAME = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]+)*(?:,\s*|\s+)[^\W\d_]{2,}.*")
"""Two words of letters, apart by a blank or a comma, as "Jo Doe" or "Doe, Jo"."""


def telling(code: str) -> str:
    """Why a code tells of a person, in words; empty where nothing says so."""
    if any(_dates(code)):
        return "it holds a date, which may be a date of birth"
    if _NAME.fullmatch(code.strip()) and not any(map(str.isdigit, code)):
        return "it reads as a name"
    return ""


def refuse_telling(ledger: Ledger, code: str) -> None:
    """Raise WordingError where a code that is new to the site tells of a person: records keep it for ever."""
    found = telling(code)
    if found and code not in _given(ledger):
        raise WordingError(
            f"this is no code for a patient: {found}", where=repr(code), mend="use one made for it, as P-017"
        )


def _given(ledger: Ledger) -> set[str]:
    """The codes that are on record already."""
    told = ledger.events(types=(IdentityIssued.type, BatchStarted.type))
    return {str(one.event.data.get("patient", "")) for one in told}


def _dates(code: str) -> Iterator[date]:
    """The days that a text may be read as."""
    for way in _DATES:
        for found in way.finditer(code):
            year, month, day = (int(found[part]) for part in "ymd")
            if year in _YEARS:
                try:
                    yield date(year, month, day)
                except ValueError:
                    continue
