"""How hard a solve tries. In: nothing. Out: frozen numbers, part of what identifies a solve."""

import math
from dataclasses import dataclass

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Settings:
    """Tolerance of the scaled optimality conditions, iterations of each attempt, and where the barrier starts.

    `barrier` is for a solve without a guess. With one it is `warm` times what the guess misses of the dynamics,
    valued at its multipliers, per bound: small enough that a good guess is not spoilt, large enough that a changed
    set of active constraints is found. `recover` lets a failed warm start begin anew, and a failed cold one look
    for a feasible point, by which infeasible problems are told from hard ones.
    """

    tolerance: float = 1e-6
    iterations: int = 200
    barrier: float = 0.1
    warm: float = 0.3
    recover: bool = True

    def __post_init__(self) -> None:
        if not 0.0 < self.tolerance < 1.0 or self.iterations < 1:
            raise TwinError("a tolerance lies between 0 and 1, iterations are at least 1", where="Settings")
        if not (0.0 < self.barrier < math.inf and 0.0 < self.warm < math.inf):
            raise TwinError("barriers are finite and above 0", where="Settings")
