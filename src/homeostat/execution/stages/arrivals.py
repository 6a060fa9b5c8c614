"""Arrivals: facts from outside that came since the last scan, each handled by its own function.

Outcomes of commands, commands of persons, the end of a log, laboratory results and answers to prompts.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from homeostat.execution.plan.foreseeing import AttributePlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import entries
from homeostat.execution.stages.authority import hear, miss
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.changes import change
from homeostat.execution.stages.notices import alert, failure, order
from homeostat.execution.stages.recipe import intend, open_prompt, put_step
from homeostat.execution.stages.sources import judge_source
from homeostat.execution.state import BatchState, Inputs, OpenPrompt
from homeostat.execution.states import ACTING, Command, State, follow
from homeostat.ledger.catalogue import (
    RECONCILE,
    AlarmOrdered,
    AttributeJudged,
    CommandGiven,
    CommandOutcome,
    CommandRefused,
    ControlOrdered,
    CorrectionGiven,
    LogEnded,
    Payload,
    PlanMissed,
    PromptAnswered,
    PromptOpened,
    RecipeChangeOrdered,
    SampleDoubted,
    SampleResult,
    SourceJudged,
    StateChanged,
    VerificationGiven,
)
from homeostat.monitoring.alarms import Notice

APPLIED, AGAIN, LEAVE = "applied", "send again", "leave out"


class Context(NamedTuple):
    """What a handler works with beside the state and the arrival: plan, observer, time (µs) and the scan's sheet."""

    plan: Plan
    observer: Observer
    time: int
    sheet: Sheet


def receive(plan: Plan, observer: Observer, state: BatchState, inputs: Inputs, sheet: Sheet) -> BatchState:
    """The state after all arrivals; acting states (holding, pausing) of the last scan end first."""
    if state.state in ACTING:
        state = command(state, Command.DONE, "ended by itself", sheet)
    for arrival in inputs.arrivals:
        handler = _HANDLERS[type(arrival)]
        state = handler(Context(plan, observer, inputs.time, sheet), state, arrival)
    return state


def command(state: BatchState, given: Command, cause: str, sheet: Sheet) -> BatchState:
    """The state after an ISA-88 command; one that the table does not allow is refused on record."""
    after = follow(state.state, given)
    if after is None:
        sheet.note(CommandRefused(command=given.value, state=state.state.value))
        return state
    sheet.note(StateChanged(before=state.state.value, after=after.value, cause=cause))
    return replace(state, state=after)


def _given(at: Context, state: BatchState, arrival: CommandGiven) -> BatchState:
    if arrival.objection:
        refused = CommandRefused(command=arrival.command, state=state.state.value, reason=arrival.objection)
        at.sheet.note(refused)
        return state
    return command(state, Command(arrival.command), arrival.reason, at.sheet)


def _log_ended(at: Context, state: BatchState, arrival: LogEnded) -> BatchState:
    return replace(state, log_ended=True)


def _doubted(at: Context, state: BatchState, arrival: SampleDoubted) -> BatchState:
    """A fact for the record: which readings there are was settled before the scan."""
    return state


def _outcome(at: Context, state: BatchState, arrival: CommandOutcome) -> BatchState:
    """A done command takes effect in the belief; any other holds the batch until a person has reconciled it."""
    pending = state.pending[arrival.intent]
    if arrival.status == "done":
        belief = at.observer.act(state.belief, pending.act, arrival.value)
        return _settle(replace(state, belief=belief), arrival.intent)
    text = f"Command {arrival.status}: {arrival.detail or 'no reason given'}"
    state = _alert(at, state, failure(arrival.intent, raised=True, text=text))
    if follow(state.state, Command.HOLD) is not None:
        state = command(state, Command.HOLD, f"{arrival.intent}: {arrival.status}", at.sheet)
    question = _reconciliation(at.plan, state, arrival)
    judging = OpenPrompt(
        pending.node, "choice", "1", None, None, question.choices, (), arrival.intent, None, at.time
    )
    return open_prompt(state, pending.node, question, judging, at.sheet)


def _alert(at: Context, state: BatchState, notice: Notice) -> BatchState:
    return alert(at.plan, state, (notice,), at.time, at.sheet)


def _ordered(at: Context, state: BatchState, arrival: AlarmOrdered) -> BatchState:
    return order(at.plan, state, arrival, at.time, at.sheet)


def _controlled(at: Context, state: BatchState, arrival: ControlOrdered) -> BatchState:
    return hear(at.plan, state, arrival, at.time, at.sheet)


def _recipe_change(at: Context, state: BatchState, arrival: RecipeChangeOrdered) -> BatchState:
    return change(at.plan, state, arrival, at.sheet)


def _sourced(at: Context, state: BatchState, arrival: SourceJudged) -> BatchState:
    return judge_source(at.plan, state, arrival, at.time, at.sheet)


def _missed(at: Context, state: BatchState, arrival: PlanMissed) -> BatchState:
    return miss(at.plan, state, arrival)


