"""Made-up tables for the tests of learning: seeded, small, with a known truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from homeostat.monitoring.learning import Table, read_table

Columns = Mapping[str, Sequence[object]]


def written(path: Path, columns: Columns, separator: str = ",") -> Path:
    """The columns as a file; None is an empty cell."""
    lines = [separator.join(columns)]
    for row in zip(*columns.values(), strict=True):
        lines.append(separator.join("" if cell is None else str(cell) for cell in row))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def table(path: Path, columns: Columns) -> Table:
    """The columns, written to a file and read from it."""
    return read_table(written(path / "table.csv", columns))


def linear(rows: int = 40, noise: float = 0.1, seed: int = 0) -> dict[str, list[object]]:
    """`y` = 3 a - 2 b + noise, with inputs a to e and four donors."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 5))
    y = 3.0 * x[:, 0] - 2.0 * x[:, 1] + noise * rng.normal(size=rows)
    donors = [f"donor {row % 4 + 1}" for row in range(rows)]
    named = {name: column.tolist() for name, column in zip("abcde", x.T, strict=True)}
    return {"donor": donors, **named, "y": y.tolist()}


def spectra(rows: int = 36, seed: int = 0) -> dict[str, list[object]]:
    """A peak whose height is the concentration, under a baseline and a scatter of each row's own; six reactors."""
    rng = np.random.default_rng(seed)
    axis = np.linspace(400.0, 1000.0, 61)
    amount = rng.uniform(1.0, 9.0, rows)
    peak = np.exp(-0.5 * ((axis - 700.0) / 30.0) ** 2)
    other = np.exp(-0.5 * ((axis - 550.0) / 50.0) ** 2)
    scatter, base = rng.uniform(0.8, 1.2, (rows, 1)), rng.uniform(0.0, 2.0, (rows, 1))
    shapes = amount[:, None] * peak + 5.0 * other + base + 0.01 * rng.normal(size=(rows, len(axis)))
    named = {f"{point:g}": column.tolist() for point, column in zip(axis, (scatter * shapes).T, strict=True)}
    return {"reactor": [f"R{row % 6}" for row in range(rows)], "glucose": amount.tolist(), **named}


def classes(rows: int = 48, seed: int = 0) -> dict[str, list[object]]:
    """Two classes of cells that differ in `area` and `texture`; four donors."""
    rng = np.random.default_rng(seed)
    active = rng.random(rows) < 0.5
    area = rng.normal(size=rows) + 3.0 * active
    texture = rng.normal(size=rows) - 2.0 * active
    return {
        "donor": [f"D{row % 4}" for row in range(rows)],
        "area": area.tolist(),
        "texture": texture.tolist(),
        "noise": rng.normal(size=rows).tolist(),
        "state": ["activated" if one else "quiescent" for one in active],
    }
