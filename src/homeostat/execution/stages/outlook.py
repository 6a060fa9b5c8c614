"""The outlook: from time to time the rest of the recipe is foreseen; another verdict on an attribute is a decision.

It is looked at again as soon as an attribute was measured. Verdicts of `alert` and `action` are alarms, too. A forecast
by a twin that readings contradict, or contradicted not long ago, does not reassure: it is `undecided`, not `ok`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from homeostat.errors import TwinError
from homeostat.execution.outlook import Foreseen, Way, foresee, walk
from homeostat.execution.plan.foreseeing import AttributePlan, OutlookPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState, Expectation
from homeostat.execution.states import State
from homeostat.ledger.catalogue import AttributeJudged, VerdictChanged
from homeostat.monitoring.alarms import Notice
from homeostat.monitoring.panel import Standing, judge

QUANTILE = 1.6448536269514722
"""Of the normal distribution at 95 %: the ends of a 90 % interval."""
PRIORITIES: tuple[tuple[Standing, Literal["medium", "high"]], ...] = (("alert", "medium"), ("action", "high"))
MEASURED, UNSEEN = "measured", "the twin does not foresee a sample for it"
LOST = "the twin could not follow the batch"


def look_ahead(
    plan: Plan, observer: Observer, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet
) -> BatchState:
    """The state after the outlook, if it is time for one."""
    outlook, of = plan.outlook, observer.filter
    if outlook is None or of is None or state.state is not State.RUNNING:
        return state
    measured = any(isinstance(decision, AttributeJudged) for _, decision in sheet.decisions)
    if time % outlook.every and not measured:
        return state
    seen = _seen(Way.of(plan, outlook, of), state, usable, time)
    doubts = _doubts(state)
    expected, notices = list[Expectation](), list[Notice]()
    for each, last in zip(outlook.attributes, state.expected, strict=True):
        attribute = plan.attributes[each.attribute]
        found, before = seen.get(each.attribute), replace(last, doubted=time) if doubts else last
        after = _expectation(outlook, state, attribute, before, found, time)
        expected.append(after)
        if after.verdict != before.verdict:
            reason = _reason(state, attribute, found, doubts) or _lately(after, time)
            sheet.note(_changed(attribute, before, after, found, reason))
            notices += _notices(plan, attribute, state, after)
    state = replace(state, expected=tuple(expected))
    return alert(plan, state, notices, time, sheet) if notices else state


def _seen(way: Way, state: BatchState, usable: Sequence[float], time: int) -> dict[int, Foreseen]:
    """What is foreseen, by attribute; nothing where the belief is lost."""
    if not state.belief.sound:
        return {}
    try:
        found = foresee(way, walk(way, state, usable, time))
    except TwinError:  # an output of the model is not finite ahead
        return {}
    return {each.attribute: each for each in found}


def _doubts(state: BatchState) -> str:
    """Why forecasts cannot be relied on now; empty when they can."""
    if not state.belief.sound:
        return LOST
    return f"the twin disagrees with: {', '.join(state.disagreed)}" if state.disagreed else ""


def _expectation(
    outlook: OutlookPlan,
    state: BatchState,
    attribute: AttributePlan,
    before: Expectation,
    found: Foreseen | None,
    time: int,
) -> Expectation:
    """What was measured for good, what is foreseen, or what was expected before while a result is due."""
    if state.judged.get(attribute.name):
        return replace(before, probability=0.0, verdict="action")
    if found is not None:
        return _foreseen(outlook, before, found, time)
    if attribute.name in state.judged:
        return replace(before, probability=1.0, breach=math.nan, verdict="ok")
    owed = any(assay == attribute.assay for _, assay in state.awaited)
    lasting = before.doubted < time or before.verdict in ("alert", "action")
    if not owed:
        return Expectation(doubted=before.doubted)
    return before if lasting else replace(before, verdict="undecided")


def _foreseen(outlook: OutlookPlan, before: Expectation, found: Foreseen, time: int) -> Expectation:
    """What is foreseen, with the verdict on it: within `calm` of a doubt, nothing is called ok."""
    verdict, doubted = judge(outlook.risk, before.verdict, found.probability), before.doubted
    if verdict == "ok" and doubted >= 0 and (time == doubted or time - doubted < outlook.calm):
        verdict = "undecided"
    breach = found.breach / HOUR if found.breach >= 0 else math.nan
    return Expectation(found.value, found.deviation, found.probability, breach, verdict, doubted)


def _lately(after: Expectation, time: int) -> str:
    """Why a forecast that nothing contradicts now does not reassure yet; empty where it does."""
    if after.verdict != "undecided" or not 0 <= after.doubted < time:
        return ""
    return f"readings disagreed with the twin until {after.doubted / HOUR:.0f} h"


def _reason(state: BatchState, attribute: AttributePlan, found: Foreseen | None, doubts: str) -> str:
    if attribute.name in state.judged and (found is None or state.judged[attribute.name]):
        return MEASURED
    return doubts or ("" if found is not None else UNSEEN)


def _changed(
    attribute: AttributePlan, before: Expectation, after: Expectation, found: Foreseen | None, reason: str
) -> VerdictChanged:
    value, deviation, probability, _ = (n if n == n else None for n in after.numbers)
    reach = None if deviation is None else QUANTILE * deviation
    return VerdictChanged(
        attribute=attribute.name,
        before=before.verdict,
        verdict=after.verdict,
        probability=probability,
        value=value,
        low=None if value is None or reach is None else value - reach,
        high=None if value is None or reach is None else value + reach,
        unit=attribute.unit,
        at=None if found is None else found.time,
        breach=None if found is None or found.breach < 0 else found.breach,
        drivers=_drivers(attribute, found),
        reason=reason,
    )


def _drivers(attribute: AttributePlan, found: Foreseen | None) -> tuple[str, ...]:
    return tuple(
        f"{driver.name} {driver.shift * 100.0:+.0f} %: {driver.effect:+.3g} {attribute.unit}"
        for driver in (found.drivers if found else ())
    )


def _notices(plan: Plan, attribute: AttributePlan, state: BatchState, after: Expectation) -> Iterator[Notice]:
    """The alarm that belongs to the verdict begins, the other one ends."""
    for verdict, priority in PRIORITIES:
        alarm, wanted = f"outlook.{attribute.name}.{verdict}", after.verdict == verdict
        if wanted != state.board.life(alarm).active:
            value = None if after.value != after.value else after.value
            title = plan.process.attributes[attribute.name].title
            text = f"{title}: expected to miss its specification"
            yield Notice(alarm, wanted, priority, text, value, None, attribute.unit)
