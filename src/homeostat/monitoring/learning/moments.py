"""Text that tells a date or a time of day: never a class, for the day does not come again.

In: cells. Out: whether most of them tell one.
"""

import re
from collections.abc import Sequence

MOSTLY = 0.5
_DAY, _MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
_NAMED = r"(jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
_DATES = (
    rf"\d{{4}}(?P<a>[-/.]){_MONTH}(?P=a){_DAY}",
    rf"{_DAY}(?P<b>[-/.]){_MONTH}(?P=b)(\d{{2}}|\d{{4}})",
    rf"{_MONTH}(?P<c>[-/.]){_DAY}(?P=c)(\d{{2}}|\d{{4}})",
    rf"{_DAY}\.?[- ]?{_NAMED}([- ]?(\d{{4}}|\d{{2}}))?",
    rf"{_NAMED} {_DAY}(, ?\d{{4}})?",
)
_HOUR, _MINUTE = r"([01]\d|2[0-3])", r":[0-5]\d"
_CLOCK = (
    rf"({_HOUR}{_MINUTE}|\d{{1,3}}{_MINUTE}{_MINUTE}([.,]\d+)?|\d{{1,2}}{_MINUTE}({_MINUTE})?\s*[ap]\.?m\.?)"
)
"""Two digits to the hour, unless there are seconds: '1:10' is a dilution."""
_MOMENT = re.compile(
    rf"({'|'.join(_DATES)})([t ]\s*{_CLOCK})?\s*(z|utc|[+-]\d\d:?\d\d)?|{_CLOCK}", re.IGNORECASE
)


def tells_moments(cells: Sequence[str]) -> bool:
    """Whether more than half of the cells that are filled tell a date or a time of day."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return sum(_MOMENT.fullmatch(cell) is not None for cell in filled) > MOSTLY * len(filled)
