"""Frozen models answer from time to time; the first answer and every other decision are on record.

Soft sensors predict; watchers (`stages.watching`) hold the batch against good ones. Both take their inputs alike.

An input is what was last usable by the moment it is meant for, and missing when that is too long ago. Nothing looks
ahead: what is meant for a time that has not come is missing. What may be missing, the package itself says; an answer
without it is uncertain, and another set of what is missing is an event. Alert and action are alarms.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from homeostat.execution.plan.soft import SoftInput, SoftPlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.plan.watching import WatchPlan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import watching
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState, Sensed
from homeostat.execution.states import FINAL
from homeostat.ledger.catalogue import PredictionChanged
from homeostat.monitoring.alarms import Notice
from homeostat.monitoring.panel import Standing
from homeostat.process import Quality

if TYPE_CHECKING:
    from homeostat.monitoring.prediction import Drivers, Verdict

ALARMS: tuple[tuple[Standing, Literal["medium", "high"], str], ...] = (
    ("alert", "medium", "Near its limit, or on unusual inputs"),
    ("action", "high", "Predicted to miss its rule"),
)
"""Which decisions are alarms, with priority and text."""
NEVER = -(2**62)
"""The time of a value that has never come."""


def begin_models(plan: Plan) -> tuple[Sensed, ...]:
    """What models remember before the first scan."""
    return tuple(_begin(model) for model in plan.models)


def _begin(model: SoftPlan | WatchPlan) -> Sensed:
    memory = model.watcher.begin() if isinstance(model, WatchPlan) else ()
    gaps = (math.nan,) * len(model.inputs)
    return Sensed(gaps, (NEVER,) * len(model.inputs), model.start, memory=memory)


def sense(plan: Plan, state: BatchState, usable: Sequence[float], time: int, sheet: Sheet) -> BatchState:
    """The state after every model has seen this scan, and those that are due have answered."""
    if not plan.models or state.state in FINAL:
        return state
    known = _known(state, usable, time)
    sensed, notices = list[Sensed](), list[Notice]()
    for model, before in zip(plan.models, state.sensed, strict=True):
        after = _look(model, before, known, time)
        if time >= after.due:
            after, raised = _answer(model, state, before, after, time, sheet)
            notices += raised
        sensed.append(after)
    state = replace(state, sensed=tuple(sensed))
    return alert(plan, state, notices, time, sheet) if notices else state


def _answer(
    model: SoftPlan | WatchPlan, state: BatchState, before: Sensed, seen: Sensed, time: int, sheet: Sheet
) -> tuple[Sensed, list[Notice]]:
    """The memory after an answer to what was `seen`, with the alarms it brings; its event goes to the sheet."""
    row, first = _row(model, seen, time), before.due == model.start
    if isinstance(model, WatchPlan):
        after, told = watching.look(model, state, seen, row, _due(model, time))
        if first or after.decision != before.decision:
            sheet.note(watching.changed(model, before, after, told, row))
        return after, list(watching.notices(model, state, after, told))
    verdict = model.scorer.row(row)
    after = _answered(model, seen, verdict, time)
    if first or _standing(after) != _standing(before):
        sheet.note(_changed(model, before, after, verdict))
    return after, list(_notices(model, state, after, verdict))


def _standing(sensed: Sensed) -> tuple[Standing, bool, tuple[str, ...]]:
    """What makes an event when it changes."""
    return sensed.decision, sensed.outside, sensed.missing


def answers(state: BatchState) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """What models last answered, with its quality: uncertain outside what the model knows, or with filled inputs."""
    numbers = [(number, one) for one in state.sensed for number in one.answer]
    return tuple([number for number, _ in numbers]), tuple([_trust(*each) for each in numbers])


def _trust(number: float, sensed: Sensed) -> int:
    if number != number:
        return int(Quality.MISSING)
    return int(Quality.UNCERTAIN if sensed.outside or sensed.missing else Quality.GOOD)


def _known(state: BatchState, usable: Sequence[float], time: int) -> list[float]:
    """All that an input may be taken from, in the plan's order; NaN where it cannot be used."""
    belief = state.belief
    believed = belief.states + belief.outputs + belief.more
    if not belief.sound:
        believed = (math.nan,) * len(believed)
    foreseen = [number for expected in state.expected for number in expected.numbers]
    return [*usable, *believed, *foreseen, float(time)]


def _look(model: SoftPlan | WatchPlan, before: Sensed, known: Sequence[float], time: int) -> Sensed:
    """The memory with what this scan shows of each input whose time has not passed."""
    values, times = list(before.values), list(before.times)
    for number, given in enumerate(model.inputs):
        value = known[given.place]
        if value == value and (given.at < 0 or time <= given.at):
            values[number], times[number] = given.slope * value + given.offset, time
    return replace(before, values=tuple(values), times=tuple(times))


def _row(model: SoftPlan | WatchPlan, sensed: Sensed, time: int) -> list[float]:
    """The model's inputs; NaN for those that are missing."""
    remembered = zip(model.inputs, sensed.values, sensed.times, strict=True)
    return [
        value if _counts(given, taken, time, model.patience) else math.nan
        for given, value, taken in remembered
    ]


def _counts(given: SoftInput, taken: int, time: int, patience: int) -> bool:
    """Whether a value taken at `taken` stands for the moment that the input is meant for, and that has come."""
    moment = time if given.at < 0 else given.at
    return moment <= time and moment - taken <= patience


def _answered(model: SoftPlan, sensed: Sensed, verdict: "Verdict", time: int) -> Sensed:
    numbers = (verdict.value, verdict.low, verdict.high)
    value, low, high = (math.nan if number is None else number for number in numbers)
    return replace(
        sensed,
        due=_due(model, time),
        answer=(value, low, high),
        decision=verdict.decision,
        outside=_outside(verdict),
        missing=verdict.missing,
    )


def _due(model: SoftPlan | WatchPlan, time: int) -> int:
    """When the model answers next."""
    return model.start + ((time - model.start) // model.every + 1) * model.every


def _outside(verdict: "Verdict") -> bool:
    """Whether the inputs lie beyond the limits of what the model knows."""
    pairs = ((verdict.t2, verdict.t2_limit), (verdict.spe, verdict.spe_limit))
    return any(size is not None and limit is not None and size > limit for size, limit in pairs)


def _changed(model: SoftPlan, before: Sensed, after: Sensed, verdict: "Verdict") -> PredictionChanged:
    return PredictionChanged(
        model=model.name,
        hash=model.hash,
        before=before.decision,
        decision=after.decision,
        value=verdict.value,
        low=verdict.low,
        high=verdict.high,
        unit=model.unit,
        t2=verdict.t2,
        spe=verdict.spe,
        t2_limit=verdict.t2_limit,
        spe_limit=verdict.spe_limit,
        outside=after.outside,
        drivers=_finite(verdict.drivers),
        strangers=_finite(verdict.strangers),
        missing=after.missing,
        reason=verdict.reason,
    )


def _finite(parts: "Drivers") -> "Drivers":
    """The parts that a record can hold."""
    return tuple((name, part) for name, part in parts if math.isfinite(part))


def _notices(model: SoftPlan, state: BatchState, after: Sensed, verdict: "Verdict") -> Iterator[Notice]:
    """The alarm that belongs to the decision begins, the other one ends."""
    for decision, priority, text in ALARMS:
        alarm, wanted = f"soft.{model.name}.{decision}", after.decision == decision
        if wanted != state.board.life(alarm).active:
            yield Notice(alarm, wanted, priority, f"{text}: {model.title}", verdict.value, None, model.unit)
