"""Values off to one side that are not believed yet, in what a live calibration remembers.

In: the levels and the state around them. Out: whether they were a step, what is then believed of the time since it
began, and what is doubted still.
"""

from collections.abc import Sequence
from dataclasses import replace

from homeostat.monitoring.spectra.smoothing import STEP, Level
from homeostat.monitoring.spectra.state import LiveState, Past


def stepped(before: Level, level: Level) -> bool:
    """Whether the bank began afresh with the values that were doubted."""
    return len(before.doubted) == STEP - 1 and level.count == STEP


def restated(state: LiveState, levels: Sequence[Level], *, anything: bool = False) -> LiveState:
    """With what was live while values were doubted, as they are believed now: `levels`, the newest last.

    A sample that waits is restated if it was drawn beside one of them; `anything` restates whatever waits, by what is
    remembered nearest to it, as models do that were frozen before edition 3.
    """
    newest = levels[-len(state.past) :]
    again = zip(state.past[-len(newest) :], newest, strict=True)
    past = (*state.past[: -len(newest)], *(replace(one, value=level.value) for one, level in again))
    if state.waiting is None:
        return replace(state, past=past)
    then = nearest(past, state.waiting.time)
    known = remembered(state, state.waiting.time) and then.time >= past[-len(newest)].time
    if not (known or anything):
        return replace(state, past=past)
    return replace(state, past=past, waiting=replace(state.waiting, predicted=then.value))


def remembered(state: LiveState, time: int) -> bool:
    """Whether `time` (µs) lies within what the state still remembers spectrum by spectrum."""
    return bool(state.past) and time >= state.past[0].time


def nearest(past: Sequence[Past], time: int) -> Past:
    """What was live nearest to `time` (µs); `past` is not empty."""
    return min(past, key=lambda one: abs(one.time - time))


def doubtful(state: LiveState, then: Past) -> bool:
    """Whether what was live then is doubted still."""
    doubted = len(state.level.doubted) if state.level else 0
    return doubted > 0 and then.time >= state.past[-doubted:][0].time
