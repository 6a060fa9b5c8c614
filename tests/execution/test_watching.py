"""Watchers in a run: samples when due, ratios in the historian, decisions and alarms on record, every bit replayed."""

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.execution import Options, replay, resume, run
from homeostat.execution.batch import observe
from homeostat.execution.plan import HOUR, make_plan
from homeostat.ledger.catalogue import AlarmChanged, ModelLoaded, WatchChanged
from homeostat.monitoring.package import WatchPackage
from homeostat.process import Process, Quality
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet
from .desk import Desk
from .watcher import good, laid, watched, watcher

MINUTE = HOUR // 60
NAMES = ("watch.t2.like", "watch.spe.like", "watch.newest.like")
CALM = {"do": 60.0, "oxygen": 21.0, "co2": 5.0, "perfusion": 0.0, "glucose": 15.0}


@pytest.fixture(scope="module")
def made() -> WatchPackage:
    return watcher()


@pytest.fixture(scope="module")
def site(made: WatchPackage, mini: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one run of the short culture and its watcher; the package's file is gone. Not written to."""
    place = tmp_path_factory.mktemp("watched")
    folder = laid(made, place / "files")
    found = Site.create(place / "site")
    run(found, watched(mini, made), Options(seed=7, folder=folder), Quiet())
    shutil.rmtree(folder)
    return found


def events(site: Site) -> list[tuple[int, WatchChanged]]:
    with site.reading() as (ledger, _):
        found = [one.event for one in ledger.events(batch="B0001", types=[WatchChanged.type])]
    return [(event.time, WatchChanged.model_validate(event.data)) for event in found]


def test_it_replays_in_every_bit_without_the_file(site: Site, quiet: Quiet) -> None:
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference
    assert verify_site(site).ok


def test_the_package_is_on_record_and_its_ratios_in_every_scan(site: Site, made: WatchPackage) -> None:
    with site.reading() as (ledger, historian):
        (loaded,) = [one.event for one in ledger.events(batch="B0001", types=[ModelLoaded.type])]
        time, values, qualities = historian.matrix("B0001", [*NAMES, "do", "glucose"])
        units = {spec.name: spec.unit for spec in historian.tags("B0001")}
    assert loaded.data["hash"] == made.content_hash
    assert {units[name] for name in NAMES} == {"1"}
    samples = [("", values[scan, 3:]) for scan in range(0, 120, 10)]
    for number, said in enumerate(made.follow(samples)):
        assert time[10 * number] == 10 * number * MINUTE
        if said.ratios:
            assert tuple(values[10 * number, :3]) == said.ratios
            assert (values[10 * number : 10 * number + 10, :3] == said.ratios).all()
            assert (qualities[10 * number, :3] == Quality.GOOD).all()


def test_a_paused_run_resumes_to_the_same_decisions(
    site: Site, made: WatchPackage, mini: Process, tmp_path: Path, quiet: Quiet
) -> None:
    folder, other = laid(made, tmp_path / "files"), Site.create(tmp_path / "site")
    paused = run(other, watched(mini, made), Options(seed=7, folder=folder, until="right"), quiet)
    assert paused.state == "paused"
    shutil.rmtree(folder)
    assert resume(other, "B0001", math.inf, quiet).state == "complete"
    assert replay(other, "B0001", quiet).identical
    told = [(time, one.decision, one.ratios) for time, one in events(other)]
    first = [(time, one.decision, one.ratios) for time, one in events(site)]
    assert told[: len(first)] == first[: len(told)]


def desk(mini: Process, made: WatchPackage, **changes: Any) -> Desk:
    """A desk at which the watcher runs; its readings are calm."""
    plan = make_plan(
        watched(mini, made, **changes), steers=True, initial={"viable": 0.01}, packages={"like": made}
    )
    return Desk.of(plan, observe(plan), dict(CALM))


def after(at: Desk, minutes: int) -> Desk:
    """The desk when so many minutes have passed, and that moment's scan is executed."""
    while at.time <= minutes * MINUTE:
        at.scan()
    return at


def changes(at: Desk) -> list[tuple[int, WatchChanged]]:
    return [(time // MINUTE, one) for time, one in at.said if isinstance(one, WatchChanged)]


def alarms(at: Desk) -> list[tuple[int, str, str, str]]:
    raised = [(time // MINUTE, one) for time, one in at.said if isinstance(one, AlarmChanged)]
    return [(m, c.alarm, c.state, c.priority) for m, c in raised if c.alarm.startswith("watch.")]


def test_a_fault_asks_for_action_names_its_tag_and_raises_its_alarm(
    mini: Process, made: WatchPackage
) -> None:
    at = after(desk(mini, made), 25)
    at.tags["glucose"] = 22.0
    after(at, 35)
    at.tags["glucose"] = 15.0
    after(at, 105)
    told = [(minute, one.before, one.decision) for minute, one in changes(at)]
    assert told == [(0, "undecided", "ok"), (30, "ok", "action")]  # SPE counts what has been
    _, action = changes(at)[1]
    assert action.drivers[0][0] == "glucose [mmol/L]"
    assert action.drivers[0][1] > 0.0
    assert max(action.ratios.values()) > 1.0
    assert set(action.ratios) == {"t2", "spe", "newest"}
    assert action.hash == made.content_hash
    assert alarms(at) == [(30, "watch.like.action", "raised", "high")]


def test_a_small_lasting_shift_is_an_alert_after_some_samples(mini: Process, made: WatchPackage) -> None:
    found: list[tuple[int, str]] = []
    shift = 0.0
    while "alert" not in [decision for _, decision in found] and shift < 4.0:
        shift += 0.25
        at = desk(mini, made)
        at.tags["glucose"] = 15.0 + shift
        found = [(minute, one.decision) for minute, one in changes(after(at, 60))]
        raised = alarms(at)
    assert found[0] == (0, "ok")
    assert (found[1][0] >= 10) == (found[1][1] == "alert")
    assert raised[0][1:] == ("watch.like.alert", "raised", "medium")


def test_what_is_missing_is_told_and_too_little_is_undecided(mini: Process, made: WatchPackage) -> None:
    at = desk(mini, made, patience="5 min")
    after(at, 15)
    at.worse = {"do": Quality.STALE, "glucose": Quality.STALE}
    result = after(at, 35).scan()
    assert [(minute, one.decision) for minute, one in changes(at)] == [(0, "ok"), (30, "undecided")]
    assert changes(at)[1][1].missing == made.names
    places = [at.plan.outputs.index(name) for name in NAMES]
    assert {result.qualities[place] for place in places} == {Quality.MISSING}


def test_phases_follow_the_recipe(mini: Process) -> None:
    made = watcher(("right", "join"))
    at = after(desk(mini, made), 50)
    assert made.watcher.phases == ("right", "join")
    assert at.state.sensed[0].memory[0].place == 0
    after(at, 70)
    told = [(minute, one.decision, one.reason) for minute, one in changes(at)]
    assert told[0] == (0, "undecided", "no phase runs")
    assert told[1][1:] == ("ok", "")
    assert told[-1] == (70, "undecided", "no phase runs")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"every": "1 h"}, "every: the watcher 'good cultures' was learned with 0.166667 h, 1 h is declared"),
        ({"from": "1 h"}, "from: the watcher 'good cultures' was learned with 0 h"),
        ({"inputs": {"pH": "do"}}, "has no input 'pH'"),
        ({"inputs": {"do [%]": "oxygenation"}}, "no belief called 'oxygenation'"),
        ({"sha256": "0" * 64}, "not the declared one"),
        ({"critical": True}, "not meant for a critical use"),
    ],
)
def test_what_does_not_fit_is_refused(
    changes: dict[str, Any], message: str, mini: Process, made: WatchPackage
) -> None:
    with pytest.raises(MonitoringError, match=message):
        desk(mini, made, **changes)


def test_a_phase_that_the_recipe_has_not_is_refused(mini: Process) -> None:
    with pytest.raises(MonitoringError, match="a phase 'rest' that the recipe has not"):
        desk(mini, watcher(("rest", "join")))


def test_good_batches_are_what_they_are_said_to_be() -> None:
    assert good(3).shape == (3, 12, 2)
    assert np.abs(good(200).mean(axis=(0, 1)) - [60.0, 15.0]).max() < 0.2
