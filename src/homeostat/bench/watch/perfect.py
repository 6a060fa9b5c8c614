"""A recorded simulated batch again through perfect instruments: what each measurement would have been, noise apart.

    ledger, historian -> what the equipment was told, scan by scan -> the same vessel told the same, healthy or not

Lags and turnaround times are those of the declared instruments.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from homeostat.equipment import Command, SimulatedPlant
from homeostat.equipment.sensors import GOOD
from homeostat.historian import Historian
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import CommandIntended, SampleDrawn, payload
from homeostat.monitoring.frozen import Array
from homeostat.process import Process
from homeostat.process.seeded import SeededFault

HOUR = 3.6e9


@dataclass(frozen=True)
class Orders:
    """What the equipment was told after the reading of one scan: boluses, samples for assays, where actuators stood."""

    commands: tuple[Command, ...]
    samples: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Course:
    """What perfect instruments showed: `sensors` (scans, tags; NaN: no new sample) and results of the laboratory.

    A result stands under sample, assay and quantity with the hour at which it was reported, and its value.
    """

    sensors: Array
    results: Mapping[tuple[str, str, str], tuple[float, float]]


def recall(process: Process, events: Sequence[Recorded], historian: Historian, batch: str) -> list[Orders]:
    """The orders of each scan of a batch but the last."""
    scan = round(process.scan.to("h") * HOUR)
    told = [(each.event.id, each.event.time, payload(each.event.type, each.event.data)) for each in events]
    commands: dict[int, list[Command]] = {}
    samples: dict[int, list[tuple[str, str]]] = {}
    for event, time, one in told:
        if isinstance(one, CommandIntended) and one.kind != "set":
            command = Command(event, one.kind, one.target, one.value, one.unit, one.retain)
            commands.setdefault(time // scan, []).append(command)
        elif isinstance(one, SampleDrawn):
            samples.setdefault(time // scan, []).extend((one.sample, assay) for assay in one.assays)
    actuators = [name for name, tag in process.tags.items() if tag.kind == "actuator"]
    _, values, _ = historian.matrix(batch, actuators)
    return [
        Orders(
            tuple(commands.get(number, ())),
            tuple(samples.get(number, ())),
            tuple(zip(actuators, row, strict=True)),
        )
        for number, row in enumerate(values[1:].tolist())
    ]


def course(process: Process, seed: int, orders: Sequence[Orders]) -> Course:
    """What the instruments of `process` show of the vessel of `seed` that is told these orders."""
    plant, scan = SimulatedPlant(process, seed), round(process.scan.to("h") * HOUR)
    sensors, results = list[list[float]](), dict[tuple[str, str, str], tuple[float, float]]()
    for number, told in enumerate(orders):
        time = number * scan
        read = plant.read(time)
        sensors.append(
            [v if q == GOOD else math.nan for v, q in zip(read.values, read.qualities, strict=True)]
        )
        for one in plant.results(time):
            results |= {(one.sample, one.assay, name): (time / HOUR, v) for name, v in one.values.items()}
        for command in told.commands:
            plant.execute(command)
        for sample, assay in told.samples:
            plant.sample(sample, assay, time)
        plant.regulate(told.settings)
    return Course(np.array(sensors), results)


def perfected(process: Process) -> Process:
    """The process with sensors that keep their lag only, of endless resolution, and assays that do not vary."""
    declared = process.model_dump(mode="json")
    for unit in declared["units"].values():
        for module in unit["modules"].values():
            for tag in module["tags"].values():
                if tag["kind"] == "sensor":
                    tag["resolution"] = None
    for sensor in declared["simulation"]["sensors"].values():
        sensor |= {"noise": None, "drift": None, "dropout": "0 %"}
    for assay in declared["assays"].values():
        assay["variation"] = "0 %"
    return Process.model_validate(declared)


def befallen(process: Process, *faults: SeededFault) -> Process:
    """The process with these faults in its simulation, and no others."""
    simulation = process.simulation.model_copy(update={"faults": faults})
    return process.model_copy(update={"simulation": simulation})
