"""The public yeast runs 4 to 7 as runs to fit: samples, dissolved oxygen and off-gas, with the logged inputs.

In: the data set's folder. Out: `Run`s of a yeast model that has `gas_read`, the off-gas as the analyser shows it. Time
counts in hours since inoculation. Stirrer and air flow act as logged, the feed as the run sheet says.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from homeostat.equipment import RecordedLog
from homeostat.process import Process, Quality
from homeostat.twin import Segment
from homeostat.twin.fit import Run
from homeostat.twin.fit.protocol import Array

Tags = Mapping[str, tuple[Array, Array]]


class Sheet(NamedTuple):
    """A line of the run sheet (metadata.xlsx, start and tsfeedOn): inoculation and begin of the feed, local time."""

    inoculated: str
    fed: str


SHEETS: Mapping[int, Sheet] = {
    4: Sheet("2020-11-24T10:06", "2020-11-24T10:29"),
    5: Sheet("2020-11-30T10:16", "2020-11-30T10:24"),
    6: Sheet("2020-12-03T09:51", "2020-12-03T09:51"),
    7: Sheet("2020-12-09T09:39", "2020-12-09T09:57"),
}
FEED = 0.0069
"""L/h in every run, by the run sheet."""
SAMPLED = ("biomass", "glucose", "ethanol")
ABSOLUTE, RELATIVE = np.array([0.4, 0.35, 0.35]), np.array([0.035, 0.05, 0.05])
"""Believed error of the samples, g/L and share: the scatter between neighbouring samples (studies/yeast_fit.py)."""
GRID = np.concatenate([np.arange(0.5, 5.0, 0.5), np.arange(5.0, 8.0), np.arange(8.0, 11.0, 0.5)])
GRID = np.concatenate([GRID, [11.0, 12.0], np.arange(14.0, 25.0, 2.0)])
"""Hours at which oxygen and off-gas are compared: closer where the metabolism switches."""
GAS_ERROR, GAS_ZERO, OXYGEN_ERROR, SIGNAL_WEIGHT = 0.15, 0.02, 10.0, 0.5
"""Relative error of carbon dioxide; what the analyser reads too little on air, %; error of oxygen, %; weight of these
signals, because neighbours on the grid err alike."""
SPEED_STEP, AIR_STEP = 10.0, 0.02
"""Changes of the stirrer in rpm and of the air flow in L/min that make a new segment: a smaller one changes the
transfer of oxygen by less than 3 %."""
MINUTE, HOUR = 60_000_000, 3_600_000_000


def read_run(process: Process, folder: Path, number: int) -> Run:
    """Run `number` as "run4" and so on. Raises `EquipmentError` where the log cannot be read."""
    log, sheet = RecordedLog(process, folder / "online" / f"online_{number}.CSV"), SHEETS[number]
    inoculated = datetime.fromisoformat(sheet.inoculated)
    fed = (datetime.fromisoformat(sheet.fed) - inoculated).total_seconds() / 3600.0
    shift = (datetime.fromisoformat(str(log.facts()["begins"])) - inoculated).total_seconds() / 3600.0
    end = log.end() or 0
    tags = _tags(process, log, end, shift)
    samples = np.array(
        [[r.taken / HOUR + shift, *(r.values.get(n, math.nan) for n in SAMPLED)] for r in log.results(end)]
    )
    return _run(f"run{number}", samples, tags, _inputs(tags, fed), log.initial())


def _run(name: str, samples: Array, tags: Tags, segments: list[Segment], initial: Mapping[str, float]) -> Run:
    time = np.unique(np.concatenate([samples[:, 0], GRID]))
    rows, grid = np.searchsorted(time, samples[:, 0]), np.searchsorted(time, GRID)
    measured, noise = {}, {}
    for place, quantity in enumerate(SAMPLED):
        measured[quantity] = np.full(len(time), math.nan)
        measured[quantity][rows] = samples[:, place + 1]
        noise[quantity] = np.hypot(ABSOLUTE[place], RELATIVE[place] * np.nan_to_num(measured[quantity]))
    gas = np.interp(GRID, *tags["carbon_dioxide"]) + GAS_ZERO
    oxygen = np.interp(GRID, *tags["dissolved_oxygen"])
    signals = {"gas_read": (gas, GAS_ERROR * gas), "oxygen": (oxygen, np.full(len(GRID), OXYGEN_ERROR))}
    for quantity, (values, error) in signals.items():
        measured[quantity], noise[quantity] = np.full(len(time), math.nan), np.ones(len(time))
        measured[quantity][grid], noise[quantity][grid] = values, error / SIGNAL_WEIGHT
    return Run.of(name, time, measured, noise, segments=segments, initial=initial)


def _tags(process: Process, log: RecordedLog, end: int, shift: float) -> Tags:
    """Hours and values of every tag's good samples."""
    scans = [(time / HOUR + shift, log.read(time)) for time in range(0, end + 1, MINUTE)]
    found = {}
    for place, name in enumerate(process.tags):
        pairs = [(t, s.values[place]) for t, s in scans if s.qualities[place] == Quality.GOOD]
        found[name] = (np.array([t for t, _ in pairs]), np.array([value for _, value in pairs]))
    return found


def _inputs(tags: Tags, fed: float) -> list[Segment]:
    """Stirrer and air flow from each row of the log on that changes them; as declared before the first."""
    hours, speed = tags["stirrer"]
    air = np.interp(hours, *tags["air_flow"])
    segments, last = [Segment(0.0)], (math.inf, math.inf)
    for t, n, q in zip(hours.tolist(), speed.tolist(), air.tolist(), strict=True):
        if abs(n - last[0]) > SPEED_STEP or abs(q - last[1]) > AIR_STEP:
            last = (n, q)
            segments.append(Segment(max(t, 0.0), _course(t, fed, last)))
    before = [segment for segment in segments if segment.start_h <= fed][-1]
    segments.append(Segment(fed, {**before.values, "feed": FEED}))
    return sorted(segments, key=lambda segment: segment.start_h)


def _course(hour: float, fed: float, at: tuple[float, float]) -> dict[str, float]:
    return {"feed": FEED if hour >= fed else 0.0, "stirrer": at[0], "aeration": at[1]}
