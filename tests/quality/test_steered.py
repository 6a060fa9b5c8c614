"""Which moves wait for a person: what ends the wait, and what does not."""

import pytest

from homeostat.ledger.catalogue import (
    ControlChanged,
    ControlOrdered,
    MovePlanned,
    Payload,
    PlanFailed,
    SignalChanged,
)
from homeostat.ledger.event import Event
from homeostat.quality.steered import Happening, happenings, proposals, told

HOUR = 3_600_000_000


def planned(made: int = 0, controller: str = "a", *, supervised: bool = True) -> MovePlanned:
    facts: dict[str, object] = {
        "controller": controller,
        "made": made,
        "authority": "supervised" if supervised else "autonomous",
        "proposal": str(made) if supervised else "",
        "expires": made + HOUR if supervised else None,
        "loops": ("pump",),
        "units": ("mL/h",),
        "before": (1.0,),
        "times": (0,),
        "outputs": ((2.0,),),
        "harvest": None,
        "harvests": (),
        "status": "solved",
        "iterations": 5,
        "value": 1.0,
        "without": 2.0,
        "believed": {},
        "foretold": (),
        "limits": (),
        "means": "ab",
        "text": "At 0.0 h: pump 1 -> 2 mL/h.",
    }
    return MovePlanned.model_validate(facts)


def ordered(order: str, proposal: str = "", authority: str | None = None) -> ControlOrdered:
    facts = {"order": order, "controller": "a", "by": "A", "reason": "b", "proposal": proposal}
    return ControlOrdered.model_validate(facts | {"authority": authority})


def changed(rung: str, authority: str = "supervised") -> ControlChanged:
    facts = {"controller": "a", "before": "loops", "rung": rung, "authority": authority, "reason": ""}
    return ControlChanged.model_validate(facts)


def waiting(*facts: Payload, now: int = 0) -> list[str]:
    found = [Happening(f"e{k}", 0, fact) for k, fact in enumerate(facts)]
    return [f"{plan.controller}{plan.proposal}" for plan in proposals(found, now=now)]


@pytest.mark.parametrize(
    "after",
    [
        ordered("approve", "0"),
        ordered("refuse", "0"),
        ordered("authority", authority="advisory"),
        changed("idle"),
        changed("advice", "advisory"),
        planned(7, supervised=False),
    ],
)
def test_a_decision_a_newer_plan_or_the_end_of_the_work_ends_the_wait(after: Payload) -> None:
    assert waiting(planned()) == ["a0"]
    assert waiting(planned(), after) == []


@pytest.mark.parametrize(
    "after",
    [ordered("approve", "1"), changed("loops"), PlanFailed(controller="a", made=1, status="x", reason="")],
)
def test_what_is_about_something_else_does_not(after: Payload) -> None:
    assert waiting(planned(), after) == ["a0"]


def test_it_expires() -> None:
    assert waiting(planned(), now=HOUR - 1) == ["a0"]
    assert waiting(planned(), now=HOUR) == []


def test_the_newest_of_each_controller_waits() -> None:
    assert waiting(planned(), planned(5), planned(3, "b")) == ["a5", "b3"]


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (planned(), "At 0.0 h: pump 1 -> 2 mL/h."),
        (ordered("approve", "7"), "A: approve 7 (b)"),
        (changed("idle"), "loops -> idle, supervised"),
        (PlanFailed(controller="a", made=1, status="infeasible", reason=""), "no plan: infeasible"),
    ],
)
def test_everything_is_told_in_a_sentence(fact: Payload, text: str) -> None:
    assert told(fact) == text


def test_of_signals_only_those_that_the_twin_left_out_are_among_it() -> None:
    left, stuck = (
        SignalChanged(tag="ph", kind=kind, state="opened", since=0, value=None, text=f"pH: {kind}")
        for kind in ("dropped", "frozen")
    )
    events = [
        Event(f"e{k}", fact.type, "B", k, "scan", fact.model_dump(mode="json"))
        for k, fact in enumerate((stuck, left, changed("loops")))
    ]
    found = happenings(events)
    assert [(one.event, one.controller, told(one.fact)) for one in found] == [
        ("e1", "", "pH: dropped"),
        ("e2", "a", "loops -> loops, supervised"),
    ]
