"""Made-up spectra: two bands of known amounts, on offsets and slopes, with noise."""

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.spectra.learning import Samples

Array = NDArray[np.float64]

AXIS = np.linspace(900.0, 1500.0, 121)


def band(center: float, width: float) -> Array:
    """A band of height 1 at `center`."""
    return np.asarray(np.exp(-(((AXIS - center) / width) ** 2)))


def spectra_of(amounts: Array, seed: int, noise: float = 0.002) -> Array:
    """Spectra (n, 121) of `amounts` (n, 2): one band of what is sought, one of what overlaps it."""
    random = np.random.default_rng(seed)
    bases = np.stack([band(1035.0, 25.0) + 0.5 * band(1150.0, 20.0), band(1060.0, 25.0)])
    rows = len(amounts)
    slope = random.normal(0.0, 0.05, (rows, 1)) * np.linspace(-1.0, 1.0, len(AXIS))
    offset = random.normal(0.0, 0.2, (rows, 1))
    return np.asarray(0.05 * amounts @ bases + offset + slope + random.normal(0.0, noise, (rows, len(AXIS))))


def samples(rows: int = 24, seed: int = 5) -> Samples:
    """Samples of 0 to 40 units."""
    amounts = np.random.default_rng(seed).uniform(0.0, 40.0, (rows, 2))
    return Samples(AXIS, spectra_of(amounts, seed + 1), amounts[:, 0])
