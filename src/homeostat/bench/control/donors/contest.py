"""Every contender on every donor, in seed order, several at a time; each batch is kept as soon as it is done.

contenders x seeds -> trials in processes -> file of batches -> batches by contender
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from homeostat.bench.control.donors.declaration import contender
from homeostat.bench.control.donors.scoring import Batch, as_row, batch

WORKERS = 2

Batches = Mapping[str, Sequence[Batch]]
Task = tuple[str, int]
"""A contender's name and a donor's seed."""


def compete(names: Sequence[str], seeds: Sequence[int], kept: Path | None = None) -> Batches:
    """The batches of every contender, donors in the order of `seeds`.

    With a file, each batch is `kept` in it once it is done, and those that it holds of the same contenders are taken
    from it: a contest that was broken off goes on.
    """
    tasks = [(name, seed) for seed in seeds for name in names]
    done = found(kept) if kept is not None else {}
    left = [task for task in tasks if task not in done]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        for task, each in zip(left, pool.map(_one, left), strict=True):
            done[task] = each
            if kept is not None:
                _keep(kept, task[0], each)
    return {name: [done[name, seed] for seed in seeds] for name in names}


def _one(task: Task) -> Batch:
    name, seed = task
    return batch(contender(name), seed)


@cache
def means(name: str) -> str:
    """SHA-256 of a contender: a batch of another one under the same name is not taken for its own."""
    return hashlib.sha256(contender(name).model_dump_json().encode()).hexdigest()


def _keep(path: Path, name: str, each: Batch) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    row = {"contender": name, "means": means(name), **as_row(each)}
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")


def found(path: Path) -> dict[Task, Batch]:
    """The batches in a file that are of the contenders as they are now."""
    if not path.exists():
        return {}
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    own = [(row.pop("contender"), row.pop("means"), row) for row in rows]
    return {(name, row["seed"]): Batch(**row) for name, of, row in own if of == means(name)}
