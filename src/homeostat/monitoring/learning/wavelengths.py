"""Headings that are wavelengths, known by one rule wherever a table is learnt from or judged.

In: headings, and the mark that the table's decimals bear. Out: which of them are one spectrum, in order, its axis, and
which heading stands for a wavelength that a model knows: '1000', '1000,0', '1000.0 nm', 'X1000', 'wl_1000 [nm]'.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.monitoring.frozen import Array

SPECTRUM = 30
"""Wavelengths from which on columns are taken for a spectrum."""
ROUNDING = 0.01
"""Share of the step between points by which two headings of one wavelength may differ: they are written rounded."""
EVEN = 0.5
"""Spread of the steps (between quartiles, over the median) up to which points in no order are sorted."""
_SAME = 1e-9
_PREFIXES = frozenset(
    {"", "x", "w", "xw", "wl", "wn", "wv", "wave", "wavelength", "wavenumber", "lambda", "λ"}
)
"""What may stand before a wavelength without a unit; with one, any word may."""
_UNITS = {"nm": "nm", "µm": "µm", "μm": "µm", "um": "µm"}
_HEADING = re.compile(
    r"(?:(?P<prefix>[A-Za-zλ_]+)[\s_.:-]*)?"
    r"(?P<number>(?(prefix)|[+-]?)(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"[\s_.]*[(\[]?(?P<unit>nm|[µμu]m|cm\s?\^?[-−.]1|cm⁻¹|1/cm)?[)\]]?\.?",
    re.IGNORECASE,
)
"""The points are R's, whose `read.csv` writes 'X1000..nm.' for '1000 (nm)'."""
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

Key = tuple[str, str]
"""Prefix and unit: what the headings of one spectrum share."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading read as a wavelength: its number, and what stands around it in small letters."""

    number: float
    key: Key


def read(name: str, decimal: str) -> Heading | None:
    """The wavelength that a heading writes; None where it writes none, or '1,000' may be a thousand."""
    found = _HEADING.fullmatch(name.strip())
    if found is None or (decimal != "," and _THOUSANDS.fullmatch(found["number"])):
        return None
    prefix, unit = (found["prefix"] or "").strip("_").lower(), (found["unit"] or "").lower()
    unit = _UNITS.get(unit, "cm-1" if unit else "")
    if prefix in _UNITS:
        prefix, unit = "", unit or _UNITS[prefix]
    number = float(found["number"].replace(",", "."))
    known = np.isfinite(number) and (unit or prefix in _PREFIXES)
    return Heading(number, (prefix, unit)) if known else None


def grouped(names: Sequence[str], decimal: str) -> dict[Key, dict[str, float]]:
    """The wavelengths among `names`, apart by what stands around their numbers."""
    found: dict[Key, dict[str, float]] = {}
    for name in names:
        heading = read(name, decimal)
        if heading is not None:
            found.setdefault(heading.key, {})[name] = heading.number
    return found


def spectrum(names: Sequence[str], decimal: str) -> list[str]:
    """The one spectrum among `names`, as it stands if it rises or falls, else sorted; empty where there is none.

    Only points that are about evenly apart are sorted: other numbers in no order may be anything.
    """
    large = [group for group in grouped(names, decimal).values() if len(group) >= SPECTRUM]
    if len(large) != 1:
        return []
    points = large[0]
    steps = np.diff(list(points.values()))
    if (steps > 0).all() or (steps < 0).all():
        return list(points)
    return sorted(points, key=points.__getitem__) if _even(np.sort(list(points.values()))) else []


def _even(points: Array) -> bool:
    low, middle, high = np.quantile(np.diff(points), (0.25, 0.5, 0.75))
    return bool((np.diff(points) > 0).all() and high - low <= EVEN * middle)


def axis(names: Sequence[str], decimal: str) -> Array:
    """The wavelengths (p,) of a spectrum's columns."""
    found = [read(name, decimal) for name in names]
    return np.array([np.nan if each is None else each.number for each in found], np.float64)


def span(names: Sequence[str], decimal: str) -> str:
    """From where to where the one spectrum among `names` goes, in words; "" where there is none."""
    points = axis(spectrum(names, decimal), decimal)
    return f"{len(points)} from {points.min():g} to {points.max():g}" if len(points) else ""


def is_spectrum(names: Sequence[str]) -> bool:
    """Whether a model's inputs are a spectrum and nothing else."""
    return len(spectrum(names, ",")) == len(names) > 0


def matching(names: Sequence[str], headings: Sequence[str], decimal: str) -> dict[str, str]:
    """For each of a model's `names` that is a wavelength, the heading of a table that stands for it, where one does.

    A comma in a wavelength that a model learnt is always a decimal one. A whole spectrum may be headed otherwise in
    the table, but not in another unit; single columns may only be rounded otherwise.
    """
    offered = grouped(headings, decimal)
    found: dict[str, str] = {}
    for key, wanted in grouped(names, ",").items():
        found |= _best(key, wanted, offered)
    return found


def _best(
    key: Key, wanted: Mapping[str, float], offered: Mapping[Key, Mapping[str, float]]
) -> dict[str, str]:
    """The headings of the spectrum that holds most of the wanted points; none where two hold as many."""
    like = [other for other in offered if other == key or (len(wanted) >= SPECTRUM and _agree(key, other))]
    offers = [(nearest(wanted, offered[other]), other == key) for other in like]
    ranks = [(len(found), same) for found, same in offers]
    if not ranks or ranks.count(max(ranks)) > 1:
        return {}
    return offers[ranks.index(max(ranks))][0]


def _agree(one: Key, other: Key) -> bool:
    return one[1] == other[1] or not one[1] or not other[1]


def nearest(wanted: Mapping[str, float], offered: Mapping[str, float]) -> dict[str, str]:
    """For each wanted name the offered one of the nearest number, where they differ by no more than rounding."""
    numbers, names = np.array(list(offered.values())), list(offered)
    points = np.array(list(wanted.values()))
    step = float(np.diff(np.unique(points)).min()) if len(points) >= SPECTRUM else 0.0
    found = {}
    for name, point in wanted.items():
        place = int(np.argmin(np.abs(numbers - point)))
        if abs(numbers[place] - point) <= max(ROUNDING * step, _SAME * abs(point)):
            found[name] = names[place]
    return found
