"""The fault drill: whatever happens to a controller, it stands on the declared rung within two scans and says so.

Solver killed, solver hung, model not finite, sensor lying, actuator not obeying, belief lost: after each one alarm and
one event, no output outside the envelope, and a replay that takes the same rungs without the fault.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from homeostat.control.predictive import Answer, Question
from homeostat.control.predictive.planner import Planner
from homeostat.execution import replay
from homeostat.execution.stages.controllers import RUNGS
from homeostat.ledger.catalogue import (
    AlarmChanged,
    ControlChanged,
    MovePlanned,
    PlanFailed,
    PlanMissed,
    SignalChanged,
)
from homeostat.process import Quantity, load
from homeostat.site import Site

from .conftest import Quiet
from .steered import HIGH, HOUR, LOW, SCAN, Batch, execute, process, stuck

BROKEN = 5.0
"""The hour from which on something is wrong."""
Solve = Callable[[Planner, Question], Answer]


def sabotage(monkeypatch: pytest.MonkeyPatch, fault: Callable[[Solve, Planner, Question], Answer]) -> None:
    """Have questions after `BROKEN` answered by `fault`, which is given the sound way to do so."""
    sound = Planner.answer

    def answer(self: Planner, question: Question) -> Answer:
        return sound(self, question) if question.hours < BROKEN else fault(sound, self, question)

    monkeypatch.setattr(Planner, "answer", answer)


def rungs(batch: Batch) -> list[str]:
    return [RUNGS[int(rung)] for rung in batch.column("control.growth.rung")]


def goes_to(batch: Batch, rung: str, since: int) -> str:
    """Check that it went to `rung` within two scans after `since` (µs), said so, and was safe; the reason.

    `since` is when the fault began, or the last time that it was no fault yet: not when somebody noticed it.
    """
    changes = [
        (time, fact) for time, fact in batch.facts(ControlChanged) if fact.rung == rung and time >= since
    ]
    assert changes, f"it never stood on '{rung}': {batch.facts(ControlChanged)}"
    time, change = changes[0]
    assert time - since <= 2 * SCAN
    assert rungs(batch)[time // SCAN] == rung
    alarm = f"control.growth.{rung.replace(' ', '-')}"
    raised = [t for t, f in batch.facts(AlarmChanged) if f.alarm == alarm and f.state == "raised"]
    assert time in raised
    pump = batch.column("pump")  # stands in one scan where it was told to in the scan before
    led = zip(rungs(batch), batch.column("loop.perfusion"), [*pump[1:], LOW], strict=True)
    for stood, output, reached in led:
        if stood in ("plan", "last plan", "hold"):
            assert LOW <= output <= HIGH
            assert LOW <= reached <= HIGH
    reason: str = change.reason
    return reason


def dies(sound: Solve, planner: Planner, question: Question) -> Answer:
    raise ZeroDivisionError("a solver's bug")


def is_asked(sound: Solve, planner: Planner, question: Question) -> Answer:
    pytest.fail("a replay asked a solver that had not answered")


def is_not_finite(sound: Solve, planner: Planner, question: Question) -> Answer:
    return sound(planner, replace(question, parameters=tuple([float("nan")] * len(question.parameters))))


def test_a_solver_that_dies_leaves_the_last_plan_and_then_the_loops(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    sabotage(monkeypatch, dies)
    batch = execute(site, process())
    missed = batch.facts(PlanMissed)
    assert {fact.reason for _, fact in missed} == {"the solver failed: ZeroDivisionError: a solver's bug"}
    reason = goes_to(batch, "last plan", missed[0][0])
    assert reason == missed[0][1].reason
    last = [fact.made for _, fact in batch.facts(MovePlanned)][-1]
    goes_to(batch, "loops", last + 4 * HOUR)
    falls = [fact.authority for _, fact in batch.facts(ControlChanged)]
    assert falls[-1] == "advisory", "three failures in a row cost a step of authority, six cost two"
    monkeypatch.undo()
    sabotage(monkeypatch, is_asked)
    found = replay(site, "B0001", quiet)
    assert (found.identical, found.difference) == (True, "")


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What a hung solver waits for; released when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_a_solver_that_hangs_is_left_behind(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet, released: threading.Event
) -> None:
    def hangs(sound: Solve, planner: Planner, question: Question) -> Answer:
        released.wait()
        return sound(planner, question)

    sabotage(monkeypatch, hangs)
    batch = execute(site, process(deadline=Quantity(2.0, "s")))
    reasons = [fact.reason for _, fact in batch.facts(PlanMissed)]
    assert reasons[0] == "no answer within 2 s"
    assert set(reasons[1:]) == {"the solver is still at an earlier question"}
    goes_to(batch, "last plan", batch.facts(PlanMissed)[0][0])
    monkeypatch.undo()
    sabotage(monkeypatch, is_asked)
    assert replay(site, "B0001", quiet).identical


def test_a_solver_that_shows_no_heartbeat_is_left_behind_before_its_deadline(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet, released: threading.Event
) -> None:
    def hangs(sound: Solve, planner: Planner, question: Question) -> Answer:
        released.wait()
        return sound(planner, question)

    sabotage(monkeypatch, hangs)
    batch = execute(site, process(deadline=Quantity(300.0, "s"), heartbeat=Quantity(1.0, "s")))
    reasons = [fact.reason for _, fact in batch.facts(PlanMissed)]
    assert reasons[0] == "no heartbeat for 1 s"
    goes_to(batch, "last plan", batch.facts(PlanMissed)[0][0])
    monkeypatch.undo()
    sabotage(monkeypatch, is_asked)
    assert replay(site, "B0001", quiet).identical


@pytest.mark.drill
def test_a_hung_solver_does_not_keep_the_interpreter() -> None:
    script = """
