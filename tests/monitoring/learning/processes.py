"""Made-up samples and processes for live calibrations: a band whose height is the concentration, and another beside."""

import numpy as np
from tests.monitoring.learning import tables

from homeostat.monitoring.frozen import Array

AXIS = np.linspace(400.0, 1000.0, 61)


def shapes(amounts: Array, seed: int, lift: float = 0.0) -> Array:
    """Spectra (n, p) of `amounts` (n,), with a background, noise, and a `lift` of the whole."""
    rng = np.random.default_rng(seed)
    peak = np.exp(-0.5 * ((AXIS - 700.0) / 30.0) ** 2)
    other = np.exp(-0.5 * ((AXIS - 550.0) / 50.0) ** 2)
    beside = rng.uniform(3.0, 7.0, (len(amounts), 1))
    noise = 0.01 * rng.normal(size=(len(amounts), len(AXIS)))
    return np.asarray(amounts[:, None] * peak + beside * other + lift + noise, np.float64)


def headed(spectra: Array, mark: str = "") -> dict[str, list[object]]:
    """The spectra as columns of a table."""
    return {f"{point:g}{mark}": column.tolist() for point, column in zip(AXIS, spectra.T, strict=True)}


def samples(rows: int = 30, seed: int = 1) -> tables.Columns:
    """Samples of 1 to 9 g/L from six reactors."""
    amounts = np.random.default_rng(seed).uniform(1.0, 9.0, rows)
    reactors = [f"R{row % 6}" for row in range(rows)]
    return {"reactor": reactors, "glucose": amounts.tolist(), **headed(shapes(amounts, seed))}


def process(rows: int = 40, seed: int = 2, mark: str = "", shift: float = 0.0) -> dict[str, list[object]]:
    """A spectrum every five minutes while glucose falls from 8 to 2 g/L; a reference (and `shift`) at every fourth."""
    amounts = np.linspace(8.0, 2.0, rows)
    times = (np.arange(rows) / 12.0).tolist()
    known = [amount + shift if row % 4 == 0 else None for row, amount in enumerate(amounts.tolist())]
    return {"time [h]": times, "glucose": known, **headed(shapes(amounts, seed), mark)}
