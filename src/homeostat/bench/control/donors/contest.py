"""Every contender on every donor, in seed order, several at a time; each batch is kept as soon as it is done.

contenders x seeds -> trials in processes -> file of batches -> batches by contender
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from homeostat.bench.control.donors.declaration import contender
from homeostat.bench.control.donors.keeping import Task, found, keep
from homeostat.bench.control.donors.scoring import Batch, batch

WORKERS = 2

Batches = Mapping[str, Sequence[Batch]]


def compete(names: Sequence[str], seeds: Sequence[int], kept: Path | None = None) -> Batches:
    """The batches of every contender, donors in the order of `seeds`.

    With a file, each batch is `kept` in it once it is done, and those that it holds of the same contenders are taken
    from it: a contest that was broken off goes on. Raises ControlError for a file that cannot be read.
    """
    tasks = [(name, seed) for seed in seeds for name in names]
    done = found(kept) if kept is not None else {}
    left = [task for task in tasks if task not in done]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        for task, each in zip(left, pool.map(_one, left), strict=True):
            done[task] = each
            if kept is not None:
                keep(kept, task[0], each)
    return {name: [done[name, seed] for seed in seeds] for name in names}


def _one(task: Task) -> Batch:
    name, seed = task
    return batch(contender(name), seed)
