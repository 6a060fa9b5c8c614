"""How fast the historian takes whole series in."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from homeostat.bench.measuring import in_turn, new_paths, rate, scratch
from homeostat.bench.result import Result, Rival
from homeostat.bench.signals import DAY, TAG, instrument
from homeostat.historian import Historian, Series

_ROWS = 100_000  # points of the rival that keeps each in a row of its own


def measure(*, quick: bool) -> list[Result]:
    """Points/s of one tag at 1 Hz, written durably."""
    series, times = instrument((7 if quick else 14) * DAY), 3 if quick else 7
    with scratch() as folder:
        new = new_paths(folder)
        count = series.time.size
        ours, rows, raw = in_turn(
            times,
            rate(count, lambda: _write(new(), series)),
            rate(_ROWS, lambda: _write_rows(new(), series)),
            rate(count, lambda: _write_raw(new(), series)),
        )
        return [
            Result(
                "historian: points in, durable and compressed",
                ours,
                "points/s",
                bar=5_000_000,
                rivals=(
                    Rival("SQLite, one row a point, one commit", rows, "points/s"),
                    Rival("numpy arrays written raw (an upper bound)", raw, "points/s"),
                ),
            )
        ]


def _write(path: Path, series: Series) -> None:
    with Historian.open(path) as historian:
        historian.append_series("B0001", TAG, series)


def _write_raw(path: Path, series: Series) -> None:
    with path.open("wb") as file:
        for column in (series.time, series.value, series.quality):
            np.save(file, column)
        file.flush()
        os.fsync(file.fileno())


def _write_rows(path: Path, series: Series) -> None:
    columns = (series.time[:_ROWS].tolist(), series.value[:_ROWS].tolist(), series.quality[:_ROWS].tolist())
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE point (time INTEGER PRIMARY KEY, value REAL, quality INTEGER)")
        database.execute("BEGIN")
        database.executemany("INSERT INTO point VALUES (?, ?, ?)", zip(*columns, strict=True))
        database.execute("COMMIT")
