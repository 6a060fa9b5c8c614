"""Entries: answers, verifications and corrections of persons, each judged, kept, and told as a decision.

An entry that needs two persons stays open until a second one has verified it or has entered the same. A correction
keeps what was there before; what was reckoned from it is named.
"""

from dataclasses import replace
from typing import Literal, NamedTuple

from homeostat.execution.plan.types import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.judging import Given, Judged, judge, objected, same
from homeostat.execution.stages.recipe import put_step
from homeostat.execution.state import BatchState, Kept, OpenPrompt
from homeostat.ledger.catalogue import (
    DEMONSTRATION,
    SECOND_DEMONSTRATION,
    CorrectionGiven,
    Entry,
    EntryJudged,
    PromptAnswered,
    PromptClosed,
    VerificationGiven,
)
from homeostat.process import Quantity
from homeostat.process.formulas import formula

Coming = PromptAnswered | VerificationGiven | CorrectionGiven
Status = Literal["taken", "unverified", "verified", "corrected", "refused"]
NO_SCRIPT = "at a GMP site only persons answer"


class Entered(NamedTuple):
    """The state after an entry, the prompt it settled (if any) with the answer that stands, and why it holds."""

    state: BatchState
    settled: OpenPrompt | None = None
    answer: str = ""
    hold: str = ""


def enter(plan: Plan, state: BatchState, arrival: Coming, time: int, sheet: Sheet) -> Entered:
    """What an entry at `time` (µs) brings about, be it an answer, a verification or a correction."""
    if isinstance(arrival, PromptAnswered):
        return _answer(plan, state, arrival, time, sheet)
    if isinstance(arrival, VerificationGiven):
        return _verify(plan, state, arrival, time, sheet)
    return _correct(state, arrival, time, sheet)


def _answer(plan: Plan, state: BatchState, arrival: PromptAnswered, time: int, sheet: Sheet) -> Entered:
    """An answer to a prompt, or the second entry of one that needs two persons."""
    prompt = state.prompts.get(arrival.prompt)
    if prompt is None:
        return _refused(state, arrival, Judged("this prompt is not open"), sheet)
    if plan.gmp and arrival.entry is None:
        return _refused(state, arrival, Judged(NO_SCRIPT), sheet)
    if arrival.prompt in state.entries and prompt.asks is not None:
        return _second(state, arrival, prompt, time, sheet)
    found = judge(prompt, Given(arrival.answer, arrival.entry, time, numbers(state)))
    if found.refusal:
        return _refused(state, arrival, found, sheet)
    waits = prompt.asks is not None and prompt.asks.two_persons
    kept = Kept(arrival.answer, found.value, _by(arrival), prompt, waits)
    state = replace(state, entries={**state.entries, arrival.prompt: kept})
    if arrival.entry is not None or waits or prompt.kind == "calculation":
        sheet.note(_judged(arrival, "unverified" if waits else "taken", kept, found))
    if waits:
        return Entered(state, hold=found.hold)
    return _settled(state, arrival.prompt, kept, found.hold, sheet)


def _verify(plan: Plan, state: BatchState, arrival: VerificationGiven, time: int, sheet: Sheet) -> Entered:
    """A second person's word on an entry that waits for it."""
    kept = state.entries.get(arrival.prompt)
    if kept is None or not kept.open:
        return _refused(state, arrival, Judged("no entry waits to be verified"), sheet)
    if plan.gmp and arrival.entry is None:
        return _refused(state, arrival, Judged(NO_SCRIPT), sheet)
    return _second(state, arrival, kept.judging, time, sheet)


def _correct(state: BatchState, arrival: CorrectionGiven, time: int, sheet: Sheet) -> Entered:
    """Another answer in place of one that was taken; the old one is told beside it."""
    kept = state.entries.get(arrival.prompt)
    refusal = _uncorrectable(kept, arrival)
    if kept is None or refusal:
        return _refused(state, arrival, Judged(refusal), sheet)
    found = judge(kept.judging, Given(arrival.answer, arrival.entry, time, numbers(state)))
    if found.refusal:
        return _refused(state, arrival, found, sheet)
    waits = kept.two_persons
    now = Kept(arrival.answer, found.value, arrival.entry.by, kept.judging, waits)
    flags = (*found.flags, *_resting(state, kept), *(("it waits for a second person",) if waits else ()))
    sheet.note(_judged(arrival, "corrected", now, found._replace(flags=flags), kept.answer))
    return Entered(replace(state, entries={**state.entries, arrival.prompt: now}), hold=found.hold)


