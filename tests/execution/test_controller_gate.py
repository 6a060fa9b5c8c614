"""The gate before a plan: what is not seen is not planned on, and once it is seen again, planning goes on.

Signals that are gone, an outage over the planned harvest, a loop without a reading that a plan leads.
"""

from dataclasses import replace
from typing import Any

import pytest

from homeostat.control.supervisor import Decision
from homeostat.execution import replay
from homeostat.execution.batch import observe
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import controllers
from homeostat.execution.stages.controllers import RUNGS
from homeostat.execution.stages.gate import doubted, gate
from homeostat.execution.stages.loops import moved
from homeostat.execution.state import BatchState
from homeostat.ledger.catalogue import AlarmChanged, ControlChanged, MovePlanned, StepChanged
from homeostat.process import Process, Quantity
from homeostat.site import Site

from .conftest import Quiet
from .steered import HOUR, SCAN, STEERED, Batch, execute, process, unsteered

GONE = [{"kind": "lost", "of": "lactate", "at": "4 h"}, {"kind": "lost", "of": "viable", "at": "4 h"}]
UNREAD = "nothing was read of viable, lactate for 2 h"


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A batch whose signals are all lost from 4 h on. Not to be written to."""
    return execute(Site.create(tmp_path_factory.mktemp("gone") / "site"), process(faults=GONE))


def rungs(batch: Batch) -> list[str]:
    return [RUNGS[int(rung)] for rung in batch.column("control.growth.rung")]


class TestNothingRead:
    """Every signal that the plans rest on is gone: none of them disagrees, and still nothing is known."""

    def test_it_goes_down_the_ladder_rung_by_rung_and_says_why(self, gone: Batch, quiet: Quiet) -> None:
        steps = [(t, f.rung, f.reason) for t, f in gone.facts(ControlChanged) if t > 4 * HOUR]
        assert [rung for _, rung, _ in steps] == ["last plan", "hold", "idle"]
        (shut, _, why), (held, _, blind), _ = steps
        assert 6 * HOUR - SCAN <= shut <= 6 * HOUR + 2 * SCAN
        assert (why, blind) == (UNREAD, f"{UNREAD}; no usable reading")
        last = [fact.made for _, fact in gone.facts(MovePlanned)][-1]
        assert last < shut
        assert 0 < held - (last + 4 * HOUR) <= 2 * SCAN
        assert set(gone.column("loop.perfusion")[held // SCAN : 13 * 6]) == {5.0}
        assert replay(gone.site, gone.name, quiet).identical

    def test_each_rung_is_an_alarm(self, gone: Batch) -> None:
        told = {f.alarm: f.text for _, f in gone.facts(AlarmChanged) if f.state == "raised"}
        assert UNREAD in told["control.growth.last-plan"]
        assert UNREAD in told["control.growth.hold"]

    def test_it_plans_again_once_there_is_something_to_plan_on(self, site: Site) -> None:
        back = [{**fault, "lasts": "4 h"} for fault in GONE]
        batch = execute(site, process(faults=back))
        stood = rungs(batch)
        assert stood[7 * 6] == "last plan"
        assert stood[8 * 6 + 2] == "plan"

    def test_one_signal_that_is_left_is_enough(self, site: Site) -> None:
        batch = execute(site, process(faults=GONE[:1]))
        assert "last plan" not in rungs(batch)


PLAN = make_plan(STEERED, steers=True, initial={})
STATE = begin(PLAN, observe(PLAN))


@pytest.mark.parametrize(
    ("read", "at", "shut"),
    [
        ((0, 0, -1), 2.0, False),
        ((-1, -1, -1), 2.0, False),
        ((-1, -1, -1), 2.1, True),
        ((9, 1, -1), 11.0, False),
        ((9, 1, -1), 11.1, True),
        ((1, 1, 9), 39.0, False),
        ((1, 1, 9), 39.1, True),
        ((38, 1, 1), 39.0, False),
    ],
)
def test_a_sample_stands_in_for_readings_while_it_is_young(
    read: tuple[int, ...], at: float, shut: bool
) -> None:
    """Two readings for 2 h each, a cell count for 30 h from when it was taken, and only once there is one."""
    controller, state = declared(read)
    why = gate(controller, state, round(at * HOUR))
    sampled = ", nor sampled for 30 h" if read[2] >= 0 else ""
    assert why == (f"{UNREAD}{sampled}" if shut else "")


def declared(read: tuple[int, ...], **more: Any) -> tuple[ControllerPlan, BatchState]:
    """The controller with its state once its signals were read at these hours (-1: never)."""
    plan = make_plan(process(**more), steers=True, initial={})
    times = tuple(max(-1, round(hour * HOUR)) if hour >= 0 else -1 for hour in read)
    return plan.controllers[0], replace(STATE, belief=replace(STATE.belief, read=times))


def test_where_only_the_laboratory_measures_its_patience_alone_counts() -> None:
    controller, state = declared((-1, -1, 9), sampled=Quantity(6.0, "h"))
    alone = replace(controller, online=())
    assert gate(alone, state, 15 * HOUR) == ""
    assert gate(alone, state, 15 * HOUR + 1) == "nothing was sampled for 6 h"
    assert gate(replace(alone, sampled=()), state, 90 * HOUR) == "", "what never had signals cannot lose them"


def test_readings_beyond_the_gate_count_two_in_a_row() -> None:
    controller, state = declared((1, 1, -1))
    astray = replace(state, belief=replace(state.belief, astray=("lactate",)))
    assert gate(controller, astray, HOUR) == "the twin disagrees with: lactate"
    left = replace(astray, belief=replace(astray.belief, dropped=("lactate",)))
    assert gate(controller, left, HOUR) == ""


def test_how_long_signals_may_be_gone_is_part_of_the_hash_only_where_it_is_declared() -> None:
    said = STEERED.controllers["growth"].model_dump(mode="json")
    assert {"blind", "sampled"}.isdisjoint(said)
    assert "blind" in process(blind=Quantity(2.0, "h")).controllers["growth"].model_dump(mode="json")


def shut_between(monkeypatch: pytest.MonkeyPatch, begun: float, over: float) -> None:
    """Have the twin disagree from one hour to another."""
    sound = controllers.gate

    def shut(controller: ControllerPlan, state: BatchState, time: int) -> str:
        return "bad data" if begun * HOUR <= time < over * HOUR else sound(controller, state, time)

    monkeypatch.setattr(controllers, "gate", shut)


@pytest.mark.parametrize("over", [11.0, 12.1, 13.5])
def test_an_outage_over_the_planned_harvest_does_not_cost_the_harvest(
    over: float, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
) -> None:
    """The end is planned for 13 h; the plan that says so is too old to be followed when data are good again."""
    shut_between(monkeypatch, 7.5, over)
    early = STEERED.controllers["growth"].harvest
    assert early is not None
    hasty = early.model_copy(update={"delay": Quantity(0.1, "h")})
    batch = execute(site, process(harvest=hasty))
    asked = [fact.made for _, fact in batch.facts(MovePlanned)]
    assert asked
    assert 0 <= min(t for t in asked if t > 7.5 * HOUR) - over * HOUR <= SCAN
    ended = [t for t, f in batch.facts(StepChanged) if f.step.endswith("/perfuse") and f.state == "complete"]
    last = batch.facts(MovePlanned)[-1][1]
    assert last.harvest is not None
    assert 0 <= ended[0] - last.harvest <= SCAN
    assert ended[0] < 17 * HOUR
    assert replay(site, "B0001", quiet).identical


def blindness(batch: Batch) -> list[tuple[str, str]]:
    facts = batch.facts(AlarmChanged)
    return [(f.state, f.text) for _, f in facts if f.alarm == "perfusion.blind"]


LED = "The loop perfusion has no reading: a predictive controller gives its output"
SAFE = "The loop perfusion has no reading: its output went to the safe value of 5 mL/h"


def test_a_loop_without_a_reading_says_who_gives_its_output(gone: Batch, site: Site) -> None:
    """A plan leads it, or nobody does and it goes to its safe output: the alarm says what was done."""
    assert blindness(gone)[0] == ("raised", LED)
    alone = unsteered().model_copy(update={"simulation": process(faults=GONE).simulation})
    batch = execute(site, alone)
    assert blindness(batch) == [("raised", SAFE)]
    assert batch.column("loop.perfusion")[6 * 6] == 5.0


def test_a_loop_that_is_left_to_itself_without_a_reading_says_so_anew() -> None:
    values, told = [float("nan")] * len(PLAN.tags), []
    loops = (replace(STATE.loops[0], mode="auto"),)
    for time in (0, 10 * HOUR, 11 * HOUR):
        notices: list[Any] = []
        loops = (replace(loops[0], driven=time < 11 * HOUR),)
        loops = moved(PLAN, loops, values, time, notices)
        told += [(notice.raised, notice.text) for notice in notices]
    assert told == [(True, LED), (False, LED), (True, SAFE)]
    assert loops[0].pid.output == 5.0


LYING = [{"kind": "bias", "of": "lactate", "at": "5 h", "size": "8 mmol/L"}]
WHY = "the twin disagrees with: lactate"
UNRELIABLE = "The loop perfusion has a reading that the twin does not rely on"


@pytest.fixture(scope="module")
def lied(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A batch whose lactate, which the loop reads, is a lie from 5 h on. Not to be written to."""
    return execute(Site.create(tmp_path_factory.mktemp("lied") / "site"), process(faults=LYING))


