"""The simulated plant as a driver: it obeys the protocol, its plant the equations, and it repeats itself exactly."""

import math
from typing import Any

import pytest

from homeostat.equipment import Command, Driver, Scan, SimulatedPlant
from homeostat.equipment.donor import draw_donor
from homeostat.errors import EquipmentError, HomeostatError, TwinError
from homeostat.process import Process
from homeostat.process.reading import Quality

from .small import HOUR, MINUTE, Tank, process, tag

TAGS = {
    "sugar": tag(),
    "density": tag(unit="1e6 cell/mL", high=1000.0),
    "level": tag(unit="L", high=1.0),
    "count": tag(unit="1e6 cell", high=1e9),
    "temperature": tag(unit="degC", high=50.0),
    "door": tag(unit="1", high=1.0),
    "spare": tag(),
    "pump": tag("actuator", "mL/h", 0.0, 60.0),
    "heater": tag("actuator", "degC", 20.0, 45.0, initial="37 degC"),
}
TWIN: dict[str, Any] = {
    "model": "tank",
    "tags": {"sugar": "glucose", "density": "viable", "level": "volume", "count": "cells"},
    "inputs": {"feed": "pump", "warmth": "temperature"},
}
SIGNALS = {
    "temperature": {"start": "37 degC", "follows": "heater", "lag": "30 min"},
    "door": {"start": "1"},
}
MATERIALS = {
    "syrup": {"title": "Syrup", "kind": "supplement", "contents": {"glucose": "1 mol/L"}},
    "seed": {
        "title": "Seed",
        "kind": "cells",
        "contents": {"viable": "5 1e6 cell/mL", "marked": "80 %"},
    },
}
ASSAYS = {"count": {"title": "Count", "reports": {"viable": "cell/mL", "cells": "1e6 cell"}}}
NAMES = list(TAGS)


def declared(*, twin: dict[str, Any] | None = None, simulation: dict[str, Any] | None = None) -> Process:
    return process(
        TAGS,
        twin={**TWIN, **(twin or {})},
        simulation={"signals": SIGNALS, **(simulation or {})},
        materials=MATERIALS,
        assays=ASSAYS,
    )


def plant(seed: int = 1, **sections: Any) -> SimulatedPlant:
    return SimulatedPlant(declared(**sections), seed, Tank)


def value(scan: Scan, name: str) -> float:
    return scan.values[NAMES.index(name)]


def quality(scan: Scan, name: str) -> int:
    return scan.qualities[NAMES.index(name)]


def test_it_is_a_driver_that_steers_and_repeats() -> None:
    driver: Driver = plant()
    assert driver.steers
    assert driver.repeatable
    assert driver.initial() == {}
    assert driver.end() is None


def test_the_first_scan_shows_the_start() -> None:
    scan = plant().read(0)
    assert len(scan.values) == len(scan.qualities) == len(TAGS)
    assert (value(scan, "sugar"), value(scan, "density"), value(scan, "level")) == (10.0, 1.0, 0.1)
    assert value(scan, "count") == 100.0
    assert (value(scan, "pump"), value(scan, "heater")) == (0.0, 37.0)
    assert [quality(scan, name) for name in NAMES if name != "spare"] == [Quality.GOOD] * 8


def test_a_tag_that_nothing_stands_behind_is_missing() -> None:
    scan = plant().read(0)
    assert math.isnan(value(scan, "spare"))
    assert quality(scan, "spare") == Quality.MISSING


def test_the_plant_lives_by_its_equations() -> None:
    driver = plant()
    driver.regulate([("pump", 12.0)])
    for k in range(0, 241, 3):
        scan = driver.read(k * MINUTE)
    assert value(scan, "density") == pytest.approx(math.exp(0.05 * 4.0), rel=1e-6)
    assert value(scan, "sugar") == pytest.approx(10.0 - 0.5 * 4.0, rel=1e-6)
    assert value(scan, "level") == pytest.approx((100.0 + 12.0 * 4.0) / 1000.0, rel=1e-9)
    assert value(scan, "count") == pytest.approx(value(scan, "density") * 148.0, rel=1e-9)


