"""What is said of a process that a live calibration was followed through: refused spectra, results that count or not.

In: what was told of each row, and the samples among them. Out: remarks, each a sentence.
"""

from collections.abc import Mapping, Sequence

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.sampled import Sampled, beside
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import LivePackage
from homeostat.monitoring.spectra import LiveValue
from homeostat.monitoring.spectra.live import NOT_NEWER

WIDENED = 4
"""The edition from which on samples that were off widen what follows."""


def told_of_spectra(table: Table, told: Mapping[int, LiveValue], *, second: bool) -> list[str]:
    """What is said of refused spectra; `second` says that a second process was found, which explains their times.

    Raises MonitoringError where no row held a spectrum.
    """
    if not told:
        raise MonitoringError(
            "no row holds a spectrum", where=table.name, mend="bring the spectra of the process"
        )
    found = []
    refused = [row for row, one in told.items() if one.value is None]
    if refused:
        first = refused[0]
        why = f"the first in line {table.sheet.lines[first]}: {told[first].reason}"
        found.append(f"{len(refused)} of {len(told)} spectra were refused, {why}")
    late = sum(one.reason == NOT_NEWER for one in told.values())
    if 2 * late > len(told) and not second:
        found.append("WARNING: most rows are not newer than those before them; sort the table by time")
    return found


def told_of_samples(
    package: LivePackage, table: Table, samples: Sequence[Sampled], at_line: int
) -> list[str]:
    """What is said of results that were told, of which `at_line` were asked for in each process."""
    found = [
        f"the result in line {table.sheet.lines[one.row]} corrects nothing: {one.unused}"
        for one in samples
        if one.unused
    ]
    found += [
        f"the result in line {table.sheet.lines[one.row]} was more than {package.live.far:g} half-widths off what "
        "stood, and corrects only since the next agreed"
        for one in samples
        if one.waited
    ]
    found += _missed(package, samples)
    if at_line and not samples:
        found.append(
            f"WARNING: the table tells no '{package.target}' beside what was followed: no at-line result was told"
        )
    return found


def _missed(package: LivePackage, samples: Sequence[Sampled]) -> list[str]:
    """What is said where more of the told samples that count missed their intervals than may by the level."""
    told = beside(samples)
    if told.missed <= (1.0 - package.coverage) * told.stood:
        return []
    wide = (
        "later intervals are as wide as they showed"
        if package.live.rules >= WIDENED
        else "later intervals may be too narrow: the model was frozen before they are widened by it"
    )
    stated = f"{100 * package.coverage:.0f} % are stated to hold"
    return [
        f"WARNING: {told.missed} of {told.stood} told samples that count lie outside the interval that stood, "
        f"{stated}: a gain or a bias that the calibration does not know, or a mistyped result; {wide}"
    ]
