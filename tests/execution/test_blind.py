"""Loops without a safe output that have no reading: what is told of them, and what older records hold of it."""

import sys
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest

from homeostat.equipment import Scan, SimulatedPlant, connect
from homeostat.execution import Options, replay
from homeostat.execution import run as batch_run
from homeostat.execution.batch import recall_plan, recall_start
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.stages.loops import begin, moved
from homeostat.execution.state import LoopState
from homeostat.ledger.catalogue import AlarmChanged, payload
from homeostat.monitoring.alarms import Notice, Rules
from homeostat.process import Process, Quality, load
from homeostat.site import Site

from .conftest import Quiet
from .steered import STEERED

MINUTE = 60_000_000
RUN = sys.modules[batch_run.__module__]
BLIND = "oxygen_control.blind"


class Lost(SimulatedPlant):
    """A plant whose oxygen is not read from minute 30 to 90."""

    def read(self, time: int) -> Scan:
        scan = super().read(time)
        if not 30 * MINUTE <= time < 90 * MINUTE:
            return scan
        values, qualities = list(scan.values), list(scan.qualities)
        values[0], qualities[0] = nan, int(Quality.BAD)
        return Scan(tuple(values), tuple(qualities))


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Lost)


def ran(process: Process, site: Site) -> list[tuple[int, AlarmChanged]]:
    """What was told of the loop in a batch, by the minute."""
    assert batch_run(site, process, Options(), Quiet()).state == "complete"
    with site.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[AlarmChanged.type])]
    facts = [(event.time // MINUTE, payload(event.type, event.data)) for event in events]
    return [(at, fact) for at, fact in facts if isinstance(fact, AlarmChanged) and fact.alarm == BLIND]


@pytest.mark.usefixtures("lost")
def test_a_loop_without_a_safe_output_tells_where_its_output_stays(
    mini: Process, site: Site, quiet: Quiet
) -> None:
    assert mini.strategy["oxygen_control"].safe is None
    (raised, first), (cleared, second) = ran(mini, site)
    with site.reading() as (_, historian):
        (output,) = set(historian.read("B0001", "loop.oxygen_control").value[30:90].tolist())
    assert (raised, first.state, first.priority) == (40, "raised", "high")
    assert first.text == f"The loop oxygen_control has no reading: its output stays at {output:g} %"
    assert (cleared, second.state) == (90, "cleared")
    assert replay(site, "B0001", quiet).identical


@pytest.mark.usefixtures("lost")
def test_a_record_from_before_it_was_told_replays_as_it_ran(
    mini: Process, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(*args: Any, **kwargs: Any) -> Plan:
        plan = make_plan(*args, **kwargs)
        rules = Rules({name: one for name, one in plan.rules.definitions.items() if name != BLIND})
        return replace(plan, loops=tuple(replace(one, told=None) for one in plan.loops), rules=rules)

    with monkeypatch.context() as older:
        older.setattr(sys.modules["homeostat.execution.run"], "make_plan", before)
        assert ran(mini, site) == []
    with site.reading() as (ledger, _):
        start = recall_start({one.event.id: one for one in ledger.events(batch="B0001")}, "B0001")
    assert BLIND not in {one.alarm for one in start.alarms}
    assert {loop.told for loop in recall_plan(start).loops if loop.safe is None} == {None}
    assert replay(site, "B0001", quiet).identical


def notices(plan: Plan, loop: LoopState, minutes: range, **changes: object) -> list[tuple[int, bool, str]]:
    """What a loop that is not read tells, by the minute."""
    told, loops = [], (replace(loop, **changes),)  # type: ignore[arg-type]
    for minute in minutes:
        found = list[Notice]()
        loops = moved(plan, loops, [nan] * len(plan.tags), minute * MINUTE, found)
        told += [(minute, one.raised, one.text) for one in found]
    return told


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The steered culture whose loop has no safe output, and reads a tag that is measured every 20 minutes."""
    tree = STEERED.model_dump(mode="json", by_alias=True)
    tree["strategy"]["perfusion"]["safe"] = None
    modules = tree["units"]["vessel"]["modules"].values()
    next(m for m in modules if "lactate" in m["tags"])["tags"]["lactate"]["every"] = "20 min"
    return make_plan(Process.model_validate(tree), steers=True, initial={})


def test_it_is_told_once_three_samples_are_gone(plan: Plan) -> None:
    loop = replace(begin(plan.loops[0]), mode="auto")
    stays = f"The loop perfusion has no reading: its output stays at {loop.pid.output:g} mL/h"
    assert notices(plan, loop, range(0, 200, 10)) == [(60, True, stays)]


@pytest.mark.parametrize("changes", [{"mode": "manual"}, {"mode": "auto", "driven": True}])
def test_in_manual_and_under_a_plan_a_reading_is_not_missed(plan: Plan, changes: dict[str, object]) -> None:
    assert notices(plan, begin(plan.loops[0]), range(0, 200, 10), **changes) == []


def test_where_the_controller_holds_that_is_told_without_a_number(plan: Plan) -> None:
    held = notices(plan, begin(plan.loops[0]), range(0, 200, 10), mode="auto", driven=True, safe=True)
    words = "its output stays, within the envelope of its controller"
    assert held == [(60, True, f"The loop perfusion has no reading: {words}")]


def test_an_outer_loop_tells_once_what_it_does() -> None:
    plan = make_plan(load(Path(__file__).parent / "loops.yaml"), steers=True, initial={})
    loops, told = tuple(begin(loop) for loop in plan.loops), []
    for minute in range(30):
        found = list[Notice]()
        usable = [30.0 + minute if tag == "oxygen" else nan for tag in plan.tags]
        loops = (replace(loops[0], mode="manual"), *loops[1:])
        loops = moved(plan, loops, usable, minute * MINUTE, found)
        told += [(one.alarm, one.text.partition(": ")[2]) for one in found]
    assert [words for alarm, words in told if alarm == BLIND] == [
        "its output stays, or follows an inner loop that does not listen"
    ]


@pytest.mark.drill
@pytest.mark.parametrize("name", ["car-t", "yeast-fed-batch"])
def test_no_fault_free_run_of_a_shipped_process_raises_it(name: str, site: Site) -> None:
    assert batch_run(site, load(name), Options(seed=7), Quiet()).state == "complete"
    with site.reading() as (ledger, _):
        events = [one.event.data for one in ledger.events(batch="B0001", types=[AlarmChanged.type])]
    assert [data for data in events if str(data["alarm"]).endswith(".blind")] == []
