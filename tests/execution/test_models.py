"""Soft sensors in a run: inputs at their times, answers and alarms on record, the record alone replays every bit."""

import json
import math
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.execution import Options, replay, resume, run
from homeostat.execution.batch import observe
from homeostat.execution.models import recall_models
from homeostat.execution.plan import HOUR, make_plan
from homeostat.historian import Recorder
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import AlarmChanged, ModelLoaded, Payload, PredictionChanged
from homeostat.monitoring.package import IntendedUse, Package
from homeostat.process import Process, Quality, Quantity
from homeostat.quality.batch_table import batch_table
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet, chunks, story
from .desk import Desk
from .soft import GLUCOSE, INPUTS, package, sensing, written
from .test_fusing import OBSERVER

MINUTE = HOUR // 60
FOREVER = float("inf")
NAMES = ("soft.left", "soft.low.left", "soft.high.left")


@pytest.fixture(scope="module")
def made() -> Package:
    return package()


@pytest.fixture(scope="module")
def sensed(made: Package, mini: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one run of the short culture and its soft sensor; the package's file is gone. Not written to."""
    place = tmp_path_factory.mktemp("sensed")
    folder = written(made, place / "files")
    site = Site.create(place / "site")
    run(site, sensing(mini, made), Options(seed=7, folder=folder), Quiet())
    shutil.rmtree(folder)
    return site


def told(site: Site, kind: type[Payload]) -> list[tuple[int, Any]]:
    with site.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[kind.type])]
    return [(event.time, kind.model_validate(event.data)) for event in events]


def columns(site: Site, *names: str) -> tuple[Any, Any, Any]:
    with site.reading() as (_, historian):
        found: tuple[Any, Any, Any] = historian.matrix("B0001", list(names))
        return found


def test_the_whole_package_is_on_record_before_the_first_scan(sensed: Site, made: Package) -> None:
    ids = [event[0] for event in story(sensed)]
    assert ids[:2] == ["B0001/start", "B0001/model/left"]
    ((_, loaded),) = told(sensed, ModelLoaded)
    assert (loaded.model, loaded.hash) == ("left", made.content_hash)
    assert json.loads(loaded.package) == made.to_json()


def test_it_replays_in_every_bit_without_the_file(sensed: Site, quiet: Quiet) -> None:
    found = replay(sensed, "B0001", quiet)
    assert found.identical, found.difference
    assert verify_site(sensed).ok


@pytest.mark.parametrize("until", ["inoculate", "right"])
def test_a_paused_run_resumes_to_its_end_and_to_the_same_answers(
    until: str, sensed: Site, made: Package, mini: Process, tmp_path: Path, quiet: Quiet
) -> None:
    folder = written(made, tmp_path / "files")
    site = Site.create(tmp_path / "site")
    paused = run(site, sensing(mini, made), Options(seed=7, folder=folder, until=until), quiet)
    assert paused.state == "paused"
    shutil.rmtree(folder)
    assert resume(site, "B0001", FOREVER, quiet).state == "complete"
    assert replay(site, "B0001", quiet).identical
    changes = [(time, one.decision) for time, one in told(site, PredictionChanged)]
    assert changes == [(time, one.decision) for time, one in told(sensed, PredictionChanged)]
    assert verify_site(site).ok


