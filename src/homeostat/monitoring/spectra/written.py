"""The state of a live calibration as JSON: written, and read again with the same bits.

In: a `LiveState`, or text. Out: the other. Text that says what no live calibration remembers is refused, with its part.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra.smoothing import RATIOS, STEP, Level
from homeostat.monitoring.spectra.state import LiveState, Past
from homeostat.monitoring.spectra.transfer import Sample

_STATE = TypeAdapter(LiveState)


def dumped(state: LiveState) -> str:
    """The state as JSON; every number comes back with the same bits."""
    return _STATE.dump_json(state).decode()


def restored(text: str) -> LiveState:
    """The state that `dumped` wrote. Raises MonitoringError when the text is none."""
    try:
        state = _STATE.validate_json(text)
    except ValidationError as fault:
        raise _none(".".join(str(part) for part in fault.errors()[0]["loc"])) from fault
    for part in _faults(state):
        raise _none(part)
    return state


def _none(part: str) -> MonitoringError:
    return MonitoringError(
        "this is not the state of a live calibration", where=part, mend="start afresh with an empty state"
    )


def _faults(state: LiveState) -> Iterator[str]:
    """The parts that are not as a live calibration leaves them."""
    if state.level is None and (state.past or state.samples or state.accepted):
        yield "level"
    if state.level is not None and not _bank(state.level):
        yield "level"
    if min(state.usual, state.accepted, state.outliers, state.again) < 0:
        yield "usual, accepted, outliers or again"
    if not _in_order(state.older + state.past, least=1):
        yield "older or past"
    if not _in_order(state.samples, least=0) or not all(one.deviation > 0.0 for one in state.samples):
        yield "samples"
    if min(state.correction.bias_variance, state.correction.slope_variance) < 0.0:
        yield "correction"
    if state.doubt is not None and min(state.doubt.excess, state.doubt.misfit, state.doubt.slope) < 0.0:
        yield "doubt"


def _bank(level: Level) -> bool:
    """Whether a level holds each of the filters, with variances that are some."""
    whole = len(level.means) == len(level.variances) == len(level.squares) == len(RATIOS)
    counted = level.count >= 1 and len(level.doubted) < STEP
    return whole and counted and min(level.weight, *level.variances, *level.squares) >= 0.0


def _in_order(what: Sequence[Past | Sample], least: int) -> bool:
    """Whether each is later than the one before by `least` microseconds or more."""
    return all(after - before >= least for before, after in pairwise([one.time for one in what]))