def test_outputs_act_from_the_scan_in_which_they_are_set() -> None:
    driver = plant()
    driver.read(0)
    driver.regulate([("pump", 60.0)])
    driver.read(HOUR)
    driver.regulate([("pump", 0.0)])
    scan = driver.read(2 * HOUR)
    assert value(scan, "level") == pytest.approx(
        0.15
    )  # fed at the 50 mL/h that the model allows, for one hour
    assert value(scan, "pump") == 0.0


def test_signals_follow_their_actuator_or_stay() -> None:
    driver = plant()
    driver.read(0)
    assert driver.execute(Command("a", "set", "heater", 40.0, "degC")).status == "done"
    scan = driver.read(30 * MINUTE)
    assert value(scan, "temperature") == pytest.approx(37.0 + 3.0 * (1.0 - math.exp(-1.0)))
    assert value(scan, "door") == 1.0


def test_a_dose_obeys_the_mass_balance() -> None:
    driver = plant()
    driver.read(0)
    outcome = driver.execute(Command("d1", "dose", "syrup", 10.0, "mL"))
    assert (outcome.status, outcome.value) == ("done", 10.0)
    driver.sample("S1", "count", 0)
    (result,) = driver.results(0)
    assert result.values["cells"] == pytest.approx(100.0)
    assert result.values["viable"] == pytest.approx(1e6 * 100.0 / 110.0)
    scan = driver.read(1)
    assert value(scan, "sugar") == pytest.approx((10.0 * 100.0 + 1000.0 * 10.0) / 110.0, rel=1e-6)


def test_a_draw_keeps_what_is_retained() -> None:
    driver = plant()
    driver.read(0)
    assert driver.execute(Command("d1", "draw", "vessel", 0.05, "L", retain=("viable",))).value == 50.0
    scan = driver.read(1)
    assert value(scan, "density") == pytest.approx(2.0, rel=1e-6)
    assert value(scan, "sugar") == pytest.approx(10.0, rel=1e-6)


