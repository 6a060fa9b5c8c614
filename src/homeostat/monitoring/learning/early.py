"""Early prediction: which columns are known by a given day, told from their headings.

A heading names days as `dd5`, `d0`, `day 7`; what spans several (`dd5-dd7 gradient`) is known by the last of them, and
what speaks of the whole run is known by none. Headings that name no day of the same kind are known from the start.
"""

import re
from collections.abc import Sequence

from homeostat.errors import MonitoringError

_DAY = re.compile(r"^([A-Za-z]+)[ _]?([0-9]+(?:\.[0-9]+)?)$")
_WHOLE = re.compile(r"\b(overall|final|total|end|endpoint|harvest)\b", re.IGNORECASE)


def unknown_by(names: Sequence[str], until: str) -> frozenset[str]:
    """Those of `names` not known by the end of `until`, such as dd5. Raises MonitoringError if that is no day."""
    day = _DAY.match(until.strip())
    if day is None:
        raise MonitoringError(
            f"'{until}' is no day", where="--until", mend="write it as the headings do, such as dd5 or day7"
        )
    mark = re.compile(rf"(?<![A-Za-z]){re.escape(day[1])}[ _]?([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
    days = {name: [float(text) for text in mark.findall(name)] for name in names}
    if not any(days.values()):
        raise MonitoringError(
            f"no heading names a day as '{day[1]}'",
            where=f"--until {until}",
            mend="write it as the headings do",
        )
    last = float(day[2])
    return frozenset(name for name in names if max(days[name], default=0.0) > last or _WHOLE.search(name))
