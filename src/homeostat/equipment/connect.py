"""From the words of the command line to a driver."""

from pathlib import Path

from homeostat.equipment.driver import Driver
from homeostat.equipment.recorded import RecordedLog
from homeostat.equipment.simulated import SimulatedPlant
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process

RECORDED = "recorded:"


def connect(process: Process, text: str, seed: int) -> Driver:
    """Connect "simulated" or "recorded:PATH". Raises EquipmentError for anything else, else what the driver does."""
    if text == "simulated":
        return SimulatedPlant(process, seed)
    if text.startswith(RECORDED) and len(text) > len(RECORDED):
        return RecordedLog(process, Path(text.removeprefix(RECORDED)))
    raise EquipmentError(
        f"'{text}' is no equipment",
        where="--equipment",
        mend="give simulated, or recorded: and the path of a log",
    )
