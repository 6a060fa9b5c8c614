"""A historian in an empty directory, and a batch with every kind of sample in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from homeostat.historian import Historian, Series, TagSpec

TAGS = (TagSpec("glucose", "mmol/L", 0.01), TagSpec("pH", "1", 0.001), TagSpec("viable", "1e6 cell/mL"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "historian.db"


@pytest.fixture
def historian(path: Path) -> Iterator[Historian]:
    with Historian.open(path) as opened:
        yield opened


@pytest.fixture
def tags() -> tuple[TagSpec, ...]:
    """Three tags of a scan: two of known resolution, one of none."""
    return TAGS


@pytest.fixture
def row() -> Callable[[int], tuple[int, list[float], bytes]]:
    """The made-up scan of a minute, the same in every process: time, values, qualities."""

    def scan(minute: int) -> tuple[int, list[float], bytes]:
        missing = minute % 97 == 5
        values = [
            round(17 + 3 * np.sin(minute / 50), 2),
            round(7.2 - minute * 1e-4, 3),
            float(np.exp(minute / 400)),
        ]
        return (
            minute * 60_000_000,
            [np.nan if missing else values[0], *values[1:]],
            bytes([5 * missing, 0, 1]),
        )

    return scan


@pytest.fixture
def record(
    tags: tuple[TagSpec, ...], row: Callable[[int], tuple[int, list[float], bytes]]
) -> Callable[..., dict[tuple[str, str, int], str]]:
    """Record minutes 0 to `minutes` of a batch, sealing as it goes; returns the digests as the ledger keeps them."""

    def run(
        historian: Historian, batch: str, minutes: int, *, finish: bool
    ) -> dict[tuple[str, str, int], str]:
        recorder = historian.recorder(batch, tags)
        sealed = {}
        for minute in range(minutes):
            recorder.append(*row(minute))
            if minute % 60 == 59 or minute == minutes - 1:
                recorder.flush(durable=False)
                for digest in recorder.seal(all=finish and minute == minutes - 1):
                    sealed[digest.batch, digest.tag, digest.start] = digest.sha256
        return sealed

    return run


@pytest.fixture
def gappy() -> Series:
    """2,500 samples at 1 Hz with a stretch of missing ones, a stretch without any, and bad ones between."""
    time = np.delete(np.arange(2600) * 1_000_000, slice(1300, 1400))
    value = np.round(np.cos(np.arange(2500) / 100), 3)
    quality = np.zeros(2500, np.uint8)
    value[700:760], quality[700:760] = np.nan, 5
    value[50:2500:101], quality[50:2500:101] = 99.0, 4
    return Series(time, value, quality)
