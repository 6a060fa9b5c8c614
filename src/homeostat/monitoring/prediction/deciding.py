"""From a value, its interval and its distance from the known inputs to ok, alert, action or undecided.

    undecided  inputs are missing or outside the input space, or the rule's limit lies within the interval
    action     no value of the interval meets the rule
    alert      the whole interval meets the rule, but it is close to the limit, or the inputs are unusual
    ok         the whole interval meets the rule; without a rule, the inputs are as usual

Close means: an interval wider by half would reach the limit. Unusual means: T² or SPE beyond its warning.
"""

from homeostat.monitoring.prediction.rule import Rule
from homeostat.monitoring.prediction.space import InputSpace
from homeostat.monitoring.prediction.verdict import Decision

CLOSE = 0.5
"""By how much of its half-width the interval is widened to tell whether the limit is close."""

Told = tuple[Decision, str]


def decide(
    rule: Rule | None,
    interval: tuple[float, float],
    space: InputSpace | None,
    distances: tuple[float, float] | None,
) -> Told:
    """The decision and its reason in words ("" for ok), for `interval` (low, high) and `distances` (T², SPE)."""
    warned = ""
    if space is not None and distances is not None:
        outside = _beyond(distances, (space.limit.t2, space.limit.spe))
        if outside:
            return "undecided", f"the inputs are outside those the model knows: {outside}"
        warned = _beyond(distances, (space.warning.t2, space.warning.spe))
    decision, reason = _judge(rule, interval)
    if decision == "ok" and warned:
        return "alert", f"the inputs are unusual: {warned}"
    return decision, reason


def _judge(rule: Rule | None, interval: tuple[float, float]) -> Told:
    low, high = interval
    if rule is None:
        return "ok", ""
    if rule.broken_by(low, high):
        return "action", f"the interval {low:.6g} to {high:.6g} does not meet {rule}"
    if not rule.met_by(low, high):
        return "undecided", f"the interval {low:.6g} to {high:.6g} holds a limit of {rule}"
    margin = CLOSE * 0.5 * (high - low)
    if not rule.met_by(low - margin, high + margin):
        return "alert", f"the interval {low:.6g} to {high:.6g} is close to a limit of {rule}"
    return "ok", ""


def _beyond(distances: tuple[float, float], limits: tuple[float, float]) -> str:
    told = [
        f"{name} {distance:.4g} beyond {limit:.4g}"
        for name, distance, limit in zip(("T²", "SPE"), distances, limits, strict=True)
        if not distance <= limit
    ]
    return ", ".join(told)
