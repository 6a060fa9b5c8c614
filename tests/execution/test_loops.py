"""Cascade, split range and feed-forward in the scan: order, tracking, what reaches the equipment, replay, outlook."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from homeostat.execution import Options, replay, run
from homeostat.execution.batch import observe
from homeostat.execution.outlook import Traveller, Way
from homeostat.execution.outlook.steer import hold
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.plan.steered import outer_first
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages.loops import begin, direct, moved
from homeostat.execution.state import LoopState
from homeostat.ledger.catalogue import LoopChanged
from homeostat.process import Process, load
from homeostat.site import Site

from .conftest import Quiet
from .desk import standing

HERE = Path(__file__).parent
FLOW, OXYGEN, PH = 0, 1, 2
START = {
    "do": 95.0,
    "oxygen": 21.0,
    "ph": 7.3,
    "perfusion": 0.0,
    "valve": 21.0,
    "co2": 5.0,
    "base": 0.0,
    "glucose": 20.0,
}


@pytest.fixture(scope="module")
def process() -> Process:
    return load(HERE / "loops.yaml")


@pytest.fixture(scope="module")
def plan(process: Process) -> Plan:
    return make_plan(process, steers=True, initial={})


@pytest.fixture(scope="module")
def site(process: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one run. Not to be written to."""
    place = Site.create(tmp_path_factory.mktemp("loops") / "site")
    run(place, process, Options(seed=3), Quiet())
    return place


Loops = tuple[LoopState, ...]


def scans(plan: Plan, loops: Loops, count: int = 1, **tags: float) -> Loops:
    """The loops after some scans with the same readings."""
    usable = [{**START, **tags}[name] for name in plan.tags]
    for number in range(count):
        loops = moved(plan, loops, usable, number * plan.scan, [])
    return loops


def first(plan: Plan) -> Loops:
    return tuple(begin(loop) for loop in plan.loops)


def changed(loops: Loops, place: int, **fields: object) -> Loops:
    loop = replace(loops[place], **fields)  # type: ignore[arg-type]
    return (*loops[:place], loop, *loops[place + 1 :])


def test_outer_loops_come_before_their_inner_ones_else_the_order_is_that_of_the_file(plan: Plan) -> None:
    assert plan.outer_first == (OXYGEN, FLOW, PH)
    assert outer_first([-1, -1, -1]) == (0, 1, 2)
    assert outer_first([-1, 0, 1, -1]) == (2, 1, 0, 3)


def test_the_outer_loops_output_is_the_inner_loops_set_point_in_the_same_scan(plan: Plan) -> None:
    loops = scans(plan, first(plan), 3)
    assert loops[FLOW].setpoint == loops[OXYGEN].pid.output > 21.0
    assert loops[FLOW].pid.output > 21.0


def test_an_outer_loop_follows_an_inner_one_in_manual_and_takes_over_without_a_bump(plan: Plan) -> None:
    manual = scans(plan, changed(first(plan), FLOW, mode="manual"), 30, oxygen=33.0)
    assert (manual[OXYGEN].pid.output, manual[FLOW].setpoint, manual[FLOW].pid.output) == (33.0, 33.0, 21.0)
    auto = scans(plan, changed(manual, FLOW, mode="auto"), 1, oxygen=33.0)
    assert auto[OXYGEN].pid.output == pytest.approx(33.0, abs=0.1)
    assert auto[FLOW].pid.output == pytest.approx(21.0, abs=0.1)


@pytest.mark.parametrize("fields", [{"mode": "manual"}, {"driven": True}])
def test_what_it_follows_stays_within_its_own_output(plan: Plan, fields: dict[str, object]) -> None:
    loops = scans(plan, changed(first(plan), FLOW, **fields), 5, oxygen=95.0)
    assert loops[OXYGEN].pid.output == 60.0


def test_while_the_inner_loop_is_blind_the_outer_one_waits(plan: Plan) -> None:
    loops = scans(plan, first(plan), 3)
    blind = scans(plan, loops, 60, oxygen=float("nan"))
    assert blind[OXYGEN].pid.output == loops[OXYGEN].pid.output
    assert blind[FLOW].pid.output == loops[FLOW].pid.output


def test_an_inner_loop_at_its_end_holds_the_outer_integral_back(plan: Plan) -> None:
    """The valve is open and the flow lags behind: the set-point rises no further, and falls at once when it may."""
    stuck = scans(plan, first(plan), 600, do=20.0, oxygen=22.0)
    assert stuck[FLOW].pid.output == plan.loops[FLOW].tuning.high
    held = stuck[OXYGEN].pid.output
    later = scans(plan, stuck, 300, do=20.0, oxygen=22.0)
    assert later[OXYGEN].pid.output == held < plan.loops[OXYGEN].tuning.high
    assert later[OXYGEN].pid.integral <= held
    assert scans(plan, later, 1, do=110.0, oxygen=22.0)[OXYGEN].pid.output < held


def test_a_split_output_reaches_every_actuator(plan: Plan) -> None:
    loop = plan.loops[PH]
    assert loop.moves(100.0) == (("base", 5.0), ("co2", 5.0))
    assert loop.moves(50.0) == (("base", 0.0), ("co2", 5.0))
    assert loop.moves(0.0) == (("base", 0.0), ("co2", 15.0))
    assert plan.loops[OXYGEN].moves(30.0) == ()
    assert begin(loop).pid.output == 55.0  # all actuators at their low end


