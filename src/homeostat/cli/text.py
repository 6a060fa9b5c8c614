"""Numbers, times and foreign text as a reader of the command line meets them."""

import math

_DAY = 86_400
_SECOND = 1_000_000


def printable(text: str) -> str:
    """`text` with line breaks as spaces and unprintable characters escaped: nothing steers the terminal."""
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def clock(time: int) -> str:
    """Process time in µs as days, hours and minutes since the start."""
    days, rest = divmod(time // _SECOND, _DAY)
    return f"day {days} {rest // 3600:02d}:{rest // 60 % 60:02d}"


def duration(time: int) -> str:
    """A length of process time in µs in the two units that matter, rounded to the smaller."""
    seconds = round(time / _SECOND)
    hours, minutes = round(seconds / 3600), round(seconds / 60)
    if hours >= 24:
        return f"{hours // 24} d {hours % 24} h"
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{seconds // 60} min {seconds % 60} s"


def span(seconds: float) -> str:
    """A time to respond in s, in hours or minutes."""
    return f"{seconds / 3600.0:g} h" if seconds >= 3600.0 else f"{seconds / 60.0:g} min"


def number(value: float | None) -> str:
    """A value to four significant digits, thousands grouped; a dash when there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0 or 1e-3 <= abs(value) < 1e10:
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:.3e}"


def limits(low: float | None, high: float | None) -> str:
    """A specification: from low to high, or one-sided."""
    if low is None:
        return "-" if high is None else f"<= {number(high)}"
    return f">= {number(low)}" if high is None else f"{number(low)} to {number(high)}"


def _escape(character: str) -> str:
    return " " if character in "\n\r\t" else character.encode("unicode_escape").decode()
