"""That steps are executed and recorded whole: in their order, by known sources, entered, verified, never invented.

21 CFR 11.10(f) and (h); EU GMP Annex 11 clauses 5, 6, 16 and 17; ALCOA+; ISA-88 execution.
"""

from dataclasses import replace
from typing import get_args

import numpy as np
from numpy.random import default_rng

from homeostat.equipment import Command as Sent
from homeostat.equipment import Outcome
from homeostat.execution.dispatch import dispatch
from homeostat.execution.journal import Journal
from homeostat.execution.memory import DONE
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.alarms import Seen
from homeostat.execution.stages.signals import survey_signals
from homeostat.execution.states import ACTING, FINAL, TRANSITIONS, Command, State, follow
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    CommandRefused,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    StateChanged,
)
from homeostat.process import Quality
from homeostat.process.recipe import PromptKind
from homeostat.quality import batch_record
from homeostat.quality.bundle.values import value_files
from homeostat.validation import told
from homeostat.validation.checking import Workbench, expect, proves
from homeostat.validation.floor import (
    BATCH,
    PREPARE,
    Floor,
    answer,
    answer_first,
    correction,
    entry,
    fed,
    verification,
)

_EARLIER = "2026-05-04T11:00:00+00:00"


def _asked() -> Floor:
    floor = Floor.of()
    floor.scan()
    return floor


def _one(floor: Floor, *arrivals: Payload) -> EntryJudged:
    judged = floor.judged(*arrivals)
    expect(len(judged) == len(arrivals) == 1, f"{len(arrivals)} entries were judged {len(judged)} times")
    return judged[0]


def _given(command: str) -> CommandGiven:
    return CommandGiven(command=command, reason="drill", by="ada", slip="s")


@proves("P11-10f", "EXE-1")
def commands_are_taken_only_as_the_table_allows(bench: Workbench) -> str:
    """Every pair of state and command, then a thousand random commands; a refusal is a decision on record."""
    floor = _asked()
    for state in State:
        for command in Command:
            floor.state = replace(floor.state, state=state)
            decided = floor.scan(_given(command.value))
            acted = follow(state, Command.DONE) if state in ACTING else None
            before = acted or (State.RUNNING if state is State.IDLE else state)
            after = follow(before, command)
            told_of = [one for one in decided if isinstance(one, CommandRefused)]
            expect((after is None) == bool(told_of), f"{command} in {before} was not judged by the table")
            expect(
                floor.state.state is (after or before), f"{command} in {before} led to {floor.state.state}"
            )
    refusals = _random_commands(1000)
    pairs = len(State) * len(Command)
    return (
        f"{pairs} pairs of state and command judged by the table; {refusals} of 1,000 random commands refused"
    )


def _random_commands(count: int) -> int:
    floor, refusals, dice = _asked(), 0, default_rng(7)
    given = [one for one in Command if one is not Command.DONE]
    for _ in range(count):
        command = given[int(dice.integers(len(given)))]
        for one in floor.scan(_given(command.value)):
            refusals += isinstance(one, CommandRefused)
            legal = not isinstance(one, StateChanged) or _legal(one)
            expect(legal, f"an illegal transition: {one}")
        if floor.state.state in FINAL:
            floor = _asked()
    return refusals


def _legal(change: StateChanged) -> bool:
    return any(
        (before.value, after.value) == (change.before, change.after)
        for (before, _), after in TRANSITIONS.items()
    )


@proves("EXE-1")
def every_acting_state_ends_by_itself(bench: Workbench) -> str:
    """Holding, pausing, restarting, stopping and aborting are over at the next scan."""
    for state in sorted(ACTING):
        floor = _asked()
        floor.state = replace(floor.state, state=state)
        floor.scan()
        expect(floor.state.state is follow(state, Command.DONE), f"{state} did not end")
    return f"each of {', '.join(sorted(ACTING))} ended at the next scan"