def test_a_command_is_carried_out_once() -> None:
    driver = plant()
    command = Command("d1", "dose", "syrup", 10.0, "mL")
    assert driver.confirm("d1") is None
    assert [driver.execute(command) for _ in range(3)] == [driver.execute(command)] * 3
    confirmed = driver.confirm("d1")
    assert confirmed is not None
    assert confirmed.status == "done"
    assert value(driver.read(0), "level") == pytest.approx(0.11)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (Command("x", "dose", "honey", 1.0, "mL"), "no material honey"),
        (Command("x", "dose", "syrup", -1.0, "mL"), "not a volume"),
        (Command("x", "dose", "syrup", math.nan, "mL"), "not a volume"),
        (Command("x", "dose", "syrup", 1.0, "g"), "cannot be"),
        (Command("x", "dose", "syrup", 1.0, "L"), "up to 500"),
        (Command("x", "draw", "vessel", 100.0, "mL"), "holds 100"),
        (Command("x", "draw", "vessel", 1.0, "mL", retain=("ghosts",)), "ghosts"),
        (Command("x", "set", "sugar", 1.0, "mmol/L"), "no actuator sugar"),
        (Command("x", "set", "heater", math.nan, "degC"), "finite"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(command: Command, why: str) -> None:
    driver = plant()
    before = driver.read(0)
    outcome = driver.execute(command)
    assert (outcome.status, outcome.value) == ("refused", 0.0)
    assert why in outcome.detail
    assert driver.confirm("x") == outcome
    assert repr(driver.read(0)) == repr(before)


def test_a_plant_that_cannot_live_on_reads_bad_and_says_why() -> None:
    driver = plant()
    scan = driver.read(21 * HOUR)  # glucose would have fallen below zero after 20 hours
    assert [quality(scan, name) for name in ("sugar", "density", "level", "count")] == [Quality.BAD] * 4
    assert all(math.isnan(value(scan, name)) for name in ("sugar", "density", "level", "count"))
    assert (quality(scan, "temperature"), quality(scan, "pump")) == (Quality.GOOD, Quality.GOOD)
    assert "OUT_OF_BOUNDS" in driver.failure
    assert "OUT_OF_BOUNDS" in driver.execute(Command("d", "dose", "syrup", 1.0, "mL")).detail
    driver.sample("S1", "count", 22 * HOUR)
    assert driver.results(22 * HOUR)[0].values == {}
    assert driver.read(23 * HOUR).qualities == scan.qualities


def test_time_does_not_run_back() -> None:
    driver = plant()
    driver.read(MINUTE)
    with pytest.raises(EquipmentError, match="time runs back"):
        driver.read(0)


DONOR = {"growth": "10 %", "viable": "20 %"}
FAULTS = {"sugar": {"noise": "0.1 mmol/L", "dropout": "5 %", "drift": "1 mmol/L/d"}}
VARIED: dict[str, Any] = {
    "twin": {"donor": DONOR},
    "simulation": {"mismatch": {"growth": "5 %", "uptake": "5 %"}, "sensors": FAULTS},
}


def drive(seed: int, scans: int = 200) -> list[str]:
    driver = plant(seed, **VARIED)
    told = []
    for k in range(scans):
        told.append(repr(driver.read(k * MINUTE)))
        driver.regulate([("pump", float(k % 7))])
        if k % 50 == 10:
            told.append(repr(driver.execute(Command(f"c{k}", "dose", "seed", 1.0, "mL"))))
            driver.sample(f"S{k}", "count", k * MINUTE)
        told += [repr(result) for result in driver.results(k * MINUTE)]
    return told


def test_the_same_seed_and_calls_give_the_same_bits() -> None:
    assert drive(7) == drive(7)
    assert drive(7) != drive(8)
    assert drive(7)[:100] == drive(7, 400)[:100]


def test_facts_name_seed_kernel_and_donor() -> None:
    facts = plant(7, **VARIED).facts()
    assert (facts["kind"], facts["seed"], facts["model"]) == ("simulated", 7, "Tank")
    assert facts["drawn"] == dict(draw_donor(declared(**VARIED), Tank, 7).drawn)
    assert set(draw_donor(declared(**VARIED), Tank, 7).drawn) == {"growth", "uptake", "viable"}


@pytest.mark.parametrize(
    "sections",
    [
        {"twin": {"donor": {"ghost": "10 %"}}},
        {"twin": {"initial": {"ghost": "1 mL"}}},
        {"twin": {"initial": {"volume": "1 g"}}},
        {"twin": {"tags": {"sugar": "ghost"}}},
        {"twin": {"tags": {"sugar": "volume"}}},
        {"twin": {"inputs": {"ghost": "pump"}}},
        {"twin": {"inputs": {"feed": "sugar"}}},
        {"twin": {"inputs": {"warmth": "spare"}}},
        {"simulation": {"signals": {"door": {"start": "1", "follows": "temperature"}}}},
    ],
)
def test_a_process_that_does_not_fit_its_model_is_refused(sections: dict[str, Any]) -> None:
    with pytest.raises(HomeostatError):
        plant(**sections)


def test_an_input_needs_something_that_moves_it() -> None:
    with pytest.raises(EquipmentError, match="which nothing moves"):
        plant(simulation={"signals": {}})


@pytest.mark.parametrize(
    "sections",
    [{"twin": {"inputs": {"feed": "ghost"}}}, {"simulation": {"signals": {"ghost": {"start": "1"}}}}],
)
def test_a_tag_that_is_not_declared_is_an_error(sections: dict[str, Any]) -> None:
    with pytest.raises(EquipmentError, match="no tag ghost"):
        plant(**sections)


def test_contents_must_be_states() -> None:
    honey = {"honey": {"title": "Honey", "kind": "supplement", "contents": {"wax": "1 g/L"}}}
    with pytest.raises(TwinError, match="wax"):
        SimulatedPlant(process(TAGS, twin=TWIN, simulation={"signals": SIGNALS}, materials=honey), 1, Tank)
