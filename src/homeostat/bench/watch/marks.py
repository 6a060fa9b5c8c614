"""When a seeded fault first leaves a mark in what is measured: from then on, and not before, anything could see it.

    the same donor with and without the fault, a row an hour -> each sensor's own scatter -> first lasting difference

A prediction or an alarm rests on readings. Where no sensor has left the course that it would have had without the
fault, physics allows no lead at all.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from homeostat.monitoring.frozen import Array
from homeostat.process import Process
from homeostat.quality.batch_series import TIME
from homeostat.quality.batch_table import BatchTable

BEYOND = 5.0
"""A reading has left its course that differs by as many standard deviations of its noise (assumption)."""
LASTING = 2
"""So many hours in a row."""
NORMAL = 1.4826
"""Standard deviation over median absolute deviation of a normal distribution."""


def first_mark(process: Process, sound: BatchTable, faulty: BatchTable, begin: float) -> float | None:
    """The hour from `begin` (h) on at which a sensor of the faulty batch leaves its sound course; None: none does."""
    there, here = _columns(sound), _columns(faulty)
    count = min(len(there[TIME]), len(here[TIME]))
    times = there[TIME][:count]
    found = [
        float(times[place])
        for name, noise in _sensors(process, there)
        if (place := _leaves(there[name][:count], here[name][:count], noise, times - begin)) is not None
    ]
    return min(found, default=None)


def _leaves(sound: Array, faulty: Array, noise: float, after: Array) -> int | None:
    """The first row, `after` the fault (h), of the first lasting difference; that only one has a reading is one."""
    lost = np.isnan(sound) != np.isnan(faulty)
    apart = (lost | (np.abs(faulty - sound) > BEYOND * noise)) & (after >= 0.0)
    lasting = np.convolve(apart, np.ones(LASTING), "valid") >= LASTING
    return int(lasting.argmax()) if lasting.any() else None


def _sensors(process: Process, columns: Mapping[str, Array]) -> Iterator[tuple[str, float]]:
    """The columns that a sensor fills, each with its noise: its second differences' scatter, or its resolution."""
    for name, values in columns.items():
        tag = process.tags.get(name.partition(" [")[0])
        if tag is None or tag.kind != "sensor":
            continue
        bends = np.abs(np.diff(values[np.isfinite(values)], 2))
        scatter = NORMAL * float(np.median(bends)) / np.sqrt(6.0) if len(bends) else 0.0
        yield name, max(scatter, 0.0 if tag.resolution is None else tag.resolution.to(tag.unit))


def _columns(table: BatchTable) -> dict[str, Array]:
    """Every column of numbers by its heading, NaN where a cell is empty."""
    found = {}
    for name, cells in zip(table.headings, zip(*table.rows, strict=True), strict=True):
        try:
            found[name] = np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            continue  # a column of text: batch, donor, phase
    return found
