"""What monitoring is told: how often the rest of the recipe is foreseen, what is compared, what alarms are for."""

from pydantic import Field

from homeostat.process.alarms import AlarmName, AlarmRule
from homeostat.process.base import Name, Part
from homeostat.process.crosschecks import Comparison, MassBalance
from homeostat.process.soft import PublicKey, SoftSensor
from homeostat.process.units import Quantity


class Outlook(Part):
    """The rest of the recipe, foreseen by the twin every `every` in steps of `step`.

    A quality attribute is called `alert` when it will meet its specification with a probability below `alert`, and
    `action` when below `action`. A verdict is taken back only when the probability has risen above its limit by
    `margin`; and once readings have disagreed with the twin, nothing is called `ok` until all have agreed for `calm`.
    """

    every: Quantity = Quantity(6.0, "h")
    step: Quantity = Quantity(30.0, "min")
    alert: Quantity = Quantity(80.0, "%")
    action: Quantity = Quantity(50.0, "%")
    margin: Quantity = Quantity(5.0, "%")
    calm: Quantity = Quantity(2.0, "d")


class Monitoring(Part):
    """The monitoring of a process. There is an outlook where the twin has an observer.

    `alarms` tells what was settled on each alarm; `compare` holds sensors against what they should agree with,
    `balances` holds several against each other; `models` are soft sensors. Where `trusted` names public keys, a
    package is only taken if one of them signed it.
    """

    outlook: Outlook = Outlook()
    alarms: dict[AlarmName, AlarmRule] = Field(default_factory=dict)
    compare: dict[Name, Comparison] = Field(default_factory=dict)
    balances: dict[Name, MassBalance] = Field(default_factory=dict)
    models: dict[Name, SoftSensor] = Field(default_factory=dict)
    trusted: tuple[PublicKey, ...] = ()
