"""Cross-checks in the scan: pairs that drift apart and balances that do not close are found, told and recorded."""

import math
from typing import Any

import pytest

from homeostat.errors import ProcessError
from homeostat.execution import Options, replay, run
from homeostat.execution.batch import observe, specs
from homeostat.execution.plan import HOUR, Plan, make_plan
from homeostat.execution.stages.belief import Observer
from homeostat.ledger.catalogue import AlarmChanged, SignalChanged
from homeostat.monitoring.alarms import RATIONALES
from homeostat.process import Process, Quality
from homeostat.quality import batch_record, render_html
from homeostat.site import Site

from .conftest import Quiet
from .desk import Desk
from .test_fusing import OBSERVER

MINUTE = HOUR // 60
FLOW = {"kind": "sensor", "unit": "mL/h", "range": ["0 mL/h", "50 mL/h"], "noise": "0.1 mL/h"}
LINES = {
    "title": "Lines",
    "tags": {
        "do2": {
            "title": "Second oxygen probe",
            "kind": "sensor",
            "unit": "1",
            "range": ["0", "2"],
            "noise": "1 %",
        },
        "inflow": {"title": "Inflow", **FLOW},
        "outflow": {
            "title": "Outflow",
            "kind": "sensor",
            "unit": "uL/min",
            "range": ["0 mL/h", "50 mL/h"],
            "noise": "0.1 mL/h",
        },
        "metered": {"title": "Metered flow", **FLOW},
    },
}
COMPARE: dict[str, Any] = {
    "probes": {"tag": "do2", "against": "do", "scale": "1 %", "every": "2 min"},
    "sugar": {"tag": "glucose", "against": "twin.glucose", "scale": "0.3 mmol/L", "every": "5 min"},
}
BALANCES: dict[str, Any] = {
    "flows": {
        "title": "What goes in comes out",
        "terms": {"inflow": 1, "outflow": -1},
        "tolerance": "0.05 mL/h",
    },
    "meter": {"terms": {"inflow": 1, "metered": -1}, "tolerance": "0.05 mL/h"},
}
SIMULATED = {
    "sensors": {
        "do": {"noise": "0.5 %"},
        "do2": {"noise": "0.5 %"},
        "glucose": {"noise": "0.1 mmol/L"},
        "inflow": {"noise": "0.1 mL/h"},
        "outflow": {"noise": "0.1 mL/h"},
        "metered": {"noise": "0.1 mL/h"},
    },
    "signals": {
        name: {"start": "4 mL/h", "follows": "perfusion", "lag": "1 s"}
        for name in ("inflow", "outflow", "metered")
    },
}
TAGS = {"do": 60.0, "oxygen": 21.0, "co2": 5.0, "perfusion": 4.0, "glucose": 20.0}
LINE_TAGS = {"do2": 0.6, "inflow": 4.0, "outflow": 4000.0 / 60.0, "metered": 4.0}


def declared(mini: Process, faults: tuple[dict[str, str], ...] = (), **monitoring: Any) -> Process:
    """The short culture with a second probe and three flow meters, and the cross-checks given."""
    plain = mini.model_dump(mode="json")
    plain["units"]["vessel"]["modules"]["lines"] = LINES
    plain["twin"]["tags"]["do2"] = "oxygen"
    plain["simulation"] = {**SIMULATED, "faults": faults}
    plain["monitoring"] = {"compare": COMPARE, "balances": BALANCES} | monitoring
    return Process.model_validate(plain)


@pytest.fixture(scope="module")
def plan(mini: Process) -> Plan:
    return make_plan(declared(mini), steers=True, initial={"viable": 0.01, "glucose": 20.0})


@pytest.fixture(scope="module")
def observer(plan: Plan) -> Observer:
    return observe(plan)


@pytest.fixture
def desk(plan: Plan, observer: Observer) -> Desk:
    desk = Desk.of(plan, observer, TAGS | LINE_TAGS)
    live(desk, 30)
    desk.said.clear()
    return desk


def live(desk: Desk, scans: int, **offsets: float) -> None:
    """Scans of signals that move a little; some tags are off by what is given."""
    for _ in range(scans):
        sway = math.sin(desk.number)
        levels = {tag: level * (1.0 + 0.005 * sway) for tag, level in LINE_TAGS.items()}
        levels |= {"do": 60.0 + 0.3 * sway, "glucose": 20.0 + 0.05 * sway}
        desk.tags.update({tag: level + offsets.get(tag, 0.0) for tag, level in levels.items()})
        desk.scan()


def findings(desk: Desk) -> list[tuple[str, str, str]]:
    told = [said for _, said in desk.told(SignalChanged) if isinstance(said, SignalChanged)]
    return [(said.tag, said.kind, said.state) for said in told if said.kind in ("drift", "balance")]


def alarms(desk: Desk, name: str) -> list[tuple[str, str]]:
    told = [said for _, said in desk.told(AlarmChanged) if isinstance(said, AlarmChanged)]
    return [(said.state, said.priority) for said in told if said.alarm == name]