@proves("P11-10f")
def steps_are_taken_only_in_their_order(bench: Workbench) -> str:
    """What is not asked cannot be answered; what follows does not start before all of it is answered."""
    floor = _asked()
    early = _one(floor, PromptAnswered(prompt="culture/ask/picture#1", answer="x", entry=entry("ada")))
    expect(early.status == "refused", "a step was answered before it began")
    answer_first(floor)
    expect(
        "culture/ask/picture#1" not in floor.state.prompts, "a step began before the one before it was done"
    )
    floor.scan(verification(11))
    expect(
        "culture/ask/picture#1" in floor.state.prompts, "a step did not begin though all before it was done"
    )
    return "an answer to a step that has not begun is refused on record; the next began with the last verification"


@proves("EXE-5")
def every_kind_of_step_is_executed_and_on_record(bench: Workbench) -> str:
    """A batch that asks each kind once: all are answered by persons, judged, and closed."""
    floor = fed()
    for _ in range(8):
        floor.scan()
    decided = [one for result in floor.results for _, one in result.decisions]
    kinds = {one.prompt: one.kind for one in decided if isinstance(one, PromptOpened)}
    closed = {kinds[one.prompt] for one in decided if isinstance(one, PromptClosed) and one.accepted}
    expect(closed == set(get_args(PromptKind)), f"never settled: {set(get_args(PromptKind)) - closed}")
    expect(floor.state.state is State.COMPLETE, f"the batch is {floor.state.state}")
    judged = [one for one in decided if isinstance(one, EntryJudged)]
    (density,) = (one.value for one in judged if one.prompt == f"{PREPARE}7")
    expect(density == 221.0 / 220.0, f"the calculation gave {density}")
    return f"{len(closed)} kinds settled by {len(judged)} judged entries: {', '.join(sorted(closed))}"


@proves("A11-5/6")
def entries_are_checked_and_critical_ones_by_a_second_person(bench: Workbench) -> str:
    """A wrong range, unit, code or form is refused; a critical entry of one person leaves its step unverified."""
    floor = _asked()
    wrong = (answer(3, "90"), answer(3, "220 g"), answer(3, "many"), answer(4, "stale"), answer(5, "BAG-1"))
    expect(all(_one(floor, one).status == "refused" for one in wrong), "a wrong entry was accepted")
    first = _one(floor, answer(10, "92"))
    expect(first.status == "unverified", f"a single entry of a critical value is {first.status}")
    expect(_one(floor, verification(10, by="ada")).status == "refused", "a performer verified an own entry")
    expect(
        _one(floor, answer(10, "91", by="ben")).status == "refused", "a differing second entry was accepted"
    )
    expect(f"{PREPARE}10" in floor.state.prompts, "a critical entry settled with one person")
    expect(
        _one(floor, answer(10, "92 %", by="ben")).status == "verified", "an equal second entry was refused"
    )
    changed = _one(floor, correction(10, "93"))
    expect(any("second person" in flag for flag in changed.flags), "a corrected critical entry needs nobody")
    return f"{len(wrong)} wrong entries refused; a critical one counted only when a second person entered the same"


@proves("ALC-3")
def entry_and_event_have_their_own_times(bench: Workbench) -> str:
    """A late entry needs a reason, keeps both times, and is flagged."""
    floor = _asked()
    bare = _one(floor, answer(1, "done", happened=_EARLIER))
    expect(bare.status == "refused", "a late entry without a reason was accepted")
    late = _one(floor, answer(1, "done", happened=_EARLIER, reason="the terminal was down"))
    expect(any("late entry: 60 min" in flag for flag in late.flags), f"not flagged: {late.flags}")
    ahead = _one(floor, answer(2, "yes", happened="2026-05-04T12:30:00+00:00"))
    expect(ahead.status == "refused", "an event after its entry was accepted")
    taken = floor.inputs[-2].arrivals[-1]
    both = isinstance(taken, PromptAnswered) and taken.entry and taken.entry.entered > taken.entry.happened
    expect(bool(both), "the two times are not on record")
    return f"accepted with: {late.flags[-1]}; without a reason, or before it happened, refused"


