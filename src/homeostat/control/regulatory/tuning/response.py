"""How a loop answers a new set-point: overshoot, settling, error and how much its output moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

BAND = 0.05
"""A tag has settled when it stays within this share of the step."""


@dataclass(frozen=True, slots=True)
class StepResponse:
    """`overshoot` as a share of the step; `settling` in hours (None: not within the record).

    `error` is the integral of the absolute error (tag units times hours), `travel` all that the output moved.
    """

    overshoot: float
    settling: float | None
    error: float
    travel: float


def judge_step(
    values: Sequence[float],
    outputs: Sequence[float],
    *,
    start: float,
    setpoint: float,
    hours: float,
    band: float = 0.0,
) -> StepResponse:
    """The answer to a step from `start` to `setpoint` at the first sample; readings that are NaN are passed over.

    `band` widens what counts as settled (tag units), for readings that scatter.
    """
    step = setpoint - start
    errors = [(value - setpoint) / step for value in values if value == value]
    wide = max(BAND, band / abs(step))
    outside = [k for k, value in enumerate(values) if abs(value - setpoint) > wide * abs(step)]
    outside = outside if errors else [len(values) - 1]
    last = outside[-1] + 1 if outside else 0
    return StepResponse(
        overshoot=max([0.0, *errors]),
        settling=None if last >= len(values) else last * hours,
        error=sum(abs(error) for error in errors) * abs(step) * hours,
        travel=sum(abs(b - a) for a, b in pairwise(outputs)),
    )
