"""A result that a soft sensor stands for need not be there when the batch ends; what cannot stand for it is refused."""

from pathlib import Path
from typing import Any

import pytest

from homeostat.errors import MonitoringError
from homeostat.execution import Options, replay, resume, run
from homeostat.execution.batch import recall_plan, recall_start
from homeostat.execution.models import recall_models
from homeostat.execution.packages import package_faults
from homeostat.ledger.catalogue import SampleResult
from homeostat.monitoring.package import IntendedUse, Package
from homeostat.process import Process
from homeostat.site import Site

from .conftest import Quiet, story
from .soft import package, sensing, written

USE = IntendedUse(question="Is the culture alive?", critical=True)
FOREVER = float("inf")


def made(**parts: Any) -> Package:
    """A model that tells the viability: what is left of the glucose (20), plus or minus 1."""
    return package(**({"use": USE, "target": "viability", "unit": "%", "rule": ">= 5"} | parts))


def realtime(process: Process, model: Package, *, low: str = "5 %", **sensor: Any) -> Process:
    """The short culture, whose viability a soft sensor may tell and the laboratory takes 20 days for."""
    declared = sensing(process, model, **({"critical": True} | sensor)).model_dump(mode="json")
    declared["release"]["realtime"] = {"viability": "left"}
    declared["attributes"]["viability"]["specification"]["low"] = low
    declared["assays"]["count"]["turnaround"] = "20 d"
    phases = declared["recipe"]["procedure"][0]["operations"][0]["phases"]
    next(phase for phase in phases if phase["name"] == "right")["samples"] = []
    return Process.model_validate(declared)


def results(site: Site) -> int:
    with site.reading() as (ledger, _):
        return len(list(ledger.events(batch="B0001", types=(SampleResult.type,))))


def days(site: Site) -> float:
    with site.reading() as (ledger, _):
        return max(one.event.time for one in ledger.events(batch="B0001")) / 86.4e9


def test_the_end_does_not_wait_for_a_result_that_a_model_stands_for(
    mini: Process, quiet: Quiet, tmp_path: Path
) -> None:
    site, folder = Site.create(tmp_path / "site"), written(made(), tmp_path / "files")
    assert run(site, realtime(mini, made()), Options(seed=7, folder=folder), quiet).state == "complete"
    assert (results(site), days(site) < 1.0) == (0, True)
    assert replay(site, "B0001", quiet).identical


def test_a_run_that_was_paused_ends_alike(mini: Process, quiet: Quiet, tmp_path: Path) -> None:
    folder, process = written(made(), tmp_path / "files"), realtime(mini, made())
    site, whole = Site.create(tmp_path / "site"), Site.create(tmp_path / "whole")
    assert run(site, process, Options(seed=7, folder=folder, until="right"), quiet).state == "paused"
    assert resume(site, "B0001", FOREVER, quiet).state == "complete"
    run(whole, process, Options(seed=7, folder=folder), quiet)
    assert results(site) == results(whole) == 0
    assert replay(site, "B0001", quiet).identical


@pytest.mark.parametrize("named", [True, False])
def test_it_waits_where_the_model_does_not_decide_or_is_not_named(
    named: bool, mini: Process, quiet: Quiet, tmp_path: Path
) -> None:
    model = made(rule=">= 90") if named else made()
    process = realtime(mini, model)
    if not named:
        process = process.model_copy(update={"release": process.release.model_copy(update={"realtime": {}})})
    assays = {
        "count": process.assays["count"].model_copy(update={"turnaround": mini.assays["count"].turnaround})
    }
    process = process.model_copy(update={"assays": assays})
    site, folder = Site.create(tmp_path / "site"), written(model, tmp_path / "files")
    assert run(site, process, Options(seed=7, folder=folder), quiet).state == "complete"
    assert results(site) == 1


def test_another_sample_of_the_same_assay_is_waited_for(mini: Process, quiet: Quiet, tmp_path: Path) -> None:
    declared = realtime(mini, made()).model_dump(mode="json")
    declared["assays"]["count"]["turnaround"] = "3 h"
    phases = declared["recipe"]["procedure"][0]["operations"][0]["phases"]
    next(phase for phase in phases if phase["name"] == "right")["samples"] = [
        {"assays": ["count"], "volume": "1 mL"}
    ]
    site, folder = Site.create(tmp_path / "site"), written(made(), tmp_path / "files")
    run(site, Process.model_validate(declared), Options(seed=7, folder=folder), quiet)
    assert results(site) == 1


def test_the_start_tells_it_only_where_it_is_so(
    mini: Process, finished: Site, quiet: Quiet, tmp_path: Path
) -> None:
    site, folder = Site.create(tmp_path / "site"), written(made(), tmp_path / "files")
    run(site, realtime(mini, made()), Options(seed=7, folder=folder), quiet)
    told = []
    for place in (site, finished):
        with place.reading() as (ledger, _):
            first = next(iter(ledger.events(batch=ledger.batches()[0])))
            told.append(first.event.data.get("realtime", "nothing"))
    assert told == [["viability"], "nothing"]
    assert story(finished)


def test_a_record_from_before_replays_as_it_was_made(mini: Process, quiet: Quiet, tmp_path: Path) -> None:
    site, folder = Site.create(tmp_path / "site"), written(made(), tmp_path / "files")
    run(site, realtime(mini, made()), Options(seed=7, folder=folder), quiet)
    with site.reading() as (ledger, _):
        events = {one.event.id: one for one in ledger.events(batch="B0001")}
    start, models = recall_start(events, "B0001"), recall_models(events.values())
    assert recall_plan(start, models).outstanding == {("finish", "count"): (0,)}
    assert recall_plan(start.model_copy(update={"realtime": ()}), models).outstanding == {}


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"unit": "degC"}, "predicts in degC, the attribute is in %"),
        ({"unit": ""}, "says no unit"),
        ({"unit": "furlongs"}, "predicts in furlongs"),
        ({"target": "broth temperature"}, "predicts 'broth temperature', not 'viability'"),
        ({"use": IntendedUse(question="Is it?", critical=False)}, "not meant for a critical use"),
    ],
)
def test_a_model_that_cannot_stand_for_the_assay_is_a_fault_and_starts_no_batch(
    parts: dict[str, Any], what: str, mini: Process, quiet: Quiet, tmp_path: Path
) -> None:
    model = made(**parts)
    process = realtime(mini, model, critical="use" not in parts)
    folder = written(model, tmp_path / "files")
    (fault,) = package_faults(process, folder)
    assert fault.path == ("release", "realtime", "viability")
    assert what in fault.what
    assert fault.mend
    site = Site(tmp_path / "site")
    with pytest.raises(MonitoringError, match=r"release\.realtime\.viability"):
        run(site, process, Options(seed=7, folder=folder), quiet)
    assert not site.root.exists()


@pytest.mark.parametrize(
    "parts", [{"unit": "1"}, {"target": "viability [%]"}, {"target": "viability @ 24 h [%]"}]
)
def test_another_unit_of_the_same_kind_and_a_heading_are_as_good(
    parts: dict[str, Any], mini: Process, tmp_path: Path
) -> None:
    model = made(**parts)
    assert list(package_faults(realtime(mini, model), written(model, tmp_path))) == []
