"""What controllers did in a batch: which steps are exceptions, by which rules, and why they stand where they do."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from homeostat.control.supervisor import EXPIRED, NOT_YET, REFUSED, UNDECIDED
from homeostat.ledger.catalogue import (
    AlarmChanged,
    BatchEnded,
    ControlChanged,
    ControlOrdered,
    MovePlanned,
    Payload,
    PlanFailed,
    PlanMissed,
)
from homeostat.quality.exceptions import NEWEST, rule_set
from homeostat.quality.model import ExceptionReport
from homeostat.quality.record import exception_report

from .tale import DECLARATION, HOUR, MINUTE, Tale
from .test_steered import planned

C = "a"
TITLE = "Feed by plan"


def declaration(authority: str = "autonomous") -> Mapping[str, object]:
    """The demonstration process with a controller, and a loop that reads the oxygen."""
    told: dict[str, Any] = copy.deepcopy(dict(DECLARATION))
    told["controllers"] = {
        C: {
            "title": TITLE,
            "authority": authority,
            "during": ["grow"],
            "every": "2 h",
            "moves": {"flow": {"envelope": ["0 mL/h", "9 mL/h"]}},
            "aims": [{"of": "density", "strive": "more", "scale": "1 1e6 cell/mL"}],
        }
    }
    return told


def changed(before: str, rung: str, authority: str = "autonomous", reason: str = "no plan: late") -> Payload:
    facts = {"controller": C, "before": before, "rung": rung, "authority": authority, "reason": reason}
    return ControlChanged.model_validate(facts)


def ordered(authority: str) -> Payload:
    facts = {"order": "authority", "controller": C, "by": "ada", "reason": "seen", "authority": authority}
    return ControlOrdered.model_validate(facts)


def alarm(kind: str, why: str, priority: str = "medium", state: str = "raised") -> Payload:
    text = f"{TITLE}: {kind.replace('-', ' ')} ({why})"
    facts = {"alarm": f"control.{C}.{kind}", "state": state, "priority": priority, "text": text}
    empty = {"value": None, "limit": None, "unit": "1"}
    return AlarmChanged.model_validate(facts | empty)


def failed(reason: str = "late") -> Payload:
    return PlanFailed(controller=C, made=0, status="no convergence", reason=reason)


BEGUN = (HOUR, changed("idle", "loops", reason=NOT_YET))


def batch(
    tale: Tale, *told: tuple[int, Payload], authority: str = "autonomous", end: int = 10 * HOUR
) -> None:
    """A batch in which its controller did all that is told."""
    tale.start(declaration(authority))
    for time, payload in told:
        tale.tell(payload, time)
    tale.tell(BatchEnded(state="complete", scans=end // (10 * MINUTE), reason=""), end)


def of(tale: Tale, version: int = NEWEST) -> ExceptionReport:
    return exception_report(tale.ledger, tale.historian, tale.batch, version)


def found(tale: Tale, version: int = NEWEST) -> list[tuple[str, str]]:
    kinds = {"controllers", "planning", "alarms"}
    return [(one.severity, one.text) for one in of(tale, version).items if one.rule in kinds]


def test_authority_that_was_lost_is_an_exception_on_whatever_rung(tale: Tale) -> None:
    lost = changed("loops", "loops", "supervised"), changed("loops", "advice", "advisory")
    plan = planned(made=HOUR)
    batch(tale, BEGUN, (HOUR, plan), *((HOUR * (3 + k), one) for k, one in enumerate(lost)))
    assert found(tale) == [
        ("major", f"{TITLE} lost its authority by itself: {what}: no plan: late.")
        for what in (
            "from autonomous to supervised, on the rung “loops”",
            "from supervised to advisory, on the rung “advice”",
        )
    ]
    assert found(tale, 1) == []


def test_a_step_down_that_costs_authority_is_one_exception_and_its_alarms_none(tale: Tale) -> None:
    down = 3 * HOUR
    alarms = [(down, alarm("loops", "no plan")), (down, alarm("lowered", "no plan"))]
    steps = [(2 * HOUR, planned(made=HOUR)), (down, changed("plan", "loops", "supervised"))]
    batch(tale, BEGUN, *steps, *alarms)
    assert [text.partition(":")[0] for _, text in found(tale)] == [f"{TITLE} lost its authority by itself"]
    former = [text.partition(":")[0] for _, text in found(tale, 1)]
    assert former == ["Alarm still standing (medium)"] * 2 + [f"{TITLE} went from “plan” down to “loops”"]


def test_an_alarm_of_a_step_down_is_told_beside_it_only_while_it_stands(tale: Tale) -> None:
    """The step down alone is minor, and would let pass what still stands."""
    down = 3 * HOUR
    fallen = (2 * HOUR, planned(made=HOUR)), (down, changed("plan", "loops"))
    batch(tale, BEGUN, *fallen, (down, alarm("loops", "no plan")))
    assert [(one, text.partition(":")[0]) for one, text in found(tale)] == [
        ("major", "Alarm still standing (medium)"),
        ("minor", f"{TITLE} went from “plan” down to “loops”"),
    ]


def test_an_alarm_of_a_step_down_that_is_over_is_that_step(tale: Tale) -> None:
    down = 3 * HOUR
    fallen = (2 * HOUR, planned(made=HOUR)), (down, changed("plan", "hold"))
    gone = (4 * HOUR, alarm("hold", "no plan", "high", "cleared"))
    batch(tale, BEGUN, *fallen, (down, alarm("hold", "no plan", "high")), gone)
    assert [text.partition(":")[0] for _, text in found(tale)] == [f"{TITLE} went from “plan” down to “hold”"]
    assert len(found(tale, 1)) == 2  # by rule set 1 its alarm was told besides


def test_authority_that_a_person_took_is_told_as_that_order(tale: Tale) -> None:
    taken = (3 * HOUR, ordered("advisory")), (3 * HOUR, changed("plan", "plan", "advisory", "ada: seen"))
    batch(tale, BEGUN, (2 * HOUR, planned(made=HOUR)), *taken)
    assert found(tale) == []
    assert [one.rule for one in of(tale).items if one.kind == "control"] == ["control orders"]


@pytest.mark.parametrize(
    ("rung", "reason", "severity"),
    [
        ("loops", NOT_YET, ""),
        ("loops", UNDECIDED, ""),
        ("loops", "the twin disagrees with: ph", "minor"),
        ("hold", "pump does not do as told", "major"),
    ],
)
def test_a_controller_that_begins_low_for_a_fault_has_gone_down(
    rung: str, reason: str, severity: str, tale: Tale
) -> None:
    batch(tale, (HOUR, changed("idle", rung, reason=reason)), (HOUR, planned(made=HOUR)))
    assert [one for one, _ in found(tale)] == [severity] * bool(severity)
    assert found(tale, 1) == []


@pytest.mark.parametrize(
    ("authority", "severity", "said"),
    [("autonomous", "major", "was at work for 9 h"), ("advisory", "minor", "was to advise for 9 h")],
)
def test_a_controller_that_never_planned_is_an_exception(
    authority: str, severity: str, said: str, tale: Tale
) -> None:
    rung = "advice" if authority == "advisory" else "loops"
    begun = (HOUR, changed("idle", rung, authority, NOT_YET))
    missed = PlanMissed(controller=C, made=0, reason="no answer within 2 s")
    batch(tale, begun, (2 * HOUR, failed()), (4 * HOUR, failed()), (6 * HOUR, missed), authority=authority)
    told = f"{TITLE} {said} and never planned: 2 questions without a plan, 1 question not answered in time."
    assert found(tale) == [(severity, told)]
    assert found(tale, 1) == []


@pytest.mark.parametrize(("hours", "exceptions"), [(1, 0), (2, 1)])
def test_one_that_was_never_asked_should_have_planned_once_it_was_due_again(
    hours: int, exceptions: int, tale: Tale
) -> None:
    idle = (HOUR * (1 + hours), changed("loops", "idle", reason=""))
    batch(tale, BEGUN, idle)
    assert len(found(tale)) == exceptions


def test_one_that_planned_but_for_some_questions_is_a_remark(tale: Tale) -> None:
    batch(tale, BEGUN, (2 * HOUR, planned(made=HOUR)), (4 * HOUR, failed()))
    assert found(tale) == []
    said = f"{TITLE} planned once: 1 question without a plan, 0 questions not answered in time."
    assert [one.text for one in of(tale).remarks if one.rule == "planning"] == [said]


def test_an_alarm_of_a_rung_without_a_step_stands_for_itself(tale: Tale) -> None:
    """On the loops for want of a plan, which then fails: the rung stays, and only the alarm tells of it."""
    batch(tale, BEGUN, (2 * HOUR, planned(made=HOUR)), (3 * HOUR, alarm("loops", "no plan: late")))
    assert [text.partition(":")[0] for _, text in found(tale)] == ["Alarm still standing (medium)"]


def test_what_counts_as_faulty_for_an_alarm_is_what_the_rules_of_the_signals_say() -> None:
    rules = {rule.id: rule for rule in rule_set(NEWEST).rules}
    alarms, readings, signals = (rules[name] for name in ("alarms", "readings", "signals"))
    assert (alarms.limits["shortest"], alarms.limits["missed samples"]) == (
        readings.limits["shortest"],
        readings.limits["missed samples"],
    )
    assert (alarms.limits["doubted"], alarms.names["kinds"]) == (
        signals.limits["shortest"],
        signals.names["kinds"],
    )


def proposed(made: int) -> MovePlanned:
    return planned(made=made)


LOOPS = (0, changed("idle", "loops", "supervised", NOT_YET))
REFUSAL = ControlOrdered(order="refuse", controller=C, by="ada", reason="late", proposal=str(2 * HOUR))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([LOOPS], NOT_YET),
        ([LOOPS, (8 * HOUR, proposed(8 * HOUR))], EXPIRED),
        ([LOOPS, (10 * HOUR, proposed(10 * HOUR))], UNDECIDED),
        ([LOOPS, (2 * HOUR, proposed(2 * HOUR)), (9 * HOUR, proposed(9 * HOUR + MINUTE))], UNDECIDED),
        ([LOOPS, (2 * HOUR, proposed(2 * HOUR)), (2 * HOUR + MINUTE, REFUSAL)], REFUSED),
        ([LOOPS, (2 * HOUR, proposed(2 * HOUR)), (4 * HOUR, failed("lost"))], "no plan: lost"),
        ([LOOPS, (2 * HOUR, failed("")), (8 * HOUR, proposed(8 * HOUR))], EXPIRED),
        (
            [LOOPS, (2 * HOUR, alarm("loops", "the twin disagrees with: ph (1)"))],
            "the twin disagrees with: ph (1)",
        ),
        ([LOOPS, (2 * HOUR, alarm("hold", "another rung"))], NOT_YET),
        ([LOOPS, (2 * HOUR, failed()), (3 * HOUR, changed("loops", "plan", reason=""))], ""),
        ([(0, changed("idle", "hold", reason="pump")), (2 * HOUR, failed())], "pump"),
        ([(0, changed("idle", "advice", "advisory")), (2 * HOUR, planned(supervised=False))], ""),
        ([], ""),
    ],
)
def test_why_a_controller_stands_there_is_what_was_heard_last(
    told: list[tuple[int, Payload]], why: str, tale: Tale
) -> None:
    batch(tale, *told)
    (line,) = tale.record().controllers
    assert line.why == why