def _reconciliation(plan: Plan, state: BatchState, outcome: CommandOutcome) -> PromptOpened:
    pending = state.pending[outcome.intent]
    act = pending.act
    return PromptOpened(
        prompt=f"{RECONCILE}{outcome.intent}",
        step=plan.nodes[pending.node].path,
        text=f"The outcome of '{act.kind} {act.target} {act.value:g} {act.unit}' is {outcome.status}. "
        "Check the equipment: was it applied, is it to be sent again, or left out?",
        kind="choice",
        unit="1",
        choices=(APPLIED, AGAIN, LEAVE),
    )


def _settle(state: BatchState, intent: str) -> BatchState:
    """The state once a command waits for nothing more."""
    node = state.pending[intent].node
    step = state.steps[node]
    state = put_step(state, node, replace(step, intents=tuple(i for i in step.intents if i != intent)))
    return replace(state, pending={key: value for key, value in state.pending.items() if key != intent})


def _entered(at: Context, state: BatchState, arrival: entries.Coming) -> BatchState:
    """What an entry brings about beyond its prompt: a command reconciled, or a hold."""
    entered = entries.enter(at.plan, state, arrival, at.time, at.sheet)
    state, settled = entered.state, entered.settled
    if settled is not None and settled.intent:
        return _reconcile(at, state, settled, entered.answer)
    if entered.hold and follow(state.state, Command.HOLD) is not None:
        return command(state, Command.HOLD, f"{arrival.prompt} {entered.hold}", at.sheet)
    return state


def _reconcile(at: Context, state: BatchState, prompt: OpenPrompt, answer: str) -> BatchState:
    """A person has said what became of a command: take it as applied, intend it anew, or leave it out."""
    pending = state.pending[prompt.intent]
    if answer == APPLIED:
        state = replace(state, belief=at.observer.act(state.belief, pending.act, pending.act.value))
    state = _settle(state, prompt.intent)
    if answer == AGAIN:
        state = intend(at.plan.nodes[pending.node], state, pending.node, pending.act, at.sheet)
    state = _alert(at, state, failure(prompt.intent, raised=False, text=f"Reconciled: {answer}"))
    if state.state is State.HELD and not any(open_.intent for open_ in state.prompts.values()):
        state = command(state, Command.RESTART, f"{prompt.intent} reconciled", at.sheet)
    return state


def _result(at: Context, state: BatchState, arrival: SampleResult) -> BatchState:
    """A laboratory result judges the attributes that its assay and its phase stand for, and corrects the belief."""
    belief = at.observer.result(state.belief, arrival)
    state = replace(state, awaited=state.awaited - {(arrival.sample, arrival.assay)}, belief=belief)
    phases = _phases_of(at.plan, state, arrival.sample)
    for attribute in at.plan.attributes:
        if attribute.assay == arrival.assay and attribute.phase in phases:
            judged = _judged(attribute, arrival)
            at.sheet.note(judged)
            state = _remember(state, judged)
    return state


def _remember(state: BatchState, judged: AttributeJudged) -> BatchState:
    """Keep in mind that an attribute was measured, and whether it was ever outside."""
    outside = judged.verdict == "outside" or state.judged.get(judged.attribute, False)
    return replace(state, judged={**state.judged, judged.attribute: outside})


def _phases_of(plan: Plan, state: BatchState, sample: str) -> tuple[str, ...]:
    """The phase that drew the sample; for a sample of a recorded run, which nobody drew here, the phases that run."""
    if sample in state.samples:
        return (plan.nodes[state.samples[sample]].name,)
    running = zip(plan.nodes, state.steps, strict=True)
    return tuple(node.name for node, step in running if node.phase and step.status == "running")


def _judged(attribute: AttributePlan, result: SampleResult) -> AttributeJudged:
    reported = result.values.get(attribute.quantity)
    value = None if reported is None else reported * attribute.slope + attribute.offset
    return AttributeJudged(
        attribute=attribute.name,
        sample=result.sample,
        value=value,
        unit=attribute.unit,
        low=attribute.low,
        high=attribute.high,
        verdict=verdict(value, attribute.low, attribute.high),
    )


Verdict = Literal["within", "outside", "not measured"]


def verdict(value: float | None, low: float | None, high: float | None) -> Verdict:
    """'within', 'outside' or 'not measured': the specification's ends belong to it."""
    if value is None or not math.isfinite(value):
        return "not measured"
    within = (low is None or value >= low) and (high is None or value <= high)
    return "within" if within else "outside"


_HANDLERS: Mapping[type[Payload], Callable[..., BatchState]] = {
    AlarmOrdered: _ordered,
    CommandGiven: _given,
    CommandOutcome: _outcome,
    ControlOrdered: _controlled,
    LogEnded: _log_ended,
    PlanMissed: _missed,
    SampleDoubted: _doubted,
    SampleResult: _result,
    SourceJudged: _sourced,
    PromptAnswered: _entered,
    VerificationGiven: _entered,
    CorrectionGiven: _entered,
    RecipeChangeOrdered: _recipe_change,
}
