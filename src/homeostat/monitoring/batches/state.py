"""What is remembered of a running batch, and what is said of each of its samples."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array

Decision = Literal["ok", "alert", "action", "undecided"]


class State(NamedTuple):
    """A running batch after `sample` samples; doubles are held as bytes, so that nothing in it can change.

    `sums` (J, A+1): of each tag so far, its values times their loadings, and squared; `before` (A+1) the same of what
    was known at the start; `lost` (A·A) what the loadings of missing values would have added to P'P, empty as long as
    nothing was missing; `measured` of the values there should have been.
    """

    sample: int
    sums: bytes
    before: bytes
    lost: bytes
    measured: int

    def plain(self) -> dict[str, Any]:
        """The state as JSON values; `restore` gives it back with the same bits."""
        return {
            name: doubles(value).tolist() if isinstance(value, bytes) else value
            for name, value in self._asdict().items()
        }

    @classmethod
    def restore(cls, plain: Mapping[str, Any]) -> "State":
        """The state that `plain` was made of. Raises MonitoringError when it is none."""
        try:
            arrays = {
                name: np.array(plain[name], np.float64).tobytes() for name in ("sums", "before", "lost")
            }
            return cls(sample=int(plain["sample"]), measured=int(plain["measured"]), **arrays)
        except (KeyError, TypeError, ValueError) as fault:
            raise MonitoringError(
                f"this is no state of a batch: {fault}", mend="give what `plain` made"
            ) from fault


class Judged(NamedTuple):
    """What a monitor says of a batch at its newest sample.

    scores     (A,) of the whole batch, its future foreseen
    t2         how far these lie from those of good batches at this sample
    spe        squared residuals of all samples so far, in scaled units
    newest     squared residuals of the newest sample alone
    severity   the greatest of the three over its limit: 1 is on a limit
    residuals  (J,) of the newest sample, scaled; 0 where nothing was measured
    missing    places of the tags that were not measured in the newest sample
    measured   share of the values so far that were

    Beyond the last sample that is known of good batches, and where too little was measured, it is "undecided".
    """

    sample: int
    scores: tuple[float, ...]
    t2: float
    spe: float
    newest: float
    t2_limit: float
    spe_limit: float
    newest_limit: float
    severity: float
    decision: Decision
    residuals: tuple[float, ...]
    missing: tuple[int, ...]
    measured: float


class Parts(NamedTuple):
    """What each tag adds: to `t2` (J,), over the batch so far, in sum T²; to `newest` (J,), in the residual's sign."""

    t2: Array
    newest: Array


def doubles(held: bytes) -> Array:
    """The doubles that a state holds."""
    return np.frombuffer(held, np.float64)
