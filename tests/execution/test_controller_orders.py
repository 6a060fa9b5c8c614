"""What is approved is what is made: the order says the move, the move is that one, and none is lost without a word."""

from dataclasses import replace

import pytest

from homeostat.control.supervisor import Course, Proposal, Standing
from homeostat.execution import replay
from homeostat.execution.batch import observe
from homeostat.execution.orders import give
from homeostat.execution.plan import make_plan
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.slips import AlarmSlip, ControlSlip, author, shown
from homeostat.execution.stages.authority import hear
from homeostat.execution.stages.controllers import RUNGS
from homeostat.execution.state import BatchState, ControllerState
from homeostat.ledger.catalogue import (
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    MoveClamped,
    Moved,
    MovePlanned,
    StepChanged,
)
from homeostat.ledger.catalogue.steering import HARVEST
from homeostat.process import Process, Quantity
from homeostat.quality.steered import decidable, told
from homeostat.site import Site

from .conftest import Quiet
from .steered import (
    FAST,
    HOUR,
    SCAN,
    STEERED,
    Batch,
    at_every_scan,
    execute,
    minutes,
    ordering,
    process,
    slip,
    waits,
)


def hurried(authority: str = "supervised", **more: object) -> Process:
    """A controller whose plans change step by step long before they are approved."""
    early = STEERED.controllers["growth"].harvest
    assert early is not None
    hasty = early.model_copy(update={"delay": Quantity(0.1, "h")})
    return process(authority=authority, harvest=hasty, step=minutes(60), **more)