def test_pairs_that_agree_and_balances_that_close_are_not_talked_about(desk: Desk) -> None:
    live(desk, 240)
    assert findings(desk) == []


def test_a_sensor_that_leaves_its_twin_sensor_drifts_until_it_is_back(desk: Desk) -> None:
    live(desk, 30, do2=0.05)  # 5 % of saturation
    assert findings(desk) == [("do2", "drift", "opened")]
    assert alarms(desk, "signal.do2.drift") == [("raised", RATIONALES["signal"].priority)]
    ((_, told),) = desk.told(SignalChanged)
    assert isinstance(told, SignalChanged)
    assert told.text.startswith("Second oxygen probe: drifts above Dissolved oxygen, now by 0.05")
    live(desk, 120)
    assert findings(desk) == [("do2", "drift", "opened"), ("do2", "drift", "closed")]
    assert [state for state, _ in alarms(desk, "signal.do2.drift")] == ["raised", "cleared"]


def test_a_signal_is_held_against_the_twin_as_well(desk: Desk) -> None:
    live(desk, 60, glucose=-1.5)
    assert findings(desk) == [("glucose", "drift", "opened")]
    ((_, told),) = desk.told(SignalChanged)
    assert isinstance(told, SignalChanged)
    assert "drifts below the twin's glucose" in told.text


@pytest.mark.parametrize(("tag", "offset"), [("inflow", 1.0), ("outflow", 1000.0 / 60.0), ("metered", -1.0)])
def test_a_balance_that_does_not_close_names_the_guilty_sensor(tag: str, offset: float, desk: Desk) -> None:
    live(desk, 90, **{tag: offset})
    assert findings(desk) == [("flows", "balance", "opened")]
    assert [state for state, _ in alarms(desk, "signal.flows.balance")] == ["raised"]
    ((_, told),) = desk.told(SignalChanged)
    assert isinstance(told, SignalChanged)
    assert told.text.startswith("What goes in comes out, meter does not close")
    assert told.text.endswith(f"suspected: {tag}")
    live(desk, 90)
    assert findings(desk)[1:] == [("flows", "balance", "closed")]


def test_what_is_found_changes_the_quality_of_no_reading(desk: Desk) -> None:
    before = desk.state.loops[0].pid.output
    live(desk, 90, do2=0.2, inflow=2.0)
    assert {tag for tag, _, _ in findings(desk)} == {"do2", "flows"}
    assert desk.state.loops[0].pid.output != before  # the loop goes on
    assert [one for one in desk.state.signals.standing if one.tag in ("do2", "inflow")] == []


def test_reconciled_values_are_recorded_in_the_tags_unit_and_never_as_measured(desk: Desk) -> None:
    live(desk, 60, metered=0.3)
    result = desk.scan()
    row = {
        name: (value, quality)
        for name, value, quality in zip(desk.plan.outputs, result.outputs, result.qualities, strict=True)
    }
    assert [name for name in row if name.startswith("reconciled.")] == [
        "reconciled.inflow",
        "reconciled.outflow",
        "reconciled.metered",
    ]
    inflow, outflow, metered = (row[f"reconciled.{tag}"] for tag in ("inflow", "outflow", "metered"))
    assert 4.0 < inflow[0] < metered[0] < 4.3
    assert outflow[0] == pytest.approx(inflow[0] * 1000.0 / 60.0, rel=0.02)
    assert {quality for _, quality in (inflow, outflow, metered)} == {Quality.UNCERTAIN}


def test_before_the_first_evaluation_nothing_is_reconciled(plan: Plan, observer: Observer) -> None:
    desk = Desk.of(plan, observer, TAGS | LINE_TAGS)
    desk.worse = dict.fromkeys(("inflow", "outflow", "metered"), Quality.BAD)
    result = desk.scan()
    assert all(math.isnan(value) for value in result.outputs[-3:])
    assert result.qualities[-3:] == (Quality.MISSING,) * 3


def test_a_lost_flow_is_estimated_from_the_others_and_accused_of_nothing(desk: Desk) -> None:
    desk.worse["outflow"] = Quality.BAD
    live(desk, 120)
    result = desk.scan()
    assert findings(desk) == []
    assert result.outputs[-2] == pytest.approx(4000.0 / 60.0, rel=0.01)


def test_reconciled_columns_have_the_units_of_their_tags(plan: Plan) -> None:
    units = [spec.unit for spec in specs(plan)]
    assert units[-3:] == ["mL/h", "uL/min", "mL/h"]
    assert len(units) == len(plan.tags) + len(plan.outputs)


def test_an_interval_that_is_no_whole_number_of_scans_becomes_one(mini: Process) -> None:
    compare = {"probes": COMPARE["probes"] | {"every": "90 s"}}
    made = make_plan(declared(mini, compare=compare), steers=True, initial={})
    assert [pair.every for pair in made.crosschecks.pairs] == [2 * MINUTE]


