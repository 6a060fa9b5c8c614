"""Alarms as ISA-18.2 has them: rationalised, followed through their whole life, calm in a flood, every move on record.

    readings -> watch (limits with delay, deadband) -> notices -> notify ┐
    persons  -> orders (acknowledge, shelve, ...)             -> obey   ├-> board, records for the ledger
    time, declared conditions                                 -> tick   ┘

`watch` finds that a limit is passed; the board follows each alarm by the table in `lifecycle`, gathers lower priorities
in a flood, and marks the first of a group. `view` is what an operator sees, `performance` how the system did. All are
pure functions of settings, state and input.
"""

from homeostat.monitoring.alarms.board import hopeless, notify, obey, tick
from homeostat.monitoring.alarms.declared import definitions, rationalised, settled_priority
from homeostat.monitoring.alarms.flood import FLOOD, FloodRule, floods
from homeostat.monitoring.alarms.lifecycle import LIFE, Happening, Phase
from homeostat.monitoring.alarms.limit import QUIET, AlarmState, Limit, Side, Transition, watch
from homeostat.monitoring.alarms.model import (
    SCAN,
    Board,
    Definition,
    Life,
    Notice,
    Order,
    OrderKind,
    Outcome,
    Record,
    Rules,
)
from homeostat.monitoring.alarms.performance import Measure, Performance, performance
from homeostat.monitoring.alarms.priority import PRIORITIES, Priority, Rationale
from homeostat.monitoring.alarms.standard import RATIONALES
from homeostat.monitoring.alarms.view import Line, View, view

__all__ = [
    "FLOOD",
    "LIFE",
    "PRIORITIES",
    "QUIET",
    "RATIONALES",
    "SCAN",
    "AlarmState",
    "Board",
    "Definition",
    "FloodRule",
    "Happening",
    "Life",
    "Limit",
    "Line",
    "Measure",
    "Notice",
    "Order",
    "OrderKind",
    "Outcome",
    "Performance",
    "Phase",
    "Priority",
    "Rationale",
    "Record",
    "Rules",
    "Side",
    "Transition",
    "View",
    "definitions",
    "floods",
    "hopeless",
    "notify",
    "obey",
    "performance",
    "rationalised",
    "settled_priority",
    "tick",
    "view",
    "watch",
]
