"""Every contender on every donor, in seed order, several at a time; each batch is kept.

contenders x seeds -> trials in processes -> batches by contender
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from homeostat.bench.control.donors.declaration import contender
from homeostat.bench.control.donors.scoring import Batch, as_row, batch

WORKERS = 2

Batches = Mapping[str, Sequence[Batch]]


def compete(names: Sequence[str], seeds: Sequence[int]) -> Batches:
    """The batches of every contender, donors in the order of `seeds`."""
    tasks = [(name, seed) for seed in seeds for name in names]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        done = list(pool.map(_one, tasks))
    return {name: [b for (of, _), b in zip(tasks, done, strict=True) if of == name] for name in names}


def _one(task: tuple[str, int]) -> Batch:
    name, seed = task
    return batch(contender(name), seed)


def written(batches: Batches, path: Path) -> None:
    """Keep every batch of every contender, one JSON object a line."""
    rows = [{"contender": name, **as_row(each)} for name, of in batches.items() for each in of]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> Batches:
    """What `written` has kept."""
    kept: dict[str, list[Batch]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        kept.setdefault(row.pop("contender"), []).append(Batch(**row))
    return kept
