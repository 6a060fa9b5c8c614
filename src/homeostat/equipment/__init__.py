"""Equipment as the scan sees it: one small driver protocol, and what stands behind it.

`SimulatedPlant` is the twin's model with a donor of its own, seen through faulty sensors and moved through
limited actuators; `RecordedLog` plays the log of a real run. A scan flows through a driver as: `read` (every
tag, value and quality) -> the scan's decisions -> `regulate` (continuous outputs) and `execute` (a command,
once per id) -> `sample` and, later, `results`. `connect` turns the words of the command line into a driver.

A driver answers honestly or not at all: a reading that cannot be had has a bad quality, a command that cannot
be carried out is refused with a reason, and what a log lacks stands in the findings of its `facts`.
"""

from homeostat.equipment.connect import connect
from homeostat.equipment.driver import Command, Driver, Json, Outcome, Result, Scan
from homeostat.equipment.overtaken import Overtaken
from homeostat.equipment.recorded import RecordedLog
from homeostat.equipment.simulated import SimulatedPlant

__all__ = [
    "Command",
    "Driver",
    "Json",
    "Outcome",
    "Overtaken",
    "RecordedLog",
    "Result",
    "Scan",
    "SimulatedPlant",
    "connect",
]
