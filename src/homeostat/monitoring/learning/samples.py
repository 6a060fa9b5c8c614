"""The samples that a live calibration learns from: rows with a spectrum and a reference value, each measurement once.

In: a `Table`, which column is the target, which the group. Out: `Samples`, the headings of the spectrum, which rows
they are, and what was decided. A spectrum with gaps, or a flat one, stops it with its place.
"""

from collections.abc import Sequence

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.identical import joined, once, repeats
from homeostat.monitoring.learning.possible import Possible
from homeostat.monitoring.learning.spectral import headings_of
from homeostat.monitoring.learning.spellings import spellings
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.wavelengths import axis
from homeostat.monitoring.spectra.learning import Samples

SHOWN = 20
"""Faults of the samples that are told one by one."""
FEWEST = 3
"""Groups without which nothing can be calibrated."""


def measured_once(
    table: Table, target: str, group: str | None, possible: Possible, decisions: list[str]
) -> tuple[list[str], Samples, list[int]]:
    """The headings of the spectrum, and the rows that have a reference value, each measurement once; which they are.

    What was decided is added to `decisions`. Raises MonitoringError with the place at fault.
    """
    apart = [target, *([group] if group else [])]
    for name in apart:
        table.check_single(name)
    values, names = table.number(target), headings_of(table, apart)
    kept = np.flatnonzero(np.isfinite(values))
    possible.check(values[kept], lambda place: table.place(int(kept[place]), target))
    if len(kept) < table.rows:
        decisions.append(f"{table.rows - len(kept)} rows without '{target}' are left out")
    spectra = np.stack([table.number(name) for name in names], axis=1)
    for row in kept.tolist():
        _check_whole(table, names, spectra, row)
    groups = None
    if group is not None:
        decisions += spellings(table, (), group)
        groups = _apart(spectra[kept], table.named(group, kept.tolist()), table, group, decisions)
    decisions += _contradicting(
        spectra[kept], values[kept], [table.sheet.lines[row] for row in kept.tolist()]
    )
    single = once(spectra[kept], values[kept], groups)
    if len(single) < len(kept):
        decisions.append(
            f"{len(kept) - len(single)} rows repeat another in spectrum and '{target}': each counts once"
        )
        kept, groups = kept[single], None if groups is None else tuple(groups[row] for row in single.tolist())
    try:
        samples = Samples(axis(names, table.sheet.decimal), spectra[kept], values[kept], groups)
    except MonitoringError as fault:
        raise MonitoringError(fault.what, where=table.name, mend=fault.mend) from fault
    return names, samples, kept.tolist()


def _apart(
    spectra: Array, groups: tuple[str, ...], table: Table, group: str, decisions: list[str]
) -> tuple[str, ...]:
    """The groups (n,), those that share a spectrum as one. Raises MonitoringError where too few are left."""
    names = joined(spectra, groups)
    lost = [name for name, under in names.items() if name != under]
    if not lost:
        return groups
    pairs = "; ".join(f"'{name}' counts as '{names[name]}'" for name in lost[:SHOWN])
    more = f"; and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    told = (
        f"{len(lost)} groups share spectra with another, bit for bit, and are held out with it: {pairs}{more}"
    )
    left = len(names) - len(lost)
    if left < FEWEST <= len(names):
        raise MonitoringError(
            f"only {left} groups are left: {told}",
            where=f"{table.name}, column '{group}'",
            mend="bring at least three that share none; leave a spectrum out that stands in many, such as a blank",
        )
    decisions.append(f"WARNING: {told}")
    return tuple(names[name] for name in groups)


def _contradicting(spectra: Array, values: Array, lines: Sequence[int]) -> list[str]:
    """What is said of one spectrum that has two reference values."""
    same = repeats(spectra, np.zeros(len(values)))
    if same is None:
        return []
    pairs = [(first, row) for row, first in enumerate(same.tolist()) if values[row] != values[first]]
    return [
        f"WARNING: lines {lines[first]} and {lines[row]} give one spectrum two values, {values[first]:g} and "
        f"{values[row]:g}: one of them is wrong, or their spectra are"
        for first, row in pairs[:SHOWN]
    ] + ([f"WARNING: so do {len(pairs) - SHOWN} more rows"] if len(pairs) > SHOWN else [])


def _check_whole(table: Table, names: list[str], spectra: Array, row: int) -> None:
    gaps = np.flatnonzero(~np.isfinite(spectra[row]))
    if len(gaps):
        raise MonitoringError(
            "a sample to calibrate from lacks a point of its spectrum",
            where=table.place(row, names[int(gaps[0])]),
            mend="measure it again, or leave the sample out",
        )
    if float(np.ptp(spectra[row])) <= 0.0:
        raise MonitoringError(
            "the spectrum of a sample is flat",
            where=table.place(row),
            mend="measure it again, or leave it out",
        )
