"""The desk and the way out: deadlines are kept for all questions at once, and nothing leaves beyond its envelope."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.control.predictive import Answer, Question
from homeostat.control.predictive.planner import Planner
from homeostat.execution import desk as desks
from homeostat.execution.departure import Departure
from homeostat.execution.desk import Desk, prepare
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.stages.controllers import begin_controllers
from homeostat.execution.stages.loops import begin as begin_loop
from homeostat.execution.state import ControllerState

from .steered import HIGH, LOW, process

QUESTION = Question(1.0, (), (), ())


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(process(), steers=True, initial={})


def asked(plan: Plan) -> ControllerState:
    return replace(begin_controllers(plan)[0], question=QUESTION, asked=7)


class Clock:
    """A clock that goes on by `tick` seconds whenever it is looked at."""

    def __init__(self, tick: float) -> None:
        self.now, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now


def answering(monkeypatch: pytest.MonkeyPatch, gate: threading.Event) -> None:
    """Have every question answered once `gate` is open."""

    def answer(self: Planner, question: Question) -> Answer:
        gate.wait()
        return Answer("infeasible")

    monkeypatch.setattr(Planner, "answer", answer)


def test_without_a_question_there_is_nothing_to_do(plan: Plan) -> None:
    assert Desk(plan.controllers).work(begin_controllers(plan)) == []


def test_an_answer_in_time_is_no_event(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    gate.set()
    answering(monkeypatch, gate)
    assert Desk(plan.controllers).work([asked(plan)]) == []


def test_one_late_answer_does_not_make_another_late_and_a_later_question_waits_for_none(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that hang each has had its deadline from the same moment on; once they are done, the desk works again."""
    gate = threading.Event()
    answering(monkeypatch, gate)
    pair = [replace(plan.controllers[0], name=name, deadline=0.01) for name in ("a", "b")]
    desk = Desk(pair, Clock(1.0))
    late = desk.work([asked(plan), asked(plan)])
    assert [(one.controller, one.made, one.reason) for one in late] == [
        ("a", 7, "no answer within 0.01 s"),
        ("b", 7, "no answer within 0.01 s"),
    ]
    again = desk.work([asked(plan), begin_controllers(plan)[0]])
    assert [(one.controller, one.reason) for one in again] == [
        ("a", "the solver is still at an earlier question")
    ]
    gate.set()
    for thread in threading.enumerate():
        if thread.name in ("a", "b"):
            thread.join()
    patient = [replace(each, deadline=60.0) for each in pair]
    assert Desk(patient).work([asked(plan), asked(plan)]) == []


def test_a_solver_without_a_heartbeat_is_given_up_before_its_deadline(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs within an iteration: nobody waits for the deadline, and what is said is another thing."""
    gate = threading.Event()
    answering(monkeypatch, gate)
    hung = replace(plan.controllers[0], name="hung", deadline=1e6, heartbeat=0.01)
    (missed,) = Desk([hung], Clock(0.004)).work([asked(plan)])
    assert missed.reason == "no heartbeat for 0.01 s"
    gate.set()


def test_a_slow_solver_that_shows_a_heartbeat_has_until_its_deadline(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins an iteration whenever it is looked at, and yet does not come to an end."""
    gate, beats = threading.Event(), iter(range(10**9))
    answering(monkeypatch, gate)
    monkeypatch.setattr(Planner, "beats", property(lambda _: next(beats)))
    slow = replace(plan.controllers[0], name="slow", deadline=0.2, heartbeat=0.01)
    (missed,) = Desk([slow], Clock(0.004)).work([asked(plan)])
    assert missed.reason == "no answer within 0.2 s"
    gate.set()


def test_every_iteration_is_a_beat(plan: Plan) -> None:
    planner = Planner(plan.controllers[0].task)
    before = planner.beats
    signature = planner._task.signature
    states, inputs, parameters = (tuple([q.value for q in group]) for group in signature.groups[:3])
    answer = planner.answer(Question(2.0, states, inputs, parameters, (0.1,), (0.0,) * 2))
    assert answer.planned is not None
    assert planner.beats - before >= answer.planned.iterations > 0


@given(st.floats(allow_nan=True, allow_infinity=True), st.booleans())
def test_what_a_controller_drives_leaves_within_its_envelope_and_nothing_else_is_touched(
    plan: Plan, output: float, driven: bool
) -> None:
    before = begin_loop(plan.loops[0])
    at = replace(before, driven=driven, pid=before.pid._replace(output=output))
    ((name, value),) = Departure(plan).leaving([at])
    assert name == "pump"
    if driven:
        assert LOW <= value <= HIGH
        assert value == output or not LOW <= output <= HIGH
    else:
        assert repr(value) == repr(output)


def ramped(plan: Plan, stride: float) -> Plan:
    """The plan with a rate of its pump, as the change from one scan to the next."""
    (controller,) = plan.controllers
    (envelope,) = controller.rules.envelopes
    rules = replace(controller.rules, envelopes=(replace(envelope, stride=stride),))
    return replace(plan, controllers=(replace(controller, rules=rules),))


@given(st.lists(st.tuples(st.floats(allow_nan=True, allow_infinity=True), st.booleans()), max_size=20))
def test_nothing_that_a_controller_answers_for_leaves_faster_than_its_rate(
    plan: Plan, history: list[tuple[float, bool]]
) -> None:
    """Whatever the loop's output is said to be, driven or fenced; also after what others have set."""
    slow = ramped(plan, 0.5)
    envelope, before = slow.controllers[0].rules.envelopes[0], begin_loop(plan.loops[0])
    departure, last = Departure(slow), LOW
    departure.leaving([replace(before, pid=before.pid._replace(output=last))])
    for output, driven in history:
        at = replace(before, driven=driven, pid=before.pid._replace(output=output))
        ((_, value),) = departure.leaving([at if driven else replace(at, fence=envelope)])
        assert LOW <= value <= HIGH
        assert abs(value - last) <= 0.5 + 1e-12
        last = value


def failing(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    def planner(task: object) -> Planner:
        raise RuntimeError(words)

    monkeypatch.setattr(desks, "planner", planner)


def test_an_interruption_lost_in_the_compiler_is_still_an_interruption(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "Keyboard Interrupt")
    with pytest.raises(KeyboardInterrupt):
        prepare(plan.controllers)


def test_a_planner_that_cannot_be_made_does_not_stop_a_batch(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "no such function")
    prepare(plan.controllers)
    assert "no such function" in Desk(plan.controllers).work([asked(plan)])[0].reason
