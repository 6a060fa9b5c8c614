"""The control strategy: one loop for each tag that is steered."""

from typing import Literal

from homeostat.process.base import Name, Part, Range, Text
from homeostat.process.units import Quantity


class Loop(Part):
    """A PID loop in ISA standard form: it moves `actuator` so that `tag` follows the set-point.

    `gain` is in actuator units for one unit of the tag; `integral` and `derivative` are times; `reverse` action
    means that the output rises when the measurement falls (heating, dosing base); `direct` the opposite (cooling).
    When the tag has had no usable reading for `patience`, the output goes to `safe`, if that is given; until then, and
    without it, the output stays where it is.
    """

    title: Text
    tag: Name
    actuator: Name
    mode: Literal["manual", "auto"] = "auto"
    setpoint: Quantity
    gain: Quantity
    integral: Quantity | None = None
    derivative: Quantity | None = None
    action: Literal["reverse", "direct"] = "reverse"
    output: Range | None = None
    deadband: Quantity | None = None
    safe: Quantity | None = None
    patience: Quantity = Quantity(10.0, "min")
