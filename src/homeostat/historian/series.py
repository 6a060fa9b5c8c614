"""The values that go into and come out of the historian."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homeostat.errors import HistorianError

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TagSpec:
    """A tag as the historian keeps it: name, unit, and the step its values are multiples of, if known."""

    name: str
    unit: str
    resolution: float | None = None

    def __post_init__(self) -> None:
        require_name(self.name, "tag")
        if not self.unit.isprintable():
            raise HistorianError(f"{self.unit!r} is not a unit", where=f"tag {self.name}")
        if self.resolution is not None and not 0 < self.resolution < math.inf:
            raise HistorianError(
                f"a resolution of {self.resolution} is impossible",
                where=f"tag {self.name}",
                mend="give a positive number in the tag's unit, or none",
            )


@dataclass(frozen=True)
class Series:
    """Samples of one tag in order of time (µs of process time): `time`, `value`, `quality`, each (n,)."""

    time: Times
    value: Floats
    quality: Codes


@dataclass(frozen=True)
class Overview:
    """A series drawn in m buckets: where each begins (`time`, µs), and what its usable samples were.

    A bucket lasts until the next one begins. `low`, `high` and `mean` are NaN and `count` is 0 where there is
    no usable sample; `mean` is also NaN where the sum of the samples exceeds a double.
    """

    time: Floats
    low: Floats
    high: Floats
    mean: Floats
    count: npt.NDArray[np.int64]


@dataclass(frozen=True)
class ChunkDigest:
    """The fingerprint of one sealed chunk, for the ledger: SHA-256 (hex) over every column of its row."""

    batch: str
    tag: str
    start: int
    end: int
    count: int
    sha256: str


def require_name(name: str, kind: str) -> None:
    """Refuse an empty or unprintable name of a batch or tag with a `HistorianError`."""
    if not name or not name.isprintable():
        raise HistorianError(f"{name!r} is not a {kind} name", mend="use one or more printable characters")
