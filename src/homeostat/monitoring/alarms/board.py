"""The alarm board: notices of conditions, orders of persons and the passing of time move alarms through their lives.

    tick(rules, board, holding, time)   -> outcome      shelves expire, suppression by design, the end of a flood
    notify(rules, board, notices, time) -> outcome      conditions began or ended
    obey(rules, board, order, time)     -> outcome      a person acknowledges, shelves, ... (refused with a reason)

Each returns the next board and a record of every transition. Where nothing happens the very same board comes back.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from homeostat.monitoring.alarms.desk import Desk
from homeostat.monitoring.alarms.flood import FLOOD
from homeostat.monitoring.alarms.lifecycle import Happening, Phase, follow
from homeostat.monitoring.alarms.model import Board, Life, Notice, Order, OrderKind, Outcome, Rules
from homeostat.monitoring.alarms.priority import HOUR

ORDERS: Mapping[OrderKind, Happening] = {
    "acknowledge": Happening.ACKNOWLEDGE,
    "reset": Happening.RESET,
    "shelve": Happening.SHELVE,
    "take out of service": Happening.REMOVE,
}
"""What an order makes happen; those that release an alarm are in `RELEASES`."""

RELEASES: Mapping[OrderKind, Phase] = {
    "unshelve": Phase.SHELVED,
    "return to service": Phase.OUT_OF_SERVICE,
}
"""Orders that end a silence, and the phase they end."""


def tick(rules: Rules, board: Board, holding: frozenset[str], time: int) -> Outcome:
    """The board once time has passed; `holding` are the declared conditions that hold and suppress by design."""
    early = board.due is None or time < board.due
    if early and holding == board.suppressing and board.flood.since is None:
        return Outcome(board)
    desk = Desk(rules, replace(board, suppressing=holding), time)
    desk.calm()
    desk.expire()
    if holding != board.suppressing:
        desk.suppress()
    return desk.outcome()


def notify(rules: Rules, board: Board, notices: Iterable[Notice], time: int) -> Outcome:
    """The board after conditions have begun or ended; of several in one group the first in order is the first-out."""
    desk = Desk(rules, board, time)
    for notice in notices:
        desk.notice(notice)
    return desk.outcome()


def obey(rules: Rules, board: Board, order: Order, time: int) -> Outcome:
    """The board after a person's order, or the same board and why the order was refused."""
    refusal = _refusal(rules, board, order, time)
    if refusal:
        return Outcome(board, refusal=refusal)
    desk = Desk(rules, board, time)
    if order.kind in RELEASES:
        desk.release(order.alarm, order.by, order.why)
    else:
        desk.move(order.alarm, ORDERS[order.kind], order.by, order.why, order.until)
        desk.hide(order.alarm)
    return desk.outcome()


def _refusal(rules: Rules, board: Board, order: Order, time: int) -> str:
    """Why an order cannot be followed; empty when it can."""
    life = board.lives.get(order.alarm) or Life(priority=rules.declared(order.alarm))
    if not order.by.strip():
        return "it is not said who gives the order"
    if not order.why.strip():
        return "no reason is given"
    if unknown := _unknown(rules, board, order.alarm):
        return unknown
    if not _possible(order, life):
        return f"{order.alarm} is {life.phase.value}: it cannot be told to {order.kind}"
    return _refused_time(rules, life, order, time)


def _unknown(rules: Rules, board: Board, alarm: str) -> str:
    """Why there is no such alarm: it is neither declared nor does it stand. Empty where there is one."""
    known = {*rules.definitions, *board.lives, FLOOD}
    if alarm in known:
        return ""
    near = difflib.get_close_matches(alarm, sorted(known), 1)
    return f"there is no alarm {alarm}" + (f": did you mean {near[0]}?" if near else "")


def _possible(order: Order, life: Life) -> bool:
    if order.kind in RELEASES:
        return life.phase is RELEASES[order.kind]
    return follow(life.phase, ORDERS[order.kind]) is not None


def _refused_time(rules: Rules, life: Life, order: Order, time: int) -> str:
    """Shelving needs an end within the longest allowed; no other order has one."""
    if order.kind != "shelve":
        return "" if order.until is None else "only shelving has an end"
    longest = rules.definition(order.alarm).longest
    if longest == 0 or life.priority in rules.unshelvable:
        return f"{order.alarm} may not be shelved"
    if order.until is None or order.until <= time:
        return "a shelved alarm needs a time to come at which it returns"
    return "" if order.until - time <= longest else f"it may be shelved for {longest / HOUR:g} h at most"
