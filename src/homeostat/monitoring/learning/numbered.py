"""Columns that are numbered alike and yet no spectrum: what is said of them, so that a spectrum is not lost unseen.

In: the names of the inputs. Out: one sentence, or none.
"""

import re
from collections.abc import Sequence

from homeostat.monitoring.learning.wavelengths import SPECTRUM, grouped, read, spectrum

_NUMBERED = re.compile(r"(?P<before>[^\d.,+-]*)[+-]?[\d.,]+([eE][+-]?\d+)?(?P<after>\D*)")


def not_taken(names: Sequence[str], decimal: str) -> str | None:
    """Why the largest set of columns that share what stands around their numbers is no spectrum."""
    sets: dict[tuple[str, str], list[str]] = {}
    for name in names:
        if found := _NUMBERED.fullmatch(name):
            sets.setdefault((found["before"], found["after"]), []).append(name)
    largest = max(sets.values(), key=len, default=[])
    if len(largest) < SPECTRUM:
        return None
    return (
        f"{len(largest)} columns such as '{largest[0]}' and '{largest[1]}' are numbered alike, "
        f"but not taken for a spectrum: {_why(largest, names, decimal)}"
    )


def _why(largest: Sequence[str], names: Sequence[str], decimal: str) -> str:
    numbers = [found.number for name in largest if (found := read(name, decimal)) is not None]
    if len(numbers) < SPECTRUM:
        return "if they are one, write the wavelength and its unit as heading, such as '1000 nm'"
    if len(set(numbers)) < len(numbers):
        return "one wavelength stands in two of them"
    spectra = sum(len(group) >= SPECTRUM for group in grouped(names, decimal).values())
    if spectra > 1:
        return f"there are {spectra} spectra; name the columns of one with --columns"
    if not spectrum(names, decimal):
        return "in no order and unevenly apart; add headings if there are none, turn the table if spectra are columns"
    return "other columns stand beside them; leave those out to learn from a spectrum"