import time
from tests.execution.steered import STEERED, process
from homeostat.control.predictive.planner import Planner
from homeostat.execution.desk import Desk
from homeostat.execution.plan import make_plan
from homeostat.execution.stages.controllers import begin_controllers
from homeostat.execution.state import ControllerState
from homeostat.control.predictive import Question
from dataclasses import replace
from homeostat.process import Quantity
Planner.answer = lambda self, question: time.sleep(1e6)
plan = make_plan(process(deadline=Quantity(0.01, "s")), steers=True, initial={})
memory = replace(begin_controllers(plan)[0], question=Question(0.0, (), (), ()))
print(Desk(plan.controllers).work([memory])[0].reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "no answer within 0.01 s\n", "")


def test_a_model_that_is_not_finite_makes_no_move(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    sabotage(monkeypatch, is_not_finite)
    batch = execute(site, process())
    failed = batch.facts(PlanFailed)
    assert {(f.status, f.reason) for _, f in failed} == {("not finite", "the model is not finite here")}
    assert goes_to(batch, "last plan", failed[0][0]) == "no plan: the model is not finite here"
    assert replay(site, "B0001", quiet).identical


def test_a_lying_sensor_closes_the_gate_until_it_is_left_out(site: Site, quiet: Quiet) -> None:
    lie = {"kind": "bias", "of": "viable", "at": "5 h", "size": "2 1e6 cell/mL"}
    batch = execute(site, process(faults=[lie]))
    found = [
        time
        for time, fact in batch.facts(AlarmChanged)
        if fact.alarm == "twin.signal.viable" and fact.state == "raised"
    ]
    assert found
    assert goes_to(batch, "last plan", 5 * HOUR) == "the twin disagrees with: viable"
    assert 5 * HOUR <= found[0] <= 7 * HOUR
    assert all(not 5 * HOUR + 2 * SCAN <= fact.made < found[0] for _, fact in batch.facts(MovePlanned))
    asked = [fact.made for _, fact in batch.facts(MovePlanned) if fact.made >= found[0]]
    assert asked, "once the sensor is left out, the others suffice"
    assert asked[0] >= found[0] + HOUR
    dropped = [(time, fact) for time, fact in batch.facts(SignalChanged) if fact.kind == "dropped"]
    assert [(fact.tag, fact.state) for _, fact in dropped][:1] == [("viable", "opened")]
    assert found[0] < dropped[0][0] <= asked[0]
    alarms = [(t, f.state) for t, f in batch.facts(AlarmChanged) if f.alarm == "twin.dropped.viable"]
    assert (dropped[0][0], "raised") in alarms
    assert replay(site, "B0001", quiet).identical


def test_a_sensor_of_which_no_other_tells_keeps_the_gate_shut(site: Site) -> None:
    """How much lactate there is, cells do not show: it may lie, or the model may be wrong."""
    lie = {"kind": "bias", "of": "lactate", "at": "5 h", "size": "8 mmol/L"}
    batch = execute(site, process(faults=[lie]))
    assert not [fact for _, fact in batch.facts(SignalChanged) if fact.kind == "dropped"]
    assert max(fact.made for _, fact in batch.facts(MovePlanned)) <= 5 * HOUR + 2 * SCAN
    raised = [f.state for _, f in batch.facts(AlarmChanged) if f.alarm == "twin.signal.lactate"]
    assert raised[0] == "raised"
    assert "cleared" not in raised


def test_a_sensor_that_agrees_again_is_taken_back_on_record(site: Site, quiet: Quiet) -> None:
    lie = {"kind": "bias", "of": "viable", "at": "5 h", "lasts": "5 h", "size": "2 1e6 cell/mL"}
    lied = process(faults=[lie])
    observer = lied.twin.observer.model_copy(update={"again": Quantity(2.0, "h")})
    twin = lied.twin.model_copy(update={"observer": observer})
    batch = execute(site, lied.model_copy(update={"twin": twin}))
    told = [(time, fact) for time, fact in batch.facts(SignalChanged) if fact.kind == "dropped"]
    assert [(fact.tag, fact.state) for _, fact in told] == [("viable", "opened"), ("viable", "closed")]
    assert told[1][1].since == told[0][0]
    assert "the twin relies on it again" in told[1][1].text
    alarms = [(t, f.state) for t, f in batch.facts(AlarmChanged) if f.alarm == "twin.dropped.viable"]
    assert alarms == [(told[0][0], "raised"), (told[1][0], "cleared")]
    assert replay(site, "B0001", quiet).identical


def test_a_pump_that_does_not_obey_is_held_at_its_safe_output(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    stuck(monkeypatch, since=6 * HOUR, until=8 * HOUR)
    batch = execute(site, process())
    assert goes_to(batch, "hold", 6 * HOUR + SCAN) == "pump does not do as told"
    stood = rungs(batch)
    held = [k for k, rung in enumerate(stood) if rung == "hold"]
    assert {batch.column("loop.perfusion")[k] for k in held} == {5.0}
    assert stood[8 * 6 + 2] == "plan", "once it obeys, the plan goes on"
    assert replay(site, "B0001", quiet).identical


def test_a_pump_on_a_coarse_grid_obeys(site: Site, tmp_path: Path) -> None:
    """It stands up to half a millilitre an hour off what it is told, which is 2.5 % of its envelope."""
    declared = (Path(__file__).parent / "steered.yaml").read_text("utf-8")
    coarse = tmp_path / "coarse.yaml"
    coarse.write_text(declared.replace("50 mL/h]}", "50 mL/h], resolution: 1 mL/h}", 1), "utf-8")
    batch = execute(site, load(coarse))
    pairs = zip(batch.column("pump"), batch.column("loop.perfusion"), strict=True)
    assert max(abs(shown - told) for shown, told in pairs) > 0.02 * (HIGH - LOW)
    assert "hold" not in rungs(batch)


def test_a_blind_loop_without_a_plan_is_held_at_its_safe_output(
    site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    sabotage(monkeypatch, dies)
    lost = {"kind": "lost", "of": "lactate", "at": "9 h", "lasts": "4 h"}
    batch = execute(site, process(faults=[lost], age=Quantity(2.0, "h")))
    blind = [k for k, rung in enumerate(rungs(batch)) if rung == "hold"]
    assert blind
    assert set(batch.column("loop.perfusion")[blind[0] : blind[-1]]) == {5.0}


def test_all_of_it_at_once_is_still_safe(site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet) -> None:
    sabotage(monkeypatch, dies)
    faults: list[dict[str, Any]] = [
        {"kind": "frozen", "of": "viable", "at": "4 h"},
        {"kind": "spikes", "of": "lactate", "at": "3 h", "size": "20 mmol/L"},
        {"kind": "delivery", "of": "pump", "at": "5 h", "size": "40 %"},
    ]
    stuck(monkeypatch, since=6 * HOUR, until=20 * HOUR)
    batch = execute(site, process(faults=faults))
    goes_to(batch, "hold", 6 * HOUR + SCAN)
    assert replay(site, "B0001", quiet).identical
