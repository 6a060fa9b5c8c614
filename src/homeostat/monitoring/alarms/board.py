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

SILENCES: Mapping[OrderKind, str] = {"shelve": "shelved", "take out of service": "taken out of service"}
"""Orders by which a person keeps an alarm from being shown, and what has then become of it."""

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


def hopeless(rules: Rules, board: Board, order: Order, time: int) -> str:
    """Why an order will be refused whatever the alarm does until it is taken up; empty where that is open."""
    life = board.lives.get(order.alarm) or Life(priority=rules.declared(order.alarm))
    return _unsaid(order) or _unknown(rules, board, order.alarm) or _refused_time(rules, life, order, time)


def _refusal(rules: Rules, board: Board, order: Order, time: int) -> str:
    """Why an order cannot be followed; empty when it can."""
    life = board.lives.get(order.alarm) or Life(priority=rules.declared(order.alarm))
    if refused := _unsaid(order) or _unknown(rules, board, order.alarm):
        return refused
    if not _possible(order, life):
        return f"{order.alarm} is {life.phase.value}: it cannot be told to {order.kind}"
    return _refused_time(rules, life, order, time)


def _unsaid(order: Order) -> str:
    """What an order does not say of itself; empty where it says who gives it and why."""
    if not order.by.strip():
        return "it is not said who gives the order"
    return "" if order.why.strip() else "no reason is given"


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
    """A shelf has an end within the longest allowed, and so has a critical alarm's time out of service.

    An alarm that is never to be shelved is not taken out of service either: that would be shelving by another name.
    """
    if order.kind not in SILENCES:
        return "" if order.until is None else "only shelving and taking out of service have an end"
    told, longest = SILENCES[order.kind], rules.definition(order.alarm).longest
    critical = life.priority in rules.unshelvable
    if longest == 0 or (critical and order.kind == "shelve"):
        return f"{order.alarm} may not be {told}"
    bounded = critical or order.kind == "shelve"
    if (bounded or order.until is not None) and (order.until is None or order.until <= time):
        which = "a critical" if critical else "an"
        return f"{which} alarm that is {told} needs a time to come at which it returns"
    if bounded and order.until is not None and order.until - time > longest:
        return f"it may be {told} for {longest / HOUR:g} h at most"
    return ""
