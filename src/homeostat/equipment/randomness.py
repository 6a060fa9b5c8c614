"""Repeatable randomness: one independent stream for each purpose, so that no stream depends on another's use.

In: a seed and the names of a purpose ("sensor", "pH", "noise"). Out: a PCG64 generator, or an endless supply
of numbers drawn from it in blocks.
"""

import hashlib
from collections.abc import Iterator

import numpy as np

from homeostat.errors import EquipmentError

BLOCK = 512


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Return the generator of one purpose. Raises EquipmentError for a negative seed."""
    if seed < 0:
        raise EquipmentError(f"{seed} is not a seed", mend="give a whole number of 0 or more")
    digest = hashlib.sha256("\0".join(purpose).encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def normals(seed: int, *purpose: str) -> Iterator[float]:
    """Standard normal numbers without end, drawn in blocks."""
    rng = generator(seed, *purpose)
    while True:
        yield from rng.standard_normal(BLOCK).tolist()


def uniforms(seed: int, *purpose: str) -> Iterator[float]:
    """Numbers uniform in [0, 1) without end, drawn in blocks."""
    rng = generator(seed, *purpose)
    while True:
        yield from rng.random(BLOCK).tolist()
