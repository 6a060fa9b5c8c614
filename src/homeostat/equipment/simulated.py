"""A simulated plant behind the driver protocol: a twin with its own donor, sensors, actuators, laboratory.

In: a process and a seed. Out: readings, outcomes and results that depend on the seed and the calls alone:
driven again from the start, it does the same again. The controller never sees the donor's parameters.
"""

import math
from collections.abc import Mapping, Sequence

from homeostat.equipment.actuators import Actuators
from homeostat.equipment.channels import Channel, InputTie, channels, find_tag, input_ties
from homeostat.equipment.donor import draw_donor
from homeostat.equipment.driver import Command, Json, Outcome, Result, Scan
from homeostat.equipment.laboratory import Laboratory
from homeostat.equipment.plant import Plant
from homeostat.equipment.scale import Scale
from homeostat.equipment.seeded import parameter_spells, spells
from homeostat.equipment.signals import FollowedSignal
from homeostat.errors import EquipmentError, TwinError, UnitError
from homeostat.process.declaration import Process
from homeostat.process.units import convert
from homeostat.twin import Model
from homeostat.twin import model as find_model


class SimulatedPlant:
    """A `Driver` over a simulated vessel. `failure` tells why the plant could not be continued, if so.

    Raises EquipmentError, TwinError or UnitError when the process does not fit its model.
    """

    steers = True
    repeatable = True

    def __init__(self, process: Process, seed: int, model: type[Model] | None = None) -> None:
        model = model or find_model(process.twin.model)
        self._seed = seed
        self._donor = draw_donor(process, model, seed)
        self._plant = Plant(model, self._donor, parameter_spells(process, model.signature.parameters.names))
        actuators = {name: tag for name, tag in process.tags.items() if tag.kind == "actuator"}
        faults = {name: spells(process, name, tag) for name, tag in actuators.items()}
        self._actuators = Actuators(actuators, faults)
        self._signals = {
            name: FollowedSignal(name, find_tag(process, name), signal, actuators)
            for name, signal in process.simulation.signals.items()
        }
        self._inputs: list[InputTie] = input_ties(process, model, self._actuators, self._signals)
        self._channels: list[Channel] = channels(process, self._plant, self._actuators, self._signals, seed)
        self._laboratory = Laboratory(process.assays, seed)
        self._contents = _contents(process, model)
        self._outcomes: dict[str, Outcome] = {}
        self._plant.feed([tie(0) for tie in self._inputs])

    @property
    def failure(self) -> str:
        """Why the simulated plant stopped, in words; empty while it lives."""
        return self._plant.failure

    def facts(self) -> Mapping[str, Json]:
        """Kind, seed, kernel, and what was drawn for the donor: told to the record, not to the controller."""
        return {
            "kind": "simulated",
            "seed": self._seed,
            "model": self._plant.model.__name__,
            "fingerprint": self._plant.fingerprint,
            "drawn": dict(self._donor.drawn),
        }

    def initial(self) -> Mapping[str, float]:
        """Nothing: the starting state of a vessel is what the controller has to find out."""
        return {}

    def read(self, time: int) -> Scan:
        """Every tag at `time`, the plant having lived up to it; BAD once the plant has failed."""
        self._advance(time)
        truth = self._plant.values()
        values, qualities = zip(*[channel(time, truth) for channel in self._channels], strict=True)
        return Scan(values, qualities)

    def regulate(self, outputs: Sequence[tuple[str, float]]) -> None:
        """Set the continuous outputs, each brought into its actuator's range."""
        for name, value in outputs:
            self._actuators.steer(name, value)

    def execute(self, command: Command) -> Outcome:
        """Carry a command out, once: the same id gets the same outcome again."""
        if command.id not in self._outcomes:
            self._outcomes[command.id] = self._carry_out(command)
        return self._outcomes[command.id]

    def confirm(self, command_id: str) -> Outcome | None:
        """What became of a command; a simulation always knows."""
        return self._outcomes.get(command_id)

    def sample(self, sample: str, assay: str, time: int) -> None:
        """Hand the true state at `time` to the laboratory. Raises EquipmentError for an unknown assay."""
        self._advance(time)
        truth = self._plant.values()
        reported = {}
        for name, unit in self._laboratory.quantities(assay).items():
            position, own = self._plant.place(name)
            if not math.isnan(truth[position]):
                reported[name] = Scale.between(own, unit)(truth[position])
        self._laboratory.receive(sample, assay, time, reported)

    def results(self, time: int) -> Sequence[Result]:
        """Results that are ready by `time`; one lacks the quantities of a plant that had failed."""
        return self._laboratory.release(time)

    def end(self) -> int | None:
        """None: a plant lives on."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""

    def _advance(self, time: int) -> None:
        """Live up to `time`: signals first, whose new values the plant then feels for the whole interval."""
        if time < self._plant.time:
            raise EquipmentError(
                f"time runs back from {self._plant.time} to {time} µs",
                where="simulated",
                mend="read at rising times",
            )
        for signal in self._signals.values():
            follows = signal.follows
            signal.advance(time, self._actuators.delivered(follows, time) if follows else signal.value)
        self._plant.feed([tie(self._plant.time) for tie in self._inputs])
        self._plant.advance(time)

    def _carry_out(self, command: Command) -> Outcome:
        if command.kind == "set":
            return self._actuators.set(command.target, command.value, command.unit)
        try:
            millilitres = convert(command.value, command.unit, "mL")
            if command.kind == "draw":
                self._plant.draw(millilitres, command.retain)
            elif command.target in self._contents:
                self._plant.dose(millilitres, self._contents[command.target])
            else:
                return Outcome("refused", 0.0, f"there is no material {command.target}")
        except (TwinError, UnitError) as error:
            return Outcome("refused", 0.0, str(error))
        return Outcome("done", millilitres)


def _contents(process: Process, model: type[Model]) -> dict[str, dict[str, float]]:
    """What each material brings, in the model's units. Raises TwinError where the model has no such state."""
    states = model.signature.states
    return {
        material: {name: quantity.to(states[name].unit) for name, quantity in declared.contents.items()}
        for material, declared in process.materials.items()
    }
