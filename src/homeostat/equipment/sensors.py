"""What stands between the plant and a reading: lag, drift, noise, lost samples, range and resolution.

In: the true value of a tag at rising times. Out: value and quality. A sample passes, in this order, through

1. a first-order lag;
2. a linear drift, of the declared size and a direction drawn for each sensor;
3. Gaussian noise;
4. loss: a two-state chain whose bursts last `BURST` samples on average and that loses the declared share of samples;
5. the range (beyond it the nearest end is shown) and the resolution.

A sample is UNCERTAIN when what is measured lies outside the range; that noise or drift carry the reading of an idle
pump below 0 does not make it so.

Between two samples a good value is HELD and any other keeps its quality.
"""

import math
from collections.abc import Iterator

from homeostat.equipment.lag import HOUR, Lag
from homeostat.equipment.randomness import generator, normals, uniforms
from homeostat.equipment.seeded import Befallen, Spell
from homeostat.equipment.span import Span
from homeostat.process.equipment import Tag
from homeostat.process.reading import Quality
from homeostat.process.twin import SensorFaults
from homeostat.process.units import Quantity

BURST = 3.0
"""Mean length of a run of lost samples."""
HEALTHY = SensorFaults()

Sample = tuple[float, int]
GOOD, HELD, UNCERTAIN, BAD, MISSING = (
    int(q) for q in (Quality.GOOD, Quality.HELD, Quality.UNCERTAIN, Quality.BAD, Quality.MISSING)
)
LOST: Sample = (math.nan, MISSING)
FAILED: Sample = (math.nan, BAD)


class Sensor:
    """One simulated instrument; its random numbers depend on the seed and its name alone."""

    def __init__(
        self, name: str, tag: Tag, faults: SensorFaults, seed: int, seeded: tuple[Spell, ...] = ()
    ) -> None:
        self._span = Span.of(name, tag)
        self._noise = faults.noise.difference(tag.unit) if faults.noise else 0.0
        self._drift = _drift_per_hour(name, tag, faults, seed)
        self._lag = Lag(_microseconds(faults.lag))
        self._losses = _losses(faults.dropout.to("1"), uniforms(seed, "sensor", name, "loss"))
        self._normals = normals(seed, "sensor", name, "noise")
        self._seeded = Befallen(seeded, uniforms(seed, "sensor", name, "spikes")) if seeded else None
        self._every = int(_microseconds(tag.every))
        self._due = 0
        self._last = LOST

    def read(self, time: int, truth: float) -> Sample:
        """The reading at `time` (µs) of the true value `truth`, which is NaN when the plant has failed."""
        if math.isnan(truth):
            return FAILED
        level = self._lag.follow(time, truth)
        if time < self._due:
            value, quality = self._last
            return value, HELD if quality == GOOD else quality
        if self._every:
            self._due = (time // self._every + 1) * self._every
        if self._seeded is None or not self._stands(self._seeded, time):
            self._last = self._sample(time, level)
        return self._last

    def _stands(self, seeded: Befallen, time: int) -> bool:
        """Whether the sensor is frozen: it repeats a value, which it had to have."""
        return self._last[1] == GOOD and seeded.has("frozen", time)

    def _sample(self, time: int, level: float) -> Sample:
        value = level + self._drift * time / HOUR
        if self._seeded is not None:
            value += self._seeded.offset(time)
        if self._noise:
            value += self._noise * next(self._normals)
        if next(self._losses) or (self._seeded is not None and self._seeded.has("lost", time)):
            return LOST
        return self._span.place(value), GOOD if self._span.holds(level) else UNCERTAIN


def _losses(share: float, draws: Iterator[float]) -> Iterator[bool]:
    """Whether each sample is lost: a Markov chain that starts in its stationary state (Gilbert 1960)."""
    if share <= 0.0:
        while True:
            yield False
    entering = share / (BURST * (1.0 - share)) if share < 1.0 else math.inf
    leaving = 1.0 / BURST
    if entering > 1.0:
        entering, leaving = 1.0, max(0.0, (1.0 - share) / share)
    lost = next(draws) < share
    while True:
        yield lost
        draw = next(draws)
        lost = draw >= leaving if lost else draw < entering


def _drift_per_hour(name: str, tag: Tag, faults: SensorFaults, seed: int) -> float:
    """The declared drift in the tag's unit per hour, up or down by the toss of a coin."""
    size = faults.drift.ratio(tag.unit, "h") if faults.drift else 0.0
    return size if generator(seed, "sensor", name, "drift").random() < 0.5 else -size


def _microseconds(duration: Quantity | None) -> float:
    return round(duration.to("h") * HOUR) if duration else 0.0
