"""The true vessel of a simulation: the twin's model with a donor of its own, advanced from scan to scan.

In: model inputs, boluses and withdrawals. Out: the true values of states and outputs. A failed integration or
an impossible output leaves `failure` in words, and from then on every value is NaN.
"""

import math
from collections.abc import Mapping, Sequence

from homeostat.equipment.donor import Donor
from homeostat.equipment.lag import HOUR
from homeostat.equipment.seeded import Spell
from homeostat.errors import TwinError
from homeostat.process.units import convert
from homeostat.twin import Model, Simulator, Status
from homeostat.twin.mixing import VOLUME, mix, withdraw


class Plant:
    """One vessel; `time` in µs, values in the model's units."""

    def __init__(self, model: type[Model], donor: Donor, faults: Sequence[tuple[int, Spell]] = ()) -> None:
        self.model = model
        self.time = 0
        self.failure = ""
        self._simulator = Simulator(model)
        self.fingerprint = self._simulator.fingerprint
        self._x = donor.states
        self._p = donor.parameters
        self._faults = faults
        self._u = model.signature.inputs.vector()
        self._bounds = tuple((quantity.low, quantity.high) for quantity in model.signature.inputs)
        self._names = (*model.signature.states.names, *model.signature.outputs.names)

    def feed(self, inputs: Sequence[float]) -> None:
        """Take new inputs; the model is not defined beyond their bounds, so they are kept inside."""
        pairs = zip(inputs, self._bounds, strict=True)
        self._u = tuple([u if low <= u <= high else min(max(u, low), high) for u, (low, high) in pairs])

    def advance(self, time: int) -> None:
        """Live on to `time` with the present inputs."""
        if time > self.time and not self.failure:
            hours = (time - self.time) / HOUR
            self._x, status, _ = self._simulator.advance(self._x, self._u, self._parameters(), hours)
            if status is not Status.OK:
                self.failure = f"the simulated plant could not be continued: {status.name}"
        self.time = max(time, self.time)

    def values(self) -> tuple[float, ...]:
        """The true states, then the outputs, in declared order; NaN throughout after a failure."""
        if not self.failure:
            try:
                return self._x + self._simulator.outputs(self._x, self._u, self._parameters())
            except TwinError as error:
                self.failure = f"the simulated plant has no sensible outputs: {error}"
        return (math.nan,) * len(self._names)

    def _parameters(self) -> tuple[float, ...]:
        """The donor's parameters, less what faults take from them now."""
        if not self._faults:
            return self._p
        changed = list(self._p)
        for position, spell in self._faults:
            if spell.holds(self.time):
                changed[position] *= spell.size
        return tuple(changed)

    def place(self, name: str) -> tuple[int, str]:
        """Where a state or output stands in `values`, and its unit. Raises TwinError for an unknown name."""
        signature = self.model.signature
        group = signature.states if name in signature.states.names else signature.outputs
        return self._names.index(group[name].name), group[name].unit

    def dose(self, millilitres: float, contents: Mapping[str, float]) -> None:
        """Mix a bolus in. Raises TwinError when it is impossible."""
        self._x = mix(self.model, self._x, self._volume(millilitres), contents)

    def draw(self, millilitres: float, retain: Sequence[str]) -> None:
        """Draw a volume off. Raises TwinError when it is impossible."""
        self._x = withdraw(self.model, self._x, self._volume(millilitres), retain)

    def _volume(self, millilitres: float) -> float:
        """In the unit of the model's volume."""
        if self.failure:
            raise TwinError(self.failure, mend="end the batch")
        states = self.model.signature.states
        return convert(millilitres, "mL", states[VOLUME].unit) if VOLUME in states.names else millilitres