def test_a_run_that_dies_resumes_to_the_same_record(
    sensed: Site,
    made: Package,
    mini: Process,
    tmp_path: Path,
    quiet: Quiet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, site = written(made, tmp_path / "files"), Site.create(tmp_path / "site")
    flush, left = Recorder.flush, [5]

    def dying(recorder: Recorder, *, durable: bool = False) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        flush(recorder, durable=durable)

    monkeypatch.setattr(Recorder, "flush", dying)
    with pytest.raises(KeyboardInterrupt):
        run(site, sensing(mini, made), Options(seed=7, folder=folder), quiet)
    resume(site, "B0001", FOREVER, quiet)
    assert story(site) == story(sensed)
    assert chunks(site) == chunks(sensed)


def test_answers_are_those_of_the_package_on_what_was_known(sensed: Site, made: Package) -> None:
    time, values, _ = columns(sensed, *NAMES, "glucose", "twin.lactate")
    for scan in (30, 40, 90, 150):
        row = [values[scan, 3], values[scan, 4], values[30, 3] * 1e-3]
        verdict = made.scorer.row(row)
        assert time[scan] == scan * MINUTE
        assert tuple(values[scan, :3]) == (verdict.value, verdict.low, verdict.high)


def test_answers_begin_when_declared_and_stand_until_the_next(sensed: Site) -> None:
    _, values, qualities = columns(sensed, *NAMES)
    assert np.isnan(values[:30]).all()
    assert (qualities[:30] == Quality.MISSING).all()
    assert (qualities[30:] == Quality.GOOD).all()
    assert all((values[scan] == values[scan - scan % 10]).all() for scan in range(30, len(values)))


def test_the_first_answer_and_another_decision_are_events(sensed: Site, made: Package) -> None:
    ((time, changed),) = told(sensed, PredictionChanged)
    assert (time, changed.before, changed.decision) == (30 * MINUTE, "undecided", "ok")
    assert (changed.model, changed.hash, changed.unit) == ("left", made.content_hash, "mmol/L")
    assert changed.low == changed.value - 1.0
    assert [name for name, _ in changed.drivers] == ["glucose now"]
    assert not changed.outside
    assert not changed.missing


CALM = {"do": 60.0, "oxygen": 21.0, "co2": 5.0, "perfusion": 0.0, "glucose": 15.0}


def desk(mini: Process, made: Package, **changes: Any) -> Desk:
    """A desk at which the soft sensor runs; its readings are calm."""
    process = sensing(mini, made, **changes)
    plan = make_plan(process, steers=True, initial={"viable": 0.01}, packages={"left": made})
    return Desk.of(plan, observe(plan), dict(CALM))


def after(at: Desk, minutes: int) -> Desk:
    """The desk when so many minutes have passed, and that moment's scan is executed."""
    while at.time <= minutes * MINUTE:
        at.scan()
    return at


def decisions(at: Desk) -> list[tuple[int, str]]:
    return [(time // MINUTE, one.decision) for time, one in changes(at)]


def changes(at: Desk) -> list[tuple[int, PredictionChanged]]:
    return [(time, one) for time, one in at.said if isinstance(one, PredictionChanged)]


def alarms(at: Desk) -> list[tuple[int, str, str, str]]:
    raised = [(time // MINUTE, one) for time, one in at.said if isinstance(one, AlarmChanged)]
    return [(m, c.alarm, c.state, c.priority) for m, c in raised if c.alarm.startswith("soft.")]


def test_decisions_follow_the_rule_and_bring_their_alarms(mini: Process, made: Package) -> None:
    at = after(desk(mini, made), 35)
    at.tags["glucose"] = 11.2  # meets >= 10, but an interval half as wide again would not
    after(at, 45)
    at.tags["glucose"] = 10.5  # the limit lies in the interval
    after(at, 55)
    at.tags["glucose"] = 8.0
    after(at, 65)
    at.tags["glucose"] = 15.0
    after(at, 75)
    assert decisions(at) == [(30, "ok"), (40, "alert"), (50, "undecided"), (60, "action"), (70, "ok")]
    assert alarms(at) == [
        (40, "soft.left.alert", "raised", "medium"),
        (50, "soft.left.alert", "cleared", "medium"),
        (60, "soft.left.action", "raised", "high"),
        (70, "soft.left.action", "cleared", "high"),
    ]


def test_leaving_the_known_inputs_is_told_and_so_is_coming_back(mini: Process) -> None:
    """The model knows inputs about 15: glucose of 45 is six standard deviations away."""
    names = {"glucose now": "mmol/L"}
    made = package(names, known=1.0)
    at = after(desk(mini, made, inputs={"glucose now": "glucose"}), 35)
    at.tags["glucose"] = 45.0
    answer = after(at, 55).scan()  # the jump itself is believed when further samples confirm it
    at.tags["glucose"] = 15.0
    after(at, 75)
    assert decisions(at) == [(30, "ok"), (50, "undecided"), (70, "ok")]
    _, beyond = changes(at)[1]
    assert beyond.outside
    assert beyond.t2 is not None
    assert beyond.t2_limit is not None
    assert beyond.t2 > beyond.t2_limit
    assert [name for name, _ in beyond.strangers] == ["glucose now"]
    assert set(answer.qualities[-3:]) == {Quality.UNCERTAIN}


def test_a_value_at_a_time_is_the_last_usable_one_by_then_and_stays(mini: Process) -> None:
    made = package({"early": "mmol/L"})
    at = desk(mini, made, inputs={"early": "glucose @ 20 min"}, every="1 min", patience="5 min")
    after(at, 17)
    at.tags["glucose"], at.worse["glucose"] = 14.0, Quality.BAD
    after(at, 20)
    at.tags["glucose"], at.worse = 12.0, {}
    after(at, 60)
    assert at.state.sensed[0].answer[0] == pytest.approx(15.0)
    assert at.state.sensed[0].times == (17 * MINUTE,)


def test_a_time_that_has_not_come_is_missing(mini: Process) -> None:
    made = package({"late": "mmol/L"})
    at = after(desk(mini, made, inputs={"late": "glucose @ 45 min"}), 44)
    assert math.isnan(at.state.sensed[0].answer[0])
    after(at, 50)
    assert decisions(at) == [(30, "undecided"), (50, "ok")]
    assert changes(at)[0][1].missing == ("late",)


def test_a_value_that_is_too_old_is_missing(mini: Process) -> None:
    made = package({"now": "mmol/L"})
    at = after(desk(mini, made, inputs={"now": "glucose"}, patience="10 min"), 30)
    at.worse["glucose"] = Quality.STALE
    result = after(at, 40).scan()
    assert decisions(at) == [(30, "ok")]
    after(at, 50)
    assert decisions(at) == [(30, "ok"), (50, "undecided")]
    _, lost = changes(at)[1]
    assert (lost.missing, lost.value) == (("now",), None)
    assert "missing" in lost.reason
    assert set(result.qualities[-3:]) == {Quality.GOOD}
    assert set(at.scan().qualities[-3:]) == {Quality.MISSING}


def test_a_missing_value_is_imputed_only_as_the_package_allows(mini: Process) -> None:
    names = {"now": "mmol/L", "late": "mmol/L"}
    inputs = {"now": "glucose", "late": "glucose @ 10 h"}
    strict = after(desk(mini, package(names), inputs=inputs), 30)
    assert decisions(strict) == [(30, "undecided")]
    lenient = after(desk(mini, package(names, missing_allowed=1), inputs=inputs), 30)
    assert decisions(lenient) == [(30, "ok")]
    assert changes(lenient)[0][1].missing == ("late",)


def test_a_filled_input_is_told_and_its_answer_uncertain_also_where_it_says_nothing(mini: Process) -> None:
    """`late` has no weight in the model: it is decided without it, but never as if it had been measured."""
    names = {"now": "mmol/L", "late": "mmol/L"}
    inputs = {"now": "glucose", "late": "glucose @ 45 min"}
    at = after(desk(mini, package(names, missing_allowed=1), inputs=inputs), 35)
    assert set(at.scan().qualities[-3:]) == {Quality.UNCERTAIN}
    after(at, 55)
    assert set(at.scan().qualities[-3:]) == {Quality.GOOD}
    assert decisions(at) == [(30, "ok"), (50, "ok")]
    assert [one.missing for _, one in changes(at)] == [("late",), ()]
    assert "missing, and filled: late" in changes(at)[0][1].reason


def test_a_lost_main_input_leaves_the_answer_undecided_until_it_is_back(mini: Process) -> None:
    names = {"now": "mmol/L", "late": "mmol/L"}
    inputs = {"now": "glucose", "late": "twin.lactate"}
    at = after(desk(mini, package(names, missing_allowed=1), inputs=inputs, patience="10 min"), 35)
    at.worse["glucose"] = Quality.BAD
    after(at, 55)
    assert set(at.scan().qualities[-3:]) == {Quality.UNCERTAIN}
    low, high = at.state.sensed[0].answer[1:]
    at.worse = {}
    after(at, 65)
    assert decisions(at) == [(30, "ok"), (50, "undecided"), (60, "ok")]
    assert [one.missing for _, one in changes(at)] == [(), ("now",), ()]
    assert changes(at)[1][1].reason.startswith("missing, and filled: now (which may put the value off by")
    assert high - low > 2.0
    assert set(at.scan().qualities[-3:]) == {Quality.GOOD}


def test_a_run_with_filled_inputs_replays_in_every_bit(mini: Process, tmp_path: Path, quiet: Quiet) -> None:
    names = {"glucose now": "mmol/L", "late": "mmol/L"}
    made = package(names, missing_allowed=1)
    folder, site = written(made, tmp_path / "files"), Site.create(tmp_path / "site")
    inputs = {"glucose now": "glucose", "late": "glucose @ 1 h"}
    run(site, sensing(mini, made, inputs=inputs), Options(seed=7, folder=folder), quiet)
    assert [one.missing for _, one in told(site, PredictionChanged)][:2] == [("late",), ()]
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference


def test_an_interval_that_the_scan_does_not_divide_is_kept_on_the_whole(mini: Process) -> None:
    made = package({"age": "min"}, rule=None)
    at = desk(mini, made, inputs={"age": "batch_elapsed"}, every="90 s", **{"from": "0 h"})
    answered = []
    for _ in range(10):
        at.scan()
        answered.append(at.state.sensed[0].answer[0])
    assert answered == pytest.approx([0.0, 0.0, 2.0, 3.0, 3.0, 5.0, 6.0, 6.0, 8.0, 9.0], abs=1e-12)


@pytest.mark.parametrize(
    "name", ["twin.sd.glucose", "twin.growth_max", "foreseen.viability", "foreseen.p.viability"]
)
def test_what_the_observer_tells_can_be_an_input(name: str, mini: Process) -> None:
    declared = mini.model_dump(mode="json")
    declared["twin"]["observer"] = OBSERVER
    watched = Process.model_validate(declared)
    made = package({"told": ""}, rule=None)
    at = after(desk(watched, made, inputs={"told": name}), 30)
    result = at.scan()
    position = at.plan.outputs.index(name)
    assert at.state.sensed[0].values[0] == result.outputs[position]


def test_an_input_named_like_its_source_at_a_time_needs_no_line(mini: Process) -> None:
    made = package({"glucose @ 20 min": "mmol/L"})
    assert decisions(after(desk(mini, made, inputs={}), 30)) == [(30, "ok")]


def test_a_column_of_the_table_of_batches_holds_what_a_running_batch_takes(
    sensed: Site, mini: Process
) -> None:
    with sensed.reading() as (ledger, historian):
        table = batch_table(ledger, historian, [Quantity(30.0, "min")])
    column = "glucose @ 30 min [mmol/L]"
    taken = float(table.rows[0][table.headings.index(column)])
    _, values, _ = columns(sensed, "glucose")
    assert taken == values[30, 0]
    (given,) = desk(mini, package({column: ""}), inputs={}).plan.models[0].inputs
    assert (given.at, given.slope, given.offset) == (30 * MINUTE, 1.0, 0.0)


def test_the_unit_in_a_heading_is_the_one_the_model_wants(mini: Process) -> None:
    (given,) = desk(mini, package({"glucose @ 30 min [mol/L]": ""}), inputs={}).plan.models[0].inputs
    assert given.slope == pytest.approx(1e-3)


def start(mini: Process, made: Package, place: Path, **changes: Any) -> None:
    """Start a batch, which nothing of what is wrong may let begin."""
    site = Site.create(place / "site")
    try:
        run(site, sensing(mini, made, **changes), Options(folder=place), Quiet())
    finally:
        assert not site.ledger_path.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"package": "right.json"}, "there is no model package .*right.json.*relative to the process file"),
        (
            {"sha256": "0" * 64},
            "monitoring.models.left.sha256: the package has the content hash .* not the declared",
        ),
        ({"inputs": INPUTS | {"other": "glucose"}}, "has no input 'other'"),
        ({"inputs": {"glucose now": "glucose"}}, "nothing says what the model's input 'lactate believed'"),
        ({"inputs": INPUTS | {"glucose now": "sugar"}}, "there is no tag and no belief called 'sugar'"),
        (
            {"inputs": INPUTS | {"glucose now": "twin.sugar"}},
            "no belief called 'twin.sugar'.*did you mean 'twin",
        ),
        ({"inputs": INPUTS | {"glucose now": "twin.sd.glucose"}}, "no belief called 'twin.sd.glucose'"),
        (
            {"inputs": INPUTS | {"glucose now": "do"}},
            "inputs.glucose now: the model wants it in mmol/L, 'do' is in %",
        ),
        ({"critical": True}, "is not meant for a critical use"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_recorded(
    changes: dict[str, Any], message: str, mini: Process, made: Package, tmp_path: Path
) -> None:
    written(made, tmp_path)
    with pytest.raises(MonitoringError, match=message):
        start(mini, made, tmp_path, **changes)


def test_a_package_that_was_changed_is_refused(mini: Process, made: Package, tmp_path: Path) -> None:
    path = written(made, tmp_path) / "left.json"
    path.write_text(path.read_text("utf-8").replace("glucose left", "glucose right"), "utf-8")
    with pytest.raises(MonitoringError, match="was changed after it was frozen"):
        start(mini, made, tmp_path)


def test_a_package_that_fails_its_self_test_is_refused(mini: Process, made: Package, tmp_path: Path) -> None:
    assert made.self_test is not None
    other = made.self_test.model_copy(update={"answers": made.self_test.answers[::-1]})
    broken = made.model_copy(update={"self_test": other})
    broken = broken.model_copy(update={"content_hash": broken.hashed()})
    written(broken, tmp_path)
    with pytest.raises(MonitoringError, match=r"monitoring\.models\.left.*self-test fails"):
        start(mini, broken, tmp_path)


def test_a_package_that_was_changed_on_record_is_refused(
    sensed: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(events: Iterable[Recorded]) -> dict[str, str]:
        return {name: text.replace("14.6", "14.7") for name, text in recall_models(events).items()}

    monkeypatch.setattr(sys.modules[replay.__module__], "recall_models", altered)
    with pytest.raises(MonitoringError, match="was changed after it was frozen"):
        replay(sensed, "B0001", quiet)


def test_a_package_for_critical_use_serves_a_critical_sensor(mini: Process) -> None:
    made = package(use=IntendedUse(question="Is there enough glucose?", critical=True))
    assert desk(mini, made, critical=True).plan.models[0].hash == made.content_hash


def test_a_plan_without_its_package_is_refused(mini: Process, made: Package) -> None:
    with pytest.raises(MonitoringError, match="was not loaded"):
        make_plan(sensing(mini, made), steers=True, initial={})


def test_units_are_converted_once(mini: Process, made: Package) -> None:
    inputs = {given.name: given for given in desk(mini, made).plan.models[0].inputs}
    assert set(inputs) == set(GLUCOSE)
    assert inputs["glucose at 30 min"].slope == pytest.approx(1e-3)
    assert inputs["glucose at 30 min"].at == 30 * MINUTE
