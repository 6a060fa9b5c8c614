"""Arrivals: facts from outside that came since the last scan, each handled by its own function.

Outcomes of commands, commands of persons, the end of a log, laboratory results and answers to prompts.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from homeostat.errors import UnitError
from homeostat.execution.plan.types import AttributePlan, Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.authority import hear, miss
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.notices import alert, failure, order
from homeostat.execution.stages.recipe import intend, open_prompt, put_step
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
    LogEnded,
    Payload,
    PlanMissed,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDoubted,
    SampleResult,
    StateChanged,
)
from homeostat.monitoring.alarms import Notice
from homeostat.process import Quantity

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
    judging = OpenPrompt(pending.node, "choice", "1", None, None, question.choices, (), arrival.intent)
    return open_prompt(state, pending.node, question, judging, at.sheet)


def _alert(at: Context, state: BatchState, notice: Notice) -> BatchState:
    return alert(at.plan, state, (notice,), at.time, at.sheet)


def _ordered(at: Context, state: BatchState, arrival: AlarmOrdered) -> BatchState:
    return order(at.plan, state, arrival, at.time, at.sheet)


def _controlled(at: Context, state: BatchState, arrival: ControlOrdered) -> BatchState:
    return hear(at.plan, state, arrival, at.time, at.sheet)


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


def _answer(at: Context, state: BatchState, arrival: PromptAnswered) -> BatchState:
    prompt = state.prompts.get(arrival.prompt)
    if prompt is None:
        at.sheet.note(PromptClosed(prompt=arrival.prompt, accepted=False, reason="this prompt is not open"))
        return state
    refusal = judge(prompt, arrival.answer)
    at.sheet.note(PromptClosed(prompt=arrival.prompt, accepted=not refusal, reason=refusal))
    if refusal:
        return state
    step = state.steps[prompt.node]
    waiting = tuple(name for name in step.prompts if name != arrival.prompt)
    state = put_step(state, prompt.node, replace(step, prompts=waiting))
    state = replace(state, prompts={k: v for k, v in state.prompts.items() if k != arrival.prompt})
    if prompt.intent:
        return _reconcile(at, state, prompt, arrival.answer)
    if arrival.answer in prompt.hold:
        return command(state, Command.HOLD, f"{arrival.prompt} was answered: {arrival.answer}", at.sheet)
    return state


def judge(prompt: OpenPrompt, answer: str) -> str:
    """Why an answer cannot be accepted; empty when it can."""
    if prompt.kind == "choice" and answer not in prompt.choices:
        return "the answer is none of: " + ", ".join(prompt.choices)
    return _judge_number(prompt, answer) if prompt.kind == "numeric" else ""


def _judge_number(prompt: OpenPrompt, answer: str) -> str:
    """A number alone is in the prompt's unit; with a unit it is converted."""
    try:
        quantity = Quantity.parse(answer)
        value = quantity.value if quantity.unit == "1" else quantity.to(prompt.unit)
    except UnitError as error:
        return error.what
    if (prompt.low is not None and value < prompt.low) or (prompt.high is not None and value > prompt.high):
        return f"the answer lies outside {prompt.low:g} to {prompt.high:g} {prompt.unit}"
    return ""


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
    PromptAnswered: _answer,
}
