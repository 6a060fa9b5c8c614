"""Cross-checks: signals are held against each other and against the twin; what does not agree is a finding.

Nothing here changes what a reading is worth: that two sources differ does not say which of them is wrong.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import nan

from homeostat.execution.plan.held import BalancePlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.signals import tell
from homeostat.execution.state import BatchState, Crosschecks
from homeostat.monitoring.signals import Change, Chart, Closure, compare, judge, reconcile
from homeostat.process import Quality

STAND_IN, NOTHING = int(Quality.UNCERTAIN), int(Quality.MISSING)


def begin_crosschecks(plan: Plan) -> Crosschecks:
    """What is remembered before the first scan."""
    pairs, groups = plan.crosschecks.pairs, plan.crosschecks.balances
    return Crosschecks(
        charts=tuple(Chart() for _ in pairs),
        closures=tuple(Closure() for _ in groups),
        reconciled=tuple((nan,) * len(group.terms) for group in groups),
    )


def hold_against(
    plan: Plan, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet
) -> BatchState:
    """The state after every pair and every balance that is due has been looked at."""
    pairs, groups = plan.crosschecks.pairs, plan.crosschecks.balances
    if all(time % pair.every for pair in pairs) and all(time % group.every for group in groups):
        return state
    changes = list[Change]()
    before = state.crosschecks
    charts = _compared(plan, state, usable, time, changes)
    closures, values = list(before.closures), list(before.reconciled)
    for place, group in enumerate(groups):
        if time % group.every == 0:
            closures[place], values[place] = _balanced(group, closures[place], usable, time, changes)
    state = replace(state, crosschecks=Crosschecks(charts, tuple(closures), tuple(values)))
    return tell(plan, state, changes, time, sheet) if changes else state


def reconciled(state: BatchState) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The values that balances leave their tags, with their quality: they stand in for no measurement."""
    values = tuple([value for group in state.crosschecks.reconciled for value in group])
    return values, tuple([STAND_IN if value == value else NOTHING for value in values])


def _compared(
    plan: Plan, state: BatchState, usable: Sequence[float], time: int, changes: list[Change]
) -> tuple[Chart, ...]:
    """The charts after this scan's differences; what was found or is over is added to `changes`."""
    charts = list(state.crosschecks.charts)
    believed = state.belief.states + state.belief.outputs
    for place, pair in enumerate(plan.crosschecks.pairs):
        if time % pair.every == 0:
            difference = pair.difference(usable, believed)
            charts[place], change = compare(pair.watch, charts[place], time, difference)
            changes += [] if change is None else [change]
    return tuple(charts)


def _balanced(
    group: BalancePlan, closure: Closure, usable: Sequence[float], time: int, changes: list[Change]
) -> tuple[Closure, tuple[float, ...]]:
    """Whether the balances close, and each tag's reconciled value in its own unit (NaN: not determined)."""
    result = reconcile(group.balances, [term.measured(usable) for term in group.terms])
    closure, change = judge(group.closing, closure, time, result)
    changes += [] if change is None else [change]
    return closure, tuple([term.shown(result.values.get(term.name, nan)) for term in group.terms])
