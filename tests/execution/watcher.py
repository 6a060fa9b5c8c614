"""A watcher of a short culture: learnt from made-up good batches around what its readings are."""

from pathlib import Path
from typing import Any

import numpy as np

from homeostat.monitoring.batches import GoodBatches
from homeostat.monitoring.batches.learning import learn_phases
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package import (
    Input,
    IntendedUse,
    Training,
    WatchPackage,
    freeze_watcher,
    write,
)
from homeostat.process import Process

TAGS = ("do [%]", "glucose [mmol/L]")
SAMPLES = 12
EVERY = 1.0 / 6.0


def good(count: int, level: tuple[float, float] = (60.0, 15.0)) -> Array:
    """Batches (count, 12, 2) that stay about a level, those of one batch all a little off it."""
    random = np.random.default_rng(5)
    own = random.standard_normal((count, 1, 1))
    noise = random.standard_normal((count, SAMPLES, 2))
    return np.asarray(np.array(level) + own + 0.5 * noise, np.float64)


def watcher(phases: tuple[str, ...] = (), **parts: Any) -> WatchPackage:
    """The package; with `phases` a model each, of half the samples."""
    batches = good(24)
    split = {"batch": list(batches)}
    if phases:
        half = SAMPLES // 2
        split = {name: list(batches[:, n * half : (n + 1) * half]) for n, name in enumerate(phases)}
    learned = learn_phases(split, TAGS, dict.fromkeys(split, 1))
    piece = GoodBatches(
        tags=TAGS,
        run=2,
        phased=learned.phased,
        longest=tuple(len(rows[0]) for rows in split.values()),
        by_phase=bool(phases),
    )
    given: dict[str, Any] = {
        "name": "good cultures",
        "version": "1",
        "use": IntendedUse(question="Does the culture run like good ones?", critical=False),
        "inputs": tuple(
            Input(name=name, unit=unit, low=0.0, high=100.0, mean=50.0, deviation=1.0)
            for name, unit in zip(TAGS, ("%", "mmol/L"), strict=True)
        ),
        "watcher": piece,
        "interval": EVERY,
        "training": Training(sha256="ab" * 32, rows=24 * SAMPLES, groups=24),
    }
    samples = [(phases[0] if phases else "", row) for row in batches[0]]
    return freeze_watcher(samples, **(given | parts))


def watched(process: Process, made: WatchPackage, **changes: Any) -> Process:
    """`process` with one watcher, "like", that runs the package at like.json."""
    declared = process.model_dump(mode="json")
    model = {
        "title": "Like good cultures",
        "package": "like.json",
        "sha256": made.content_hash,
        "every": "10 min",
    }
    declared["monitoring"]["models"] = {"like": model | changes}
    return Process.model_validate(declared)


def laid(made: WatchPackage, folder: Path) -> Path:
    """The folder, with the package at like.json."""
    folder.mkdir(parents=True, exist_ok=True)
    write(made, folder / "like.json")
    return folder
