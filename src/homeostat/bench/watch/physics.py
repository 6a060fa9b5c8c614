"""When a seeded fault could first have been seen at all, by any watch, in what is measured of one simulated batch.

    recorded faulty batch -> the same orders to the same vessel with and without the fault, and with each parameter that
    donors differ in a little aside -> evidence of the fault, instrument by instrument (`detectable`)

Both vessels are told exactly what the faulty batch was told, so that a loop's answer to the fault hides nothing: given
the same orders, what is left of the difference is what the measurements themselves say. Every sensor counts at each
sample of its own with its declared noise, which is independent from sample to sample, and every quantity that the
laboratory reports when it is reported. What another donor or another drift could explain is no information: the
declared spread of each parameter, of donor and plant together, and the declared drift of each sensor are nuisances.
Left out: lost readings, what rounding takes beyond its variance, and how far from a straight line measurements follow a
parameter. The first two make a fault look easier to see than it is, and the bar stricter.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.bench.watch.detectable import Evidence
from homeostat.bench.watch.perfect import Course, Orders, befallen, course, perfected
from homeostat.monitoring.frozen import Array
from homeostat.process import Process, Quantity
from homeostat.process.seeded import SeededFault

ASIDE = 0.1
"""The step aside, in standard deviations, by which the effect of a parameter is found."""


def evidence(process: Process, fault: SeededFault, seed: int, orders: Sequence[Orders]) -> Evidence:
    """What is measured of the vessel of `seed` to tell that `fault` befell it, beside all that donors differ in."""
    perfect = perfected(process)
    sound, faulty = (course(befallen(perfect, *one), seed, orders) for one in ((), (fault,)))
    aside = [course(befallen(perfect, one), seed, orders) for one in steps_aside(process)]
    hours = np.arange(len(sound.sensors), dtype=np.float64) * process.scan.to("h")
    parts = [*_sensors(process, hours, sound, faulty, aside), *_laboratory(process, sound, faulty, aside)]
    return _joined([part for part in parts if part.deviation.all()])


def steps_aside(process: Process) -> list[SeededFault]:
    """For each parameter that differs between donors or plants, that it is a little greater from the beginning."""
    variances: dict[str, float] = {}
    for spreads in (process.twin.donor, process.simulation.mismatch):
        for name, spread in spreads.items():
            variances[name] = variances.get(name, 0.0) + math.log1p(spread.to("1") ** 2)
    return [
        SeededFault(
            kind="parameter",
            of=name,
            at=Quantity(0.0, "h"),
            size=Quantity(math.exp(ASIDE * math.sqrt(variance)), "1"),
        )
        for name, variance in variances.items()
    ]


@dataclass(frozen=True)
class _Part:
    """The evidence of one instrument, as `Evidence` has it; `drift` (n,) is what its own drift would add."""

    time: Array
    difference: Array
    deviation: Array
    other: Array
    drift: Array


def _sensors(
    process: Process, hours: Array, sound: Course, faulty: Course, aside: Sequence[Course]
) -> Iterator[_Part]:
    """A part for each sensor whose noise is declared, at its own samples."""
    for place, (name, tag) in enumerate(process.tags.items()):
        declared = process.simulation.sensors.get(name)
        if tag.kind != "sensor" or declared is None or declared.noise is None:
            continue
        rounding = tag.resolution.difference(tag.unit) if tag.resolution else 0.0
        deviation = math.hypot(declared.noise.difference(tag.unit), rounding / math.sqrt(12.0))
        drift = declared.drift.ratio(tag.unit, "h") if declared.drift else 0.0
        there, here = sound.sensors[:, place], faulty.sensors[:, place]
        moved = np.array([one.sensors[:, place] for one in aside]).T
        good = np.isfinite(there) & np.isfinite(here) & np.isfinite(moved).all(axis=1)
        yield _Part(
            hours[good],
            (here - there)[good],
            np.full(good.sum(), deviation),
            (moved - there[:, None])[good] / ASIDE,
            drift * hours[good],
        )


def _laboratory(process: Process, sound: Course, faulty: Course, aside: Sequence[Course]) -> Iterator[_Part]:
    """A part for each result; its deviation is the mean of those with and without the fault, in the square."""
    for (sample, assay, quantity), (time, value) in sound.results.items():
        key = (sample, assay, quantity)
        if key not in faulty.results:
            continue
        here, variation = faulty.results[key][1], process.assays[assay].variation.to("1")
        yield _Part(
            np.array([time]),
            np.array([here - value]),
            np.array([variation * math.sqrt((value**2 + here**2) / 2.0)]),
            np.array([[one.results[key][1] - value for one in aside]]) / ASIDE,
            np.zeros(1),
        )


def _joined(parts: Sequence[_Part]) -> Evidence:
    """All parts in order of time; each drift is a nuisance of its own instrument alone."""
    drifting = [place for place, part in enumerate(parts) if part.drift.any()]
    others = [
        np.column_stack([part.other, *(part.drift * (place == one) for one in drifting)])
        for place, part in enumerate(parts)
    ]
    time = np.concatenate([part.time for part in parts])
    order = np.argsort(time, kind="stable")
    return Evidence(
        time[order],
        np.concatenate([part.difference for part in parts])[order],
        np.concatenate([part.deviation for part in parts])[order],
        np.concatenate(others)[order],
    )
