"""What monitoring is told: how often the rest of the recipe is foreseen, and from what risk on it speaks up."""

from pydantic import Field

from homeostat.process.base import Name, Part
from homeostat.process.crosschecks import Comparison, MassBalance
from homeostat.process.soft import SoftSensor
from homeostat.process.units import Quantity


class Outlook(Part):
    """The rest of the recipe, foreseen by the twin every `every` in steps of `step`.

    A quality attribute is called `alert` when it will meet its specification with a probability below `alert`, and
    `action` when below `action`. A verdict is taken back only when the probability has risen above its limit by
    `margin`.
    """

    every: Quantity = Quantity(6.0, "h")
    step: Quantity = Quantity(30.0, "min")
    alert: Quantity = Quantity(80.0, "%")
    action: Quantity = Quantity(50.0, "%")
    margin: Quantity = Quantity(5.0, "%")


class Monitoring(Part):
    """The monitoring of a process. There is an outlook where the twin has an observer.

    `compare` holds sensors against what they should agree with, `balances` holds several against each other;
    `models` are soft sensors.
    """

    outlook: Outlook = Outlook()
    compare: dict[Name, Comparison] = Field(default_factory=dict)
    balances: dict[Name, MassBalance] = Field(default_factory=dict)
    models: dict[Name, SoftSensor] = Field(default_factory=dict)
