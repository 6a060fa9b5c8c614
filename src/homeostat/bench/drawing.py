"""How long the historian takes to draw a long series."""

import numpy as np

from homeostat.bench.measuring import in_turn, milliseconds, scratch
from homeostat.bench.result import Result, Rival
from homeostat.bench.signals import DAY, TAG, instrument
from homeostat.historian import Historian
from homeostat.historian.series import Floats

_BUCKETS = 1000


def measure(*, quick: bool) -> list[Result]:
    """Time to draw one tag over 14 days at 1 Hz into 1000 buckets."""
    series, times = instrument(14 * DAY), 3 if quick else 15
    with scratch() as folder:
        with Historian.open(folder / "historian.db") as historian:
            historian.append_series("B0001", TAG, series)
        np.save(folder / "value.npy", series.value)
        with Historian.open(folder / "historian.db", readonly=True) as historian:
            drawn, decoded, loaded = in_turn(
                times,
                milliseconds(lambda: historian.overview("B0001", TAG.name, _BUCKETS)),
                milliseconds(lambda: _reduce(historian.read("B0001", TAG.name).value)),
                milliseconds(lambda: _reduce(np.load(folder / "value.npy"))),
            )
    return [
        Result(
            f"historian: one tag, 14 days at 1 Hz, drawn in {_BUCKETS:,} buckets",
            drawn,
            "ms",
            bar=10.0,
            better="less",
            rivals=(
                Rival("the same, decoding every sample", decoded, "ms"),
                Rival("numpy array loaded raw and reduced", loaded, "ms"),
            ),
        )
    ]


def _reduce(value: Floats) -> None:
    edges = np.linspace(0, value.size, _BUCKETS, endpoint=False).astype(np.int64)
    np.minimum.reduceat(value, edges)
    np.maximum.reduceat(value, edges)
    np.add.reduceat(value, edges)
