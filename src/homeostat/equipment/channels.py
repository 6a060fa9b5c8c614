"""The wiring of a simulated plant: from the model to sensors, from actuators to the model's inputs."""

from collections.abc import Callable, Mapping

from homeostat.equipment.actuators import Actuators
from homeostat.equipment.plant import Plant
from homeostat.equipment.scale import Scale
from homeostat.equipment.seeded import spells
from homeostat.equipment.sensors import GOOD, HEALTHY, LOST, Sample, Sensor
from homeostat.equipment.signals import FollowedSignal
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.equipment import Tag
from homeostat.twin import Model

Channel = Callable[[int, tuple[float, ...]], Sample]
"""Time (µs) and the plant's true values in; value and quality of one tag out."""

InputTie = Callable[[int], float]
"""Time (µs) in; the value of one model input from then on out."""


def channels(
    process: Process, plant: Plant, actuators: Actuators, signals: Mapping[str, FollowedSignal], seed: int
) -> list[Channel]:
    """One channel for each tag, in declared order. A tag that nothing stands behind is MISSING."""
    wired = []
    for name, tag in process.tags.items():
        faults = process.simulation.sensors.get(name, HEALTHY)
        if tag.kind == "actuator":
            wired.append(_readback(name, actuators.values))
        elif name in process.twin.tags:
            position, unit = plant.place(process.twin.tags[name])
            sensor = Sensor(name, tag, faults, seed, spells(process, name, tag))
            wired.append(_measured(sensor, position, Scale.between(unit, tag.unit)))
        elif name in signals:
            wired.append(
                _followed(Sensor(name, tag, faults, seed, spells(process, name, tag)), signals[name])
            )
        else:
            wired.append(_nothing)
    return wired


def input_ties(
    process: Process, model: type[Model], actuators: Actuators, signals: Mapping[str, FollowedSignal]
) -> list[InputTie]:
    """One tie for each model input, in declared order; an input without a tag keeps the model's own value.

    Raises EquipmentError for a tie to something that neither acts nor is a signal, TwinError for an unknown
    input.
    """
    inputs = model.signature.inputs
    for name in process.twin.inputs:
        inputs.index(name)
    ties: list[InputTie] = []
    for quantity in inputs:
        tag = process.twin.inputs.get(quantity.name)
        if tag is None:
            ties.append(_constant(quantity.value))
            continue
        scale = Scale.between(find_tag(process, tag).unit, quantity.unit)
        if tag in actuators.values:
            ties.append(_actuated(scale, actuators, tag))
        elif tag in signals:
            ties.append(_signalled(scale, signals[tag]))
        else:
            raise EquipmentError(
                f"the model input {quantity.name} is tied to {tag}, which nothing moves",
                where=f"process {process.process}, twin.inputs.{quantity.name}",
                mend=f"tie it to an actuator, or declare simulation.signals.{tag}",
            )
    return ties


def find_tag(process: Process, name: str) -> Tag:
    """The declared tag of that name. Raises EquipmentError without one."""
    if name not in process.tags:
        raise EquipmentError(
            f"there is no tag {name}", where=f"process {process.process}", mend="declare it under `units`"
        )
    return process.tags[name]


def _readback(name: str, settings: Mapping[str, float]) -> Channel:
    return lambda time, truth: (settings[name], GOOD)


def _measured(sensor: Sensor, position: int, scale: Scale) -> Channel:
    slope, offset, read = scale.slope, scale.offset, sensor.read
    return lambda time, truth: read(time, slope * truth[position] + offset)


def _followed(sensor: Sensor, signal: FollowedSignal) -> Channel:
    return lambda time, truth: sensor.read(time, signal.value)


def _nothing(time: int, truth: tuple[float, ...]) -> Sample:
    return LOST


def _constant(value: float) -> InputTie:
    return lambda time: value


def _actuated(scale: Scale, actuators: Actuators, tag: str) -> InputTie:
    return lambda time: scale(actuators.delivered(tag, time))


def _signalled(scale: Scale, signal: FollowedSignal) -> InputTie:
    return lambda time: scale(signal.value)
