"""The verdict on a probability, with a memory: it gets worse at a limit and better only beyond it by a margin."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["undecided", "ok", "alert", "action"]


@dataclass(frozen=True, slots=True)
class Risk:
    """Below which probability of meeting the specification a verdict is `alert` or `action`; `margin` to come back."""

    alert: float
    action: float
    margin: float


def judge(risk: Risk, before: Standing, probability: float) -> Standing:
    """The verdict on `probability` (NaN: nothing is known, undecided), after the verdict `before`."""
    if probability != probability:
        return "undecided"
    action = risk.action + (risk.margin if before == "action" else 0.0)
    if probability < action:
        return "action"
    alert = risk.alert + (risk.margin if before in ("alert", "action") else 0.0)
    return "alert" if probability < alert else "ok"
