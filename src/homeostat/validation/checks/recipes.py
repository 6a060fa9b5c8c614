"""That recipes are executed in the order they declare, again and again to the same, and units are held by one batch.

ISA-88.00.01, procedure function charts: branches side by side, selection, loop (paraphrase); ISA-88 allocation.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from numpy.random import Generator, default_rng

from homeostat.errors import ExecutionError
from homeostat.execution.allocation import allocate, allocation
from homeostat.execution.batch import observe
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.scan import begin
from homeostat.execution.stages.belief import Observer
from homeostat.execution.states import State
from homeostat.governance import Office
from homeostat.ledger.catalogue import (
    BatchEnded,
    CommandGiven,
    Payload,
    PromptAnswered,
    StepChanged,
)
from homeostat.process import Process, Quality, load
from homeostat.validation.begun import started, tell
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.floor import (
    Floor,
    answer,
    answer_first,
    correction,
    entry,
    questions,
    verification,
)
from homeostat.validation.scene import scene

_EARLIER = "2026-05-04T11:00:00+00:00"
_CHOICES = Path(__file__).with_name("recipes.yaml")
"""A process with a loop beside a choice between two branches."""
_LOW, _HIGH = 3.0, 5.0
"""Readings under which its loop goes on, and ends."""


def _asked() -> Floor:
    floor = Floor.of()
    floor.scan()
    return floor


def _given(command: str) -> CommandGiven:
    return CommandGiven(command=command, reason="drill", by="ada", slip="s")


@proves("EXE-10", "EXE-5")
def branches_side_by_side_execute_again_to_the_same(bench: Workbench) -> str:
    """Two branches after one step, joined by a third; refused, late and corrected entries and commands on the way."""
    floor = _asked()
    floor.scan(answer(3, "90"), answer(1, "done", happened=_EARLIER, reason="the terminal was down"))
    floor.scan(_given("hold"), answer(3, "210"), correction(3, "220 mL"))
    floor.scan(_given("restart"))
    answer_first(floor)
    floor.scan(verification(11))
    for _ in range(8):
        floor.scan()
    began = [
        one.step
        for result in floor.results
        for _, one in result.decisions
        if isinstance(one, StepChanged) and one.state == "running" and one.level == "phase"
    ]
    expect(began[:3] == [f"culture/ask/{name}" for name in ("prepare", "picture", "feed")], f"order: {began}")
    expect("culture/ask/join" not in began, "the join did not wait for both branches")
    same = [one.decisions for one in floor.again()] == [one.decisions for one in floor.results]
    expect(same, "executed again, the decisions differ")
    return (
        f"{len(floor.results)} scans with parallel branches, conditions, refusals, corrections and commands give "
        "the same decisions again"
    )


@cache
def _ground() -> tuple[Plan, Observer]:
    plan = make_plan(load(_CHOICES), steers=True, initial={})
    return plan, observe(plan)


def _choosing() -> Floor:
    plan, observer = _ground()
    return Floor(plan, observer, begin(plan, observer))


def _steps(floor: Floor, name: str) -> list[StepChanged]:
    decided = (one for result in floor.results for _, one in result.decisions)
    return [one for one in decided if isinstance(one, StepChanged) and one.step == f"culture/main/{name}"]


def _answers(floor: Floor) -> list[Payload]:
    """What is open, answered."""
    return [PromptAnswered(prompt=name, answer="yes", entry=entry("ada")) for name in floor.state.prompts]


def _same(floor: Floor) -> bool:
    return [one.decisions for one in floor.again()] == [one.decisions for one in floor.results]


@proves("EXE-10")
def a_loop_runs_as_often_as_its_condition_and_its_bound_allow(bench: Workbench) -> str:
    """With too little the loop runs to its bound and says so, with enough it runs once; one branch is chosen."""
    told = list[str]()
    for value, runs, taken, left in ((_LOW, 3, "poor", "rich"), (_HIGH, 1, "rich", "poor")):
        floor = _choosing()
        for _ in range(24):
            floor.scan(*_answers(floor), value=value)
        feed = _steps(floor, "feed")
        expect([one.state for one in feed] == ["running", "complete"] * runs, f"the loop ran so: {feed}")
        expect([one.state for one in _steps(floor, left)] == ["skipped"], f"{left} was not left out")
        expect([one.state for one in _steps(floor, taken)] == ["running", "complete"], f"{taken} did not run")
        expect(floor.state.state is State.COMPLETE, f"the batch is {floor.state.state}")
        expect(_same(floor), "executed again, the decisions differ")
        told.append(
            f"at {value:g} mmol/L {taken} ran, {left} was skipped, and the loop ended: {feed[-1].cause}"
        )
    return "; ".join(told)


@proves("EXE-10")
def loops_and_choices_execute_again_to_the_same(bench: Workbench) -> str:
    """Fifty batches with random readings, sensors that are out, refused commands and holds on the way."""
    dice, runs, skipped = default_rng(7), 0, 0
    for _ in range(50):
        floor = _choosing()
        for _ in range(24):
            _random_scan(floor, dice)
        expect(_same(floor), "executed again, the decisions differ")
        runs += sum(one.state == "running" for one in _steps(floor, "feed"))
        skipped += sum(one.state == "skipped" for name in ("rich", "poor") for one in _steps(floor, name))
    expect(runs > 50 and skipped > 0, f"{runs} runs, {skipped} skipped: too little was tried")
    return (
        f"50 batches of 24 scans with parallel branches, a loop ({runs} runs) and a choice of branches "
        f"({skipped} skipped), each executed twice: the same events in the same order"
    )


def _random_scan(floor: Floor, dice: Generator) -> None:
    given = ["hold", "restart", "pause", "resume"]
    arrivals = _answers(floor) if dice.random() < 0.8 else []
    if dice.random() < 0.1:
        arrivals.append(_given(given[int(dice.integers(len(given)))]))
    quality = Quality.BAD if dice.random() < 0.2 else Quality.GOOD
    floor.scan(*arrivals, quality=quality, value=_LOW if dice.random() < 0.7 else _HIGH)


@proves("EXE-4")
def a_unit_belongs_to_one_batch_and_the_others_wait_in_line(bench: Workbench) -> str:
    """At a GMP site a second and a third batch wait for the end of the first, and start in the order they asked."""
    with scene(bench) as (office, later):
        process = questions()
        ready = _starter(office, process)
        ready("B0001")
        for batch in ("B0002", "B0003"):
            with refused(ExecutionError, f"{batch} on an allocated unit"):
                ready(batch)
        line = [one.batch for one in allocation(office.ledger).line]
        expect(line == ["B0002", "B0003"], f"the line on record: {line}")
        tell(office, "B0001/end", BatchEnded(state="complete", scans=1, reason=""), "B0001")
        with refused(ExecutionError, "B0003 before B0002, which asked first"):
            ready("B0003")
        ready("B0002")
        tell(office, "B0002/end", BatchEnded(state="complete", scans=1, reason=""), "B0002")
        with refused(ExecutionError, "a batch that comes last, while another waits"):
            ready("B0004")
        later.put(hours=25)
        ready("B0004")
        held = allocation(office.ledger)
        expect(set(held.holders.values()) == {"B0004"}, f"units: {held.holders}")
        return (
            "2 batches waited in line and started in their order; one that did not come in 24 h lost its turn"
        )


def _starter(office: Office, process: Process) -> Callable[[str], None]:
    def ready(batch: str) -> None:
        allocate(office, batch, process, "maria")
        tell(office, f"{batch}/start", started(), batch)

    return ready
