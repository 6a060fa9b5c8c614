"""Signal quality: every reading is looked at before anything believes it; what is wrong with it is a decision.

The equipment's own quality is what the record keeps; here it can only get worse. Whatever was just done to the vessel
may make its signals jump: after a command that was carried out, the next sample of each is believed.
"""

from collections.abc import Sequence

from homeostat.equipment import Scan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState, Inputs
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import CommandOutcome, SignalChanged
from homeostat.monitoring.alarms import RATIONALES, Notice
from homeostat.monitoring.signals import MOMENTARY, Change, Finding, Kind, survey

ALARMING: frozenset[Kind] = frozenset({"erratic", "frozen", "stuck", "drift", "balance"})
"""Findings that are alarms; a limit and the alarm on the sensor's health tell of the others."""


def survey_signals(plan: Plan, state: BatchState, inputs: Inputs, sheet: Sheet) -> tuple[Scan, BatchState]:
    """The scan's values with the quality they deserve, and the state after every signal has been looked at."""
    values, qualities = inputs.scan.values, inputs.scan.qualities
    disturbed = plan.sensors if _acted(inputs) else frozenset()
    surveyed = survey(plan.survey, state.signals, values, qualities, inputs.time, disturbed)
    state = successor(state, signals=surveyed.memory)
    if surveyed.changes:
        state = tell(plan, state, surveyed.changes, inputs.time, sheet)
    return Scan(values, surveyed.qualities), state


def tell(plan: Plan, state: BatchState, changes: Sequence[Change], time: int, sheet: Sheet) -> BatchState:
    """The state after findings were opened or closed: each is a decision, and some are alarms."""
    for change in changes:
        sheet.note(_event(change))
    notices = [_notice(change) for change in changes if change.finding.kind in ALARMING]
    return alert(plan, state, notices, time, sheet)


def _acted(inputs: Inputs) -> bool:
    return any(isinstance(a, CommandOutcome) and a.status == "done" for a in inputs.arrivals)


def _event(change: Change) -> SignalChanged:
    finding = change.finding
    return SignalChanged(
        tag=finding.tag,
        kind=finding.kind,
        state="noted" if finding.kind in MOMENTARY else "opened" if change.opened else "closed",
        since=finding.since,
        value=_known(finding),
        text=finding.text,
    )


def _notice(change: Change) -> Notice:
    finding = change.finding
    alarm, priority = f"signal.{finding.tag}.{finding.kind}", RATIONALES["signal"].priority
    return Notice(alarm, change.opened, priority, finding.text, _known(finding))


def _known(finding: Finding) -> float | None:
    return finding.value if finding.value == finding.value else None
