"""Sources: readings of an instrument that is not fit are flagged, and end no step; loops go on as they can.

In: what is known of the instruments behind the tags. Out: an alarm, and readings that conditions may rest on.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.notices import alert, failure
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import SourceJudged


def judge_source(plan: Plan, state: BatchState, judged: SourceJudged, time: int, sheet: Sheet) -> BatchState:
    """The state once it is known whether the readings of a tag count."""
    doubted = {tag: reason for tag, reason in state.doubted.items() if tag != judged.tag}
    if judged.reason:
        doubted[judged.tag] = judged.reason
    text = judged.reason or f"{judged.instrument} counts again"
    notice = failure(f"source.{judged.tag}", raised=bool(judged.reason), text=text)
    return alert(plan, replace(state, doubted=doubted), (notice,), time, sheet)


def resting_on(plan: Plan, state: BatchState, usable: Sequence[float]) -> Sequence[float]:
    """The readings that a condition of the recipe may rest on; NaN for those that do not count."""
    if not state.doubted:
        return usable
    pairs = zip(plan.tags, usable, strict=True)
    return tuple(math.nan if tag in state.doubted else value for tag, value in pairs)
