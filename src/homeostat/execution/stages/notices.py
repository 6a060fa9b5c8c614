"""Notices at the alarm board: what a stage finds wrong, followed through its life; every transition is a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from homeostat.execution.conditions import Facts, holds
from homeostat.execution.plan.types import Plan, SuppressionPlan
from homeostat.execution.sheet import Sheet
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused
from homeostat.monitoring.alarms import Notice, Order, Outcome, Record, notify, obey, tick

Change = Literal[
    "raised", "cleared", "acknowledged", "reset", "shelved", "suppressed", "removed", "released", "shown"
]
CHANGES: Mapping[str, Change] = {
    "raised": "raised",
    "cleared": "cleared",
    "cleared and latched": "cleared",
    "acknowledged": "acknowledged",
    "reset": "reset",
    "shelved": "shelved",
    "suppressed": "suppressed",
    "taken out of service": "removed",
    "released, active": "released",
    "released, normal": "released",
    "released, latched": "released",
    "shown by itself": "shown",
}
"""What an event says of each happening."""
_NOTHING: frozenset[str] = frozenset()


def alert(plan: Plan, state: BatchState, notices: Iterable[Notice], time: int, sheet: Sheet) -> BatchState:
    """The state after conditions have begun or ended."""
    return _noted(state, notify(plan.rules, state.board, notices, time), sheet)


def pass_time(plan: Plan, state: BatchState, facts: Facts, sheet: Sheet) -> BatchState:
    """The state once shelves have expired, something suppresses or has ceased to, and a flood may have ended."""
    return _noted(state, tick(plan.rules, state.board, _holding(plan, state, facts), facts.time), sheet)


def order(plan: Plan, state: BatchState, ordered: AlarmOrdered, time: int, sheet: Sheet) -> BatchState:
    """The state after a person's order; one that cannot be followed is refused on record."""
    about = {"order": ordered.order, "alarm": ordered.alarm, "by": ordered.by}
    if ordered.objection:
        sheet.note(AlarmRefused(**about, reason=ordered.objection))
        return state
    given = Order(ordered.order, ordered.alarm, ordered.by, ordered.reason, ordered.until)
    outcome = obey(plan.rules, state.board, given, time)
    if outcome.refusal:
        sheet.note(AlarmRefused(**about, reason=outcome.refusal))
    return _noted(state, outcome, sheet)


def failure(alarm: str, *, raised: bool, text: str) -> Notice:
    """An alarm that has no limit: something did not work."""
    return Notice(alarm, raised, "high", text)


def _holding(plan: Plan, state: BatchState, facts: Facts) -> frozenset[str]:
    """What suppresses alarms now: steps that run, conditions that hold. What cannot be read suppresses nothing."""
    if not plan.suppressions:
        return _NOTHING
    return frozenset([one.name for one in plan.suppressions if _suppresses(one, state, facts)])


def _suppresses(one: SuppressionPlan, state: BatchState, facts: Facts) -> bool:
    running = any(state.steps[node].status == "running" for node in one.nodes)
    return running or holds(one.tests, facts, 0)


def _noted(state: BatchState, outcome: Outcome, sheet: Sheet) -> BatchState:
    for record in outcome.records:
        sheet.note(_event(record))
    return state if outcome.board is state.board else replace(state, board=outcome.board)


def _event(record: Record) -> AlarmChanged:
    return AlarmChanged(
        alarm=record.alarm,
        state=CHANGES[record.happening],
        priority=record.priority,
        text=record.text,
        value=record.value,
        limit=record.limit,
        unit=record.unit,
        before=record.before,
        after=record.after,
        by=record.by,
        reason=record.why,
        until=record.until,
        shown=record.shown,
        first=record.first,
    )
