"""The recipe engine: steps start when their predecessors are over, act, wait for their condition, and end.

It is a fold: (plan, state, facts) -> state and decisions. Discrete acts leave as intents; the phase waits for their
outcomes, for the answers to its prompts and for its `until`. Then it may run again; a step that its `when` rules out
is skipped.
"""

from dataclasses import replace
from typing import Literal

from homeostat.execution.conditions import Facts, holds
from homeostat.execution.plan.steps import Act, Node, PhasePlan, SamplingPlan
from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.choosing import beginning, due, ending, ruled_out, runs_again, settled
from homeostat.execution.stages.loops import direct
from homeostat.execution.state import BatchState, OpenPrompt, Pending, StepState
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import CommandIntended, PromptOpened, SampleDrawn, StepChanged
from homeostat.process import Prompt


def advance(plan: Plan, state: BatchState, facts: Facts, sheet: Sheet) -> BatchState:
    """Sample what is due, end what is done and start what may start, until nothing moves any more.

    Once the phase after which the batch shall pause has ended, nothing more is started in this scan. Steps that had
    nothing left to do but wait are looked at only for what they wait for.
    """
    if state.rested is state.steps and not stirs(plan, state, facts):
        return state
    before = state
    state = _sample(plan, state, facts, sheet)
    moved = True
    while moved:
        state, moved = _sweep(plan, before, state, facts, sheet)
    return state if reached(plan, before, state) else successor(state, rested=state.steps)


def stirs(plan: Plan, state: BatchState, facts: Facts) -> bool:
    """Whether a recipe for which `advance` had nothing left to do would move again by `facts` that have changed."""
    for index, (node, step) in enumerate(zip(plan.nodes, state.steps, strict=True)):
        if step.status == "running" and node.phase is not None:
            if _sampled(step, facts.time) or _finished(node, state, index, facts):
                return True
        elif step.status == "idle" and node.when is not None and due(node, state, facts):
            return True
    return False


def reached(plan: Plan, before: BatchState, after: BatchState) -> bool:
    """Whether the phase after which the batch shall pause ended between two states."""
    return plan.until >= 0 and not before.steps[plan.until].over and after.steps[plan.until].over


def complete(state: BatchState) -> bool:
    """Whether every step of the recipe is complete or skipped."""
    return all(step.over for step in state.steps)


def _sweep(
    plan: Plan, before: BatchState, state: BatchState, facts: Facts, sheet: Sheet
) -> tuple[BatchState, bool]:
    """One pass over all steps: children before parents end, parents before children start, answered phases act."""
    moved = False
    for index in reversed(range(len(plan.nodes))):
        if state.steps[index].status == "running" and _finished(plan.nodes[index], state, index, facts):
            state, moved = _end(plan, state, index, facts, sheet), True
    for index, node in enumerate(plan.nodes):
        step = state.steps[index]
        if step.status == "idle" and due(node, state, facts) and not reached(plan, before, state):
            state, moved = _enter(plan, state, index, facts, sheet), True
        elif step.status == "running" and not step.acted and not step.prompts:
            state, moved = _act(plan, node, state, index, facts, sheet), True
    return state, moved


def _finished(node: Node, state: BatchState, index: int, facts: Facts) -> bool:
    """Whether a running step is done: its children are over, or its phase waits for nothing more."""
    step = state.steps[index]
    if node.phase is None:
        return all(state.steps[child].over for child in node.children)
    if not step.acted or step.prompts or step.intents:
        return False
    over = not node.phase.until or holds(node.phase.until, facts, step.since)
    return over and settled(node.phase, step, facts)


