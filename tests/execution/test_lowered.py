"""A controller that lost authority by itself stays alarmed until a person decides; older records replay as they ran."""

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from homeostat.control.predictive import Answer, Question
from homeostat.control.predictive.planner import Planner
from homeostat.control.predictive.solving import FORMER, REASONS
from homeostat.execution import replay
from homeostat.execution.batch import recall_plan, recall_start
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.slips import ControlSlip
from homeostat.ledger.catalogue import AlarmChanged, ControlChanged, ControlOrdered, PlanFailed
from homeostat.monitoring.alarms import Rules
from homeostat.site import Site

from .conftest import Quiet
from .steered import FAST, HOUR, Batch, execute, ordering, process, slip

LOWERED = "control.growth.lowered"
WHY = REASONS["infeasible", True]
Told = list[tuple[int, str, str]]


@pytest.fixture(autouse=True)
def without_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """No question has an answer."""

    def fails(self: Planner, question: Question) -> Answer:
        return Answer("infeasible", reason=WHY)

    monkeypatch.setattr(Planner, "answer", fails)


def told(batch: Batch, alarm: str = LOWERED) -> Told:
    return [(t, f.state, f.text) for t, f in batch.facts(AlarmChanged) if f.alarm == alarm]


def losses(batch: Batch) -> list[tuple[int, str]]:
    """When the controller lost authority by itself, and what it was left with."""
    facts, found = batch.facts(ControlChanged), list[tuple[int, str]]()
    for (_, before), (time, fact) in pairwise(facts):
        if fact.authority != before.authority and not fact.reason.startswith("Dr. A"):
            found.append((time, fact.authority))
    return found


def test_each_loss_is_an_alarm_that_outlasts_the_work_of_the_controller(site: Site, quiet: Quiet) -> None:
    batch = execute(site, process())
    (first, _), (second, _) = losses(batch)
    text = "Perfusion by a plan lost authority, and is now {} (no plan: " + WHY + ")"
    assert told(batch) == [
        (first, "raised", text.format("supervised")),
        (second, "cleared", text.format("advisory")),
        (second, "raised", text.format("advisory")),
    ]
    assert told(batch, "control.growth.loops")[-1][:2] == (second, "cleared"), (
        "its rung has no alarm any more"
    )
    assert replay(site, "B0001", quiet).identical


@pytest.mark.parametrize("authority", ["autonomous", "advisory"])
def test_a_persons_word_ends_it(
    authority: str, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    given = list[ControlSlip]()

    def order(at: Site, time: int) -> ControlSlip | None:
        if time < 6 * HOUR or given:
            return None
        given.append(slip("authority", authority=authority))
        return given[0]

    ordering(monkeypatch, site, order)
    batch = execute(site, process(), speed=FAST)
    ((heard, _),) = batch.facts(ControlOrdered)
    (_, cleared, *more) = told(batch)
    assert cleared == (heard, "cleared", f"Perfusion by a plan is {authority} by the word of Dr. A")
    after = [time for time, _ in losses(batch) if time > heard]
    assert [time for time, state, _ in more if state == "raised"] == after
    assert bool(after) == (authority == "autonomous")
    assert replay(site, "B0001", quiet).identical


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], pytest.MonkeyPatch]:
    """Has batches begin as they did before a controller told that it was lowered."""

    def before(*args: Any, **kwargs: Any) -> Plan:
        plan = make_plan(*args, **kwargs)
        rules = Rules({name: one for name, one in plan.rules.definitions.items() if name != LOWERED})
        former = tuple(replace(one, former=True) for one in plan.controllers)
        return replace(plan, controllers=former, rules=rules)

    def begin() -> pytest.MonkeyPatch:
        monkeypatch.setattr(sys.modules["homeostat.execution.run"], "make_plan", before)
        return monkeypatch

    return begin


def test_a_record_from_before_it_was_told_replays_as_it_ran(
    site: Site, older: Callable[[], pytest.MonkeyPatch], quiet: Quiet
) -> None:
    older()
    batch = execute(site, process())
    assert len(losses(batch)) == 2
    assert told(batch) == []
    assert {fact.reason for _, fact in batch.facts(PlanFailed)} == {FORMER[WHY]}
    with site.reading() as (ledger, _):
        start = recall_start({one.event.id: one for one in ledger.events(batch="B0001")}, "B0001")
    assert LOWERED not in {one.alarm for one in start.alarms}
    assert [one.former for one in recall_plan(start).controllers] == [True]
    assert replay(site, "B0001", quiet).identical
