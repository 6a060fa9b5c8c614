"""The recipe engine: steps start when their predecessors are complete, act, wait for their condition, and end.

It is a fold: (plan, state, facts) -> state and decisions. Discrete acts leave as intents; the phase waits for their
outcomes, for the answers to its prompts and for its `until`.
"""

from dataclasses import replace
from typing import Literal

from homeostat.execution.conditions import Facts, holds
from homeostat.execution.plan.types import Act, Node, PhasePlan, Plan, SamplingPlan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.loops import direct
from homeostat.execution.state import BatchState, OpenPrompt, Pending, StepState
from homeostat.ledger.catalogue import CommandIntended, PromptOpened, SampleDrawn, StepChanged
from homeostat.process import Prompt


def advance(plan: Plan, state: BatchState, facts: Facts, sheet: Sheet) -> BatchState:
    """Sample what is due, end what is done and start what may start, until nothing moves any more.

    Once the phase after which the batch shall pause has ended, nothing more is started in this scan.
    """
    before = state
    state = _sample(plan, state, facts, sheet)
    moved = True
    while moved:
        state, moved = _sweep(plan, before, state, facts, sheet)
    return state


def stirs(plan: Plan, state: BatchState, facts: Facts) -> bool:
    """Whether a recipe for which `advance` had nothing left to do would move again by `facts` that have changed."""
    for index, step in enumerate(state.steps):
        if step.status == "running" and (node := plan.nodes[index]).phase is not None:
            sampled = step.due and any(0 <= due <= facts.time for due in step.due)
            if sampled or _finished(node, state, index, facts):
                return True
    return False


def reached(plan: Plan, before: BatchState, after: BatchState) -> bool:
    """Whether the phase after which the batch shall pause ended between two states."""
    return plan.until >= 0 and before.steps[plan.until].status != after.steps[plan.until].status == "complete"


def complete(state: BatchState) -> bool:
    """Whether every step of the recipe is complete."""
    return all(step.status == "complete" for step in state.steps)


def _sweep(
    plan: Plan, before: BatchState, state: BatchState, facts: Facts, sheet: Sheet
) -> tuple[BatchState, bool]:
    """One pass over all steps: children before parents end, parents before children start, answered phases act."""
    moved = False
    for index in reversed(range(len(plan.nodes))):
        if state.steps[index].status == "running" and _finished(plan.nodes[index], state, index, facts):
            state, moved = _end(plan.nodes[index], state, index, facts, sheet), True
    for index, node in enumerate(plan.nodes):
        step = state.steps[index]
        if step.status == "idle" and not reached(plan, before, state) and _ready(node, state):
            state, moved = _begin(plan, node, state, index, facts, sheet), True
        elif step.status == "running" and not step.acted and not step.prompts:
            state, moved = _act(plan, node, state, index, facts, sheet), True
    return state, moved


def _ready(node: Node, state: BatchState) -> bool:
    """Whether an idle step may start: its parent runs and all it comes after is complete."""
    steps = state.steps
    return (node.parent < 0 or steps[node.parent].status == "running") and all(
        steps[before].status == "complete" for before in node.after
    )


def _finished(node: Node, state: BatchState, index: int, facts: Facts) -> bool:
    """Whether a running step is done: its children are complete, or its phase waits for nothing more."""
    step = state.steps[index]
    if node.phase is None:
        return all(state.steps[child].status == "complete" for child in node.children)
    if not step.acted or step.prompts or step.intents:
        return False
    return not node.phase.until or holds(node.phase.until, facts, step.since)


def _end(node: Node, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    sheet.note(_changed(node, "complete", "condition met" if node.phase and node.phase.until else "done"))
    return put_step(state, index, replace(state.steps[index], status="complete", since=facts.time, due=()))


def _begin(plan: Plan, node: Node, state: BatchState, index: int, facts: Facts, sheet: Sheet) -> BatchState:
    """Start a step; a phase asks its prompts first."""
    sheet.note(_changed(node, "running", "start"))
    state = put_step(state, index, StepState("running", facts.time))
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


def _changed(node: Node, status: Literal["running", "complete", "stopped"], cause: str) -> StepChanged:
    return StepChanged(level=node.level, step=node.path, title=node.title, state=status, cause=cause)


def stop_steps(plan: Plan, state: BatchState, cause: str, sheet: Sheet) -> None:
    """Note for every running step that it was stopped from outside."""
    for index in reversed(range(len(plan.nodes))):
        if state.steps[index].status == "running":
            sheet.note(_changed(plan.nodes[index], "stopped", cause))


def put_step(state: BatchState, index: int, step: StepState) -> BatchState:
    """The state with another step state at `index`."""
    return replace(state, steps=(*state.steps[:index], step, *state.steps[index + 1 :]))


def _ask(node: Node, phase: PhasePlan, state: BatchState, index: int, time: int, sheet: Sheet) -> BatchState:
    for number, prompt in enumerate(phase.prompts, start=1):
        question = _question(node, prompt, prompt_name(node.path, number))
        state = open_prompt(state, index, question, _judging(index, prompt, time), sheet)
    return state


def prompt_name(path: str, number: int) -> str:
    """The identity of a phase's prompt: the phase's path and the prompt's number, from 1."""
    return f"{path}#{number}"


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


def _judging(index: int, prompt: Prompt, time: int) -> OpenPrompt:
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
        if step.due and step.status == "running" and any(0 <= due <= facts.time for due in step.due):
            state = _sample_phase(node, state, index, facts, sheet)
    return state


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
