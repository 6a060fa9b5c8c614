"""How the process is tied to the twin's model, and how the simulated plant differs from what the twin believes."""

from pydantic import Field

from homeostat.process.base import Name, Part
from homeostat.process.observer import Observer
from homeostat.process.seeded import SeededFault
from homeostat.process.units import Quantity


class Twin(Part):
    """The model and its ties to tags.

    `inputs` maps model inputs to tags, `tags` maps sensor tags to model states or outputs. `initial` and `parameters`
    override the model's own values; `donor` gives each parameter's (or initial state's) spread between donors as a
    relative standard deviation. `observer` says what is learnt from a running batch.
    """

    model: Name
    initial: dict[Name, Quantity] = Field(default_factory=dict)
    parameters: dict[Name, Quantity] = Field(default_factory=dict)
    donor: dict[Name, Quantity] = Field(default_factory=dict)
    inputs: dict[Name, Name] = Field(default_factory=dict)
    tags: dict[Name, Name] = Field(default_factory=dict)
    observer: Observer | None = None

    @property
    def measured(self) -> tuple[str, ...]:
        """The quantities of the model that the observer is told of, by tag or assay, each once."""
        if self.observer is None:
            return ()
        online = [self.tags.get(tag, tag) for tag in self.observer.tags]
        sampled = [each for names in self.observer.assays.values() for each in names]
        return tuple(dict.fromkeys([*online, *sampled]))


class SensorFaults(Part):
    """What stands between the plant and a reading: first-order lag, drift, noise (1 s.d.) and lost readings."""

    noise: Quantity | None = None
    lag: Quantity | None = None
    drift: Quantity | None = None
    dropout: Quantity = Quantity(0.0, "%")


class Signal(Part):
    """A tag outside the model: it follows an actuator through a first-order lag, or stays at `start`."""

    start: Quantity
    follows: Name | None = None
    lag: Quantity = Quantity(0.0, "min")


class Simulation(Part):
    """The simulated plant: it draws a donor, then differs further by `mismatch` (relative s.d. of parameters).

    `faults` are seeded into it, for drills.
    """

    mismatch: dict[Name, Quantity] = Field(default_factory=dict)
    sensors: dict[Name, SensorFaults] = Field(default_factory=dict)
    signals: dict[Name, Signal] = Field(default_factory=dict)
    faults: tuple[SeededFault, ...] = ()
