"""How a run ended, and what in it is not to be believed, in words.

In: a status and a failure, or the doubts of a run. Out: lines for people and for `--json`.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homeostat.twin import Model, Status
    from homeostat.twin.engine.failing import Failure
    from homeostat.twin.engine.scales import Doubt


def told(model: "type[Model]", status: "Status", failure: "Failure | None") -> str:
    """How a run that failed ended: when, by what, and which state was at its bounds."""
    word = status.name.lower().replace("_", " ")
    if failure is None:
        return word
    ends = [f"{hour:.6g}" for hour in (failure.after_h, failure.before_h)]
    at = f"at {ends[1]} h" if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]} h"
    event = ", after the event of that hour" if failure.jump else ""
    if failure.outputs:
        many = len(failure.outputs) > 1
        return f"{word} {at}: {', '.join(failure.outputs)}, {'outputs' if many else 'an output'} of the model"
    if not failure.state:
        return f"{word} {at}{event}"
    q = model.signature.states[failure.state]
    bounds = f"from {q.low:g}" if math.isinf(q.high) else f"{q.low:g} to {q.high:g}"
    return f"{word} {at}{event}: {q.name} = {failure.value:.6g} {q.unit}, which may be {bounds}"


def mends(*failures: "Failure | None") -> list[str]:
    """What can be done about failures, each line once."""
    return list(dict.fromkeys(f"mend: {one.mend}" for one in failures if one is not None and one.mend))


def unresolved(model: "type[Model]", doubts: "Iterable[Doubt]") -> list[str]:
    """Each state that is too small for the errors allowed in it, and the mend."""
    units = {q.name: q.unit for q in model.signature.states}
    return [
        f"{one.state} is at most {one.largest:.2g} {units[one.state]}, and each step may err by {one.allowed:.2g} in "
        f"it: its numbers mean little; declare its size, such as state(..., scale={_power(one.largest)})"
        for one in doubts
    ]


def _power(size: float) -> str:
    """The power of ten at or below `size`."""
    return "1e" + f"{size:e}".partition("e")[2]
