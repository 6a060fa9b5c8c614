"""A laboratory result that the twin cannot believe: an alarm of its own, until a later result of it is believed.

In: the belief. Out: the state. One such result is a reason to repeat the sample, no verdict on the twin: the belief
has not taken it in. A second in a row on the same side is believed, and the alarm stands until a result agrees; one
that the model cannot explain, or on the other side, is a disagreement, as of any signal (`stages/alarms.py`).
"""

from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.dropping import titled
from homeostat.execution.stages.notices import alert
from homeostat.execution.state import BatchState
from homeostat.monitoring.alarms import RATIONALES, Notice

KIND = "result"
ALARM = f"twin.{KIND}."


def tell_surprises(plan: Plan, state: BatchState, time: int, sheet: Sheet) -> BatchState:
    """The state after the last result of every assay has been looked at."""
    if not state.belief.sound:
        return state
    now, lives = dict(state.belief.surprises), state.board.lives.items()
    standing = [name.removeprefix(ALARM) for name, life in lives if life.active and name.startswith(ALARM)]
    notices = [_notice(plan, name, off) for name, off in now.items() if name not in standing]
    notices += [_notice(plan, name, 0.0) for name in standing if name not in now]
    return alert(plan, state, notices, time, sheet) if notices else state


def _notice(plan: Plan, name: str, off: float) -> Notice:
    """The alarm begins with a result `off` by so many standard deviations, and ends with 0."""
    side = "above" if off > 0.0 else "below"
    told = (
        f"a result {abs(off):.0f} standard deviations {side} what the twin expected"
        if off
        else "no such result"
    )
    return Notice(f"{ALARM}{name}", off != 0.0, RATIONALES[KIND].priority, f"{titled(plan, name)}: {told}")
