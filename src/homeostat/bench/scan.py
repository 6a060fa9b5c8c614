"""How fast a whole batch is executed: readings, twin, control, recipe, historian and ledger."""

import math
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from homeostat.bench.measuring import in_turn, new_paths, rate, scratch, spread
from homeostat.bench.result import Result, Rival
from homeostat.execution import Options, run
from homeostat.process import Process, load
from homeostat.site import Site

_PROCESS = "car-t"
_SCANS = 17_280  # 12 days of one scan a minute
_SECONDS = {"under its controllers": 30.0, "by its loops alone": 15.0}
"""How long a batch may take, wall time, with what steers it."""
_ROWS = 200  # of the rival, each of which waits for the disk
_VALUES = 40


@dataclass(frozen=True)
class _Run:
    """How many scans a batch took, and how many seconds of CPU time."""

    scans: int
    cpu: float


class Unwatched:
    """Takes no notice of progress."""

    def started(self, batch: str, total: int | None) -> None:
        """Nothing to do."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Nothing to do."""

    def ended(self) -> None:
        """Nothing to do."""


def measure(*, quick: bool) -> list[Result]:
    """Scans/s of the car-t run, by wall clock and by CPU time; `quick` runs its first two operations only."""
    led = load(_PROCESS)
    alone = led.model_copy(update={"controllers": {}})
    pairs = zip(_SECONDS.items(), (led, alone), strict=True)
    return [result for (how, bar), process in pairs for result in _measured(process, how, bar, quick=quick)]


def _measured(process: Process, how: str, seconds: float, *, quick: bool) -> list[Result]:
    until = process.recipe.procedure[0].operations[1].phases[-1].name if quick else None
    part = f"until '{until}'" if until else "to its end"
    runs: list[_Run] = []
    with scratch() as folder:
        new = new_paths(folder)
        wall, rows = in_turn(
            2 if quick else 3,
            lambda: _execute(new(), process, until, runs),
            rate(_ROWS, lambda: _write_rows(new())),
        )
    what = f"run: scans of {_PROCESS} {how} {part}"
    rival = Rival("SQLite, one durable row a scan, nothing computed", rows, "scans/s")
    bar = None if quick else _SCANS / seconds
    return [
        Result(f"{what}, wall time, start included", wall, "scans/s", bar=bar, rivals=(rival,)),
        Result(f"{what}, CPU time", spread([run.scans / run.cpu for run in runs]), "scans/s"),
    ]


def _execute(root: Path, process: Process, until: str | None, runs: list[_Run]) -> float:
    """Execute a batch at a new site, keep what it took in `runs`, and return its scans in a second."""
    options = Options(None, "bench", "simulated", 1, math.inf, until)
    site, used, begin = Site.create(root), time.process_time(), time.perf_counter()
    finish = run(site, process, options, Unwatched())
    runs.append(_Run(finish.scans, time.process_time() - used))
    return finish.scans / (time.perf_counter() - begin)


def _write_rows(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        columns = ", ".join(f"value{number} REAL" for number in range(_VALUES))
        database.execute(f"CREATE TABLE scan (time INTEGER PRIMARY KEY, {columns})")
        places = ", ".join("?" * (_VALUES + 1))
        for number in range(_ROWS):
            database.execute(f"INSERT INTO scan VALUES ({places})", [number] * (_VALUES + 1))
