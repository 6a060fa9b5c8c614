"""Recollecting: the entries of a batch as they stand, made of its record by the functions that the scan judges with.

events of one batch -> its plan; prompts as asked; answers, verifications, corrections in order; what was amended since
"""

from dataclasses import replace

from homeostat.execution.batch import observe, recall_plan, recall_start
from homeostat.execution.models import recall_models
from homeostat.execution.plan import Plan
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.entries import enter
from homeostat.execution.stages.recipe import judging, open_prompt
from homeostat.execution.state import BatchState, Kept
from homeostat.execution.vouching import prompts_of
from homeostat.governance.counting import counting
from homeostat.governance.ended import executed
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    BatchStarted,
    CorrectionGiven,
    EntryAmended,
    ModelLoaded,
    PromptAnswered,
    PromptOpened,
    VerificationGiven,
    payload,
)

_TYPES = tuple(
    kind.type
    for kind in (
        BatchStarted,
        ModelLoaded,
        PromptOpened,
        PromptAnswered,
        VerificationGiven,
        CorrectionGiven,
        EntryAmended,
    )
)


def recollect(ledger: Ledger, batch: str) -> tuple[Plan, BatchState]:
    """The plan of `batch`, and a state whose prompts and entries are as they stand; all else is as it began.

    Raises ExecutionError where there is no such batch, or its declaration cannot be read by this version.
    """
    counted = counting(ledger, batch, executed(ledger, ledger.events(batch=batch, types=_TYPES), batch))
    events = {one.event.id: one for one in counted}
    plan = recall_plan(recall_start(events, batch), recall_models(events.values()))
    state = begin(plan, observe(plan))
    for one in events.values():
        told, time = payload(one.event.type, one.event.data), one.event.time
        if isinstance(told, PromptOpened):
            state = _asked(plan, state, told, time)
        elif isinstance(told, EntryAmended):
            state = _amended(state, told)
        elif isinstance(told, PromptAnswered | VerificationGiven | CorrectionGiven):
            state = enter(plan, state, told, time, Sheet("", 0)).state
    return plan, state


def _asked(plan: Plan, state: BatchState, told: PromptOpened, time: int) -> BatchState:
    """The state with a prompt of the recipe open; what became of a command is asked by none."""
    prompt = prompts_of(plan).get(told.prompt)
    if prompt is None:
        return state
    index = next(place for place, node in enumerate(plan.nodes) if node.path == told.step)
    return open_prompt(state, index, told, judging(index, prompt, time), Sheet("", 0))


def _amended(state: BatchState, told: EntryAmended) -> BatchState:
    kept, judged = state.entries[told.prompt], told.judged
    if judged.act == "verification":
        now = replace(kept, open=False)
    else:
        now = Kept(judged.answer, judged.value, judged.by, kept.judging, kept.two_persons)
    return replace(state, entries={**state.entries, told.prompt: now})
