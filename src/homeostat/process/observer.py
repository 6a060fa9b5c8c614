"""How the twin's belief is corrected while a batch runs: which readings are fused, how far each is trusted."""

import math
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from homeostat.process.base import Name, Names, Part
from homeostat.process.units import Quantity, compatible


class Fused(Part):
    """An online reading that the observer fuses.

    Its error (1 s.d.) is `noise` and, independently, `relative` times the value. `bias` (1 s.d.) is an offset that is
    estimated beside the states and forgets itself over `memory`, as the drift of a sensor does; none by default.
    """

    noise: Quantity
    relative: Quantity = Quantity(0.0, "%")
    bias: Quantity | None = None
    memory: Quantity = Quantity(72.0, "h")


class Observer(Part):
    """What the twin learns from a running batch; without this section it follows the measured inputs alone.

    `tags` (tied to the model in `twin.tags`) are fused every `every`, the named quantities of `assays` when their
    results come, for the time of the sample and with the assay's `variation`. `learn` gives the parameters that are
    estimated with their relative s.d. at the start, `initial` that of starting states, `contents` that of what
    materials bring of a state, `volumes` that of doses and draws. The model may be wrong by `model_error` (relative
    s.d. gained in an hour) in every state and by nothing in a parameter, where `wander` does not say otherwise. The
    filter is an extended (`ekf`) or unscented (`ukf`) Kalman filter. A signal that has disagreed with the twin for as
    long as `drop` is no longer fused, if no other disagrees without it and these tell of what it measures; it is again
    after it has agreed for `again`. `disturbances` gives states whose rate may be off by something that no parameter
    explains: a rate in the state's unit per hour, 0 at the start give or take that much, which may change by as much
    (1 s.d.) in an hour, and is expected to stay as it is.
    """

    kind: Literal["ekf", "ukf"] = "ekf"
    every: Quantity = Quantity(15.0, "min")
    tags: dict[Name, Fused] = Field(default_factory=dict)
    assays: dict[Name, Names] = Field(default_factory=dict)
    learn: dict[Name, Quantity] = Field(default_factory=dict)
    initial: dict[Name, Quantity] = Field(default_factory=dict)
    contents: dict[Name, Quantity] = Field(default_factory=dict)
    volumes: Quantity = Quantity(1.0, "%")
    model_error: Quantity = Quantity(0.3, "%")
    wander: dict[Name, Quantity] = Field(default_factory=dict)
    drop: Quantity = Quantity(4.0, "h")
    again: Quantity = Quantity(24.0, "h")
    disturbances: dict[Name, Quantity] = Field(default_factory=dict)

    def pace(self, scan: Quantity) -> Quantity:
        """How often tags are really fused: in scans alone, so at the common multiples of `scan` and `every`.

        `every` itself where one of them is no time, which is another fault.
        """
        if not all(compatible(time.unit, "s") and time.value > 0.0 for time in (scan, self.every)):
            return self.every
        often, apart = (max(1, round(time.to("s") * 1e6)) for time in (self.every, scan))
        return Quantity(float(f"{self.every.value * (math.lcm(often, apart) // often):.9g}"), self.every.unit)

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Disturbances are told only where there are any: other processes keep their content hash."""
        return {name: value for name, value in handler(self).items() if value or name != "disturbances"}