class TestALoopReadsWhatTheTwinDoubts:
    """The gate is shut for the sensor of the loop that would stand in: it counts as blind, as without a reading."""

    def test_it_is_held_at_its_safe_output_as_without_a_reading(self, lied: Batch, quiet: Quiet) -> None:
        steps = [(t, f.rung, f.reason) for t, f in lied.facts(ControlChanged) if t > 4 * HOUR]
        assert [rung for _, rung, _ in steps] == ["last plan", "hold", "idle"]
        (shut, _, why), (held, _, blind), _ = steps
        assert 5 * HOUR <= shut <= 5 * HOUR + 2 * SCAN
        assert (why, blind) == (WHY, f"{WHY}; no usable reading")
        last = [fact.made for _, fact in lied.facts(MovePlanned)][-1]
        assert 0 < held - (last + 4 * HOUR) <= 2 * SCAN
        assert set(lied.column("loop.perfusion")[held // SCAN : 13 * 6]) == {5.0}
        assert replay(lied.site, lied.name, quiet).identical

    def test_it_is_told_whose_reading_is_not_gone_by(self, lied: Batch) -> None:
        assert blindness(lied)[0] == ("raised", f"{UNRELIABLE}: a predictive controller gives its output")
        told = {f.alarm: f.text for _, f in lied.facts(AlarmChanged) if f.state == "raised"}
        assert WHY in told["control.growth.hold"]

    def test_once_the_safe_output_is_held_that_is_told_anew(self, lied: Batch) -> None:
        """No plan gives the output on the rung `hold`: the alarm does not say so."""
        safe = f"{UNRELIABLE}: its output went to the safe value of 5 mL/h"
        (held,) = [t for t, f in lied.facts(ControlChanged) if f.rung == "hold"]
        told = [(t, f) for t, f in lied.facts(AlarmChanged) if f.alarm == "perfusion.blind"]
        raised = [(t, f.text) for t, f in told if f.state == "raised"]
        assert [text for _, text in raised][1:] == [safe]
        assert 0 <= raised[1][0] - held <= SCAN

    def test_a_controller_that_only_advises_leaves_the_loop_its_reading(self, site: Site) -> None:
        batch = execute(site, process(faults=LYING, authority="advisory"))
        assert blindness(batch) == []
        assert max(batch.column("loop.perfusion")) > 5.0


def test_a_loop_that_stands_in_goes_by_no_doubted_reading() -> None:
    """Sound readings beside: the output stays for as long as the loop is patient, then it is the safe one."""
    values = [8.0] * len(PLAN.tags)
    loops = (replace(STATE.loops[0], mode="auto", doubted=True),)
    outputs, told = [loops[0].pid.output], []
    for time in (0, 2 * SCAN, 3 * SCAN):
        notices: list[Any] = []
        loops = moved(PLAN, loops, values, time, notices)
        outputs.append(loops[0].pid.output)
        told += [(notice.raised, notice.text) for notice in notices]
    assert outputs == [outputs[0]] * 3 + [5.0]
    assert told == [(True, f"{UNRELIABLE}: its output went to the safe value of 5 mL/h")]
    sound = moved(PLAN, (replace(loops[0], doubted=False),), values, 4 * SCAN, [])
    assert sound[0].blind is None
    assert sound[0].pid.measurement == 8.0


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ({"disagreed": {"lactate": 0}}, ("lactate",)),
        ({"disagreed": {"viable": 0, "pump": 0}}, ("viable", "pump")),
        (
            {"disagreed": {"lactate": 0}, "astray": ("lactate",), "dropped": ("viable",)},
            ("lactate", "viable"),
        ),
        ({"astray": ("lactate",)}, ("lactate",)),
        ({"dropped": ("lactate",)}, ("lactate",)),
        ({}, ()),
    ],
)
def test_what_is_doubted_is_flagged_astray_or_left_out(found: dict[str, Any], names: tuple[str, ...]) -> None:
    disagreed = found.pop("disagreed", {})
    state = replace(STATE, disagreed=disagreed, belief=replace(STATE.belief, **found))
    assert doubted(state) == names


def test_a_loops_own_sensor_counts_whatever_the_controller_holds() -> None:
    """What is held is not planned, and shuts no gate; a loop that stands in still reads its own sensor."""
    tree = process(faults=LYING).model_dump(mode="json", by_alias=True)
    tree["controllers"]["growth"] |= {"held": ["lactate"], "limits": []}
    plan = make_plan(Process.model_validate(tree), steers=True, initial={})
    (controller,) = plan.controllers
    assert "lactate" not in controller.heeded
    state = replace(STATE, belief=replace(STATE.belief, sound=True, astray=("lactate",)))
    assert gate(controller, state, 0) == ""
    at = controllers.At(plan, controller, 0, [8.0] * len(plan.tags), 0, Sheet("scan", 0))
    standing = replace(STATE.controllers[0].standing, authority="autonomous", rung="loops")
    (loop,) = controllers._driven(at, state, Decision(standing, None))
    assert loop.doubted
