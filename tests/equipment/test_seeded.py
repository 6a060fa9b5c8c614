"""Faults seeded into a simulation: what each does to a sensor, an actuator and a parameter, and when."""

import math
from pathlib import Path

import pytest

from homeostat.equipment.actuators import Actuators
from homeostat.equipment.seeded import Spell, parameter_spells
from homeostat.equipment.sensors import Sensor
from homeostat.equipment.simulated import SimulatedPlant
from homeostat.errors import EquipmentError
from homeostat.process import InvalidProcess, Process, Quality, library, load
from homeostat.process.equipment import Tag
from homeostat.process.seeded import SeededFault
from homeostat.process.twin import SensorFaults

from .small import HOUR, MINUTE, tag

TEN, TWENTY = 10 * MINUTE, 20 * MINUTE


def sensor(*spells: Spell) -> Sensor:
    return Sensor("x", Tag.model_validate(tag(low=-1000.0, high=1000.0)), SensorFaults(), 1, spells)


def with_faults(*faults: SeededFault) -> Process:
    process = load("car-t")
    return process.model_copy(update={"simulation": process.simulation.model_copy(update={"faults": faults})})


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [("bias", 2.0, 7.0), ("drift", 6.0, 5.5), ("spikes", 0.0, 5.0)],
)
def test_an_offset_lasts_from_its_begin_until_before_its_end(kind: str, size: float, expected: float) -> None:
    befallen = sensor(Spell(kind, TEN, TWENTY, size))  # type: ignore[arg-type]
    assert befallen.read(TEN - 1, 5.0) == (5.0, Quality.GOOD)
    assert befallen.read(TEN + 5 * MINUTE, 5.0) == (pytest.approx(expected), Quality.GOOD)
    assert befallen.read(TWENTY, 5.0) == (5.0, Quality.GOOD)


def test_a_frozen_sensor_repeats_its_last_value_and_calls_it_good() -> None:
    befallen = sensor(Spell("frozen", TEN, TWENTY, 0.0))
    befallen.read(0, 5.0)
    assert befallen.read(TEN, 9.0) == (5.0, Quality.GOOD)
    assert befallen.read(TWENTY, 9.0) == (9.0, Quality.GOOD)


def test_lost_samples_are_missing() -> None:
    value, quality = sensor(Spell("lost", 0, math.inf, 0.0)).read(0, 5.0)
    assert math.isnan(value)
    assert quality == Quality.MISSING


def test_spikes_befall_one_sample_in_twenty() -> None:
    befallen = sensor(Spell("spikes", 0, math.inf, 3.0))
    values = [befallen.read(k * MINUTE, 5.0)[0] for k in range(4000)]
    assert set(values) == {5.0, 8.0}
    assert 0.035 < values.count(8.0) / len(values) < 0.065


def test_an_actuator_delivers_a_share_and_reports_what_it_was_told() -> None:
    pump = Tag.model_validate({**tag(low=0.0, high=100.0), "kind": "actuator"})
    actuators = Actuators({"pump": pump}, {"pump": (Spell("delivery", TEN, math.inf, 0.4),)})
    actuators.steer("pump", 50.0)
    assert actuators.delivered("pump", 0) == 50.0
    assert actuators.delivered("pump", TEN) == pytest.approx(20.0)
    assert actuators.values["pump"] == 50.0


def test_a_parameter_changes_the_plant_from_then_on_and_not_before() -> None:
    fault = SeededFault.model_validate(
        {"kind": "parameter", "of": "oxygen_uptake", "at": "2 h", "size": "300 %"}
    )
    plain, befallen = SimulatedPlant(load("car-t"), 1), SimulatedPlant(with_faults(fault), 1)
    cells = {"viable": 5.0}
    for plant in (plain, befallen):
        plant._plant.dose(50.0, cells)
        plant.read(HOUR)
    assert plain._plant.values() == befallen._plant.values()
    for plant in (plain, befallen):
        for minute in range(60, 300):
            plant.read(minute * MINUTE)
    place, _ = plain._plant.place("oxygen")
    assert befallen._plant.values()[place] < plain._plant.values()[place] - 1.0


def test_a_parameter_that_the_model_lacks_is_refused_with_those_it_has() -> None:
    fault = SeededFault.model_validate({"kind": "parameter", "of": "luck", "at": "2 h", "size": "3"})
    with pytest.raises(EquipmentError, match="no parameter luck") as found:
        parameter_spells(with_faults(fault), ["growth_max"])
    assert "growth_max" in found.value.mend


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("{kind: bias, of: ph, at: 3 h}", "needs a size"),
        ("{kind: frozen, of: ph, at: 3 h, size: 1 pH}", "has no size"),
        ("{kind: bias, of: phh, at: 3 h, size: 1 pH}", "no tag 'phh'"),
        ("{kind: bias, of: jacket, at: 3 h, size: 1 degC}", "is no sensor"),
        ("{kind: delivery, of: ph, at: 3 h, size: 50 %}", "is no actuator"),
        ("{kind: bias, of: ph, at: 3 h, size: 1 mmol/L}", "mmol/L"),
        ("{kind: drift, of: ph, at: 3 h, size: 1 pH}", "pH"),
        ("{kind: bias, of: ph, at: 3 mL, size: 1 pH}", "mL"),
    ],
)
def test_a_fault_that_could_not_happen_is_found_when_the_process_is_read(
    fault: str, what: str, tmp_path: Path
) -> None:
    source = next(entry.path for entry in library() if entry.name == "car-t").read_text("utf-8")
    path = tmp_path / "process.yaml"
    path.write_text(source.replace("\nsimulation:", f"\nsimulation:\n  faults: [{fault}]\n#", 1), "utf-8")
    with pytest.raises(InvalidProcess) as found:
        load(path)
    assert any(what in str(issue) for issue in found.value.issues)
