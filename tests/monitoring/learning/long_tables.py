"""Long tables that are made up: one row a sample, batches about a course of their own, and faulty ones."""

from pathlib import Path

import numpy as np
from tests.monitoring.learning import tables


def columns(
    count: int, samples: int = 24, seed: int = 0, fault: int | None = None, step: float = 1.0
) -> tables.Columns:
    """`count` batches of three tags; in the last one tag "acid" leaves its course from sample `fault` on."""
    random = np.random.default_rng(seed)
    hours = np.arange(samples) * step
    own = random.standard_normal((count, 2))
    rows: dict[str, list[float | str]] = {
        name: [] for name in ("run", "time [h]", "phase", "sugar [mmol/L]", "acid", "cells")
    }
    for batch in range(count):
        cells = 1.0 + hours * (0.1 + 0.01 * own[batch, 0])
        noise = 0.05 * random.standard_normal((3, samples))
        acid = 0.5 * cells + 0.1 * own[batch, 1] + noise[1]
        if fault is not None and batch == count - 1:
            acid[fault:] += 2.0
        rows["run"] += [f"R{batch + 1}"] * samples
        rows["time [h]"] += hours.tolist()
        rows["phase"] += ["seed" if hour < 8.0 else "grow" for hour in hours]
        rows["sugar [mmol/L]"] += (20.0 - 2.0 * cells + noise[0]).tolist()
        rows["acid"] += acid.tolist()
        rows["cells"] += (cells + noise[2]).tolist()
    return rows


def written(place: Path, count: int, **how: int) -> Path:
    """The table as a file."""
    return tables.written(place, columns(count, **how))  # type: ignore[arg-type]