@pytest.mark.parametrize(("ph", "rising"), [(7.1, True), (7.5, False)])
def test_the_split_loop_moves_the_actuator_that_helps_no_faster_than_its_rate(
    plan: Plan, ph: float, rising: bool
) -> None:
    loops = scans(plan, scans(plan, first(plan)), 6, ph=ph)
    assert loops[PH].pid.output == pytest.approx(55.0 + (10.0 if rising else -10.0))


def test_a_disturbance_is_fed_forward(plan: Plan) -> None:
    still = scans(plan, first(plan), 30)
    fed = scans(plan, still, 1, perfusion=4.0)
    lag, lead, scan = 10.0, 5.0, 1.0
    lagged = scan * 4.0 / (lag + scan)
    expected = 0.5 * (lagged + lead / lag * (4.0 - lagged))
    assert fed[PH].pid.output - still[PH].pid.output == pytest.approx(expected)
    assert fed[PH].feeds[0].lagged == pytest.approx(lagged)


def test_what_a_loop_moves_is_set_through_it(process: Process) -> None:
    declared = process.model_dump(mode="json", by_alias=True)
    declared["strategy"]["oxygen_control"]["mode"] = declared["strategy"]["ph"]["mode"] = "manual"
    phase = declared["recipe"]["procedure"][0]["operations"][0]["phases"][1]
    phase["set"] = {"flow": "30 %", "co2": "10 %"}
    plan = make_plan(Process.model_validate(declared), steers=True, initial={})
    node = next(node for node in plan.nodes if node.name == "left")
    assert node.phase is not None
    assert node.phase.acts == ()
    sheet = Sheet("B/000000", first=0)
    loops = direct(plan, first(plan), node.phase, "left", sheet)
    assert loops[OXYGEN].pid.output == 30.0
    assert dict(plan.loops[PH].moves(loops[PH].pid.output)) == pytest.approx({"base": 0.0, "co2": 10.0})
    assert scans(plan, loops)[FLOW].setpoint == 30.0
    assert [said.loop for _, said in sheet.decisions if isinstance(said, LoopChanged)] == [
        "oxygen_control",
        "ph",
    ]


def test_a_run_with_all_of_it_replays_bit_for_bit(site: Site, quiet: Quiet) -> None:
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference
    assert found.scans > 120


def test_the_record_shows_outputs_set_points_and_what_the_actuators_did(site: Site, plan: Plan) -> None:
    with site.reading() as (_, historian):
        read = {
            name: historian.read("B0001", name).value
            for name in (
                "loop.oxygen_control",
                "loop.flow",
                "loop.ph",
                "oxygen",
                "valve",
                "base",
                "co2",
                "do",
            )
        }
    assert read["valve"][1:] == pytest.approx(read["loop.flow"][:-1])
    positions = [dict(plan.loops[PH].moves(output)) for output in read["loop.ph"][:-1]]
    for actuator in ("base", "co2"):
        assert read[actuator][1:] == pytest.approx([position[actuator] for position in positions])
    late = slice(100, None)
    assert (
        np.abs(read["oxygen"][late] - read["loop.oxygen_control"][late]).max() < 1.0
    )  # the inner loop holds
    assert np.abs(read["do"][late] - 100.0).mean() < 2.0  # and so does the outer one


def travel(site: Site, place: int, setpoint: float, steps: int) -> tuple[list[float], Traveller, Way]:
    """What a loop's tag shows in the outlook while it is held."""
    at = standing(site, 20)
    assert at.plan.outlook is not None
    filter_ = observe(at.plan).filter
    assert filter_ is not None
    way = Way.of(at.plan, at.plan.outlook, filter_)
    shadow = at.state.belief.shadow
    assert shadow is not None
    loops = changed(at.state.loops, place, setpoint=setpoint)
    known = way.filter.known(shadow.estimate)
    going = Traveller(
        at.state, loops, shadow.estimate, known, list(at.usable), at.state.belief.inputs, at.time
    )
    shown = []
    for _ in range(steps):
        way.read(going)
        hold(way, going)
        going.estimate = way.filter.advance(going.estimate, going.inputs, way.hours)
        way.show(going)
        shown.append(going.tags[at.plan.loops[place].tag])
    return shown, going, way


@pytest.mark.parametrize("setpoint", [90.0, 110.0])
def test_in_the_outlook_an_outer_loop_holds_its_set_point_through_the_inner_ones_tag(
    site: Site, setpoint: float
) -> None:
    shown, going, way = travel(site, OXYGEN, setpoint, 12)
    assert shown[-1] == pytest.approx(setpoint, abs=1.0)
    assert (
        going.loops[FLOW].setpoint == going.loops[OXYGEN].pid.output == going.tags[way.plan.loops[FLOW].tag]
    )


@pytest.mark.parametrize(("setpoint", "actuator"), [(7.6, "base"), (7.0, "co2")])
def test_in_the_outlook_a_split_range_crosses_over_and_reaches_its_set_point(
    site: Site, setpoint: float, actuator: str
) -> None:
    shown, going, way = travel(site, PH, setpoint, 60)
    before = shown[0]
    assert abs(shown[-1] - setpoint) < 0.5 * abs(before - setpoint)
    index = way.plan.tags.index(actuator)
    assert going.tags[index] > {"base": 0.0, "co2": 5.0}[actuator]