def test_balances_without_a_common_tag_are_judged_apart(mini: Process) -> None:
    other = {"oxygen": {"terms": {"do": 1, "do2": -1}, "tolerance": "1 %", "every": "5 min"}}
    declared_also = declared(mini, balances=BALANCES | other)
    plain = declared_also.model_dump(mode="json")
    plain["twin"]["observer"] = OBSERVER
    made = make_plan(Process.model_validate(plain), steers=True, initial={}).crosschecks
    assert [[balance.name for balance in group.balances] for group in made.balances] == [
        ["flows", "meter"],
        ["oxygen"],
    ]
    assert [term.noise for term in made.balances[1].terms] == [
        1.0,
        1.0,
    ]  # the observer's, and the tag's in per cent
    assert [group.every for group in made.balances] == [15 * MINUTE, 5 * MINUTE]


def test_a_balance_may_join_two_others(mini: Process) -> None:
    apart = {
        "one": {"terms": {"inflow": 1}, "equals": "4 mL/h", "tolerance": "1 mL/h"},
        "two": {"terms": {"outflow": 1, "metered": -1}, "tolerance": "1 mL/h"},
        "both": {"terms": {"inflow": 1, "metered": -1}, "tolerance": "1 mL/h"},
    }
    (group,) = make_plan(declared(mini, balances=apart), steers=True, initial={}).crosschecks.balances
    assert [(balance.name, balance.constant) for balance in group.balances] == [
        ("one", 4.0),
        ("two", 0.0),
        ("both", 0.0),
    ]


def test_balances_that_imply_each_other_are_refused_before_the_batch(mini: Process) -> None:
    twice = {
        name: {"terms": {"inflow": 1, "outflow": -1}, "tolerance": "1e-9 mL/h"} for name in ("one", "two")
    }
    with pytest.raises(ProcessError, match="depend on each other"):
        make_plan(declared(mini, balances=twice), steers=True, initial={})


def test_nothing_declared_is_nothing_remembered(mini: Process) -> None:
    plan = make_plan(mini, steers=True, initial={})
    desk = Desk.of(plan, observe(plan), dict(TAGS))
    desk.scan()
    assert (plan.crosschecks.pairs, plan.crosschecks.balances, plan.reconciled) == ((), (), ())
    state = desk.state.crosschecks
    assert (state.charts, state.closures, state.reconciled) == ((), (), ())


FAULTS = (
    {"kind": "bias", "of": "outflow", "at": "30 min", "size": "3 mL/h"},
    {"kind": "drift", "of": "do2", "at": "30 min", "size": "20 %/h"},
)


@pytest.fixture(scope="module")
def drifted(mini: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with a run in which a flow meter is wrong and a probe drifts. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("drifted") / "site")
    run(site, declared(mini, FAULTS), Options(seed=7), Quiet())
    return site


def test_seeded_faults_are_found_in_a_batch(drifted: Site) -> None:
    with drifted.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[SignalChanged.type])]
    told = [SignalChanged.model_validate(event.data) for event in events]
    found = {(one.tag, one.kind): one for one in told if one.kind in ("drift", "balance")}
    assert found.keys() == {("do2", "drift"), ("flows", "balance")}
    assert found["flows", "balance"].text.endswith("suspected: outflow")
    assert all(one.since >= 28 * MINUTE for one in found.values())  # a pair is compared every 2 min


def test_a_sound_batch_has_no_such_finding(mini: Process, site: Site, quiet: Quiet) -> None:
    run(site, declared(mini), Options(seed=8), quiet)
    with site.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[SignalChanged.type])]
    assert [one.data["kind"] for one in events if one.data["kind"] in ("drift", "balance")] == []


def test_findings_and_reconciled_values_replay_in_every_bit(drifted: Site, quiet: Quiet) -> None:
    found = replay(drifted, "B0001", quiet)
    assert found.identical, found.difference


def test_the_record_draws_what_is_reconciled_beside_the_readings_and_leaves_them_as_they_are(
    drifted: Site,
) -> None:
    with drifted.reading() as (ledger, historian):
        record = batch_record(ledger, historian, "B0001")
        page = render_html(record, historian)
        raw, told, other = (
            historian.read("B0001", name) for name in ("outflow", "reconciled.outflow", "reconciled.inflow")
        )
    assert page.count("reconciled with balances, uncertain") == len(LINE_TAGS) - 1  # do2 stands in no balance
    assert page.count('class="line reconciled"') == len(LINE_TAGS) - 1
    late = told.time > 60 * MINUTE
    assert set(raw.quality[raw.time > 60 * MINUTE]) == {Quality.GOOD}
    assert set(told.quality[late]) == {Quality.UNCERTAIN}
    closed = told.value[late] - other.value[late] * 1000.0 / 60.0
    left = 0.05**2 * 0.0225 / (0.0225**2 - 0.01**2)  # R / V, V = [[0.02 + R, 0.01], [0.01, 0.02 + R]] (mL/h)²
    assert abs(closed).mean() == pytest.approx(50.0 * left, abs=0.5)  # uL/min; the meter reads 50 too much
    assert raw.value[raw.time > 60 * MINUTE].mean() - told.value[late].mean() > 25.0