@proves("EXE-8")
def a_bad_reading_is_never_used_as_good(bench: Workbench) -> str:
    """A sensor is unplugged: from the very scan on nothing uses its last value."""
    floor = _asked()
    for quality in (Quality.UNCERTAIN, Quality.STALE, Quality.BAD, Quality.MISSING):
        floor.scan(quality=quality)
        shown, _ = survey_signals(floor.plan, floor.state, floor.inputs[-1], Sheet("B/0", 0))
        usable = Seen.of(shown).usable
        expect(
            all(value != value for value in usable), f"a reading of quality {quality.name} was used: {usable}"
        )
    return "a reading that is uncertain, stale, bad or missing was unusable in the same scan (within 1 of 2 allowed)"


@proves("A11-16/17")
def a_lost_link_is_a_gap_and_nothing_is_invented(bench: Workbench) -> str:
    """A link is lost for a minute, then for most of a run: a gap with its times, no value in it or in an export."""
    words = []
    for lost in (range(20, 21), range(5, 55)):
        with bench.office(bench.site()) as office:
            told.tell(office, lost=lost)
            site = office.site
        with site.reading() as (ledger, historian):
            record = batch_record(ledger, historian, told.BATCH)
            series = historian.read(told.BATCH, told.TAG)
            sent = dict(value_files(historian, told.BATCH, parquet=False))
        (gap,) = (gap for line in record.readings for gap in line.gaps)
        expect((gap.start, gap.end) == (lost.start * told.MINUTE, lost.stop * told.MINUTE), f"the gap: {gap}")
        bad = series.quality > Quality.HELD
        expect(np.flatnonzero(bad).tolist() == list(lost), "lost readings are not those marked as lost")
        expect(bool(np.isnan(series.value[bad]).all()), f"a value stands in the gap: {series.value[bad]}")
        rows = next(content for name, content in sent.items() if name.endswith(".csv")).decode().splitlines()
        expect(sum("missing" in row for row in rows) == len(lost), "the export does not tell what is missing")
        words.append(f"{gap.start / 6e7:.0f} to {gap.end / 6e7:.0f} min ({gap.worst})")
    return f"gaps from {' and from '.join(words)}, with no value in them"


class _Pump:
    """Equipment that counts what it is told and remembers nothing."""

    repeatable = False

    def __init__(self) -> None:
        self.sent = 0

    def confirm(self, command_id: str) -> Outcome | None:
        return Outcome("unknown", 0.0, "the pump does not remember")

    def execute(self, command: Sent) -> Outcome:
        self.sent += 1
        return Outcome("done", command.value, "")


@proves("EXE-3")
def an_unknown_outcome_is_held_and_never_sent_again(bench: Workbench) -> str:
    """A process dies between intent and outcome: the pump is not told again, the batch is held, a person is asked."""
    floor = _asked()
    answer_first(floor)
    decided = [*floor.scan(verification(11)), *floor.scan()]
    intents = [
        (e, one)
        for result in floor.results
        for e, one in result.decisions
        if isinstance(one, CommandIntended)
    ]
    expect(bool(decided) and len(intents) == 1, f"{len(intents)} commands were intended")
    event, intent = intents[0]
    with bench.office(bench.site()) as office:
        data = intent.model_dump(mode="json")
        office.ledger.append(Event(event, intent.type, BATCH, floor.time, "scan", data))
        office.ledger.commit()
        known = list(office.ledger.events(batch=BATCH))
        pump = _Pump()
        (outcome,) = dispatch(intents, floor.time, pump, Journal(office.ledger, BATCH, known))
    expect((pump.sent, outcome.status) == (0, "unknown"), f"sent {pump.sent} times, {outcome.status}")
    return f"intent {event} without {DONE[1:]!r}: sent 0 times again; {_held(event)}"


def _held(event: str) -> str:
    floor = _asked()
    answer_first(floor)
    floor.scan(verification(11))
    floor._outcomes = [CommandOutcome(intent=event, status="unknown", value=0.0, detail="died")]
    asked = [one for one in floor.scan() if isinstance(one, PromptOpened)]
    expect(floor.state.state is State.HOLDING, f"the batch is {floor.state.state}")
    expect(len(asked) == 1, "nobody was asked what became of the command")
    return f"the batch is holding and asks: {asked[0].choices}"
