"""The answer of a model on one row: a value, how sure it is, what it means for the rule, and why."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["ok", "alert", "action", "undecided"]
Drivers = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row judged.

    `value`, `low` and `high` are in the target's unit, the interval at the model's stated coverage; None where inputs
    are missing beyond what the model allows. `t2` and `spe` tell how far the inputs are from those the model was
    trained on, with the limits beyond which it does not decide; None where the model has no input space. `drivers`
    are the inputs that contribute most to the value (from the model's reference), largest first; `strangers` those
    that take the row outside its input space. `model` is the package's content hash. `probability` tells how probable
    it is that the row meets the rule; None where there is no rule, and for classes, whose value says it. `missing` are
    the inputs that were not given; where there is a value all the same, they were filled, and `reach` tells how far
    that may have put it off, None where the package cannot tell. Where that is too far to decide, the interval is so
    much wider, or None.
    """

    value: float | None
    low: float | None
    high: float | None
    decision: Decision
    t2: float | None
    spe: float | None
    t2_limit: float | None
    spe_limit: float | None
    drivers: Drivers
    strangers: Drivers
    reason: str
    model: str
    probability: float | None = None
    missing: tuple[str, ...] = ()
    reach: float | None = None
