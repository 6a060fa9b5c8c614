"""Random numbers that belong to a patient, not to a run: the same for any number and any chunk of patients.

In: a seed, a range of patients, the name of a parameter. Out: one uniform number a patient. Philox is a counter-based
generator: its block number k of a stream is a function of the key and k alone (Salmon et al. 2011, Parallel random
numbers: as easy as 1, 2, 3), so patient i has the number i of the parameter's stream whoever else is simulated.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.chain.uncertain import Array

PER_BLOCK = 4
"""64-bit numbers in one block of Philox 4x64."""


@dataclass(frozen=True)
class Draws:
    """The numbers of patients `first` to `first + count`; `series` sets apart independent samples of one seed."""

    seed: int
    first: int
    count: int
    series: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**64:
            raise TwinError(f"{self.seed} is no seed", mend="give a whole number from 0 to 2^64 - 1")
        if self.first < 0 or self.count < 1:
            raise TwinError(
                f"{self.count} patients from number {self.first} are none", mend="simulate one at least"
            )

    def uniform(self, *names: str) -> Array:
        """Return one number within (0, 1) a patient (count,) from the stream called `names`."""
        label = "/".join((str(self.series), *names)).encode()
        stream = int.from_bytes(hashlib.sha256(label).digest()[:8], "big")
        block, skip = divmod(self.first, PER_BLOCK)
        generator = np.random.Philox(
            key=np.array([self.seed, stream], dtype=np.uint64),
            counter=np.array([block, 0, 0, 0], dtype=np.uint64),
        )
        raw = np.asarray(generator.random_raw(skip + self.count)[skip:], dtype=np.uint64)
        return ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
