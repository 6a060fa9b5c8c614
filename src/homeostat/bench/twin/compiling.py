"""How long a model takes to its kernel: traced and compiled for the first time, and read from the cache."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result
from homeostat.bench.twin.bars import CACHE_MS, COMPILE_MS
from homeostat.bench.twin.ours import SETTINGS, ensemble


def compiling(rounds: int) -> list[Result]:
    """CPU time of both, each in a process of its own, as every command is."""
    first, again = [], []
    for _ in range(rounds):
        with scratch() as folder:
            first.append(in_own_process(folder))
            again.append(in_own_process(folder))
    return [
        Result("twin: trace and compile, CPU time", spread(first), "ms", bar=COMPILE_MS, better="less"),
        Result("twin: the same from the cache, CPU time", spread(again), "ms", bar=CACHE_MS, better="less"),
    ]


def in_own_process(folder: Path) -> float:
    """CPU milliseconds to a kernel in a new process whose cache is `folder`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_make, str(folder)).result()


def _make(folder: str) -> float:
    os.environ["XDG_CACHE_HOME"] = folder
    begin = time.process_time()
    ensemble(SETTINGS[0])
    return 1e3 * (time.process_time() - begin)
