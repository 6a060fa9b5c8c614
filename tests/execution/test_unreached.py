"""Ends that no plan can choose: told where the recipe ends the phase before the first of them, and only there."""

import pytest

from homeostat.execution.plan.unreached import unreached
from homeostat.process import Process, Quantity, load


def with_ends(process: Process, first: str, last: str) -> Process:
    """The process with other ends to choose from."""
    (name, controller), *_ = process.controllers.items()
    assert controller.harvest is not None
    between = (Quantity.parse(first), Quantity.parse(last))
    harvest = controller.harvest.model_copy(update={"between": between})
    return process.model_copy(
        update={"controllers": {name: controller.model_copy(update={"harvest": harvest})}}
    )


def with_until(process: Process, until: str) -> Process:
    """The process whose phases on the controller's order end by another condition."""
    tree = process.model_dump_json(by_alias=True)
    old = '"harvest >= 0 h or batch_elapsed >= 280 h"'
    assert old in tree
    return Process.model_validate_json(tree.replace(old, f'"{until}"'))


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [("400 h", "500 h", 1), ("11.7 d", "20 d", 1), ("280 h", "500 h", 0), ("216 h", "280 h", 0)],
)
def test_ends_after_the_phase_are_told(first: str, last: str, faults: int) -> None:
    """The phases of car-t end at 280 h of batch time at the latest."""
    told = [*unreached(with_ends(load("car-t"), first, last))]
    assert [fault.path for fault in told] == [("controllers", "expansion", "harvest", "between")] * faults
    assert all(
        "(perfuse, daily-samples, transduction-check) ends at 280 h at the latest" in each.what
        for each in told
    )


@pytest.mark.parametrize(("first", "last"), [("400 h", "500 h"), ("216 h", "270 h"), ("48 h", "70 h")])
@pytest.mark.parametrize("until", ["batch_elapsed >= 280 h", "elapsed >= 10 h"])
def test_that_no_phase_waits_is_told_whenever_the_ends_come(until: str, first: str, last: str) -> None:
    (told,) = unreached(with_until(with_ends(load("car-t"), first, last), until))
    assert told.path == ("controllers", "expansion", "harvest")
    assert told.what == "no phase waits for the harvest that is chosen: it ends nothing"


def test_without_a_harvest_to_choose_nothing_is_told() -> None:
    process = load("car-t")
    (name, controller), *_ = process.controllers.items()
    none = process.model_copy(update={"controllers": {name: controller.model_copy(update={"harvest": None})}})
    assert [*unreached(none)] == []


@pytest.mark.parametrize(
    ("until", "latest"),
    [
        ("harvest >= 0 h or batch_elapsed >= 280 h and batch_elapsed > 12 d", 288.0),
        ("harvest >= 0 h or batch_elapsed >= 280 h or batch_elapsed >= 300 h", 280.0),
        ("harvest >= 0 h or elapsed >= 100 h", None),
        ("harvest >= 0 h or batch_elapsed < 280 h", None),
        ("harvest >= 0 h or batch_elapsed >= 280 h and viable_density > 4 1e6 cell/mL", None),
    ],
)
def test_only_batch_time_alone_ends_a_phase_for_sure(until: str, latest: float | None) -> None:
    told = [*unreached(with_until(with_ends(load("car-t"), "400 h", "500 h"), until))]
    assert [f"at {latest:g} h at the latest" in fault.what for fault in told] == ([True] if latest else [])


@pytest.mark.parametrize(("end", "faults"), [("480 h", 1), ("26.1 h", 1), ("26 h", 0), ("20 h", 0)])
def test_plans_beyond_the_phases_that_they_lead_are_told(end: str, faults: int) -> None:
    """The feed of yeast-fed-batch is led until 26 h of batch time."""
    process = load("yeast-fed-batch")
    (name, controller), *_ = process.controllers.items()
    later = controller.model_copy(update={"end": Quantity.parse(end)})
    told = [*unreached(process.model_copy(update={"controllers": {name: later}}))]
    assert [fault.path for fault in told] == [("controllers", name, "end")] * faults
    assert all("(feed, late-feed) ends at 26 h at the latest" in each.what for each in told)
