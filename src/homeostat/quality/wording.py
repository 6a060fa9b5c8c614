"""Numbers, units and times as a reader wants them; full precision stays in the JSON record."""

import re
from collections.abc import Sequence

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPELLING = (("degC", "°C"), ("umol", "µmol"), ("ug", "µg"), ("uL", "µL"), ("**", "^"), ("*", "·"))
THIN = "\u202f"
VOID = "Events that count for nothing"
"""What the record calls events of the batch that cannot be read, or stand where none can."""
LISTED = 10
"""So many places are listed in one line."""


def number(value: float | None, digits: int = 4) -> str:
    """`value` with `digits` significant digits, thousands apart, powers of ten written out; None as "–"."""
    if value is None:
        return "–"
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        return f"{_minus(_trimmed(mantissa))}·10{str(int(power)).translate(_SUPERSCRIPT)}"
    text = _trimmed(f"{float(f'{value:.{digits}g}'):.{_decimals(value, digits)}f}")
    whole, point, rest = text.partition(".")
    if len(whole.lstrip("-")) > 4:
        whole = f"{int(whole):,}".replace(",", THIN)
    return _minus(whole + point + rest)


def unit_text(unit: str) -> str:
    """A unit as it is printed: "1e6 cell/mL" becomes "10⁶ cell/mL", "degC" "°C"; a plain number has none."""
    if unit in {"1", ""}:
        return ""
    for written, printed in _SPELLING:
        unit = unit.replace(written, printed)
    unit = re.sub(r"^1e(\d+) ", lambda match: f"10{match[1].translate(_SUPERSCRIPT)} ", unit)
    return re.sub(r"\^(-?\d)", lambda match: match[1].translate(_SUPERSCRIPT), unit)


def quantity(value: float | None, unit: str) -> str:
    """A number and its unit; a power of ten in the unit multiplies it: "2 × 10⁶ cell/mL"."""
    if value is None:
        return "–"
    printed = unit_text(unit)
    sign = "× " if printed.startswith("10") else ""
    return f"{number(value)} {sign}{printed}".rstrip()


def bounds(low: float | None, high: float | None, unit: str) -> str:
    """An interval in words: "70 to 100 %", "at least 70 %", "at most 5 mmol/L"."""
    if low is not None and high is not None:
        return f"{number(low)} to {quantity(high, unit)}"
    if low is not None:
        return f"at least {quantity(low, unit)}"
    return f"at most {quantity(high, unit)}" if high is not None else "no limit"


def percent(share: float | None) -> str:
    """A share (0 to 1) in percent, never rounded up to "100 %" or down to "0 %"."""
    if share is None:
        return "–"
    if share in {0.0, 1.0}:
        return f"{share * 100:.0f} %"
    return f"{min(max(share * 100, 0.01), 99.99):.{1 if 0.001 <= share <= 0.999 else 2}f} %"


def moment(time: int | None) -> str:
    """A point in process time as days, hours and minutes since the start: "3 d 04:20"."""
    if time is None:
        return "–"
    days, rest = divmod(abs(time), DAY)
    hours, rest = divmod(rest, HOUR)
    seconds = rest % MINUTE // SECOND
    clock = f"{hours:02d}:{rest // MINUTE:02d}" + (f":{seconds:02d}" if seconds else "")
    return f"{'−' if time < 0 else ''}{days} d {clock}"


def duration(length: int | None) -> str:
    """A length of time in its two leading units: "12 d", "9 h 12 min", "45 s"."""
    if length is None:
        return "–"
    parts = []
    rest = length
    for size, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        amount, rest = divmod(rest, size)
        parts.append((amount, name))
    first = next((place for place, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    shown = [f"{amount} {name}" for amount, name in parts[first : first + 2] if amount]
    return " ".join(shown) or ("0 s" if length == 0 else "under 1 s")


def count(amount: int, singular: str, plural: str = "") -> str:
    """`amount` with its noun: "1 alarm", "2 alarms"."""
    return f"{amount} {singular if amount == 1 else plural or singular + 's'}"


def listed(places: Sequence[int]) -> str:
    """Places of events, ten at most: "57, 58"."""
    more = len(places) - LISTED
    return ", ".join(map(str, places[:LISTED])) + (f" and {more} more" if more > 0 else "")


def times(amount: int) -> str:
    """How often: "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(amount, f"{amount} times")


def _decimals(value: float, digits: int) -> int:
    """Decimals that show `digits` significant digits of `value`."""
    return max(digits - 1 - int(f"{abs(value):.{digits - 1}e}".partition("e")[2]), 0)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _minus(text: str) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") else text


def chance(value: float) -> str:
    """A probability in three digits; one that would be rounded to certainty says how near it is."""
    if value > 0.999:
        return "> 0.999"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
