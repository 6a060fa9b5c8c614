"""The hours that are reported: from the start to the end of a run, every so often."""

import math

from homeostat.cli.twin.values import OptionError

DEFAULT_DAYS = 12.0
MOST = 200_000
"""Times: a year at every three minutes."""


def times(days: float | None, hours: float | None, every: float | None) -> list[float]:
    """Ascending hours from 0 to the end, `every` hours (1, if not given; at most as long as the run)."""
    if days is not None and hours is not None:
        raise OptionError("the length is given twice", where="--days, --hours", mend="give one of them")
    end = hours if hours is not None else 24.0 * (DEFAULT_DAYS if days is None else days)
    step = min(1.0, end) if every is None else every
    if not (0.0 < end < math.inf):
        raise OptionError(f"a run of {end:g} h is none", where="--days, --hours", mend="give more than 0")
    if not (0.0 < step <= end):
        mend = "give hours, more than 0 and no longer than the run"
        raise OptionError(f"nothing is reported every {step:g} h", where="--every", mend=mend)
    count = math.floor(end / step + 1e-9)
    check_count(count, "--every", "report less often")
    found = [step * k for k in range(count + 1)]
    return found if end - found[-1] < 1e-9 * end else [*found, end]


def check_count(count: int, where: str, mend: str) -> None:
    """Raise OptionError for more times than a command should compute."""
    if count > MOST:
        raise OptionError(f"{count:,} times are more than {MOST:,}", where=where, mend=mend)