def test_the_move_that_was_shown_is_made_however_late_it_is_approved(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    """Every proposal is approved 50 min after it was made; towards the harvest the plan is a step further by then."""

    def approve(at: Site, time: int) -> ControlSlip | None:
        move = waits(at, time)
        if move is None or time - move.made < 5 * SCAN:
            return None
        with at.reading() as (ledger, _):
            moves = decidable(ledger, "B0001", "growth", move.proposal)
        return slip("approve", proposal=move.proposal, moves=moves)

    ordering(monkeypatch, site, approve)
    batch = execute(site, hurried(), speed=FAST)
    assert batch.facts(ControlRefused) == []
    plans = {plan.proposal: plan for _, plan in batch.facts(MovePlanned)}
    outputs = batch.column("loop.perfusion")
    clamped = {time for time, _ in batch.facts(MoveClamped)}
    orders, over = batch.facts(ControlOrdered), 0
    assert len(orders) > 8
    for heard, order in orders:
        plan = plans[order.proposal]
        ((value,), (move, *_)) = plan.outputs[0], order.moves
        assert (move.loop, move.value, move.unit) == ("perfusion", value, "mL/h")
        assert heard in clamped or outputs[heard // SCAN] == value
        over += plan.times[1] <= heard
    assert over > 2, "the plan's first step was over when it was approved"
    assert replay(site, "B0001", quiet).identical


def ended(batch: Batch) -> int:
    """When the steered phase ended (µs)."""
    changes = batch.facts(StepChanged)
    return next(time for time, fact in changes if fact.step.endswith("/perfuse") and fact.state == "complete")


LAST = 17 * HOUR
"""When the phase ends by itself."""


def test_an_end_that_nobody_approved_does_not_come(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    """One move is approved long before the end that its plan foresees, and every one after it is refused."""
    approved: list[MovePlanned] = []

    def order(at: Site, time: int) -> ControlSlip | None:
        move = waits(at, time) if time >= 8 * HOUR else None
        if move is None or move in approved:
            return None
        if approved:
            return slip("refuse", proposal=move.proposal)
        approved.append(move)
        return slip("approve", proposal=move.proposal)

    ordering(monkeypatch, site, order)
    batch = execute(site, hurried(), speed=FAST)
    (foreseen,) = approved
    assert foreseen.harvest is not None and foreseen.harvest < LAST and foreseen.ending is None
    assert ended(batch) >= LAST
    assert replay(site, "B0001", quiet).identical


def test_an_end_is_approved_by_name_and_then_comes(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    def approve(at: Site, time: int) -> ControlSlip | None:
        move = waits(at, time)
        if move is None:
            return None
        with at.reading() as (ledger, _):
            moves = decidable(ledger, "B0001", "growth", move.proposal)
        return slip("approve", proposal=move.proposal, moves=moves)

    ordering(monkeypatch, site, approve)
    batch = execute(site, hurried(), speed=FAST)
    ends = [move for _, order in batch.facts(ControlOrdered) for move in order.moves if move.loop == HARVEST]
    assert (ends[-1].value, ends[-1].unit) == (pytest.approx(ended(batch) / HOUR, abs=SCAN / HOUR), "h")
    assert ended(batch) < LAST
    assert replay(site, "B0001", quiet).identical


def test_who_may_not_end_the_phase_by_itself_any_more_does_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A controller that has planned the end is told to ask first, an hour before that end; nobody answers it."""
    asking = slip("authority", authority="supervised")
    ordering(monkeypatch, site, lambda _, time: asking if time == 12 * HOUR else None)
    batch = execute(site, hurried("autonomous"), speed=FAST)
    last = [plan for time, plan in batch.facts(MovePlanned) if time <= 12 * HOUR][-1]
    assert last.harvest is not None and last.harvest < LAST
    assert ended(batch) >= LAST


def test_the_person_who_gave_an_order_is_its_actor(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    words = slip("authority", authority="supervised")
    ordering(monkeypatch, site, lambda _, time: words if time == 3 * HOUR else None)
    execute(site, process(), speed=FAST)
    with site.reading() as (ledger, _):
        (event,) = [one.event for one in ledger.events(batch="B0001", types=[ControlOrdered.type])]
    assert event.actor == "Dr. A"
    alarm = AlarmSlip(order="acknowledge", alarm="x", by="Dr. B", reason="seen")
    assert author(alarm.ordered("1", 0)) == "Dr. B"


def test_who_may_only_advise_makes_no_move_and_says_so_to_who_approved_it(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    """Approved by one, and made advisory by another in the same scan: the cautious word wins, on record."""

    def order(time: int) -> None:
        move = waits(site, time) if time == 4 * HOUR else None
        if move is None:
            return
        words = [
            slip("approve", proposal=move.proposal),
            slip("authority", authority="advisory", by="Dr. B"),
        ]
        for k, word in enumerate(words):
            give(site, "B0001", word, stamp=f"2026-01-01T{time // SCAN:06d}", nonce=str(k))

    at_every_scan(monkeypatch, order)
    batch = execute(site, process(authority="supervised"), speed=FAST)
    ((time, refused),) = batch.facts(ControlRefused)
    proposal = batch.facts(ControlOrdered)[0][1].proposal
    why = "the controller may only advise since the same scan"
    assert (refused.order, refused.by, refused.reason) == (
        "approve",
        "Dr. A",
        f"the move {proposal} was not made: {why}",
    )
    assert [fact.rung for t, fact in batch.facts(ControlChanged) if t == time][-1] == "advice"
    assert RUNGS[int(batch.column("control.growth.rung")[time // SCAN])] == "advice"
    assert replay(site, "B0001", quiet).identical


def test_a_move_that_is_approved_when_its_phase_is_over_is_refused_on_record(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    def late(at: Site, time: int) -> ControlSlip | None:
        move = waits(at, time) if time == 17 * HOUR + SCAN else None
        return slip("approve", proposal=move.proposal) if move else None

    ordering(monkeypatch, site, late)
    batch = execute(site, process(authority="supervised", approval=minutes(90)), speed=FAST)
    ((time, refused),) = batch.facts(ControlRefused)
    assert time == 17 * HOUR + SCAN
    assert refused.reason.endswith("was not made: the controller has not been at work since the same scan")
    assert replay(site, "B0001", quiet).identical


PLAN = make_plan(process(authority="supervised"), steers=True, initial={})


def waiting() -> BatchState:
    """A state in which one move waits: 11 mL/h now, 13 mL/h from 10 min on."""
    course = Course(0, (0, SCAN), ((11.0,), (13.0,)))
    standing = Standing("supervised", "loops", proposal=Proposal("7", course, 2 * HOUR))
    return replace(begin(PLAN, observe(PLAN)), controllers=(ControllerState(standing),))


MOVE = Moved(loop="perfusion", value=11.0, unit="mL/h")


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"moves": (MOVE,), "signature": "s"}, ""),
        ({}, ""),
        ({"signature": "s"}, "what is signed does not say which move it approves"),
        (
            {"moves": (MOVE.model_copy(update={"value": 12.0}),)},
            "the order says perfusion 12 mL/h, but proposed is perfusion 11 mL/h",
        ),
        (
            {"moves": (MOVE.model_copy(update={"unit": "L/h"}),)},
            "the order says perfusion 11 L/h, but proposed is perfusion 11 mL/h",
        ),
    ],
)
def test_an_order_that_says_another_move_is_refused(facts: dict[str, object], refusal: str) -> None:
    """And one that is signed says which."""
    sheet = Sheet("p", first=0)
    said = {"order": "approve", "controller": "growth", "by": "A", "reason": "r", "proposal": "7", **facts}
    hear(PLAN, waiting(), ControlOrdered.model_validate(said), HOUR, sheet)
    found = [fact.reason for _, fact in sheet.decisions if isinstance(fact, ControlRefused)]
    assert found == ([refusal] if refusal else [])


def test_what_is_signed_says_loop_value_and_unit() -> None:
    order = slip("approve", proposal="7", moves=(MOVE,))
    assert b'"moves":[{"loop":"perfusion","unit":"mL/h","value":11' in shown("B0001", order)
    assert order.about == "growth 7 perfusion 11 mL/h"
    assert "approve 7, perfusion 11 mL/h" in told(order.ordered("1", 0))


def test_an_order_on_record_from_before_orders_named_moves_is_read_and_told_as_it_was() -> None:
    before = {
        "order": "approve",
        "controller": "growth",
        "by": "A",
        "reason": "r",
        "proposal": "7",
        "authority": None,
        "slip": "",
        "objection": "",
        "signature": "",
    }
    assert ControlOrdered.model_validate(before).model_dump(mode="json") == before