def numbers(state: BatchState) -> dict[str, Quantity]:
    """The numbers that were entered and count, by the names that calculations call them.

    Of a prompt that is asked again, the number of an earlier run counts no more.
    """
    asked = {prompt.asks.name for prompt in state.prompts.values() if prompt.asks is not None}
    return {
        kept.judging.asks.name: Quantity(kept.value, kept.judging.unit)
        for kept in state.entries.values()
        if kept.judging.asks is not None
        and kept.judging.asks.name
        and kept.judging.asks.name not in asked
        and kept.value is not None
        and not kept.open
    }


def unverified(state: BatchState) -> tuple[str, ...]:
    """The prompts whose entries wait for a second person."""
    return tuple(name for name, kept in state.entries.items() if kept.open)


def _second(
    state: BatchState,
    arrival: PromptAnswered | VerificationGiven,
    prompt: OpenPrompt,
    time: int,
    sheet: Sheet,
) -> Entered:
    kept = state.entries[arrival.prompt]
    against = _unverifiable(kept, arrival, time)
    if against.refusal:
        return _refused(state, arrival, against, sheet)
    verified = replace(kept, open=False)
    sheet.note(_judged(arrival, "verified", verified, Judged(value=kept.value)))
    state = replace(state, entries={**state.entries, arrival.prompt: verified})
    return (
        _settled(state, arrival.prompt, verified, "", sheet)
        if arrival.prompt in state.prompts
        else Entered(state)
    )


def _unverifiable(kept: Kept, arrival: PromptAnswered | VerificationGiven, time: int) -> Judged:
    """Why this is no verification of an entry."""
    again = isinstance(arrival, PromptAnswered) or bool(arrival.answer)
    if _by(arrival) == kept.by:
        return Judged("the entry has to be verified by another person than who made it")
    if again and not same(kept.judging, kept.answer, arrival.answer):
        return Judged("the second entry differs from the first: one of them has to be corrected")
    entry = arrival.entry
    if entry is None:
        return Judged()
    if entry.objections:
        return objected(entry)
    return Judged("the event lies after its entry" if Given("", entry, time).delay < 0 else "")


def _uncorrectable(kept: Kept | None, arrival: CorrectionGiven) -> str:
    if kept is None:
        return "there is no entry to correct"
    if not arrival.entry.reason.strip():
        return "a change needs a reason"
    if kept.judging.asks is None:
        return "what became of a command cannot be corrected, for it was acted upon"
    return "this is what was entered" if same(kept.judging, kept.answer, arrival.answer) else ""


def _resting(state: BatchState, kept: Kept) -> tuple[str, ...]:
    """Which calculations used a number that has changed."""
    name = kept.judging.asks.name if kept.judging.asks is not None else None
    asked = ((other, entry.judging.asks) for other, entry in state.entries.items())
    using = (other for other, asks in asked if asks and asks.formula and name in formula(asks.formula).names)
    return tuple(f"{other} was calculated from the earlier value" for other in using)


def _settled(state: BatchState, name: str, kept: Kept, hold: str, sheet: Sheet) -> Entered:
    """The state once a prompt waits no more."""
    sheet.note(PromptClosed(prompt=name, accepted=True, reason=""))
    prompt = state.prompts[name]
    step = state.steps[prompt.node]
    waiting = tuple(other for other in step.prompts if other != name)
    state = put_step(state, prompt.node, replace(step, prompts=waiting))
    state = replace(state, prompts={k: v for k, v in state.prompts.items() if k != name})
    return Entered(state, prompt, kept.answer, hold)


def _refused(state: BatchState, arrival: Coming, found: Judged, sheet: Sheet) -> Entered:
    if arrival.entry is not None or isinstance(arrival, VerificationGiven):
        sheet.note(_judged(arrival, "refused", None, Judged(found.refusal, cause=found.cause)))
    if isinstance(arrival, PromptAnswered):
        closed = PromptClosed(prompt=arrival.prompt, accepted=False, reason=found.refusal, cause=found.cause)
        sheet.note(closed)
    return Entered(state)


def _judged(arrival: Coming, status: Status, kept: Kept | None, found: Judged, old: str = "") -> EntryJudged:
    entry: Entry | None = arrival.entry
    return EntryJudged(
        prompt=arrival.prompt,
        act=_ACTS[type(arrival)],
        status=status,
        by=_by(arrival),
        answer=arrival.answer,
        old=old,
        value=found.value,
        unit=kept.judging.unit if kept else "1",
        reason=found.refusal or (entry.reason if entry else ""),
        flags=found.flags,
        cause=found.cause,
    )


def _by(arrival: Coming) -> str:
    if arrival.entry is not None:
        return arrival.entry.by
    return SECOND_DEMONSTRATION if isinstance(arrival, VerificationGiven) else DEMONSTRATION


_ACTS: dict[type[Coming], Literal["answer", "verification", "correction"]] = {
    PromptAnswered: "answer",
    VerificationGiven: "verification",
    CorrectionGiven: "correction",
}
