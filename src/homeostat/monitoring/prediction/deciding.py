"""From a value, its interval and its distance from the known inputs to ok, alert, action or undecided.

    undecided  inputs are missing or outside the input space, or the row may meet the rule or fail it
    action     the row fails the rule
    alert      it meets the rule, but narrowly, or the inputs are unusual
    ok         it meets the rule; without a rule, the inputs are as usual

Whether a row meets the rule is said by the model's `Ruling`; where it has none, by the interval: a row meets when the
whole interval does, fails when none of it does. Narrowly means: an interval wider by half would reach the limit.
Unusual means: T² or SPE beyond its warning.
"""

from collections.abc import Mapping

from homeostat.monitoring.prediction.rule import Rule
from homeostat.monitoring.prediction.ruling import Said
from homeostat.monitoring.prediction.space import InputSpace
from homeostat.monitoring.prediction.verdict import Decision

CLOSE = 0.5
"""By how much of its half-width the interval is widened to tell whether the limit is close."""
SURE = 0.9
"""From what probability on a side is called likely, and not only more likely than not."""

Told = tuple[Decision, str]
Classes = tuple[str, str]
"""The names of what is not asked for, and of what is."""

OF_VALUES: Mapping[Decision, str] = {
    "ok": "",
    "alert": "the interval {low:.6g} to {high:.6g} is close to a limit of {rule}",
    "action": "the interval {low:.6g} to {high:.6g} does not meet {rule}",
    "undecided": "the interval {low:.6g} to {high:.6g} holds a limit of {rule}",
}
OF_CLASSES: Mapping[Decision, str] = {
    "ok": "",
    "alert": "it is narrowly {asked}",
    "action": "rows of class {asked} rarely have so low a value",
    "undecided": "it may be {asked} or {other}",
}


def decide(
    rule: Rule | None,
    interval: tuple[float, float],
    space: InputSpace | None,
    distances: tuple[float, float] | None,
    said: Said | None = None,
    classes: Classes | None = None,
) -> Told:
    """The decision and its reason in words ("" for ok), for `interval` (low, high) and `distances` (T², SPE).

    `said` is what the model's ruling says, None where it has none; `classes` are named where the value is a class.
    """
    warned = ""
    if space is not None and distances is not None:
        outside = _beyond(distances, (space.limit.t2, space.limit.spe))
        if outside:
            return "undecided", f"the inputs are outside those the model knows: {outside}"
        warned = _beyond(distances, (space.warning.t2, space.warning.spe))
    decision, reason = (
        _judged(rule, interval, classes) if rule is None or said is None else _ruled(rule, interval, said)
    )
    if decision == "ok" and warned:
        return "alert", f"the inputs are unusual: {warned}"
    return decision, reason


def _judged(rule: Rule | None, interval: tuple[float, float], classes: Classes | None) -> Told:
    if rule is None:
        return "ok", ""
    decision, (low, high) = _by_interval(rule, interval), interval
    if classes is None:
        return decision, OF_VALUES[decision].format(low=low, high=high, rule=rule)
    return decision, OF_CLASSES[decision].format(other=classes[0], asked=classes[1])


def _by_interval(rule: Rule, interval: tuple[float, float]) -> Decision:
    if rule.broken_by(*interval):
        return "action"
    if not rule.met_by(*interval):
        return "undecided"
    return "ok" if _wide(rule, interval) else "alert"


def _ruled(rule: Rule, interval: tuple[float, float], said: Said) -> Told:
    if said.side == "either":
        return "undecided", _either(rule, said)
    shown = f"the interval {interval[0]:.6g} to {interval[1]:.6g}"
    if said.side == "fails":
        though = f", though {shown} meets it" if rule.met_by(*interval) else ""
        return "action", _likely(rule, said) + though
    if _wide(rule, interval):
        return "ok", ""
    return "alert", f"{_likely(rule, said)}, but {shown} {_place(rule, interval)}"


def _wide(rule: Rule, interval: tuple[float, float]) -> bool:
    """Whether the interval meets the rule even if it is widened by half."""
    low, high = interval
    margin = CLOSE * 0.5 * (high - low)
    return rule.met_by(low - margin, high + margin)


def _place(rule: Rule, interval: tuple[float, float]) -> str:
    if rule.met_by(*interval):
        return "is close to the limit"
    return "does not meet it" if rule.broken_by(*interval) else "holds the limit"


def _either(rule: Rule, said: Said) -> str:
    if said.few is None:
        return f"rows like this one meet {rule} or fail it"
    return f"too few rows that {said.few} {rule} are known to exclude that this one does"


def _likely(rule: Rule, said: Said) -> str:
    """How likely the row is to meet the rule: words that never say more than its probability, nor anything else."""
    meets, chance = said.side == "meets", said.probability
    if chance is None:
        return f"rows that {'fail' if meets else 'meet'} {rule} are rarely like this one"
    if max(chance, 1.0 - chance) >= SURE:
        odds = "likely" if meets else "unlikely"
    else:
        odds = "more likely than not" if meets else "less likely than not"
    return f"{odds} to meet {rule} (P {min(max(chance, 0.01), 0.99):.2f})"


def _beyond(distances: tuple[float, float], limits: tuple[float, float]) -> str:
    told = [
        f"{name} {distance:.4g} beyond {limit:.4g}"
        for name, distance, limit in zip(("T²", "SPE"), distances, limits, strict=True)
        if not distance <= limit
    ]
    return ", ".join(told)
