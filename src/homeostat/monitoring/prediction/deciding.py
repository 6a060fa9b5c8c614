"""From a value, its interval and its distance from the known inputs to ok, alert, action or undecided.

    undecided  inputs are missing or outside the input space, or the row may meet the rule or fail it
    action     the row fails the rule
    alert      it meets the rule, but narrowly, or the inputs are unusual
    ok         it meets the rule; without a rule, the inputs are as usual

Whether a row meets the rule is said by the model's `Ruling`; where it has none, by the interval: a row meets when the
whole interval does, fails when none of it does. Narrowly means: an interval wider by half would reach the limit.
Unusual means: T² or SPE beyond its warning.
"""

from homeostat.monitoring.prediction.rule import Rule
from homeostat.monitoring.prediction.ruling import Side
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
    side: Side | None = None,
) -> Told:
    """The decision and its reason in words ("" for ok), for `interval` (low, high) and `distances` (T², SPE).

    `side` is what the model's ruling says, None where it has none.
    """
    warned = ""
    if space is not None and distances is not None:
        outside = _beyond(distances, (space.limit.t2, space.limit.spe))
        if outside:
            return "undecided", f"the inputs are outside those the model knows: {outside}"
        warned = _beyond(distances, (space.warning.t2, space.warning.spe))
    decision, reason = (
        _judge(rule, interval) if rule is None or side is None else _ruled(rule, interval, side)
    )
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


def _ruled(rule: Rule, interval: tuple[float, float], side: Side) -> Told:
    low, high = interval
    if side == "either":
        return "undecided", f"rows like this one meet {rule} or fail it"
    if side == "fails":
        return "action", f"rows that meet {rule} are rarely like this one"
    margin = CLOSE * 0.5 * (high - low)
    if not rule.met_by(low - margin, high + margin):
        return (
            "alert",
            f"it meets {rule}, but the interval {low:.6g} to {high:.6g} is close to its limit or holds it",
        )
    return "ok", ""


def _beyond(distances: tuple[float, float], limits: tuple[float, float]) -> str:
    told = [
        f"{name} {distance:.4g} beyond {limit:.4g}"
        for name, distance, limit in zip(("T²", "SPE"), distances, limits, strict=True)
        if not distance <= limit
    ]
    return ", ".join(told)
