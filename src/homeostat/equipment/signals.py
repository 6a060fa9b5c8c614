"""Signals outside the model: each follows an actuator through a first-order lag, or stays where it started."""

from homeostat.equipment.lag import HOUR, Lag
from homeostat.equipment.scale import Scale
from homeostat.errors import EquipmentError
from homeostat.process.equipment import Tag
from homeostat.process.twin import Signal


class FollowedSignal:
    """The true value of one tag that the model does not know, in the tag's unit."""

    def __init__(self, name: str, tag: Tag, signal: Signal, actuators: dict[str, Tag]) -> None:
        if signal.follows is not None and signal.follows not in actuators:
            raise EquipmentError(
                f"{name} follows {signal.follows}, which is not an actuator",
                where=f"simulation.signals.{name}",
                mend="name one of: " + ", ".join(actuators),
            )
        self.follows = signal.follows
        self.value = signal.start.to(tag.unit)
        self._lag = Lag(signal.lag.to("h") * HOUR, self.value)
        unit = actuators[signal.follows].unit if signal.follows else tag.unit
        self._scale = Scale.between(unit, tag.unit)

    def advance(self, time: int, setting: float) -> None:
        """Move on to `time` (µs), the actuator having stood at `setting` since the last call."""
        if self.follows is not None:
            self.value = self._lag.follow(time, self._scale(setting))