def _end(plan: Plan, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    """End a step, or a run of a phase that runs again at once: nothing that comes after it starts between."""
    node, step = plan.nodes[index], state.steps[index]
    sheet.note(_changed(node, "complete", ending(node.phase, step, facts)))
    if node.phase is not None and runs_again(node.phase, step, facts):
        return _begin(plan, state, index, facts, sheet, step.run + 1)
    return put_step(state, index, replace(step, status="complete", since=facts.time, due=()))


def _enter(plan: Plan, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    """Start a step whose turn has come, or skip it with all below it."""
    if cause := ruled_out(plan.nodes[index], facts):
        return _skip(plan, state, index, cause, facts.time, sheet)
    return _begin(plan, state, index, facts, sheet, 1)


def _skip(plan: Plan, state: BatchState, index: int, cause: str, time: int, sheet: Sheet) -> BatchState:
    node = plan.nodes[index]
    sheet.note(_changed(node, "skipped", cause))
    state = put_step(state, index, StepState("skipped", time))
    for child in node.children:
        state = _skip(plan, state, child, f"{node.path} was skipped", time, sheet)
    return state


def _begin(plan: Plan, state: BatchState, index: int, facts: Facts, sheet: Sheet, run: int) -> BatchState:
    """Start a step, or another run of a phase, which asks its prompts first."""
    node = plan.nodes[index]
    sheet.note(_changed(node, "running", beginning(node.phase, run)))
    state = put_step(state, index, StepState("running", facts.time, run=run))
    return _ask(node, node.phase, state, index, facts.time, sheet) if node.phase and plan.steers else state


def _act(plan: Plan, node: Node, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    """Give a phase's set-points, commands and first samples, now that its prompts are answered."""
    state = put_step(state, index, replace(state.steps[index], acted=True))
    if node.phase is None or not plan.steers:
        return state
    state = replace(state, loops=direct(plan, state.loops, node.phase, node.path, sheet))
    for act in node.phase.acts:
        state = intend(node, state, index, act, sheet)
    due = tuple(facts.time for _ in node.phase.samplings)
    state = put_step(state, index, replace(state.steps[index], due=due))
    return _sample_phase(node, state, index, facts, sheet)


def _changed(
    node: Node, status: Literal["running", "complete", "stopped", "skipped"], cause: str
) -> StepChanged:
    return StepChanged(level=node.level, step=node.path, title=node.title, state=status, cause=cause)


def stop_steps(plan: Plan, state: BatchState, cause: str, sheet: Sheet) -> None:
    """Note for every running step that it was stopped from outside."""
    for index in reversed(range(len(plan.nodes))):
        if state.steps[index].status == "running":
            sheet.note(_changed(plan.nodes[index], "stopped", cause))


def put_step(state: BatchState, index: int, step: StepState) -> BatchState:
    """The state with another step state at `index`."""
    return successor(state, steps=(*state.steps[:index], step, *state.steps[index + 1 :]))


def _ask(node: Node, phase: PhasePlan, state: BatchState, index: int, time: int, sheet: Sheet) -> BatchState:
    run = state.steps[index].run
    for number, prompt in enumerate(phase.prompts, start=1):
        question = _question(node, prompt, prompt_name(node.path, number, run))
        state = open_prompt(state, index, question, judging(index, prompt, time), sheet)
    return state


def prompt_name(path: str, number: int, run: int = 1) -> str:
    """The identity of a phase's prompt: the phase's path, the number of a later run, and the prompt's, from 1."""
    return f"{path}#{number}" if run == 1 else f"{path}@{run}#{number}"


def open_prompt(
    state: BatchState, index: int, question: PromptOpened, judging: OpenPrompt, sheet: Sheet
) -> BatchState:
    """Open a prompt that the step at `index` waits for."""
    sheet.note(question)
    step, name = state.steps[index], question.prompt
    state = put_step(state, index, replace(step, prompts=(*step.prompts, name)))
    return replace(state, prompts={**state.prompts, name: judging})


def _question(node: Node, prompt: Prompt, name: str) -> PromptOpened:
    return PromptOpened(
        prompt=name,
        step=node.path,
        text=prompt.text,
        kind=prompt.kind,
        unit=prompt.unit,
        choices=prompt.choices,
        asks=prompt.model_dump(mode="json", include=FURTHER, exclude_defaults=True) or None,
    )


FURTHER = {
    *("name", "expect", "pattern", "material", "target", "tolerance", "device", "formula"),
    *("not_before", "not_after", "meaning", "critical", "late"),
}
"""What a prompt may ask beyond a value of its kind."""


def judging(index: int, prompt: Prompt, time: int) -> OpenPrompt:
    """How the answers to a prompt of the step at `index`, asked at `time` (µs), are judged."""
    low, high = _limits(prompt)
    kind, hold = prompt.kind, prompt.hold
    return OpenPrompt(index, kind, prompt.unit, low, high, prompt.choices, hold, asks=prompt, opened=time)


def _limits(prompt: Prompt) -> tuple[float | None, float | None]:
    """The ends of what is allowed, in the prompt's unit."""
    if prompt.range is not None:
        return prompt.range[0].to(prompt.unit), prompt.range[1].to(prompt.unit)
    if prompt.target is None or prompt.tolerance is None:
        return None, None
    target, tolerance = prompt.target.to(prompt.unit), prompt.tolerance.difference(prompt.unit)
    return target - tolerance, target + tolerance


def intend(node: Node, state: BatchState, index: int, act: Act, sheet: Sheet) -> BatchState:
    """Note the intent of a discrete act; the step waits for its outcome."""
    intended = CommandIntended(
        kind=act.kind, target=act.target, value=act.value, unit=act.unit, retain=act.retain, step=node.path
    )
    event = sheet.note(intended)
    step = state.steps[index]
    state = put_step(state, index, replace(step, intents=(*step.intents, event)))
    return replace(state, pending={**state.pending, event: Pending(act, index)})


def _sample(plan: Plan, state: BatchState, facts: Facts, sheet: Sheet) -> BatchState:
    """Draw the samples that are due in running phases."""
    if not plan.steers:
        return state
    for index, node in enumerate(plan.nodes):
        step = state.steps[index]
        if step.status == "running" and _sampled(step, facts.time):
            state = _sample_phase(node, state, index, facts, sheet)
    return state


def _sampled(step: StepState, time: int) -> bool:
    """Whether a sample of a step is due."""
    return bool(step.due) and any(0 <= at <= time for at in step.due)


def _sample_phase(node: Node, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    if node.phase is None:
        return state
    for position, sampling in enumerate(node.phase.samplings):
        due = state.steps[index].due[position]
        if 0 <= due <= facts.time:
            state = _draw(node, state, index, sampling, sheet)
            later = _next(due, sampling.every, facts.time) if sampling.every else -1
            dues = state.steps[index].due
            dues = (*dues[:position], later, *dues[position + 1 :])
            state = put_step(state, index, replace(state.steps[index], due=dues))
    return state


def _next(due: int, every: int, time: int) -> int:
    """The first time after `time` on the grid that `due` began: what a hold has missed is not made up for."""
    return due + every * ((time - due) // every + 1)


def _draw(node: Node, state: BatchState, index: int, sampling: SamplingPlan, sheet: Sheet) -> BatchState:
    sample = f"S{len(state.samples) + 1:03d}"
    sheet.note(SampleDrawn(sample=sample, step=node.path, assays=sampling.assays, volume=sampling.volume))
    owed = frozenset((sample, assay) for assay in sampling.assays)
    state = replace(state, samples={**state.samples, sample: index}, awaited=state.awaited | owed)
    if sampling.volume > 0.0:
        state = intend(node, state, index, Act("draw", "sample", sampling.volume, "mL"), sheet)
    return state
